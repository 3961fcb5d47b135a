"""Somebody at the store with a tool of their own: past our code, its triggers and its rights."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

from tests.stores import POSTGRES, database
from tests.write_side.office import raw

Hand = Callable[..., list[Any]]
GUARDS = ("facts_no_update", "facts_no_delete", "receipts_no_update", "receipts_no_delete")


@contextmanager
def tampering(folder: Path, store: str = "log") -> Iterator[Hand]:
    """Runs statements on the log, or the vault, of this folder; their values are marked `?`."""
    if POSTGRES:
        with owner(database(folder), store) as connection:
            yield lambda statement, values=(): _rows(
                connection.execute(statement.replace("?", "%s"), values)
            )
        return
    with raw(folder / f"{store}.db") as file:
        if store == "log":
            for guard in GUARDS:
                file.execute(f"DROP TRIGGER IF EXISTS {guard}")
        yield lambda statement, values=(): file.execute(statement, values).fetchall()


@contextmanager
def owner(url: str, store: str) -> Iterator["psycopg.Connection[Any]"]:
    """On a server nobody but who owns everything can get past the triggers."""
    options = f"-c session_replication_role=replica -c search_path=rollbook_{store}"
    with psycopg.connect(make_conninfo(url, options=options), autocommit=True) as connection:
        yield connection


def _rows(cursor: "psycopg.Cursor[Any]") -> list[Any]:
    return cursor.fetchall() if cursor.description else []
