"""Several processes that would project one database's views: who leads, and who wrote what."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from time import monotonic
from typing import Any

import psycopg

from read_side.opening import ReadPlace, ReadSide, open_read_side
from read_side.postgres import LEASE, PostgresViews
from read_side.projector import Projector
from read_side.store import ViewStore
from read_side.views import VIEWS
from tests.read_side.stored import Rows, rows_at
from tests.stores import views_at
from tests.write_side.office import PATIENCE
from write_side.log.log import Log
from write_side.log.postgres import PostgresLog

_DIARY = """
CREATE TABLE diary (
    nth bigserial, view text, was bigint, position bigint, serial bigint, pid int
);
CREATE FUNCTION note_down() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO diary (view, was, position, serial, pid)
    VALUES (NEW.view, OLD.position, NEW.position, NEW.serial, pg_backend_pid());
    RETURN NULL;
END $$;
CREATE TRIGGER diary AFTER UPDATE ON view_position FOR EACH ROW EXECUTE FUNCTION note_down();
"""


@dataclass
class Scene:
    """A database whose view positions keep a diary: committed with each batch, or not at all."""

    url: str

    def __post_init__(self) -> None:
        ViewStore(PostgresViews(views_at(self.url)), VIEWS).close()
        with psycopg.connect(views_at(self.url)) as connection:
            connection.execute(_DIARY)

    def ask(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(views_at(self.url), autocommit=True) as connection:
            return connection.execute(statement, values).fetchall()

    def leaders(self) -> set[int]:
        """The server's processes that hold a lease."""
        found = self.ask(
            "SELECT DISTINCT pid FROM pg_locks JOIN pg_database d ON d.oid = database"
            " WHERE locktype = 'advisory' AND classid = %s AND granted"
            " AND datname = current_database()",
            LEASE,
        )
        return {pid for (pid,) in found}

    def kill_leaders(self) -> None:
        """The connections, not the processes that have them; some may lead some of the views."""
        with psycopg.connect(self.url) as owner:
            for leader in self.leaders():
                owner.execute("SELECT pg_terminate_backend(%s)", [leader])

    def positions(self) -> set[int]:
        return {at for (at,) in self.ask("SELECT position FROM view_position")}

    def wrote_in_turn(self) -> int:
        """How many wrote: one after the other, each where the last one had stopped."""
        diary = self.ask("SELECT view, was, position, serial, pid FROM diary ORDER BY view, nth")
        writers: set[int] = set()
        for view, entries in groupby(diary, key=lambda entry: entry[0]):
            before, serial_before, spells = 0, 0, []
            for _, was, position, serial, pid in entries:
                assert was == before <= position, f"{view} was written at {was} after {before}"
                assert (position, serial) != (before, serial_before), f"{view}: {position} twice"
                before, serial_before = position, serial
                spells.append(pid)
            turns = [pid for pid, _ in groupby(spells)]
            assert len(turns) == len(set(turns)), f"{view} was written by two at a time: {turns}"
            writers |= set(turns)
        return len(writers)

    def rows(self) -> dict[str, Rows]:
        return {view.name: rows_at(self.url, view) for view in VIEWS}

    def made_again(self, log: Log) -> dict[str, Rows]:
        """What the views are when made from the first fact on; nobody else may lead."""
        store = ViewStore(PostgresViews(views_at(self.url)), VIEWS)
        for view in VIEWS:
            Projector(store, log).rebuild(view.name)
        store.close()
        return self.rows()


@contextmanager
def projecting(url: str) -> Iterator[ReadSide]:
    """One more process, as it were, that projects or stands by."""
    log = PostgresLog(url, writing=False)
    with open_read_side(ReadPlace(Path(), views_at(url)), log) as side:
        yield side
    log.close()


@contextmanager
def process_projecting(url: str) -> Iterator["subprocess.Popen[bytes]"]:
    """The same in a process of its own, which can be killed."""
    with subprocess.Popen([sys.executable, "-m", __name__, url], stdin=subprocess.PIPE) as begun:
        try:
            yield begun
        finally:
            begun.kill()


def until(what: Callable[[], object], seconds: float = PATIENCE) -> float:
    """Wait for something that nobody tells of; how long it took."""
    began = monotonic()
    while not what():
        assert monotonic() - began < seconds, what
    return monotonic() - began


if __name__ == "__main__":
    with projecting(sys.argv[1]):
        sys.stdin.read()
