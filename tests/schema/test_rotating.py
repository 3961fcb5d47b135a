"""`rollbook vault rotate`: another master key for the same people."""

import base64
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from service import cli
from tests.schema.campus import campus_at
from tests.stores import POSTGRES, database, for_processes, open_keys, open_vault
from tests.write_side.campus import ANN, BOB
from write_side.vault import Vault, VaultRotated, WrongMasterKey

READ = "query Purpose($id: ID!) { student(id: $id) { name { text erased } } }"
FIND = "query F($e: String) { students(first: 2, search: $e) { edges { node { id } } } }"


def key() -> str:
    return base64.b64encode(os.urandom(32)).decode()


def rotate(folder: Path, **more: str) -> Result:
    env = {"ROLLBOOK_DATA_DIR": str(folder), "COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb"}
    if POSTGRES:
        env["ROLLBOOK_DATABASE_URL"] = database(folder)
    return CliRunner().invoke(cli, ["vault", "rotate"], env=env | more)


def known(folder: Path, **settings: Any) -> str:
    with campus_at(folder, **settings) as campus:
        return campus.student(name="Vera Example", email="vera@example.org")


def wrapped(folder: Path) -> dict[str, bytes]:
    store = open_keys(folder / "vault.db")
    found = dict(store.all())
    store.close()
    return found


def test_everybody_reads_on_under_the_new_key_and_the_old_opens_nothing(tmp_path: Path) -> None:
    old, new = key(), key()
    student = known(tmp_path, vault_key=old)
    before = wrapped(tmp_path)
    told = rotate(tmp_path, ROLLBOOK_VAULT_KEY=old, ROLLBOOK_NEW_VAULT_KEY=new)
    assert (told.exit_code, "keys are wrapped anew" in told.output) == (0, True), told.output
    after = wrapped(tmp_path)
    assert after.keys() == before.keys() and not set(after.values()) & set(before.values())
    if not POSTGRES:
        kept = b"".join(path.read_bytes() for path in tmp_path.glob("vault.db*"))
        assert not any(each in kept for each in before.values())
    with pytest.raises(WrongMasterKey):
        Vault(open_keys(tmp_path / "vault.db"), base64.b64decode(old))
    with campus_at(tmp_path, vault_key=new) as campus:
        answer = campus.ask(READ, campus.registrar, id=student)
        assert answer["student"]["name"] == {"text": "Vera Example", "erased": False}
        found = campus.ask(FIND, campus.registrar, e="vera@example.org")["students"]["edges"]
        assert [edge["node"]["id"] for edge in found] == [student]


def test_what_is_erased_stays_so(tmp_path: Path) -> None:
    old, new = key(), key()
    known(tmp_path, vault_key=old)
    store = open_keys(tmp_path / "vault.db")
    person = next(name for name, _ in store.all() if name != "pepper")
    store.destroy({person: 1})
    store.close()
    assert rotate(tmp_path, ROLLBOOK_VAULT_KEY=old, ROLLBOOK_NEW_VAULT_KEY=new).exit_code == 0
    assert len(wrapped(tmp_path)[person]) <= 1


def test_a_run_that_was_killed_after_its_commit_is_finished_by_the_next(tmp_path: Path) -> None:
    new = key()
    student = known(tmp_path, vault_key=None)
    before = (tmp_path / "vault.key").read_text()
    assert rotate(tmp_path, ROLLBOOK_NEW_VAULT_KEY=new).exit_code == 0
    (tmp_path / "vault.key").write_text(before)
    told = rotate(tmp_path, ROLLBOOK_NEW_VAULT_KEY=new)
    assert (told.exit_code, "0 keys are wrapped anew" in told.output) == (0, True), told.output
    assert (tmp_path / "vault.key").read_text() == new
    with campus_at(tmp_path) as campus:
        answer = campus.ask(READ, campus.registrar, id=student)
        assert answer["student"]["name"]["text"] == "Vera Example"


def test_it_refuses_in_a_sentence(tmp_path: Path) -> None:
    old, new = key(), key()
    given = {"ROLLBOOK_VAULT_KEY": old, "ROLLBOOK_NEW_VAULT_KEY": new}
    assert rotate(tmp_path, ROLLBOOK_VAULT_KEY=old).exit_code == 2
    with campus_at(tmp_path, vault_key=old):
        told = rotate(tmp_path, **given)
        assert told.exit_code == 1
        assert ("stop every node" if POSTGRES else "another Rollbook process") in told.output
    before = wrapped(tmp_path)
    for wrong, why in (("c2hvcnQ=", "32 bytes"), (old, "already")):
        told = rotate(tmp_path, **given | {"ROLLBOOK_NEW_VAULT_KEY": wrong})
        assert (told.exit_code, why in told.output) == (1, True), told.output
    told = rotate(tmp_path, ROLLBOOK_VAULT_KEY=key(), ROLLBOOK_NEW_VAULT_KEY=new)
    assert (told.exit_code, "made with another key" in told.output) == (1, True)
    assert wrapped(tmp_path) == before


def test_a_process_that_has_the_old_key_makes_no_key_that_would_be_lost(tmp_path: Path) -> None:
    path, old, new = tmp_path / "vault.db", os.urandom(32), os.urandom(32)
    late, rotating = open_vault(path, old), open_vault(path, old)
    rotating.seal(ANN, "StudentRegistered.name", "Ann")
    rotating.flush()
    told: list[tuple[int, int]] = []
    assert rotating.rotate(new, lambda *how: told.append(how)) == 2, "hers and the pepper"
    assert told == [(1, 2), (2, 2)]
    late.seal(BOB, "StudentRegistered.name", "Bob")
    with pytest.raises(VaultRotated, match="start again"):
        late.flush()
    assert BOB.hex not in wrapped(tmp_path)
    rotating.seal(BOB, "StudentRegistered.name", "Bob")
    rotating.flush()
    assert BOB.hex in wrapped(tmp_path), "who rotated goes on"
    late.close()
    rotating.close()


def test_one_key_that_does_not_open_leaves_all_as_they_were(tmp_path: Path) -> None:
    vault = open_vault(tmp_path / "vault.db", os.urandom(32))
    vault.seal(ANN, "StudentRegistered.name", "Ann")
    vault.flush()
    vault._store.add([("f" * 32, os.urandom(60))])
    before = wrapped(tmp_path)
    with pytest.raises(WrongMasterKey):
        vault.rotate(os.urandom(32))
    assert wrapped(tmp_path) == before
    vault.close()


@pytest.mark.parametrize("how", ["file", "-"])
def test_the_new_key_may_come_from_a_file_and_the_made_one_is_overwritten(
    tmp_path: Path, how: str
) -> None:
    data, new = tmp_path / "data", key()
    student, made = known(data), data / "vault.key"
    (tmp_path / "another name").hardlink_to(made)
    (tmp_path / "new").write_text(f"{new}\n")
    env = {"ROLLBOOK_DATA_DIR": str(data)}
    if POSTGRES:
        env["ROLLBOOK_DATABASE_URL"] = database(data)
    given = str(tmp_path / "new") if how == "file" else how
    arguments = ["vault", "rotate", "--new-key", given]
    told = CliRunner().invoke(cli, arguments, env=env, input=new)
    assert (told.exit_code, new in told.output) == (0, False), told.output
    assert (made.read_text(), made.stat().st_mode & 0o777) == (new, 0o600)
    assert not (tmp_path / "another name").read_bytes().strip(b"\0")
    with campus_at(data) as campus:
        answer = campus.ask(READ, campus.registrar, id=student)
        assert answer["student"]["name"]["text"] == "Vera Example"


KILLED = """
import os, signal, sys
from pathlib import Path
from tests.stores import open_vault
def last(done, total):
    if done == total:
        os.kill(os.getpid(), signal.SIGKILL)
open_vault(Path(sys.argv[1]), bytes(32)).rotate(bytes(range(32)), last)
"""


def test_killed_before_its_commit_nothing_has_changed(tmp_path: Path) -> None:
    path = tmp_path / "vault.db"
    vault = open_vault(path, bytes(32))
    for person in (ANN, BOB):
        vault.seal(person, "StudentRegistered.name", "Somebody")
    vault.flush()
    vault.close()
    before = wrapped(tmp_path)
    ran = subprocess.run(
        [sys.executable, "-c", KILLED, str(path)],
        cwd=Path(__file__).parents[2],
        env=for_processes(),
        timeout=60,
        check=False,
    )
    assert ran.returncode == -signal.SIGKILL
    assert wrapped(tmp_path) == before
    open_vault(path, bytes(32)).close()
