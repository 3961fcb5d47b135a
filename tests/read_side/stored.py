"""What really stands in a read store: every row of a view, read without our code."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg

from read_side.store import View
from tests.stores import POSTGRES, database, views_at

Rows = dict[str, list[tuple[Any, ...]]]
Read = Callable[[str], list[tuple[Any, ...]]]


def rows_of(path: Path, view: View) -> Rows:
    """All rows by table, in an order that does not depend on when they came."""
    with _reading(path) as read:
        return _rows(read, view)


def rows_at(url: str, view: View) -> Rows:
    """The same of the views in this database."""
    with _asking(url) as read:
        return _rows(read, view)


def stored_bytes(path: Path) -> bytes:
    """The database file and what SQLite keeps beside it; on a server the rows of every table."""
    if not POSTGRES:
        beside = [path.with_name(path.name + ending) for ending in ("", "-wal", "-shm")]
        return b"".join(file.read_bytes() for file in beside if file.exists())
    with _reading(path) as read:
        tables = read("SELECT tablename FROM pg_tables WHERE schemaname = 'rollbook_views'")
        assert len(tables) > 10
        rows = [row for (name,) in tables for row in read(f"SELECT t::text FROM {name} t")]
    return "\n".join(text for (text,) in rows).encode()


def _rows(read: Read, view: View) -> Rows:
    return {str(t.__tablename__): read(f"SELECT * FROM {t.__tablename__}") for t in view.tables}


@contextmanager
def _asking(url: str) -> Iterator[Read]:
    with psycopg.connect(views_at(url)) as server:
        yield lambda statement: sorted(server.execute(statement).fetchall(), key=repr)


@contextmanager
def _reading(path: Path) -> Iterator[Read]:
    if POSTGRES:
        with _asking(database(path.parent)) as read:
            yield read
        return
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as file:
        yield lambda statement: sorted(file.execute(statement).fetchall(), key=repr)
