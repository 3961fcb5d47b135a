"""The log in one SQLite file: append-only, durable at commit, written by one process."""

import fcntl
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import IO, Any
from uuid import UUID

from eventsourcing.persistence import (
    ApplicationRecorder,
    IntegrityError,
    Notification,
    StoredEvent,
    Subscription,
)

from write_side.events import Envelope, Recorded, RefusedCommand
from write_side.log import receipts as receipt_rows
from write_side.log import rows
from write_side.log.chain import GENESIS
from write_side.log.codec import StoredFact
from write_side.log.receipts import Receipt

_TABLES = files(__package__).joinpath("sqlite.sql").read_text()


class LogInUse(RuntimeError):
    """Another process writes this log."""


class SQLiteLog(ApplicationRecorder):
    """The library's recorder on tables of our own.

    Any thread may read; one thread of one process writes. The second is SQLite's doing: before
    3.51.3 two connections that write or checkpoint one file at once can corrupt it, so a writing
    log holds a lock on `<path>.lock` until closed.
    """

    def __init__(self, path: Path, *, writing: bool = True) -> None:
        self.path = path
        self._readers: list[sqlite3.Connection] = []  # idle ones; as many as ever read at once
        self._lock = _lock(path) if writing else None
        self._writer = self._open_writer() if writing else None

    def insert_events(
        self,
        stored_events: Sequence[StoredEvent],
        *,
        envelopes: Sequence[Envelope] = (),
        receipts: Iterable[Receipt] = (),
        recorded_at: datetime | None = None,
        **_: Any,
    ) -> list[int]:
        """Append facts and receipts in one durable transaction; the positions of the facts.

        IntegrityError when a stream's version or a command id is already there: somebody else was
        first and nothing was written. Positions are given here, so receipts come with places
        counted within this call and are stored `placed`.
        """
        assert recorded_at is not None
        with self._transaction() as writer:
            position, chain = _head(writer)
            facts = zip(stored_events, envelopes, strict=True)
            written = rows.chained(facts, recorded_at, position=position, chain=chain)
            writer.executemany(_insert("facts", rows.COLUMNS), written)
            writer.executemany(
                _insert("receipts", receipt_rows.COLUMNS),
                [receipt_rows.to_row(receipt.placed(position)) for receipt in receipts],
            )
        return [row[0] for row in written]

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> list[StoredEvent]:
        """One stream's facts by version."""
        stream = originator_id.hex if isinstance(originator_id, UUID) else originator_id
        found = self._read(
            "SELECT stream, version, topic, state, at FROM facts"
            " WHERE stream = ? AND version > ? AND version <= ?"
            f" ORDER BY version {'DESC' if desc else 'ASC'} LIMIT ?",
            (stream, gt or 0, 2**62 if lte is None else lte, -1 if limit is None else limit),
        )
        return [
            StoredFact(UUID(stream), version, topic, state, datetime.fromisoformat(at))
            for stream, version, topic, state, at in found
        ]

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> list[Notification]:
        """The library's view of the log; `read` is ours, with time and envelope."""
        after = (start or 0) - (1 if inclusive_of_start and start else 0)
        found = self._read(
            "SELECT position, stream, version, topic, state FROM facts"
            " WHERE position > ? AND position <= ? ORDER BY position LIMIT ?",
            (after, 2**62 if stop is None else stop, limit),
        )
        return [
            Notification(UUID(stream), version, topic, state, position)
            for position, stream, version, topic, state in found
            if not topics or topic in topics
        ]

    def max_notification_id(self) -> int | None:
        return self.head() or None

    def subscribe(
        self, gt: int | None = None, topics: Sequence[str] = ()
    ) -> Subscription[ApplicationRecorder]:
        raise NotImplementedError("the read side's follower pulls; see read_side/follower.py")

    def head(self) -> int:
        """The position of the newest fact, 0 in an empty log."""
        return int(self._read("SELECT coalesce(max(position), 0) FROM facts")[0][0])

    def read(self, after: int, limit: int, topics: Sequence[str] = ()) -> list[Recorded]:
        """Facts behind a position, in order; all, or those of some topics."""
        wanted = f" AND topic IN ({', '.join('?' * len(topics))})" if topics else ""
        return [
            rows.recorded(row)
            for row in self._read(
                f"SELECT {rows.READ_COLUMNS} FROM facts WHERE position > ?{wanted}"
                " ORDER BY position LIMIT ?",
                (after, *topics, limit),
            )
        ]

    def at(self, positions: Sequence[int]) -> list[Recorded]:
        """The facts at these positions, in order; positions that hold none are left out."""
        marks = ", ".join("?" * len(positions))
        return [
            rows.recorded(row)
            for row in self._read(
                f"SELECT {rows.READ_COLUMNS} FROM facts WHERE position IN ({marks})"
                " ORDER BY position",
                positions,
            )
        ]

    def topics(self) -> set[str]:
        """The stored names of all facts there are."""
        return {topic for (topic,) in self._read("SELECT DISTINCT topic FROM facts")}

    def streams_after(self, position: int) -> set[UUID]:
        """Which streams have facts behind a position."""
        found = self._read("SELECT DISTINCT stream FROM facts WHERE position > ?", (position,))
        return {UUID(stream) for (stream,) in found}

    def receipts(self, command_ids: Sequence[str]) -> dict[str, Receipt]:
        """The receipts of those commands that were decided before."""
        marks = ", ".join("?" * len(command_ids))
        found = self._read(
            f"SELECT {receipt_rows.COLUMNS} FROM receipts WHERE command_id IN ({marks})",
            command_ids,
        )
        return {row[1]: receipt_rows.from_row(row) for row in found}

    def refused(self, after: int, limit: int) -> list[RefusedCommand]:
        """Refused commands behind a receipt's serial, in order."""
        found = self._read(
            f"SELECT {receipt_rows.COLUMNS} FROM receipts"
            " WHERE serial > ? AND refusals != '[]' ORDER BY serial LIMIT ?",
            (after, limit),
        )
        return [receipt_rows.refused(receipt_rows.from_row(row)) for row in found]

    def first_broken_link(self) -> int | None:
        """The first position whose link does not follow from the one before; None if all do."""
        chain = GENESIS
        after = 0
        while batch := self._read(
            f"SELECT {rows.COLUMNS} FROM facts WHERE position > ? ORDER BY position LIMIT 1000",
            (after,),
        ):
            for row in batch:
                if row[0] != after + 1 or rows.relinked(row, chain) != row[-1]:
                    return after + 1
                after, chain = row[0], row[-1]
        used = self._read("SELECT seq FROM sqlite_sequence WHERE name = 'facts'")
        return after + 1 if used and used[0][0] != after else None

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

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        writer = self._writer
        if writer is None:
            raise RuntimeError(f"{self.path} was opened for reading")
        writer.execute("BEGIN IMMEDIATE")
        try:
            yield writer
            writer.execute("COMMIT")
        except BaseException as error:
            if writer.in_transaction:
                writer.execute("ROLLBACK")
            if isinstance(error, sqlite3.IntegrityError):
                raise IntegrityError(str(error)) from error
            raise

    def _open_writer(self) -> sqlite3.Connection:
        writer = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False)
        writer.execute("PRAGMA journal_mode = WAL")
        writer.execute("PRAGMA synchronous = FULL")
        # without this an INSERT OR REPLACE would delete without asking the delete trigger
        writer.execute("PRAGMA recursive_triggers = ON")
        writer.executescript(_TABLES)
        return writer

    def _read(self, statement: str, values: Sequence[Any] = ()) -> list[Any]:
        try:
            reader = self._readers.pop()
        except IndexError:
            uri = f"{self.path.resolve().as_uri()}?mode=ro"
            reader = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
        try:
            return reader.execute(statement, values).fetchall()
        finally:
            self._readers.append(reader)


def _head(writer: sqlite3.Connection) -> tuple[int, bytes]:
    newest = writer.execute("SELECT chain FROM facts ORDER BY position DESC LIMIT 1").fetchone()
    used = writer.execute("SELECT seq FROM sqlite_sequence WHERE name = 'facts'").fetchone()
    return (used[0] if used else 0), (newest[0] if newest else GENESIS)


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
