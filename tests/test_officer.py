"""The privacy officer's commands, as they are typed: also beside a running service."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from schema.ids import key_of
from service import cli
from tests.schema.campus import Campus, campus_at, ids_like
from tests.stores import POSTGRES, database
from write_side.events import Role

NEW = base64.b64encode(bytes(range(1, 33))).decode()
NAME = "Wilhelmine Erasable"


def rollbook(folder: Path, *arguments: str, given: str = "", **settings: str) -> Result:
    env = {"ROLLBOOK_DATA_DIR": str(folder), "COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb"}
    if POSTGRES:
        env["ROLLBOOK_DATABASE_URL"] = database(folder)
    return CliRunner().invoke(cli, arguments, input=given, env=env | settings)


def erase(campus: Campus, student: str) -> None:
    officer = campus.token(Role.PRIVACY_OFFICER)
    made = campus.made("eraseStudent", "destroyed", officer, student=student, basis="OBJECTION")
    assert made["destroyed"] is True
    campus.service.catch_up()


def name_of(campus: Campus, student: str) -> str | None:
    asked = "query Who($id: ID!) { student(id: $id) { name { text } } }"
    found: dict[str, Any] = campus.ask(asked, campus.registrar, id=student)["student"]
    text: str | None = found["name"]["text"]
    return text


def test_exported_erased_and_proven_while_the_service_runs(tmp_path: Path) -> None:
    data, out = tmp_path / "data", tmp_path / "out"
    with campus_at(data) as campus:
        student = campus.student(name=NAME)
        campus.student(name="Another Person")
        exported = rollbook(data, "export-person", student, "--to", str(out))
        assert exported.exit_code == 0, exported.output
        files = sorted(out.iterdir())
        assert [each.suffix for each in files] == [".html", ".json"]
        assert {each.stat().st_mode & 0o777 for each in files} == {0o600}
        assert all(NAME in each.read_text() for each in files)
        values = files[1].read_text()

        early = rollbook(data, "prove-erasure", student, given=values)
        assert early.exit_code == 1 and "the person is not erased" in early.output

        erase(campus, student)
        proven = rollbook(data, "prove-erasure", student, given=values)
        assert proven.exit_code == 0, proven.output
        assert proven.stdout.splitlines()[-1] == "proven"
        later = rollbook(data, "export-person", student, "--to", str(out))
        assert later.exit_code == 1 and "was erased" in later.stderr

    certificates = [json.loads(f.read_text()) for f in (data / "certificates").iterdir()]
    proofs = [each for each in certificates if each["proven"]]
    assert len(certificates) == 2 and len(proofs) == 1
    assert proofs[0]["student"] == key_of(student, "Student").hex
    assert (proofs[0]["hits"], proofs[0]["key"]) == (0, "destroyed")
    places = [each["place"] for each in proofs[0]["searched"]]
    stores = ("rollbook_views.", "rollbook_log.", "rollbook_vault.")
    for store in stores if POSTGRES else ("log.db", "views.db", "vault.db", "vault.key"):
        assert any(store in place for place in places), store


def test_an_export_left_in_the_data_is_found_and_named(tmp_path: Path) -> None:
    with campus_at(tmp_path) as campus:
        student = campus.student(name=NAME)
        assert rollbook(tmp_path, "export-person", student).exit_code == 0
        erase(campus, student)
    elsewhere = tmp_path.with_name(f"{tmp_path.name}.log")
    elsewhere.write_text(f"hello {NAME}")

    report = tmp_path / "proof.json"
    more = ("--also", str(elsewhere), "--report", str(report))
    told = rollbook(tmp_path, "prove-erasure", student, *more, given=NAME)

    assert told.exit_code == 1
    found = json.loads(report.read_text())
    named = " ".join(found["problems"])
    assert found["proven"] is False and "exports/student-" in named and str(elsewhere) in named
    assert NAME not in told.output + report.read_text()


def test_without_a_service_views_are_brought_up_to_date_first(tmp_path: Path) -> None:
    if POSTGRES:
        pytest.skip("a projector does that there")
    with campus_at(tmp_path) as campus:
        student = campus.student(name=NAME)
    for each in tmp_path.glob("views.db*"):
        each.unlink()

    told = rollbook(tmp_path, "export-person", student, "--to", str(tmp_path / "out"))

    assert told.exit_code == 0, told.output
    (made,) = (tmp_path / "out").glob("*.json")
    assert json.loads(made.read_text())["contact"]["name"] == NAME


def test_a_made_key_is_replaced_by_a_made_one(tmp_path: Path) -> None:
    with campus_at(tmp_path) as campus:
        student = campus.student(name=NAME)
    old, copy = (tmp_path / "vault.key").read_text(), (tmp_path / "vault.db")
    backup = None if POSTGRES else copy.read_bytes()

    told = rollbook(tmp_path, "vault", "rotate")

    assert told.exit_code == 0, told.output
    assert "2 keys are under the new master key" in told.stderr
    new = (tmp_path / "vault.key").read_text()
    assert new != old and new not in told.output
    with campus_at(tmp_path) as campus:
        assert name_of(campus, student) == NAME
        late = campus.student(name="Late", number="S9")
        assert name_of(campus, late) == "Late"
    if backup is not None:
        for each in tmp_path.glob("vault.db*"):
            each.unlink()
        copy.write_bytes(backup)
        dead = rollbook(tmp_path, "rebuild", "catalog")
        assert dead.exit_code == 1 and "does not open this vault" in dead.stderr


@pytest.mark.parametrize("how", ["file", "input", "setting"])
def test_a_given_key_comes_from_outside(tmp_path: Path, how: str) -> None:
    data = tmp_path / "data"
    with campus_at(data) as campus:
        student = campus.student(name=NAME)
    old = (data / "vault.key").read_text()
    (data / "vault.key").unlink()
    key = tmp_path / "key"
    key.write_text(f"{NEW}\n")
    options = {"file": ["--new-key-file", str(key)], "input": ["--new-key-file", "-"]}
    settings = {"ROLLBOOK_NEW_VAULT_KEY": NEW} if how == "setting" else {}

    told = rollbook(
        data,
        *("vault", "rotate", *options.get(how, [])),
        given=NEW,
        ROLLBOOK_VAULT_KEY=old,
        **settings,
    )

    assert told.exit_code == 0, told.output
    assert NEW not in told.output and not (data / "vault.key").exists()
    again = rollbook(data, "vault", "rotate", given=NEW, ROLLBOOK_VAULT_KEY=old)
    assert again.exit_code == 2 and "--new-key-file" in again.stderr
    with campus_at(data, vault_key=NEW) as campus:
        assert name_of(campus, student) == NAME


def test_a_rotation_killed_before_its_end_is_finished_by_the_next(tmp_path: Path) -> None:
    with campus_at(tmp_path) as campus:
        student = campus.student(name=NAME)
    file, waiting = tmp_path / "vault.key", tmp_path / "vault.key.new"
    old = file.read_text()
    assert rollbook(tmp_path, "vault", "rotate").exit_code == 0
    waiting.write_text(file.read_text())  # as if killed between the commit and the renaming
    file.write_text(old)

    told = rollbook(tmp_path, "vault", "rotate")

    assert told.exit_code == 0 and "interrupted is finished" in told.stderr
    assert not waiting.exists()
    with campus_at(tmp_path) as campus:
        assert name_of(campus, student) == NAME


def test_what_cannot_be_done_is_told_in_a_sentence(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with campus_at(data) as campus:
        student = campus.student(name=NAME)
        if not POSTGRES:
            busy = rollbook(data, "vault", "rotate")
            assert busy.exit_code == 1 and "another Rollbook process" in busy.stderr
    wrong = {"ROLLBOOK_VAULT_KEY": base64.b64encode(bytes(32)).decode()}
    cases = [
        (rollbook(data, "vault", "rotate", ROLLBOOK_NEW_VAULT_KEY=NEW, **wrong), 1, "changed"),
        (rollbook(data, "vault", "rotate", ROLLBOOK_NEW_VAULT_KEY="abc"), 1, "32 bytes"),
        (rollbook(data, "prove-erasure", student, given=""), 2, "standard input"),
        (rollbook(data, "prove-erasure", "xyz", given=NAME), 2, "not an id"),
        (rollbook(data, "prove-erasure", ids_like("Student"), given=NAME), 1, "knows nobody"),
        (rollbook(data, "prove-erasure", student, "--also", "/no/where", given=NAME), 2, "nothing"),
        (rollbook(data, "export-person", ids_like("Student")), 1, "no student"),
    ]
    for told, code, said in cases:
        assert told.exit_code == code, told.output
        assert said in " ".join(told.stderr.replace("│", " ").split())
        assert "Traceback" not in told.output and NAME not in told.output
    if not POSTGRES:
        for command in (["vault", "rotate"], ["export-person", student]):
            none = rollbook(tmp_path / "none", *command)
            assert none.exit_code == 1 and "there is no" in none.stderr
            assert not (tmp_path / "none").exists()
