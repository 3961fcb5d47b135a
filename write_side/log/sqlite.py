"""The log in one SQLite file: append-only, durable at commit, written by one process."""

import fcntl
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import IO, Any
from uuid import UUID

from eventsourcing.persistence import IntegrityError

from write_side.log import receipts as receipt_rows
from write_side.log import rows
from write_side.log.chain import GENESIS
from write_side.log.evidence import Row, Standing, in_batches
from write_side.log.log import STREAMS_AFTER, Head, Log
from write_side.sqlite import upgrade

_STEPS = ("sqlite.sql", "sqlite-2.sql")
_TABLES = [files(__package__).joinpath(step).read_text() for step in _STEPS]


_POSITION = "(SELECT seq FROM sqlite_sequence WHERE name = 'facts')"
_SERIAL = "(SELECT seq FROM sqlite_sequence WHERE name = 'receipts')"
_NEWEST = ("(SELECT max(position) FROM facts)", _SERIAL, "(SELECT max(serial) FROM receipts)")
_HEAD = f"""SELECT {_POSITION}, (SELECT chain FROM facts ORDER BY position DESC LIMIT 1),
    {_SERIAL}, (SELECT chain FROM receipts ORDER BY serial DESC LIMIT 1)"""


class LogInUse(RuntimeError):
    """Another process writes this log."""


class SQLiteLog(Log):
    """Any thread may read; one thread of one process writes. The second is SQLite's doing: before
    3.51.3 two connections that write or checkpoint one file at once can corrupt it, so a writing
    log holds a lock on `<path>.lock` until closed.
    """

    def __init__(self, path: Path, *, writing: bool = True) -> None:
        self.path = path
        self._readers: list[sqlite3.Connection] = []  # idle ones; as many as ever read at once
        self._lock = _lock(path) if writing else None
        self._writer = self._open_writer() if writing else None

    @contextmanager
    def exclusive(self) -> Iterator["_Append"]:
        writer = self._writer
        if writer is None:
            raise RuntimeError(f"{self.path} was opened for reading")
        if writer.in_transaction:
            yield _Append(writer)
            return
        writer.execute("BEGIN IMMEDIATE")
        try:
            yield _Append(writer)
            writer.execute("COMMIT")
        except BaseException as error:
            if writer.in_transaction:
                writer.execute("ROLLBACK")
            if isinstance(error, sqlite3.IntegrityError):
                raise IntegrityError(str(error)) from error
            raise

    def close(self) -> None:
        """Close every connection; the writer last, so that it leaves a checkpointed file."""
        while self._readers:
            self._readers.pop().close()
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _open_writer(self) -> sqlite3.Connection:
        writer = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False)
        writer.execute("PRAGMA journal_mode = WAL")
        writer.execute("PRAGMA synchronous = FULL")
        # without this an INSERT OR REPLACE would delete without asking the delete trigger
        writer.execute("PRAGMA recursive_triggers = ON")
        upgrade(writer, _TABLES)
        return writer

    def _read(
        self,
        statement: str,
        values: Sequence[Any] = (),
        *,
        text: Callable[[bytes], Any] = str,
    ) -> list[Any]:
        try:
            reader = self._readers.pop()
        except IndexError:
            uri = f"{self.path.resolve().as_uri()}?mode=ro"
            reader = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
        reader.text_factory = text
        try:
            return reader.execute(statement, values).fetchall()
        finally:
            self._readers.append(reader)

    def _look(self, statement: str, values: Sequence[Any] = ()) -> list[Any]:
        return self._read(statement, values, text=_as_text)

    def standing(self) -> Standing:
        begun = self._has_chained_receipts()
        behind = "(SELECT behind FROM receipts_chain)" if begun else _SERIAL
        parts = (_POSITION, *_NEWEST, behind)
        asked = ", ".join(f"coalesce({part}, 0)" for part in parts)
        return Standing(*self._read(f"SELECT {asked}")[0])

    def receipt_rows(self, upto: int) -> Iterator[Row]:
        if self._has_chained_receipts():
            return super().receipt_rows(upto)
        # nobody has opened it for writing since receipts have links
        columns = f"{receipt_rows.READ_COLUMNS}, NULL, NULL"
        return in_batches(self._look, "receipts", columns, upto)

    def damage(self) -> str | None:
        found = self._read("PRAGMA quick_check(1)")[0][0]
        return None if found == "ok" else " ".join(found.split())

    def _has_chained_receipts(self) -> bool:
        return "chain" in {row[1] for row in self._read("PRAGMA table_info(receipts)")}


class _Append:
    """The log's `Appending` on SQLite's one writing connection."""

    def __init__(self, writer: sqlite3.Connection) -> None:
        self._writer = writer

    def head(self) -> Head:
        position, chain, serial, receipts_chain = self._ask(_HEAD)[0]
        return Head(position or 0, chain or GENESIS, serial or 0, receipts_chain or GENESIS)

    def streams_after(self, position: int) -> set[UUID]:
        return {UUID(stream) for (stream,) in self._ask(STREAMS_AFTER, (position,))}

    def append(
        self, facts: list[tuple[Any, ...]], receipts: list[tuple[Any, ...]], head: Head
    ) -> None:
        del head  # the newest rows tell
        self._writer.executemany(_insert("facts", rows.COLUMNS), facts)
        self._writer.executemany(_insert("receipts", receipt_rows.COLUMNS), receipts)

    def _ask(self, statement: str, values: Sequence[Any] = ()) -> list[Any]:
        return self._writer.execute(statement, values).fetchall()


def _insert(table: str, columns: str) -> str:
    marks = ", ".join("?" for _ in columns.split(","))
    return f"INSERT INTO {table} ({columns}) VALUES ({marks})"


def _lock(path: Path) -> IO[bytes]:
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = path.with_name(path.name + ".lock").open("ab")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise LogInUse(
            f"another Rollbook process writes {path}: stop it first, or give this one another"
            " ROLLBOOK_DATA_DIR"
        ) from None
    return lock


def _as_text(stored: bytes) -> str:
    return stored.decode(errors="surrogateescape")
