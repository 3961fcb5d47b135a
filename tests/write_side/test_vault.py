"""The vault: what is sealed opens for one person, one place, one master key."""

import base64
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from cryptography.exceptions import InvalidTag
from eventsourcing.persistence import IntegrityError
from hypothesis import given
from hypothesis import strategies as st

from tests.stores import open_vault, sqlite_only
from tests.write_side.campus import ANN, BOB
from tests.write_side.office import MASTER_KEY, raw
from tests.write_side.tampering import tampering
from write_side.events import Sealed
from write_side.vault import SQLiteKeys, Vault, WrongMasterKey

NAME, EMAIL = "StudentRegistered.name", "StudentRegistered.email"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "vault" / "vault.db"


@pytest.fixture
def vault(path: Path) -> Iterator[Vault]:
    opened = open_vault(path, MASTER_KEY)
    yield opened
    opened.close()


@given(text=st.text(st.characters(exclude_categories=["Cs"])))
def test_what_is_sealed_opens_again(text: str, in_memory: Vault) -> None:
    sealed = in_memory.seal(ANN, NAME, text)
    assert in_memory.open(sealed) == text
    assert in_memory.open(Sealed.from_text(sealed.as_text())) == text


@pytest.fixture(scope="module")
def in_memory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Vault]:
    opened = open_vault(tmp_path_factory.mktemp("vault") / "vault.db", MASTER_KEY)
    yield opened
    opened.close()


def test_equal_values_do_not_look_equal(vault: Vault) -> None:
    boxes = {vault.seal(ANN, NAME, "Ada").box for _ in range(100)}
    assert len(boxes) == 100


def test_a_box_moved_to_another_place_does_not_open(vault: Vault) -> None:
    name, email = vault.seal(ANN, NAME, "Ada"), vault.seal(ANN, EMAIL, "ada@x.edu")
    bobs = vault.seal(BOB, NAME, "Bob")
    moved = [
        replace(name, person=BOB.hex),
        replace(name, label=EMAIL),
        replace(name, label="ContactChanged.name"),
        replace(name, box=email.box),
        replace(name, box=bobs.box),
        replace(name, box=base64.b64encode(base64.b64decode(name.box)[:-1]).decode()),
        replace(name, person=ANN.hex + "/" + NAME, label=""),
    ]
    for sealed in moved:
        if vault._key(sealed.person) is None:
            assert vault.open(sealed) is None
        else:
            with pytest.raises(InvalidTag):
                vault.open(sealed)


def test_every_bit_of_a_box_is_authenticated(vault: Vault) -> None:
    sealed = vault.seal(ANN, NAME, "Ada")
    box = base64.b64decode(sealed.box)
    for place in range(len(box)):
        changed = bytearray(box)
        changed[place] ^= 1
        with pytest.raises(InvalidTag):
            vault.open(replace(sealed, box=base64.b64encode(changed).decode()))


def test_keys_are_persisted_by_flush(vault: Vault, path: Path) -> None:
    flushed = vault.seal(ANN, NAME, "Ada")
    vault.flush()
    more = vault.seal(ANN, EMAIL, "ada@x.edu")
    unflushed = vault.seal(BOB, NAME, "Bob")
    later = open_vault(path, MASTER_KEY)
    assert (later.open(flushed), later.open(more)) == ("Ada", "ada@x.edu")
    assert later.open(unflushed) is None
    later.close()


def test_a_missing_key_reads_as_none(vault: Vault, path: Path) -> None:
    sealed = vault.seal(ANN, NAME, "Ada")
    vault.flush()
    vault.close()
    with tampering(path.parent, "vault") as do:
        do("DELETE FROM keys WHERE person = ?", (ANN.hex,))
    later = open_vault(path, MASTER_KEY)
    assert later.open(sealed) is None
    later.close()


def test_another_master_key_is_an_error_at_once(vault: Vault, path: Path) -> None:
    vault.close()
    with pytest.raises(WrongMasterKey, match="ROLLBOOK_VAULT_KEY"):
        open_vault(path, bytes(32))


def test_a_key_moved_to_another_person_opens_nothing(vault: Vault, path: Path) -> None:
    sealed = vault.seal(ANN, NAME, "Ada")
    vault.seal(BOB, NAME, "Bob")
    vault.flush()
    vault.close()
    with tampering(path.parent, "vault") as do:
        bobs = "SELECT wrapped FROM keys WHERE person = ?"
        do(f"UPDATE keys SET wrapped = ({bobs}) WHERE person = ?", (BOB.hex, ANN.hex))
    later = open_vault(path, MASTER_KEY)
    with pytest.raises(WrongMasterKey):
        later.open(sealed)
    later.close()


def test_a_master_key_has_its_length(path: Path) -> None:
    with pytest.raises(ValueError, match="bit"):
        open_vault(path, b"short")


def test_a_person_is_found_by_address_in_any_case(vault: Vault) -> None:
    vault.index_email(ANN, "Ada@Example.EDU ")
    assert vault.find_by_email("ada@example.edu") == []
    vault.flush_emails(1)
    for spelled in ("ada@example.edu", "ADA@EXAMPLE.EDU", "  Ada@example.edu"):
        assert vault.find_by_email(spelled) == [ANN]
    assert vault.find_by_email("ada@example.ed") == []


def test_only_the_latest_address_finds_a_person(vault: Vault) -> None:
    vault.index_email(ANN, "old@x.edu")
    vault.flush_emails(1)
    vault.index_email(ANN, "between@x.edu")
    vault.index_email(ANN, "new@x.edu")
    vault.flush_emails(1)
    assert vault.find_by_email("new@x.edu") == [ANN]
    assert vault.find_by_email("old@x.edu") == vault.find_by_email("between@x.edu") == []


def test_people_who_share_an_address_are_all_found(vault: Vault, path: Path) -> None:
    for person in (ANN, BOB):
        vault.index_email(person, "family@x.edu")
    vault.flush_emails(1)
    assert set(vault.find_by_email("family@x.edu")) == {ANN, BOB}
    vault.close()
    later = open_vault(path, MASTER_KEY)
    assert set(later.find_by_email("family@x.edu")) == {ANN, BOB}
    later.close()


def test_fingerprints_are_equal_for_equal_inputs_of_one_vault_only(
    vault: Vault, path: Path, tmp_path: Path
) -> None:
    mine = vault.fingerprint(b"input")
    assert mine == vault.fingerprint(b"input") != vault.fingerprint(b"another")
    same, other = open_vault(path, MASTER_KEY), open_vault(tmp_path / "other.db", MASTER_KEY)
    assert same.fingerprint(b"input") == mine != other.fingerprint(b"input")
    same.close()
    other.close()


@sqlite_only
def test_only_its_owner_can_read_the_vault(vault: Vault, path: Path) -> None:
    vault.seal(ANN, NAME, "Ada")
    vault.flush_emails(1)
    modes = {file.name: oct(file.stat().st_mode & 0o777) for file in path.parent.iterdir()}
    assert modes == dict.fromkeys(["vault.db", "vault.db-wal", "vault.db-shm"], "0o600")


@sqlite_only
def test_what_is_deleted_is_overwritten_and_every_commit_is_durable(path: Path) -> None:
    keys = SQLiteKeys(path)

    def pragma(name: str) -> object:
        return keys._store.execute(f"PRAGMA {name}").fetchone()[0]

    assert (pragma("journal_mode"), pragma("synchronous"), pragma("secure_delete")) == ("wal", 2, 1)
    keys.close()


def test_a_key_that_another_process_made_first_is_the_one(vault: Vault, path: Path) -> None:
    """The flush that comes second adds no key at all, forgets its own and leaves nothing open."""
    other = open_vault(path, MASTER_KEY)
    theirs = other.seal(ANN, NAME, "Ada")
    lost = vault.seal(ANN, NAME, "Ada")
    vault.seal(BOB, NAME, "Bob")
    other.flush()
    with pytest.raises(IntegrityError):
        vault.flush()
    with pytest.raises(InvalidTag):
        vault.open(lost)
    assert vault.open(theirs) == "Ada"
    again = [vault.seal(ANN, NAME, "Ada"), vault.seal(BOB, NAME, "Bob")]
    vault.flush()
    assert [other.open(sealed) for sealed in again] == ["Ada", "Bob"]
    other.close()


@sqlite_only
def test_a_failed_flush_leaves_nothing_open(vault: Vault, path: Path) -> None:
    vault.seal(ANN, NAME, "Ada")
    with raw(path) as store:
        store.execute(
            "CREATE TRIGGER full BEFORE INSERT ON keys BEGIN SELECT RAISE(ABORT, 'full'); END"
        )
    with pytest.raises(IntegrityError):
        vault.flush()
    with raw(path) as store:
        store.execute("DROP TRIGGER full")
    sealed = vault.seal(ANN, NAME, "Ada")
    vault.flush()
    later = open_vault(path, MASTER_KEY)
    assert later.open(sealed) == "Ada"
    later.close()


def test_people_are_named_by_id_only(vault: Vault) -> None:
    sealed = vault.seal(UUID(int=7), NAME, "Ada")
    assert (sealed.person, sealed.label) == (UUID(int=7).hex, NAME)
    assert "Ada" not in sealed.as_text()
