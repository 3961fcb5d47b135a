"""The stores of the tests: embedded files, or PostgreSQL where ROLLBOOK_TEST_STORE says so.

A test names a folder or a file, as on SQLite; on PostgreSQL each folder is a database of its own.
"""

import atexit
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from shutil import rmtree
from typing import Any, TypeVar

import psycopg
import pytest
from eventsourcing.persistence import StoredEvent
from pydantic import SecretStr

from read_side.changes import Changes
from read_side.postgres import GRANTS, ROLE, PostgresViews, follow
from read_side.sqlite import SQLiteViews
from read_side.store import View, ViewStore
from tests.postgres import Server
from write_side.log.log import Log
from write_side.log.postgres import PostgresLog
from write_side.log.sqlite import SQLiteLog
from write_side.postgres import as_role, prepare
from write_side.vault import KeyStore, PostgresKeys, SQLiteKeys, Vault

POSTGRES = os.environ.get("ROLLBOOK_TEST_STORE") == "postgres"
sqlite_only = pytest.mark.skipif(POSTGRES, reason="about the embedded file itself")
QUICK = ("fsync = off", "synchronous_commit = off", "full_page_writes = off")
MANY = "max_connections = 400"


def open_log(path: Path, **how: Any) -> Log:
    return PostgresLog(database(path.parent), **how) if POSTGRES else SQLiteLog(path, **how)


class Interrupted(Log):
    """A log that others write as well; each of `before_save`, once, is what they do between a
    decision and its saving."""

    before_save: list[Callable[[], object]]

    def insert_events(self, stored_events: Sequence[StoredEvent], **more: Any) -> list[int]:
        if stored_events and self.before_save:
            self.before_save.pop()()
        return super().insert_events(stored_events, **more)


def open_interrupted(path: Path) -> Interrupted:
    log = open_as(Interrupted, path)
    log.before_save = []
    return log


class _SharedFile(SQLiteLog):
    """A file that does not mind a second writer: what a server's database would be."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, writing=False)
        self._writer = self._open_writer()


AnyLog = TypeVar("AnyLog", bound=Log)


def open_as(kind: type[AnyLog], path: Path) -> AnyLog:
    """A log that many write, with this class's methods in front of the store's."""
    base: type[Log] = PostgresLog if POSTGRES else _SharedFile
    where: Any = database(path.parent) if POSTGRES else path
    return type(kind.__name__, (kind, base), {})(where)  # type: ignore[no-any-return]


def open_keys(path: Path) -> KeyStore:
    return PostgresKeys(database(path.parent)) if POSTGRES else SQLiteKeys(path)


def open_vault(path: Path, master_key: bytes) -> Vault:
    return Vault(open_keys(path), master_key)


def open_views(path: Path, views: tuple[View, ...]) -> ViewStore:
    if not POSTGRES:
        return ViewStore(SQLiteViews(path), views)
    return ViewStore(PostgresViews(views_at(database(path.parent))), views)


def views_at(url: str) -> str:
    """The connection string of the views in this database."""
    prepare(url, ROLE, GRANTS)
    return as_role(url, ROLE)


@contextmanager
def followed(path: Path, changes: Changes) -> Iterator[None]:
    """What the projector of these views commits reaches the changes, as in a service."""
    if not POSTGRES:
        yield
        return
    listening = follow(views_at(database(path.parent)), changes)
    listening.start()
    try:
        yield
    finally:
        listening.stop()


def places(folder: Path) -> dict[str, Any]:
    """The settings that put a service's stores here."""
    server = {"database_url": SecretStr(database(folder))} if POSTGRES else {}
    return {"data_dir": folder, **server}


def database(folder: Path) -> str:
    """The address of this folder's database, made at the first time."""
    name = "test_" + sha256(str(folder.resolve()).encode()).hexdigest()[:24]
    return _made(name)


@cache
def _made(name: str) -> str:
    given = os.environ.get("ROLLBOOK_TEST_DATABASE_URL") or server().url()
    with (
        psycopg.connect(given, autocommit=True) as connection,
        suppress(psycopg.errors.DuplicateDatabase),  # by the process that started this one
    ):
        connection.execute(f'CREATE DATABASE "{name}"')
    return psycopg.conninfo.make_conninfo(given, dbname=name)


def for_processes() -> dict[str, str]:
    """The environment in which the processes a test starts find its stores."""
    if not POSTGRES or "ROLLBOOK_TEST_DATABASE_URL" in os.environ:
        return dict(os.environ)
    return {**os.environ, "ROLLBOOK_TEST_DATABASE_URL": server().url()}


def on_server(url: str) -> dict[str, Any]:
    """How an office on this database is opened, whichever store the other tests use."""
    return {
        "open_log": lambda _: PostgresLog(url),
        "open_vault": lambda _, master_key: Vault(PostgresKeys(url), master_key),
    }


@cache
def server() -> Server:
    """This test process's own server, gone with it."""
    folder = Path(tempfile.mkdtemp(prefix="rollbook-postgres-"))
    started = Server.made(folder, *QUICK, MANY).start()

    def gone() -> None:
        started.stop("immediate")
        rmtree(folder)

    atexit.register(gone)
    return started
