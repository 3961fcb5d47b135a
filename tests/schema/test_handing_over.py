"""`rollbook export-person`: everything about one person in two files, beside a service or not."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from service import cli
from tests.schema.campus import campus_at, ids_like
from tests.schema.test_erased_everywhere import erase
from tests.stores import POSTGRES, database, sqlite_only

NAME = "Wilhelmine Givenout"


def export(data: Path, to: Path, student: str, *more: str) -> Result:
    env = {"ROLLBOOK_DATA_DIR": str(data), "COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb"}
    if POSTGRES:
        env["ROLLBOOK_DATABASE_URL"] = database(data)
    return CliRunner().invoke(cli, ["export-person", student, "--to", str(to), *more], env=env)


def test_beside_a_running_service_two_files_that_only_their_maker_reads(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    data, to = tmp_path / "data", tmp_path / "to" / "her"
    with campus_at(data) as campus:
        student = campus.student(name=NAME)
        campus.student(name="Another Person")
        campus.enroll(student, campus.section())
        caplog.set_level("INFO", "rollbook.audit")

        told = export(data, to, student, "--purpose", "request 17")

        assert told.exit_code == 0, told.output
        made = sorted(to.iterdir())
        assert [each.suffix for each in made] == [".html", ".json"]
        assert {each.stat().st_mode & 0o777 for each in made} == {0o600}
        page, document = made[0].read_text(), json.loads(made[1].read_text())
        assert NAME in page and document["contact"]["name"] == NAME
        assert len(document["enrollments"]) == 1
        assert document["positions"] == {"log": campus.head, "views": campus.head}
        assert "Another" not in page + str(document)
        opened = [each.getMessage() for each in caplog.records if each.name == "rollbook.audit"]
        assert len(opened) == 2 and all("for request 17, request" in line for line in opened)
        assert NAME not in told.output + str(opened)
        assert export(data, to, student).exit_code == 0, "again replaces them"

        erase(campus, student)
        late = export(data, tmp_path / "late", student)
        assert late.exit_code == 1 and "was erased" in late.stderr
        assert not (tmp_path / "late").exists()


@sqlite_only
def test_without_a_service_views_are_made_first(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with campus_at(data) as campus:
        student = campus.student(name=NAME)
    for each in data.glob("views.db*"):
        each.unlink()

    told = export(data, tmp_path / "to", student)

    assert told.exit_code == 0, told.output
    (made,) = (tmp_path / "to").glob("*.json")
    assert json.loads(made.read_text())["contact"]["name"] == NAME


def test_who_cannot_be_exported_is_said_in_a_sentence(tmp_path: Path) -> None:
    with campus_at(tmp_path / "data"):
        nobody = export(tmp_path / "data", tmp_path / "to", ids_like("Student"))
        section = export(tmp_path / "data", tmp_path / "to", ids_like("Section"))
    for told, said in ((nobody, "no student"), (section, "not of a Student")):
        assert told.exit_code == 1 and said in told.stderr
        assert "Traceback" not in told.output
    if not POSTGRES:
        none = export(tmp_path / "none", tmp_path / "to", ids_like("Student"))
        assert none.exit_code == 1 and "there is no log at" in none.stderr
        assert not (tmp_path / "none").exists()
