"""The commands of whoever keeps the log: what they print, and how they end."""

import shutil
from pathlib import Path

import pytest

from tests.read_side.wishes import Day
from tests.stores import sqlite_only
from tests.test_cli import rollbook
from tests.write_side.office import office_at
from tests.write_side.tampering import tampering

pytestmark = sqlite_only


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """With log and vault of a few commands, which nobody has open."""
    made = tmp_path / "data"
    made.mkdir()
    with office_at(made) as office:
        Day(office, seed=1).pass_by(bursts=3, most=9)
    return made


def test_verify_tells_counts_and_heads(folder: Path) -> None:
    told = rollbook(folder, "verify")
    assert told.exit_code == 0, told.output
    assert "verified in" in told.output and "at position" in told.output


def test_verify_names_the_first_wrong_place(folder: Path) -> None:
    with tampering(folder) as do:
        do("UPDATE facts SET actor = 'somebody' WHERE position >= 6")
    told = rollbook(folder, "verify")
    assert told.exit_code == 1
    assert "first wrong: position 6: it is not what was recorded" in told.output


@pytest.mark.parametrize("content", [b"this is no database at all, " * 400, b""])
def test_verify_says_what_is_no_log_in_a_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "log.db").write_bytes(content)
    told = rollbook(tmp_path, "verify")
    assert told.exit_code == 1 and "the store: it cannot be read" in told.output


def test_verify_makes_no_log_where_there_is_none(tmp_path: Path) -> None:
    told = rollbook(tmp_path, "verify")
    assert told.exit_code == 1 and "there is no log at" in told.output
    assert list(tmp_path.iterdir()) == []


def test_verify_finds_nothing_where_the_vault_is_gone(folder: Path) -> None:
    """Erasing destroys keys; the chain never asked for them."""
    for file in folder.glob("vault.db*"):
        file.unlink()
    assert rollbook(folder, "verify").exit_code == 0


def test_verify_reads_a_log_whose_topics_it_does_not_know(folder: Path) -> None:
    """Told as changed because it was: the chain covers the topic, no class is asked."""
    with tampering(folder) as do:
        do("UPDATE facts SET topic = 'FromTheFuture' WHERE position = 4")
    told = rollbook(folder, "verify")
    assert told.exit_code == 1 and "position 4" in told.output


def test_backup_and_restore_there_and_back(folder: Path, tmp_path: Path) -> None:
    copy, elsewhere = tmp_path / "copy", tmp_path / "elsewhere"
    made = rollbook(folder, "backup", str(copy))
    assert made.exit_code == 0 and "copied, head" in made.output
    put_back = rollbook(elsewhere, "restore", str(copy))
    assert put_back.exit_code == 0 and "restored" in put_back.output
    heads = [rollbook(at, "verify").output.split("\n", 1)[1] for at in (folder, elsewhere)]
    assert heads[0] == heads[1]
    for refused in (rollbook(folder, "backup", str(copy)), rollbook(folder, "restore", str(copy))):
        assert refused.exit_code == 1 and "nothing is overwritten" in refused.output
    shutil.rmtree(copy / "vault")
    lacking = rollbook(tmp_path / "third", "restore", str(copy))
    assert lacking.exit_code == 1 and not (tmp_path / "third").exists()


@pytest.mark.parametrize("command", ["backup", "restore"])
def test_on_a_server_its_own_tools_are_named(
    tmp_path: Path, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROLLBOOK_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    told = rollbook(tmp_path, command, str(tmp_path / "copy"))
    assert told.exit_code == 1 and "pg_dump" in told.output
