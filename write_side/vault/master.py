"""The master key, which wraps all others and is in no database; and files that hold a secret."""

import base64
import os
from pathlib import Path


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


def replace_secret(path: Path, text: str) -> None:
    """Another secret in the file's place, all or none; the bytes of the old are overwritten."""
    new = path.with_name(f"{path.name}.new")
    new.touch(mode=0o600)
    with new.open("w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    with path.open("r+b") as old:
        new.rename(path)
        old.write(bytes(os.fstat(old.fileno()).st_size))
        old.flush()
        os.fsync(old.fileno())
