"""Sealing, opening and finding, over whatever store keeps the keys."""

import base64
import hmac
import os
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from hashlib import sha256
from typing import Any, Protocol
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from eventsourcing.persistence import IntegrityError

from write_side.events import Sealed
from write_side.vault.master import WrongMasterKey

_NONCE = 12
PEPPER = "pepper"  # kept beside the keys; no person's id can be spelled like this


class VaultRotated(RuntimeError):
    """Another process put the vault under a new master key: what this one wraps would be lost."""


class PersonErased(RuntimeError):
    """Nothing can be sealed for this person any more: their key is destroyed."""


class KeyStore(Protocol):
    """Where wrapped keys and hashed addresses are kept. OperationalError when it is away."""

    indexed_to: int
    """All addresses in facts up to this position are indexed; 0 to begin with."""

    def key(self, person: str) -> bytes | None:
        """Of a person who was erased it is empty, or a single byte once the old is overwritten:
        what stays in its place, so that no new one can be made."""

    def add(self, keys: Iterable[tuple[str, bytes]]) -> None:
        """IntegrityError, and none added, where somebody has a key already; VaultRotated where
        another process rotated the vault since this store was first asked for the pepper."""

    def people(self, email: bytes) -> list[str]: ...

    def index(self, emails: Iterable[tuple[str, bytes, int]]) -> None:
        """Person, hash and the position it is from; an older position changes nothing."""

    def destroy(self, people: Mapping[str, int]) -> None:
        """Take keys and addresses away for good, for facts at these positions; again changes
        nothing. The bytes may still be there until `overwrite`."""

    def unsettled(self) -> list[str]:
        """Whose key is destroyed, but may not be overwritten yet."""

    def overwrite(self) -> bool:
        """Leave no byte of what was destroyed; False where somebody's reading still holds it."""

    def settle(self, people: Iterable[str]) -> None:
        """Their bytes are known to be overwritten."""

    def all(self) -> list[tuple[str, bytes]]:
        """Everybody's, those of erased people too."""

    def rewrap(self, change: Callable[[str, bytes], bytes]) -> None:
        """Every key that is not destroyed as `change` makes it of person and key: all or none, and
        nobody adds any meanwhile."""

    def close(self) -> None: ...


class Vault:
    """Seals, opens and finds.

    Any thread may call it. New keys wait in memory until `flush`, before the facts that need them
    are recorded: a key without a fact is harmless, a fact without its key is lost. Addresses are
    the other way round, an index of the facts, flushed after them and caught up at the start.
    """

    def __init__(self, store: KeyStore, master_key: bytes) -> None:
        self._store = store
        self._lock = threading.RLock()
        self._keys: dict[str, AESGCM] = {}
        self._new_keys: dict[str, bytes] = {}
        self._new_emails: dict[str, bytes] = {}
        self._erased: set[str] = set()
        self._on_forgotten: list[Callable[[UUID], None]] = []
        try:
            self._master = AESGCM(master_key)
            self._pepper = self._open_pepper()
            self._keyed = _keyed(self._pepper)
        except BaseException:  # nobody else will close what was handed in
            store.close()
            raise

    def seal(self, person: UUID, label: str, text: str) -> Sealed:
        """Seal `text` for one field of one fact about `person`, making their key if need be;
        PersonErased where that may never be again."""
        with self._lock:
            key = self._key(person.hex) or self._new_key(person.hex)
        nonce = os.urandom(_NONCE)
        box = nonce + key.encrypt(nonce, text.encode(), _bound(person.hex, label))
        return Sealed(person.hex, label, base64.b64encode(box).decode())

    def open(self, sealed: Sealed) -> str | None:
        """The text, or None when the person's key is gone: they were erased."""
        with self._lock:
            key = self._key(sealed.person)
        if key is None or not sealed.box:
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
        return [UUID(person) for person in self._store.people(self._email_hash(email))]

    def fingerprint(self, content: bytes) -> bytes:
        """A keyed hash: equal inputs are recognized, guessed ones cannot be confirmed."""
        inner, outer = (each.copy() for each in self._keyed)
        inner.update(b"fingerprint:" + content)
        outer.update(inner.digest())
        digest: bytes = outer.digest()
        return digest

    def flush(self) -> None:
        """Make new keys durable: before the facts that need them. IntegrityError where another
        process made one for the same person: what was sealed must be sealed again."""
        with self._lock:
            new, self._new_keys = self._new_keys, {}
            if not new:
                return
            try:
                self._store.add(new.items())
            except Exception:
                for person in new:
                    del self._keys[person]
                raise

    def flush_emails(self, position: int) -> None:
        """Make new addresses durable: after the facts, up to this position, that they are in."""
        with self._lock:
            new, self._new_emails = self._new_emails, {}
            if new:
                self._store.index([(person, mac, position) for person, mac in new.items()])

    def forget_emails(self) -> None:
        """The decisions that brought the new addresses were taken back or not recorded."""
        with self._lock:
            self._new_emails.clear()

    def on_forgotten(self, listener: Callable[[UUID], None]) -> None:
        """Call this, on any thread, with each person whose values may be kept nowhere any more."""
        self._on_forgotten.append(listener)

    def destroy(self, people: Mapping[UUID, int]) -> None:
        """Erase these people, by facts at these positions: here at once, in the store for all.
        Idempotent; their bytes are gone after `overwrite`."""
        with self._lock:
            for person in people:
                self._erased.add(person.hex)
                self._keys.pop(person.hex, None)
                self._new_keys.pop(person.hex, None)
                self._new_emails.pop(person.hex, None)
        for listener in self._on_forgotten:
            for person in people:
                listener(person)
        self._store.destroy({person.hex: position for person, position in people.items()})

    def overwrite(self) -> bool:
        """Leave no byte of destroyed keys; False where it has to be tried again."""
        people = self._store.unsettled()
        if not people:
            return True
        if not self._store.overwrite():
            return False
        self._store.settle(people)
        return True

    def rotate(self, master_key: bytes, told: Callable[[int, int], None] = lambda *_: None) -> int:
        """Wrap every key anew under another master key, all or none; how many. Processes that have
        the old one can make no keys from then on. WrongMasterKey for the one it has already."""
        new, done = AESGCM(master_key), 0
        total = sum(len(wrapped) > _NONCE for _, wrapped in self._store.all())
        with suppress(InvalidTag):
            _opened(new, PEPPER, self._store.key(PEPPER) or b"")
            raise WrongMasterKey("the vault is under this master key already")

        def anew(name: str, wrapped: bytes) -> bytes:
            nonlocal done
            done += 1
            told(done, total)
            return _wrapped(new, name, self._unwrap(name, wrapped))

        self._store.rewrap(anew)
        self._master = new
        return done

    def overwrite_wrapped(self) -> bool:
        """Leave no byte of what keys were wrapped in before; False where a reader holds it."""
        return self._store.overwrite()

    @property
    def indexed_to(self) -> int:
        """The position up to which the facts' addresses are known to be indexed."""
        return self._store.indexed_to

    @indexed_to.setter
    def indexed_to(self, position: int) -> None:
        self._store.indexed_to = position

    def close(self) -> None:
        self._store.close()

    def _key(self, person: str) -> AESGCM | None:
        if person in self._erased:
            return None
        if person not in self._keys:
            wrapped = self._store.key(person)
            if wrapped is None:
                return None
            if len(wrapped) < _NONCE:  # somebody else has erased them
                self._erased.add(person)
                return None
            self._keys[person] = AESGCM(self._unwrap(person, wrapped))
        return self._keys[person]

    def _new_key(self, person: str) -> AESGCM:
        if person in self._erased:
            raise PersonErased(f"the person {person} was erased")
        key = AESGCM.generate_key(256)
        self._new_keys[person] = self._wrap(person, key)
        self._keys[person] = AESGCM(key)
        return self._keys[person]

    def _wrap(self, name: str, key: bytes) -> bytes:
        return _wrapped(self._master, name, key)

    def _unwrap(self, name: str, wrapped: bytes) -> bytes:
        try:
            return _opened(self._master, name, wrapped)
        except InvalidTag:
            raise WrongMasterKey(
                "ROLLBOOK_VAULT_KEY does not open this vault: it was made with another key"
            ) from None

    def _open_pepper(self) -> bytes:
        if self._store.key(PEPPER) is None:
            with suppress(IntegrityError):  # another process makes it at the same moment
                self._store.add([(PEPPER, self._wrap(PEPPER, os.urandom(32)))])
        wrapped = self._store.key(PEPPER)
        assert wrapped is not None
        return self._unwrap(PEPPER, wrapped)

    def _email_hash(self, email: str) -> bytes:
        return hmac.digest(self._pepper, b"email:" + email.strip().casefold().encode(), sha256)


def _wrapped(master: AESGCM, name: str, key: bytes) -> bytes:
    nonce = os.urandom(_NONCE)
    return nonce + master.encrypt(nonce, key, name.encode())


def _opened(master: AESGCM, name: str, wrapped: bytes) -> bytes:
    return master.decrypt(wrapped[:_NONCE], wrapped[_NONCE:], name.encode())


def _keyed(key: bytes) -> tuple[Any, Any]:
    """The two hashes of HMAC-SHA256 with the key taken in: the library's own function lets go of
    the interpreter's lock each time, and every command needs one."""
    padded = key.ljust(sha256().block_size, b"\0")
    inner, outer = (sha256(bytes(byte ^ pad for byte in padded)) for pad in (0x36, 0x5C))
    return inner, outer


def _bound(person: str, label: str) -> bytes:
    return f"{person}/{label}".encode()
