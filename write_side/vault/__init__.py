"""The vault: personal values sealed under a key per person, in a store apart from the log.

Erasing a person is destroying their key here; so keys are never in the log's or the views'
files, and are themselves wrapped by a master key that is in no database at all.
"""

from write_side.vault.postgres import PostgresKeys
from write_side.vault.sqlite import SQLiteKeys
from write_side.vault.vault import (
    KeyStore,
    PersonErased,
    Vault,
    VaultRotated,
    WrongMasterKey,
    master_key,
    secret_file,
)

__all__ = [
    "KeyStore",
    "PersonErased",
    "PostgresKeys",
    "SQLiteKeys",
    "Vault",
    "VaultRotated",
    "WrongMasterKey",
    "master_key",
    "secret_file",
]
