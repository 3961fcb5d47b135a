"""Where Rollbook keeps bytes: every file of its folder, and every table of its schemas.

A file of SQLite is looked through twice: byte by byte, which finds what is left on free pages, and
value by value, which finds what is split over pages. Of a table on a server each row is looked
through as the server sends it, so that no value looked for is ever sent there.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from write_side.postgres import as_role, reachable

PIECE = 4 * 1024 * 1024
_SQLITE = b"SQLite format 3\0"
_TABLES = """
SELECT c.relname, pg_table_size(c.oid) FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
WHERE nspname = %s AND relkind IN ('r', 'p', 'm') ORDER BY 1
"""

Reading = Callable[[], Iterable[bytes]]
UNREADABLE = (OSError, sqlite3.Error, psycopg.Error)


@dataclass(frozen=True)
class Place:
    """One thing to look through; `size` is about how many bytes it has."""

    name: str
    size: int
    read: Reading


def files(folders: Iterable[Path]) -> list[Place]:
    """Every file in these folders, or that is one of these; links are followed to files only."""
    found: dict[Path, None] = {}
    for folder in folders:
        inside = sorted(folder.rglob("*")) if folder.is_dir() else [folder]
        found |= dict.fromkeys(path for path in inside if not path.is_dir())
    places = []
    for path in found:
        if path.exists() and not path.is_file():
            continue  # a socket or a pipe keeps nothing
        size = path.stat().st_size if path.exists() else 0
        places.append(Place(str(path), size, lambda path=path: _pieces(path)))  # type: ignore[misc]
        if _is_sqlite(path):
            values = lambda path=path: _values(path)  # noqa: E731
            places.append(Place(f"{path}, value by value", size, values))
    return places


@contextmanager
def tables(url: str, role: str) -> Iterator[list[Place]]:
    """Every table of a schema, read in its role. Without its time limit: large ones take long."""
    with reachable(), psycopg.connect(as_role(url, role), autocommit=True) as connection:
        connection.execute("SET statement_timeout = 0")
        connection.execute("SET default_transaction_read_only = on")
        found = connection.execute(_TABLES, [role]).fetchall()
        yield [
            Place(f"{role}.{name}", size, lambda name=name: _rows(connection, role, name))  # type: ignore[misc]
            for name, size in found
        ]


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece


def _is_sqlite(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(_SQLITE)) == _SQLITE
    except OSError:
        return False  # told when it is looked through


def _values(path: Path) -> Iterator[bytes]:
    where = f"file:{quote(str(path.resolve()))}?mode=ro"
    with closing(sqlite3.connect(where, uri=True, timeout=10)) as file:
        file.text_factory = bytes
        kept = "SELECT name FROM sqlite_master WHERE type = 'table'"
        for (table,) in file.execute(kept).fetchall():
            name = table.decode().replace('"', '""')
            waiting, size = [], 0
            for row in file.execute(f'SELECT * FROM "{name}"'):
                values = b"\0\n\0".join(value for value in row if isinstance(value, bytes))
                waiting.append(values)
                size += len(values)
                if size >= PIECE:
                    yield b"\0\n\0".join(waiting)
                    waiting, size = [], 0
            yield b"\0\n\0".join([*waiting, b""])


def _rows(
    connection: "psycopg.Connection[tuple[object, ...]]", schema: str, table: str
) -> Iterator[bytes]:
    """As COPY sends them in binary: text in UTF-8, bytes as they are, JSON as its text."""
    everything = sql.SQL("COPY (SELECT * FROM {}.{}) TO STDOUT (FORMAT binary)").format(
        sql.Identifier(schema), sql.Identifier(table)
    )
    with reachable(), connection.cursor() as cursor, cursor.copy(everything) as copy:
        waiting, size = [], 0
        for piece in copy:
            waiting.append(bytes(piece))
            size += len(piece)
            if size >= PIECE:
                yield b"".join(waiting)
                waiting, size = [], 0
        yield b"".join(waiting)
