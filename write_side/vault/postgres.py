"""The vault's keys and addresses in a PostgreSQL schema that only the vault's role reads."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import psycopg
from eventsourcing.persistence import IntegrityError

from write_side.postgres import Pool, connected, prepare
from write_side.vault.vault import PEPPER, VaultRotated

ROLE = "rollbook_vault"
_KEY = "SELECT wrapped FROM keys WHERE person = %s"
TABLES = [
    """
CREATE TABLE keys (person text PRIMARY KEY, wrapped bytea NOT NULL);
CREATE TABLE emails (person text PRIMARY KEY, hash bytea NOT NULL, position bigint NOT NULL);
CREATE INDEX emails_by_hash ON emails (hash);
CREATE TABLE indexed (one boolean PRIMARY KEY DEFAULT true CHECK (one), position bigint NOT NULL);
GRANT SELECT, INSERT, UPDATE, DELETE ON keys, emails, indexed TO {role};
""",
    # VACUUM is for owners only, and without it what was erased stays in the file
    """
GRANT CREATE ON SCHEMA {role} TO {role};
ALTER TABLE keys OWNER TO {role};
ALTER TABLE emails OWNER TO {role};
ALTER TABLE indexed OWNER TO {role};
""",
]
_HELD = re.compile(r"\b([1-9]\d*) dead row versions cannot be removed")


class PostgresKeys:
    """The vault's `KeyStore`; any thread may use it."""

    def __init__(self, url: str) -> None:
        prepare(url, ROLE, TABLES)
        self._pool = Pool(url, ROLE)
        self._proof: bytes | None = None  # the pepper as it is wrapped: under which master key

    def key(self, person: str) -> bytes | None:
        found = self._pool.read(_KEY, (person,))
        if found and person == PEPPER and self._proof is None:
            self._proof = found[0][0]
        return found[0][0] if found else None

    def add(self, keys: Iterable[tuple[str, bytes]]) -> None:
        try:
            with self._pool.writing() as connection:
                if self._proof is not None:
                    # a rotation holds a lock against this one: it is over, or will see our keys
                    connection.execute("LOCK TABLE keys IN ROW EXCLUSIVE MODE")
                    found = connection.execute(_KEY, [PEPPER]).fetchone()
                    if found != (self._proof,):
                        raise VaultRotated("the vault was rotated: start again with its new key")
                connection.cursor().executemany("INSERT INTO keys VALUES (%s, %s)", keys)
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

    def destroy(self, people: Mapping[str, int]) -> None:
        self._write(
            "INSERT INTO keys VALUES (%s, '') ON CONFLICT (person) DO UPDATE SET wrapped = ''"
            " WHERE length(keys.wrapped) > 1",
            [(person,) for person in people],
        )
        self._write(
            "INSERT INTO emails VALUES (%s, '', %s) ON CONFLICT (person) DO UPDATE"
            " SET hash = '', position = excluded.position WHERE length(emails.hash) > 0",
            people.items(),
        )

    def unsettled(self) -> list[str]:
        return [p for (p,) in self._pool.read("SELECT person FROM keys WHERE length(wrapped) = 0")]

    def overwrite(self) -> bool:
        """A plain VACUUM leaves the bytes in the pages' free space: the tables are written anew.
        False where an old transaction still holds what was deleted, or somebody reads the table:
        whoever waits for it to themselves keeps all others waiting behind."""
        held: list[str] = []

        def notice(told: psycopg.errors.Diagnostic) -> None:
            held.extend(_HELD.findall(told.message_detail or ""))

        with self._pool.working() as connection:
            connection.add_notice_handler(notice)
            connection.execute("SET lock_timeout = '200ms'")
            try:
                for table in ("keys", "emails"):
                    connection.execute(f"VACUUM (FULL, VERBOSE) {table}")
            except psycopg.errors.LockNotAvailable:
                return False
            finally:
                connection.remove_notice_handler(notice)
                connection.execute("RESET lock_timeout")
        return not held

    def settle(self, people: Iterable[str]) -> None:
        rows = [(person,) for person in people]
        self._write(r"UPDATE keys SET wrapped = '\x00' WHERE person = %s", rows)

    def all(self) -> list[tuple[str, bytes]]:
        return self._pool.read("SELECT person, wrapped FROM keys")

    def rewrap(self, change: Callable[[str, bytes], bytes]) -> None:
        with self._pool.writing() as connection:
            connection.execute("SET LOCAL statement_timeout = 0")
            connection.execute("LOCK TABLE keys IN SHARE ROW EXCLUSIVE MODE")
            live = connection.execute("SELECT person, wrapped FROM keys WHERE length(wrapped) > 1")
            changed = ((change(*row), row[0]) for row in live.fetchall())
            connection.cursor().executemany(
                "UPDATE keys SET wrapped = %s WHERE person = %s", changed
            )
        self._proof = None

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


def connections(url: str) -> int:
    """How many others are connected to this database."""
    with connected(url) as connection:
        found = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid != pg_backend_pid() AND backend_type = 'client backend'"
        ).fetchone()
    return int(found[0]) if found else 0
