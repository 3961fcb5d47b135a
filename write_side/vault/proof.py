"""Proof of an erasure: every byte that Rollbook keeps is searched for values a person had."""

import json
import re
import sqlite3
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import psycopg
from psycopg import sql

from write_side.postgres import as_role, connected

SHORTEST = 4  # characters; anything shorter is found by chance in every file
CHUNK = 2**20
_SQLITE = b"SQLite format 3\0"
_APART = b"\0\n\0"  # nothing is found across two values of a row
_MAKE_LOWER = bytes(range(256)).lower()


class Searched(NamedTuple):
    """One file or table: how many bytes of it were looked at, how often a value was found."""

    what: str
    size: int
    hits: int


class Values:
    """Values to be found in any spelling: upper or lower case, composed or not, UTF-8 or UTF-16,
    and as JSON escapes them. ValueError for one that is too short to mean anything."""

    def __init__(self, values: Sequence[str]) -> None:
        for number, value in enumerate(values, 1):
            if len(value) < SHORTEST:
                raise ValueError(
                    f"value {number} has fewer than {SHORTEST} characters: it would be found by"
                    " chance anywhere"
                )
        spellings = sorted(set(_spellings(values)), key=len, reverse=True)
        if not spellings:
            raise ValueError("there is no value to search for")
        self._found = re.compile(b"|".join(map(re.escape, spellings)))
        self._overlap = len(spellings[0]) - 1

    def count(self, chunks: Iterable[bytes]) -> tuple[int, int]:
        """Bytes and hits, also of what lies across two chunks."""
        size, hits, kept = 0, 0, b""
        for chunk in chunks:
            size += len(chunk)
            window = kept + chunk.translate(_MAKE_LOWER)
            # what ends in the part kept from before was counted with it
            hits += sum(match.end() > len(kept) for match in self._found.finditer(window))
            kept = window[-self._overlap :]
        return size, hits


def given(text: str) -> tuple[list[str], int]:
    """The values of what `rollbook export-person` wrote, and how many of them are too short to
    search for; of anything else the lines. ValueError for another JSON object."""
    if not text.lstrip().startswith("{"):
        return [line.strip() for line in text.splitlines() if line.strip()], 0
    try:
        values = [str(each["text"]).strip() for each in json.loads(text)["personalValues"]]
    except (ValueError, KeyError, TypeError):
        raise ValueError("this JSON is not what `rollbook export-person` wrote") from None
    long = [value for value in values if len(value) >= SHORTEST]
    return long, len(values) - len(long)


def files(folder: Path) -> list[Path]:
    """All of the data folder: log, views, vault, what SQLite keeps beside them, copies."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


def content(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def is_sqlite(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(_SQLITE)) == _SQLITE


def rows(path: Path) -> Iterator[bytes]:
    """A file of SQLite value by value: of a long one the file has parts, on several pages. What is
    on pages that are free now only the file's content shows."""
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as file:
        file.text_factory = bytes
        for (table,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'table'"):
            name = table.decode().replace('"', '""')
            for row in file.execute(f'SELECT * FROM "{name}"'):
                yield _APART.join([*(value for value in row if isinstance(value, bytes)), b""])


def gathered(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Small pieces in large ones."""
    waiting, size = [], 0
    for piece in pieces:
        waiting.append(piece)
        size += len(piece)
        if size >= CHUNK:
            yield b"".join(waiting)
            waiting, size = [], 0
    yield b"".join(waiting)


def tables(url: str, role: str) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Every table of a schema on PostgreSQL with its rows as the server sends them."""
    with connected(as_role(url, role)) as connection:
        connection.execute("SET statement_timeout = 0")
        named = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = %s ORDER BY tablename", [role]
        ).fetchall()
        for (name,) in named:
            yield f"{role}.{name}", _rows(connection, name)


def _rows(connection: "psycopg.Connection[object]", name: str) -> Iterator[bytes]:
    statement = sql.SQL("COPY {} TO STDOUT (FORMAT binary)").format(sql.Identifier(name))
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        yield from gathered(map(bytes, copy))


def _spellings(values: Sequence[str]) -> Iterator[bytes]:
    for value in values:
        for form in ("NFC", "NFD"):
            normal = unicodedata.normalize(form, value)
            for cased in (normal, normal.lower(), normal.upper(), normal.title()):
                for text in (cased, json.dumps(cased)[1:-1]):
                    yield text.encode().translate(_MAKE_LOWER)
                    yield text.encode("utf-16-le").translate(_MAKE_LOWER)
