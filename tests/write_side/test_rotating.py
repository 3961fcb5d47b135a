"""Rotating the vault: under the new master key everything opens, under the old nothing."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from tests.stores import POSTGRES, database, for_processes, open_keys, open_vault
from tests.write_side.campus import ANN, BOB, CID
from tests.write_side.office import MASTER_KEY
from write_side.events import Sealed
from write_side.vault import Vault, VaultRotated, WrongMasterKey
from write_side.vault.rotating import KeyFile, opens, rotate

NEW_KEY = bytes(range(1, 33))
NAME = "StudentRegistered.name"
HOUSE = Path(__file__).parents[2]
KILLED = """
import os, signal, sys
from pathlib import Path
from tests.stores import open_keys
from tests.write_side.test_rotating import MASTER_KEY, NEW_KEY
from write_side.vault.rotating import rotate
def die(*_): os.kill(os.getpid(), signal.SIGKILL)
keys = open_keys(Path(sys.argv[1]))
if sys.argv[2] == "commit":
    rotate(keys, MASTER_KEY, NEW_KEY, lambda done, total: done == total and die())
keys.overwrite = die
rotate(keys, MASTER_KEY, NEW_KEY, lambda *_: None)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "vault.db"


@pytest.fixture
def sealed(path: Path) -> list[Sealed]:
    """Two people's names; a third person was erased."""
    vault = open_vault(path, MASTER_KEY)
    boxes = [vault.seal(ANN, NAME, "Ada"), vault.seal(BOB, NAME, "Bob")]
    vault.index_email(ANN, "ada@x.edu")
    vault.flush()
    vault.flush_emails(1)
    vault.close()
    return boxes


def rotated(path: Path, old: bytes = MASTER_KEY, new: bytes = NEW_KEY) -> list[tuple[int, int]]:
    told: list[tuple[int, int]] = []
    keys = open_keys(path)
    try:
        rotate(keys, old, new, lambda *how: told.append(how))
    finally:
        keys.close()
    return told


def opened(path: Path, key: bytes, boxes: list[Sealed]) -> list[str | None]:
    vault = open_vault(path, key)
    try:
        assert vault.find_by_email("ada@x.edu") == [ANN]
        return [vault.open(box) for box in boxes]
    finally:
        vault.close()


def wrapped(path: Path) -> list[bytes]:
    keys = open_keys(path)
    try:
        return [key for each in (ANN.hex, BOB.hex, "pepper") if (key := keys.key(each))]
    finally:
        keys.close()


def on_disk(path: Path) -> bytes:
    if not POSTGRES:
        return b"".join(each.read_bytes() for each in path.parent.glob("vault.db*"))
    with psycopg.connect(database(path.parent), autocommit=True) as connection:
        connection.execute("CHECKPOINT")
        found = connection.execute(
            "SELECT current_setting('data_directory') || '/' || pg_relation_filepath(c.oid)"
            " FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace"
            " WHERE nspname = 'rollbook_vault' AND relkind = 'r'"
        ).fetchall()
    return b"".join(Path(name).read_bytes() for (name,) in found)


def test_everything_opens_under_the_new_key_and_nothing_under_the_old(
    path: Path, sealed: list[Sealed]
) -> None:
    told = rotated(path)

    assert told == [(1, 3), (2, 3), (3, 3)], "two people and the pepper"
    assert opened(path, NEW_KEY, sealed) == ["Ada", "Bob"]
    with pytest.raises(WrongMasterKey):
        open_vault(path, MASTER_KEY)


@pytest.mark.usefixtures("sealed")
def test_no_byte_of_the_old_wrapping_stays(path: Path) -> None:
    before = wrapped(path)
    assert all(each in on_disk(path) for each in before), "or this test sees nothing"

    rotated(path)

    after = wrapped(path)
    disk = on_disk(path)
    assert not [each for each in before if each in disk]
    assert all(each in disk for each in after)


def test_who_was_erased_stays_erased(path: Path, sealed: list[Sealed]) -> None:
    vault = open_vault(path, MASTER_KEY)
    vault.destroy({BOB: 9})
    assert vault.overwrite()
    vault.close()

    rotated(path)

    assert opened(path, NEW_KEY, sealed) == ["Ada", None]
    keys = open_keys(path)
    assert keys.key(BOB.hex) == b"\0"
    keys.close()


def test_the_wrong_old_key_changes_nothing(path: Path, sealed: list[Sealed]) -> None:
    with pytest.raises(WrongMasterKey, match="nothing was changed"):
        rotated(path, old=bytes(32))

    assert opened(path, MASTER_KEY, sealed) == ["Ada", "Bob"]


def test_one_key_under_another_master_key_changes_nothing(path: Path, sealed: list[Sealed]) -> None:
    keys = open_keys(path)
    foreign = os.urandom(60)
    keys.add([("f" * 32, foreign)])
    with pytest.raises(WrongMasterKey, match="f" * 32):
        rotate(keys, MASTER_KEY, NEW_KEY, lambda *_: None)
    keys.close()

    assert opened(path, MASTER_KEY, sealed) == ["Ada", "Bob"]


@pytest.mark.usefixtures("sealed")
def test_the_same_key_again_is_refused(path: Path) -> None:
    with pytest.raises(WrongMasterKey, match="is the one"):
        rotated(path, new=MASTER_KEY)


def test_where_there_is_no_vault_yet(path: Path) -> None:
    with pytest.raises(WrongMasterKey, match="no vault"):
        rotated(path)


@pytest.mark.parametrize("before", ["commit", "overwrite"])
def test_killed_it_is_all_or_nothing_and_again_finishes(
    path: Path, sealed: list[Sealed], before: str
) -> None:
    old = wrapped(path)
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(path), before],
        cwd=HOUSE,
        env=for_processes(),
        timeout=60,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL

    key = MASTER_KEY if before == "commit" else NEW_KEY
    assert opened(path, key, sealed) == ["Ada", "Bob"]
    rotated(path)
    assert opened(path, NEW_KEY, sealed) == ["Ada", "Bob"]
    disk = on_disk(path)
    assert not [each for each in old if each in disk]


@pytest.mark.usefixtures("sealed")
def test_a_process_that_has_the_old_key_makes_no_key_that_would_be_lost(path: Path) -> None:
    late = open_vault(path, MASTER_KEY)
    late.seal(CID, NAME, "Cid")
    rotated(path)

    with pytest.raises(VaultRotated, match="restart"):
        late.flush()
    late.close()
    keys = open_keys(path)
    assert keys.key(CID.hex) is None
    keys.close()
    anew = open_vault(path, NEW_KEY)
    box = anew.seal(CID, NAME, "Cid")
    anew.flush()
    assert anew.open(box) == "Cid"
    anew.close()


@pytest.mark.usefixtures("sealed")
def test_opens_says_which_key_it_is(path: Path) -> None:
    keys = open_keys(path)
    assert opens(keys, MASTER_KEY) and not opens(keys, NEW_KEY)
    Vault(keys, MASTER_KEY).close()


def test_the_key_file_is_replaced_and_its_old_bytes_with_it(tmp_path: Path) -> None:
    made = KeyFile(tmp_path / "vault.key")
    made.path.write_text("A" * 43 + "=")
    another_name = tmp_path / "link"
    another_name.hardlink_to(made.path)

    key = made.prepare(None)
    assert made.prepare(None) == key, "one made by a rotation that was killed is the one"
    made.replace()

    assert [each.name for each in sorted(tmp_path.iterdir())] == ["link", "vault.key"]
    assert another_name.read_bytes() == bytes(44)
    assert made.path.stat().st_mode & 0o777 == 0o600
