"""The vault: personal values sealed under a key per person, in a store apart from the log.

Erasing a person will be destroying their key here; so keys are never in the log's or the views'
files, and are themselves wrapped by a master key that is in no database at all.
"""

import base64
import hmac
import os
import sqlite3
import threading
from collections.abc import Iterable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from write_side.events import Sealed

_NONCE = 12
_TABLES = """
CREATE TABLE IF NOT EXISTS keys (person TEXT PRIMARY KEY, wrapped BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS emails (
    person TEXT PRIMARY KEY, hash BLOB NOT NULL, position INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS emails_by_hash ON emails (hash);
"""
_PEPPER = "pepper"  # kept beside the keys; no person's id can be spelled like this


class WrongMasterKey(RuntimeError):
    """The vault was sealed under another ROLLBOOK_VAULT_KEY."""


def master_key(text: str) -> bytes:
    """The key spelled in base64; WrongMasterKey unless it is 32 bytes."""
    try:
        key = base64.b64decode(text, validate=True)
    except ValueError:
        key = b""
    if len(key) != 32:
        raise WrongMasterKey("ROLLBOOK_VAULT_KEY must be 32 bytes in base64")
    return key


def secret_file(path: Path) -> bool:
    """Make a file with a new 32-byte secret in base64 that only its owner reads; False where there
    is one already."""
    if path.exists():
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(base64.b64encode(os.urandom(32)).decode())
    return True


class Vault:
    """Seals, opens and finds.

    Any thread may call it. New keys wait in memory until `flush`, before the facts that need them
    are recorded: a key without a fact is harmless, a fact without its key is lost. Addresses are
    the other way round, an index of the facts, flushed after them and caught up at the start.
    """

    def __init__(self, path: Path, master_key: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._master = AESGCM(master_key)
        self._lock = threading.RLock()
        self._keys: dict[str, AESGCM] = {}
        self._new_keys: dict[str, bytes] = {}
        self._new_emails: dict[str, bytes] = {}
        self._store = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        path.chmod(0o600)
        # secure_delete zeroes what is deleted: erasing must leave no key behind
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "secure_delete = ON"):
            self._store.execute(f"PRAGMA {pragma}")
        self._store.executescript(_TABLES)
        self._pepper = self._open_pepper()

    def seal(self, person: UUID, label: str, text: str) -> Sealed:
        """Seal `text` for one field of one fact about `person`, making their key if need be."""
        with self._lock:
            key = self._key(person.hex) or self._new_key(person.hex)
        nonce = os.urandom(_NONCE)
        box = nonce + key.encrypt(nonce, text.encode(), _bound(person.hex, label))
        return Sealed(person.hex, label, base64.b64encode(box).decode())

    def open(self, sealed: Sealed) -> str | None:
        """The text, or None when the person's key is gone: they were erased."""
        with self._lock:
            key = self._key(sealed.person)
        if key is None:
            return None
        box = base64.b64decode(sealed.box)
        associated = _bound(sealed.person, sealed.label)
        return key.decrypt(box[:_NONCE], box[_NONCE:], associated).decode()

    def index_email(self, person: UUID, email: str) -> None:
        """Find this person by this address, once flushed, and by no earlier one."""
        with self._lock:
            self._new_emails[person.hex] = self._email_hash(email)

    def find_by_email(self, email: str) -> list[UUID]:
        """The people with exactly this address, upper and lower case alike."""
        with self._lock:
            found = self._store.execute(
                "SELECT person FROM emails WHERE hash = ?", (self._email_hash(email),)
            )
            return [UUID(person) for (person,) in found]

    def fingerprint(self, content: bytes) -> bytes:
        """A keyed hash: equal inputs are recognized, guessed ones cannot be confirmed."""
        return hmac.digest(self._pepper, b"fingerprint:" + content, sha256)

    def flush(self) -> None:
        """Make new keys durable: before the facts that need them."""
        with self._lock:
            if self._new_keys:
                self._write("INSERT INTO keys VALUES (?, ?)", self._new_keys.items())
                self._new_keys.clear()

    def flush_emails(self, position: int) -> None:
        """Make new addresses durable: after the facts, up to this position, that they are in."""
        with self._lock:
            if self._new_emails:
                rows = [(person, mac, position) for person, mac in self._new_emails.items()]
                self._write("INSERT OR REPLACE INTO emails VALUES (?, ?, ?)", rows)
                self._new_emails.clear()

    def forget_emails(self) -> None:
        """The decisions that brought the new addresses were taken back or not recorded."""
        with self._lock:
            self._new_emails.clear()

    @property
    def indexed_to(self) -> int:
        """The position up to which the facts' addresses are known to be indexed."""
        with self._lock:
            found = self._store.execute("SELECT coalesce(max(position), 0) FROM emails")
            return int(found.fetchone()[0])

    def close(self) -> None:
        with self._lock:
            self._store.close()

    def _write(self, statement: str, rows: Iterable[tuple[Any, ...]]) -> None:
        self._store.execute("BEGIN IMMEDIATE")
        try:
            self._store.executemany(statement, rows)
            self._store.execute("COMMIT")
        except BaseException:
            if self._store.in_transaction:
                self._store.execute("ROLLBACK")
            raise

    def _key(self, person: str) -> AESGCM | None:
        if person not in self._keys:
            found = self._store.execute("SELECT wrapped FROM keys WHERE person = ?", (person,))
            row: Sequence[bytes] | None = found.fetchone()
            if row is None:
                return None
            self._keys[person] = AESGCM(self._unwrap(person, row[0]))
        return self._keys[person]

    def _new_key(self, person: str) -> AESGCM:
        key = AESGCM.generate_key(256)
        self._new_keys[person] = self._wrap(person, key)
        self._keys[person] = AESGCM(key)
        return self._keys[person]

    def _wrap(self, name: str, key: bytes) -> bytes:
        nonce = os.urandom(_NONCE)
        return nonce + self._master.encrypt(nonce, key, name.encode())

    def _unwrap(self, name: str, wrapped: bytes) -> bytes:
        try:
            return self._master.decrypt(wrapped[:_NONCE], wrapped[_NONCE:], name.encode())
        except InvalidTag:
            raise WrongMasterKey(
                "ROLLBOOK_VAULT_KEY does not open this vault: it was made with another key"
            ) from None

    def _open_pepper(self) -> bytes:
        found = self._store.execute("SELECT wrapped FROM keys WHERE person = ?", (_PEPPER,))
        row: Sequence[bytes] | None = found.fetchone()
        if row is not None:
            return self._unwrap(_PEPPER, row[0])
        pepper = os.urandom(32)
        self._store.execute(
            "INSERT INTO keys VALUES (?, ?)", (_PEPPER, self._wrap(_PEPPER, pepper))
        )
        return pepper

    def _email_hash(self, email: str) -> bytes:
        return hmac.digest(self._pepper, b"email:" + email.strip().casefold().encode(), sha256)


def _bound(person: str, label: str) -> bytes:
    return f"{person}/{label}".encode()
