"""The vault: personal values sealed under a key per person, in a store apart from the log.

Erasing a person is destroying their key here; so keys are never in the log's or the views'
files, and are themselves wrapped by a master key that is in no database at all.
"""

from write_side.vault.master import WrongMasterKey, master_key, replace_secret, secret_file
from write_side.vault.postgres import PostgresKeys
from write_side.vault.sqlite import SQLiteKeys
from write_side.vault.vault import (
    KeyStore,
    PersonErased,
    Vault,
    VaultRotated,
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
    "replace_secret",
    "secret_file",
]
