"""`rollbook prove-erasure`: what it certifies, and what it refuses to."""

import json
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner, Result

from schema.ids import key_of
from service import cli
from tests.schema.campus import Campus, campus_at
from tests.schema.test_erased_everywhere import erase, known
from tests.stores import POSTGRES, database

WORDS = "kanarienna 7X\nkanari-7x@campus.invalid\nKanarcomment 7x\nKanarhold 7x\n"


@pytest.fixture
def campus(tmp_path: Path) -> Iterator[Campus]:
    with campus_at(tmp_path) as opened:
        yield opened


def prove(folder: Path, student: str, words: str = WORDS, *more: str) -> Result:
    env = {"ROLLBOOK_DATA_DIR": str(folder), "COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb"}
    if POSTGRES:
        env["ROLLBOOK_DATABASE_URL"] = database(folder)
    return CliRunner().invoke(cli, ["prove-erasure", student, *more], input=words, env=env)


def test_it_certifies_what_it_searched_and_nothing_of_the_values(
    campus: Campus, tmp_path: Path
) -> None:
    student, other = known(campus, 7, campus.section()), known(campus, 8, campus.section())
    erase(campus, student)
    told = prove(tmp_path, student, WORDS, "--to", str(tmp_path / "certificate.json"))
    assert told.exit_code == 0, told.output
    certificate = json.loads((tmp_path / "certificate.json").read_bytes())
    assert certificate["student"] == key_of(student, "Student").hex
    assert certificate["hits"] == 0 and certificate["bytes"] > 20_000
    assert certificate["head"]["position"] == campus.service.log.head()
    searched = {each["what"] for each in certificate["searched"]}
    if POSTGRES:
        assert {"rollbook_log.facts", "rollbook_vault.keys"} < searched
        assert "rollbook_views.directory_student" in searched
    else:
        assert {"log.db", "vault.db", "views.db"} < searched
    assert "anar" not in told.output + json.dumps(certificate)
    assert prove(tmp_path, other).exit_code == 1


def test_a_value_that_was_kept_is_found_and_the_place_named(campus: Campus, tmp_path: Path) -> None:
    student = known(campus, 7, campus.section())
    erase(campus, student)
    notes = tmp_path / "copies" / "notes.txt"
    notes.parent.mkdir()
    notes.write_text("Called back: KANARIENNA 7x, twice: Kanarienna 7x")
    told = prove(tmp_path, student)
    assert told.exit_code == 1
    assert "copies/notes.txt holds a value 2 times" in told.output
    assert "anarienna" not in told.output.lower().replace("notes", "")


def test_what_cannot_be_proved_is_said_in_a_sentence(campus: Campus, tmp_path: Path) -> None:
    student = known(campus, 7, campus.section())
    told = prove(tmp_path, student)
    assert (told.exit_code, "this student was not erased" in told.output) == (1, True)
    told = prove(tmp_path, student, "Li\n")
    assert (told.exit_code, "fewer than 4 characters" in told.output) == (2, True)
    assert prove(tmp_path, student, "").exit_code == 2
    assert prove(tmp_path, "nonsense").exit_code == 2


def test_an_export_is_taken_as_it_is_and_found_where_it_was_left(
    campus: Campus, tmp_path: Path
) -> None:
    student, folder = known(campus, 7, campus.section()), tmp_path / "exports"
    env = {"ROLLBOOK_DATA_DIR": str(tmp_path)}
    if POSTGRES:
        env["ROLLBOOK_DATABASE_URL"] = database(tmp_path)
    given = CliRunner().invoke(cli, ["export-person", student, "--to", str(folder)], env=env)
    assert given.exit_code == 0, given.output
    exported = next(folder.glob("*.json")).read_text()
    erase(campus, student)

    found = prove(tmp_path, student, exported)
    assert found.exit_code == 1 and "exports/student-" in found.output

    elsewhere = tmp_path.with_name(f"{tmp_path.name}-elsewhere")
    folder.rename(elsewhere)
    proven = prove(tmp_path, student, exported, "--to", str(tmp_path / "certificate.json"))
    assert proven.exit_code == 0, proven.output
    certificate = json.loads((tmp_path / "certificate.json").read_bytes())
    assert certificate["sealedValues"] == {"inTheLog": 6, "opened": 0}
    distinct = len(json.loads(exported)["personalValues"])
    assert certificate["values"] == {"searchedFor": distinct, "tooShort": 0}
    also = prove(tmp_path, student, exported, "--also", str(elsewhere))
    assert also.exit_code == 1 and f"{elsewhere}/student-" in also.output


def test_what_cannot_be_read_is_not_proved(campus: Campus, tmp_path: Path) -> None:
    student = known(campus, 7, campus.section())
    erase(campus, student)
    if POSTGRES:
        with psycopg.connect(database(tmp_path), autocommit=True) as connection:
            connection.execute("CREATE TABLE rollbook_log.closed (words text)")
    else:
        (tmp_path / "broken.db").write_bytes(b"SQLite format 3\0" + bytes(5000))

    told = prove(tmp_path, student)

    assert told.exit_code == 1 and "cannot be searched" in told.output
    assert "Traceback" not in told.output and not isinstance(told.exception, psycopg.Error)
