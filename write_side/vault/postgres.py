"""The vault's keys and addresses in a PostgreSQL schema that only the vault's role reads."""

from collections.abc import Iterable, Sequence
from typing import Any

import psycopg
from eventsourcing.persistence import IntegrityError

from write_side.postgres import Pool, prepare

ROLE = "rollbook_vault"
TABLES = [
    """
CREATE TABLE keys (person text PRIMARY KEY, wrapped bytea NOT NULL);
CREATE TABLE emails (person text PRIMARY KEY, hash bytea NOT NULL, position bigint NOT NULL);
CREATE INDEX emails_by_hash ON emails (hash);
CREATE TABLE indexed (one boolean PRIMARY KEY DEFAULT true CHECK (one), position bigint NOT NULL);
GRANT SELECT, INSERT, UPDATE, DELETE ON keys, emails, indexed TO {role};
"""
]


class PostgresKeys:
    """The vault's `KeyStore`; any thread may use it."""

    def __init__(self, url: str) -> None:
        prepare(url, ROLE, TABLES)
        self._pool = Pool(url, ROLE)

    def key(self, person: str) -> bytes | None:
        found = self._pool.read("SELECT wrapped FROM keys WHERE person = %s", (person,))
        return found[0][0] if found else None

    def add(self, keys: Iterable[tuple[str, bytes]]) -> None:
        try:
            self._write("INSERT INTO keys VALUES (%s, %s)", keys)
        except psycopg.IntegrityError as error:
            raise IntegrityError("somebody else has made a key for this person") from error

    def people(self, email: bytes) -> list[str]:
        found = self._pool.read("SELECT person FROM emails WHERE hash = %s", (email,))
        return [person for (person,) in found]

    def index(self, emails: Iterable[tuple[str, bytes, int]]) -> None:
        self._write(
            "INSERT INTO emails VALUES (%s, %s, %s) ON CONFLICT (person) DO UPDATE"
            " SET hash = excluded.hash, position = excluded.position"
            " WHERE excluded.position >= emails.position",
            emails,
        )

    @property
    def indexed_to(self) -> int:
        found = self._pool.read("SELECT position FROM indexed")
        return int(found[0][0]) if found else 0

    @indexed_to.setter
    def indexed_to(self, position: int) -> None:
        self._write(
            "INSERT INTO indexed (position) VALUES (%s) ON CONFLICT (one) DO UPDATE"
            " SET position = greatest(indexed.position, excluded.position)",
            [(position,)],
        )

    def close(self) -> None:
        self._pool.close()

    def _write(self, statement: str, rows: Iterable[Sequence[Any]]) -> None:
        with self._pool.writing() as connection:
            connection.cursor().executemany(statement, rows)
