"""The views in one SQLite file: one process projects, and it or another reads."""

import fcntl
import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlmodel import Session

from read_side.changes import Notice

_logger = logging.getLogger("rollbook.projector")


class SQLiteViews:
    """The store's `Database`; whoever has the file leads every view."""

    announces = False
    replicas = ()

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        # what is lost at a power failure is projected again: no need to wait for the disk
        writer = URL.create("sqlite", database=str(path))
        self.writer = _engine(writer, "BEGIN IMMEDIATE", 1, 0, "synchronous = NORMAL")
        reader = URL.create(
            "sqlite", database=path.resolve().as_uri(), query={"mode": "ro", "uri": "true"}
        )
        # no upper bound: readers run on the event loop, where one that waits stops all others
        self.reader = _engine(reader, "BEGIN", 16, -1)

    def led(self, views: Iterable[str]) -> set[str]:
        return set(views)

    def alone(self, session: Session) -> None:
        """The file has one writer."""

    def leads(self, connection: Connection, view: str) -> bool:
        return True

    def announce(self, connection: Connection, notices: Sequence[Notice]) -> None:
        """Nobody outside this process listens."""


@contextmanager
def only_writer(path: Path) -> Iterator[None]:
    """Waits until no other process writes this file: before 3.51.3 SQLite may corrupt a file that
    two write at once, and a projector may outlive the one it worked for by a moment."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(path.name + ".lock").open("ab") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _logger.warning("waiting for the process that writes %s to end", path)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _engine(url: URL, begin: str, connections: int, overflow: int, *pragmas: str) -> Engine:
    engine = create_engine(
        url,
        pool_size=connections,
        max_overflow=overflow,
        hide_parameters=True,  # an error that is logged must not quote what rows hold
        json_serializer=lambda value: orjson.dumps(value).decode(),
        json_deserializer=orjson.loads,
        connect_args={"check_same_thread": False, "timeout": 10},
    )

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _record: Any) -> None:
        # sqlite3's own transactions begin too late to give reads one snapshot
        connection.isolation_level = None
        for pragma in (*pragmas, "journal_mode = WAL") if pragmas else ():
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begun(connection: Any) -> None:
        connection.exec_driver_sql(begin)

    return engine
