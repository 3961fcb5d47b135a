"""Rotating: every wrapped key of the vault comes under a new master key, and the old one is dead.

Only the wrapping changes. What is sealed stays as it is, and so does the index of addresses: its
pepper is a secret of its own, wrapped like the keys, and is carried over with them.
"""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Event

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from write_side.vault.vault import NONCE, PEPPER, KeyStore, WrongMasterKey, master_key, secret_file

PATIENCE = 30  # tries, of a second each, for readers to let go of what was overwritten


class StillHeld(RuntimeError):
    """The keys are under the new master key, but somebody's reading holds the old bytes."""


def opens(store: KeyStore, master: bytes) -> bool:
    """Whether the vault is under this master key: the pepper proves it."""
    wrapped = store.key(PEPPER)
    if wrapped is None:
        raise WrongMasterKey("there is no vault to rotate here: the service makes it")
    with suppress(InvalidTag):
        _unwrapped(AESGCM(master), PEPPER, wrapped)
        return True
    return False


def rotate(store: KeyStore, old: bytes, new: bytes, told: Callable[[int, int], None]) -> int:
    """Put all keys under the new master key, in one transaction, and overwrite what they were;
    how many.

    Killed before its commit nothing has changed; run again after it, the same two keys overwrite
    what is left. WrongMasterKey where neither opens the vault, or a key of it; StillHeld.
    """
    if old == new:
        raise WrongMasterKey("the new master key is the one the vault is under")
    wrapping, unwrapping = AESGCM(new), AESGCM(old)
    total, done = store.live(), 0

    def rewrapped(person: str, wrapped: bytes) -> bytes:
        nonlocal done
        try:
            key = _unwrapped(unwrapping, person, wrapped)
        except InvalidTag:
            raise WrongMasterKey(
                f"the key of {person} is under another master key: nothing was changed"
            ) from None
        nonce = os.urandom(NONCE)
        done += 1
        told(done, total)
        return nonce + wrapping.encrypt(nonce, key, person.encode())

    if opens(store, old):
        store.rewrap(rewrapped)
    elif not opens(store, new):
        raise WrongMasterKey("ROLLBOOK_VAULT_KEY does not open this vault: nothing was changed")
    _overwritten(store)
    return done


def _overwritten(store: KeyStore) -> None:
    again = Event()
    for _ in range(PATIENCE):
        if store.overwrite():
            return
        again.wait(1)
    raise StillHeld(
        "the keys are under the new master key, but an old reader or transaction holds the old"
        " bytes: end it and run this again with the same keys"
    )


def _unwrapped(master: AESGCM, person: str, wrapped: bytes) -> bytes:
    return master.decrypt(wrapped[:NONCE], wrapped[NONCE:], person.encode())


class KeyFile:
    """The master key in a file of the data directory, and beside it the one that replaces it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.next = path.with_name(path.name + ".new")

    def prepare(self, given: str | None) -> bytes:
        """The new key, durable beside the old before anything is wrapped under it: the given one,
        or one made now or by a rotation that was killed."""
        if given is None:
            secret_file(self.next)
        else:
            self.next.touch(mode=0o600)
            self.next.write_text(given)
        with self.next.open("rb") as file:
            os.fsync(file.fileno())
        return master_key(self.next.read_text().strip())

    def replace(self) -> None:
        """The new file takes the old one's place, whose bytes are overwritten."""
        with self.path.open("r+b") as old:
            self.next.rename(self.path)
            size = os.fstat(old.fileno()).st_size
            old.write(bytes(size))
            old.flush()
            os.fsync(old.fileno())
        folder = os.open(self.path.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
