"""The vault's keys and addresses in one SQLite file that only its owner reads."""

import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from eventsourcing.persistence import IntegrityError

from write_side.sqlite import upgrade
from write_side.vault.vault import PEPPER, VaultRotated

_KEY = "SELECT wrapped FROM keys WHERE person = ?"
_TABLES = [
    """
CREATE TABLE IF NOT EXISTS keys (person TEXT PRIMARY KEY, wrapped BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS emails (
    person TEXT PRIMARY KEY, hash BLOB NOT NULL, position INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS emails_by_hash ON emails (hash);
CREATE TABLE IF NOT EXISTS indexed (
    one INTEGER PRIMARY KEY CHECK (one = 1), position INTEGER NOT NULL
);
"""
]
_PATIENCE = 5000  # milliseconds that a writer waits for another


class SQLiteKeys:
    """The vault's `KeyStore`; any thread may use it."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._proof: bytes | None = None  # the pepper as it is wrapped: under which master key
        self._store = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        path.chmod(0o600)
        # secure_delete zeroes what is deleted: erasing must leave no key behind
        for pragma in (
            "journal_mode = WAL",
            "synchronous = FULL",
            "secure_delete = ON",
            f"busy_timeout = {_PATIENCE}",
        ):
            self._store.execute(f"PRAGMA {pragma}")
        upgrade(self._store, _TABLES)

    def key(self, person: str) -> bytes | None:
        found = self._ask(_KEY, (person,))
        if found and person == PEPPER and self._proof is None:
            self._proof = found[0][0]
        return found[0][0] if found else None

    def add(self, keys: Iterable[tuple[str, bytes]]) -> None:
        try:
            with self._lock, self._writing():
                if self._proof is not None and self._ask(_KEY, (PEPPER,)) != [(self._proof,)]:
                    raise VaultRotated("the vault was rotated: start again with its new key")
                self._store.executemany("INSERT INTO keys VALUES (?, ?)", keys)
        except sqlite3.IntegrityError as error:
            raise IntegrityError("somebody else has made a key for this person") from error

    def people(self, email: bytes) -> list[str]:
        return [
            person for (person,) in self._ask("SELECT person FROM emails WHERE hash = ?", (email,))
        ]

    def index(self, emails: Iterable[tuple[str, bytes, int]]) -> None:
        self._write(
            "INSERT INTO emails VALUES (?, ?, ?) ON CONFLICT (person) DO UPDATE"
            " SET hash = excluded.hash, position = excluded.position"
            " WHERE excluded.position >= emails.position",
            emails,
        )

    def destroy(self, people: Mapping[str, int]) -> None:
        self._write(
            "INSERT INTO keys VALUES (?, x'') ON CONFLICT (person) DO UPDATE SET wrapped = x''"
            " WHERE length(keys.wrapped) > 1",
            [(person,) for person in people],
        )
        self._write(
            "INSERT INTO emails VALUES (?, x'', ?) ON CONFLICT (person) DO UPDATE"
            " SET hash = x'', position = excluded.position WHERE length(emails.hash) > 0",
            people.items(),
        )

    def unsettled(self) -> list[str]:
        return [p for (p,) in self._ask("SELECT person FROM keys WHERE length(wrapped) = 0")]

    def overwrite(self) -> bool:
        with self._lock:
            # every opening waits behind this one: rather again later than for long
            self._store.execute("PRAGMA busy_timeout = 100")
            try:
                busy: int = self._ask("PRAGMA wal_checkpoint(TRUNCATE)")[0][0]
            finally:
                self._store.execute(f"PRAGMA busy_timeout = {_PATIENCE}")
        return busy == 0

    def settle(self, people: Iterable[str]) -> None:
        rows = [(person,) for person in people]
        self._write("UPDATE keys SET wrapped = x'00' WHERE person = ?", rows)

    def all(self) -> list[tuple[str, bytes]]:
        return self._ask("SELECT person, wrapped FROM keys")

    def rewrap(self, change: Callable[[str, bytes], bytes]) -> None:
        with self._lock, self._writing():
            live = self._ask("SELECT person, wrapped FROM keys WHERE length(wrapped) > 1")
            changed = ((change(*row), row[0]) for row in live)
            self._store.executemany("UPDATE keys SET wrapped = ? WHERE person = ?", changed)
        self._proof = None

    @property
    def indexed_to(self) -> int:
        found = self._ask("SELECT position FROM indexed")
        return int(found[0][0]) if found else 0

    @indexed_to.setter
    def indexed_to(self, position: int) -> None:
        self._write("INSERT OR REPLACE INTO indexed VALUES (1, ?)", [(position,)])

    def close(self) -> None:
        with self._lock:
            self._store.close()

    def _ask(self, statement: str, values: Sequence[Any] = ()) -> list[Any]:
        with self._lock:
            return self._store.execute(statement, values).fetchall()

    def _write(self, statement: str, rows: Iterable[tuple[Any, ...]]) -> None:
        with self._lock, self._writing():
            self._store.executemany(statement, rows)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        self._store.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._store.execute("COMMIT")
        except BaseException:
            if self._store.in_transaction:
                self._store.execute("ROLLBACK")
            raise
