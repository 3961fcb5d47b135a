"""The log in PostgreSQL: append-only, durable at commit, written by many processes."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import files
from typing import Any
from uuid import UUID

import psycopg
from eventsourcing.persistence import IntegrityError, OperationalError

from write_side.log import receipts as receipt_rows
from write_side.log import rows
from write_side.log.evidence import Standing
from write_side.log.log import STREAMS_AFTER, Head, Log
from write_side.postgres import Pool, as_role, connected, prepare, reachable

ROLE = "rollbook_log"
CHANNEL = "rollbook_log"
STEPS = ("postgres.sql", "postgres-2.sql")
TABLES = [files(__package__).joinpath(step).read_text() for step in STEPS]
_STANDING = """SELECT head.position, coalesce((SELECT max(position) FROM facts), 0),
    serial, coalesce((SELECT max(serial) FROM receipts), 0),
    receipts_behind, chain, receipts_chain FROM head"""
_TRUE = {"y", "yes", "t", "true", "on", "1"}  # as the library reads it
_APPENDING = 7_110_002  # the advisory lock's key: one append after the other, in every process


class UnorderedLog(RuntimeError):
    """A setting would let facts become visible in another order than that of their positions."""


class PostgresLog(Log):
    """Any thread may read; one thread of each process writes.

    An advisory lock makes the order of commits that of positions: whoever has seen a position has
    seen all before it. (The library's table lock does so too, but it also stops VACUUM.) Every
    append is announced on the channel.
    """

    def __init__(self, url: str, *, writing: bool = True) -> None:
        if os.environ.get("POSTGRES_ENABLE_DB_FUNCTIONS", "no").lower() in _TRUE:
            raise UnorderedLog(
                "POSTGRES_ENABLE_DB_FUNCTIONS makes the eventsourcing library insert without a"
                " lock, so that position 2 can be seen before position 1 and a follower misses it;"
                " unset it"
            )
        prepare(url, ROLE, TABLES)
        self._readers = Pool(url, ROLE)
        self._url = as_role(url, ROLE)
        self._writing = writing
        self._writer: psycopg.Connection[Any] | None = None

    @contextmanager
    def exclusive(self) -> Iterator["_Append"]:
        if not self._writing:
            raise RuntimeError("the log was opened for reading")
        with reachable():
            writer = self._connected()
            if writer.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
                yield _Append(writer)
                return
            try:
                with writer.transaction():
                    writer.execute("SELECT pg_advisory_xact_lock(%s)", [_APPENDING])
                    yield _Append(writer)
            except psycopg.IntegrityError as error:
                raise IntegrityError(str(error)) from error

    def close(self) -> None:
        self._readers.close()
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _connected(self) -> psycopg.Connection[Any]:
        if self._writer is None or self._writer.broken or self._writer.closed:
            self._writer = connected(self._url)
        return self._writer

    def _read(self, statement: str, values: Sequence[Any] = ()) -> list[Any]:
        return self._readers.read(_marked(statement), values)

    def standing(self) -> Standing:
        found = self._read(_STANDING)
        if not found:
            raise OperationalError("the log's head is gone")
        return Standing(*found[0])

    def damage(self) -> None:
        """The server tells by itself, as an error, when a page is not as it wrote it."""


class _Append:
    """The log's `Appending` within a transaction that holds the lock."""

    def __init__(self, writer: psycopg.Connection[Any]) -> None:
        self._writer = writer

    def head(self) -> Head:
        return Head(*self._ask("SELECT position, chain, serial, receipts_chain FROM head")[0])

    def streams_after(self, position: int) -> set[UUID]:
        return {UUID(stream) for (stream,) in self._ask(STREAMS_AFTER, (position,))}

    def append(
        self, facts: list[tuple[Any, ...]], receipts: list[tuple[Any, ...]], head: Head
    ) -> None:
        with self._writer.pipeline(), self._writer.cursor() as cursor:
            if facts:
                cursor.executemany(_insert("facts", rows.COLUMNS), facts)
            if receipts:
                cursor.executemany(_insert("receipts", receipt_rows.COLUMNS), receipts)
            cursor.execute(
                "UPDATE head SET position = %s, chain = %s, serial = %s, receipts_chain = %s", head
            )
            cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])

    def _ask(self, statement: str, values: Sequence[Any] = ()) -> list[Any]:
        return self._writer.execute(_marked(statement), values).fetchall()


def _insert(table: str, columns: str) -> str:
    marks = ", ".join("%s" for _ in columns.split(","))
    return f"INSERT INTO {table} ({columns}) VALUES ({marks})"


def _marked(statement: str) -> str:
    return statement.replace("?", "%s")
