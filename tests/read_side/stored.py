"""What really stands in a read store's file: every row of a view, read without our code."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from read_side.store import View

Rows = dict[str, list[tuple[Any, ...]]]


def rows_of(path: Path, view: View) -> Rows:
    """All rows by table, in an order that does not depend on when they came."""
    found: Rows = {}
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        for table in view.tables:
            name = str(table.__tablename__)
            rows = connection.execute(f"SELECT * FROM {name}").fetchall()
            found[name] = sorted(rows, key=repr)
    return found


def file_bytes(path: Path) -> bytes:
    """The database file and what SQLite keeps beside it."""
    beside = [path.with_name(path.name + ending) for ending in ("", "-wal", "-shm")]
    return b"".join(file.read_bytes() for file in beside if file.exists())
