"""The restore drill: a copy made while commands run answers elsewhere as the original did."""

import json
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from read_side.views import VIEWS
from tests.read_side.house import House, projection
from tests.read_side.past import Past
from tests.read_side.stored import Rows
from tests.read_side.wishes import Day
from tests.stores import open_log, open_vault, sqlite_only
from tests.write_side.office import MASTER_KEY
from write_side.log.backup import BadCopy, back_up, restore
from write_side.log.log import Log

pytestmark = sqlite_only


def quiet(*_: object) -> None:
    """Progress that nobody looks at."""


@pytest.fixture
def copy(house: House, tmp_path: Path) -> Path:
    """Of a house in which a day went on while it was copied."""
    day = Day(house.office, seed=5)
    day.pass_by(bursts=10, most=20)
    sent = [house.office.send(day.wish()) for _ in range(300)]
    target = tmp_path / "copy"
    made = back_up(house.office.data, target, quiet)
    for outcome in sent:
        outcome.result(20)
    assert made.facts <= house.office.log.head()
    return target


def views_of(log: Log | Past, folder: Path, head: int) -> dict[str, Rows]:
    folder.mkdir()
    with projection(folder / "views.db", log) as shown:
        for view in VIEWS:
            assert shown.projector.rebuild(view.name) == head
        assert shown.parked() == []
        return {view.name: shown.rows(view.name) for view in VIEWS}


def test_a_copy_answers_elsewhere_as_the_original_did(
    house: House, copy: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    made = restore(copy, elsewhere, quiet)
    original = house.office.log
    with closing(open_log(elsewhere / "log.db")) as log:
        assert log.head() == made.facts and log.standing().serial == made.receipts
        assert log.first_broken_link() is None
        restored = views_of(log, tmp_path / "restored", made.facts)
        assert log.read(0, 10**6) == original.read(0, made.facts)
        serials = {refused.serial for refused in log.refused(0, 10**6)}
    # the original as it stood at the same place
    refusals = [each for each in original.refused(0, 10**6) if each.serial in serials]
    past = Past(facts=original.read(0, made.facts), refusals=refusals)
    assert restored == views_of(past, tmp_path / "original", made.facts)
    assert serials and all(any(restored[name].values()) for name in ("roster", "demand"))
    with closing(open_vault(elsewhere / "vault.db", MASTER_KEY)) as vault:
        assert vault is not None


def test_what_was_sealed_is_readable_with_the_copied_vault_and_no_other(
    house: House, copy: Path, tmp_path: Path
) -> None:
    restore(copy, tmp_path / "elsewhere", quiet)
    keys = "SELECT person, wrapped FROM keys ORDER BY person"
    with closing(sqlite3.connect(tmp_path / "elsewhere" / "vault.db")) as vault:
        copied = set(vault.execute(keys))
    with closing(sqlite3.connect(house.office.data / "vault.db")) as vault:
        assert copied and copied <= set(vault.execute(keys))


def test_log_and_vault_are_apart_and_the_vault_is_its_owners(copy: Path) -> None:
    assert {str(p.relative_to(copy)) for p in copy.rglob("*") if p.is_file()} == {
        "log/log.db",
        "log/manifest.json",
        "vault/vault.db",
        "vault/manifest.json",
    }
    assert (copy / "vault" / "vault.db").stat().st_mode & 0o777 == 0o600
    manifest = json.loads((copy / "log" / "manifest.json").read_bytes())
    assert manifest["facts"] and manifest["receipts"] and len(manifest["head"]) == 64


def test_nothing_is_overwritten(house: House, copy: Path, tmp_path: Path) -> None:
    with pytest.raises(BadCopy, match="is there already"):
        back_up(house.office.data, copy, quiet)
    for name in ("log.db", "vault.db", "views.db"):
        folder = tmp_path / f"with {name}"
        folder.mkdir()
        (folder / name).touch()
        with pytest.raises(BadCopy, match=f"{name} is there already"):
            restore(copy, folder, quiet)
        assert [path.name for path in folder.iterdir()] == [name]


def _flip(file: Path) -> None:
    changed = bytearray(file.read_bytes())
    changed[len(changed) // 2] ^= 1
    file.write_bytes(changed)


@pytest.mark.parametrize("part", ["log/log.db", "vault/vault.db"])
@pytest.mark.parametrize("act", [_flip, os.unlink, lambda file: os.truncate(file, 5_000)])
def test_a_copy_that_was_changed_is_not_restored(
    copy: Path, tmp_path: Path, part: str, act: object
) -> None:
    act(copy / part)  # type: ignore[operator]
    with pytest.raises(BadCopy, match=part):
        restore(copy, tmp_path / "elsewhere", quiet)
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("part", ["log", "vault"])
def test_a_copy_without_its_manifest_was_not_finished(
    copy: Path, tmp_path: Path, part: str
) -> None:
    (copy / part / "manifest.json").unlink()
    with pytest.raises(BadCopy, match="from its end on"):
        restore(copy, tmp_path / "elsewhere", quiet)


def test_a_log_that_does_not_verify_gets_no_manifest(house: House, tmp_path: Path) -> None:
    house.office.register("S1")
    broken = tmp_path / "broken"
    back_up(house.office.data, tmp_path / "whole", quiet)
    broken.mkdir()
    for part in ("log/log.db", "vault/vault.db"):
        shutil.copy(tmp_path / "whole" / part, broken)
    with closing(sqlite3.connect(broken / "log.db", isolation_level=None)) as file:
        file.execute("DROP TRIGGER facts_no_update")
        file.execute("UPDATE facts SET actor = 'somebody' WHERE position = 3")
    with pytest.raises(BadCopy, match="does not verify: position 3"):
        back_up(broken, tmp_path / "copy of broken", quiet)
    assert list((tmp_path / "copy of broken").rglob("manifest.json")) == []
