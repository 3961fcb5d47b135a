"""The command line: what each command prints, and the sentence it says when it cannot."""

from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import Result
from typer.main import get_command
from typer.testing import CliRunner

from read_side.views import VIEWS
from schema.root import possible_types, sdl
from service import cli
from tests.schema.campus import Campus, campus_at, ids_like
from write_side.events import Role

COMMANDS = sorted(get_command(cli).commands)  # type: ignore[attr-defined]
NOBODY = (Role.ANONYMOUS, Role.SYSTEM)


def rollbook(folder: Path, *arguments: str) -> Result:
    """Run a command in this process, on the files of a folder."""
    env = {"ROLLBOOK_DATA_DIR": str(folder), "COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb"}
    return CliRunner().invoke(cli, arguments, env=env)


@dataclass
class Running:
    """A service on the files of a folder, in this process."""

    campus: Campus
    folder: Path
    student: str


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Generator[Running, None, None]:
    folder = tmp_path_factory.mktemp("cli")
    with campus_at(folder) as campus:
        yield Running(campus, folder, campus.student(name="Cleo Lineman"))


def test_help_names_every_command(tmp_path: Path) -> None:
    told = rollbook(tmp_path, "--help")

    assert told.exit_code == 0
    assert [name for name in COMMANDS if f" {name} " not in told.stdout] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_and_reading_it_makes_no_file(tmp_path: Path, command: str) -> None:
    told = rollbook(tmp_path, command, "--help")

    assert told.exit_code == 0
    assert f"Usage: root {command}" in told.stdout or f" {command} " in told.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("role", [role for role in Role if role not in NOBODY])
def test_a_token_stands_alone_on_its_line_and_the_api_takes_it(
    running: Running, role: Role
) -> None:
    student = ["--student", running.student] if role is Role.STUDENT else []

    told = rollbook(running.folder, "token", "--role", role.value.lower(), *student)

    assert told.exit_code == 0
    assert told.stdout.count("\n") == 1 and " " not in told.stdout
    viewer = running.campus.ask("{ viewer { role student { id } } }", told.stdout.strip())
    own = {"id": running.student} if role is Role.STUDENT else None
    assert viewer["viewer"] == {"role": role.value, "student": own}


def test_the_first_token_makes_the_secret_and_says_so_elsewhere(tmp_path: Path) -> None:
    told = rollbook(tmp_path, "token", "--role", "registrar")

    assert told.stdout.count("\n") == 1
    assert f"made {tmp_path / 'token.secret'}" in told.stderr
    assert (tmp_path / "token.secret").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("role", NOBODY)
def test_no_token_for_a_role_that_nobody_may_hold(running: Running, role: Role) -> None:
    """The service would not take it."""
    told = rollbook(running.folder, "token", "--role", role.value.lower())

    assert told.exit_code == 2
    assert told.stdout == ""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["token"], "--role"),
        (["token", "--role", "dean"], "dean"),
        (["token", "--role", "student"], "needs --student ID"),
        (["token", "--role", "student", "--student", "xyz"], "'xyz' is not an id"),
        (["token", "--role", "student", "--student", ids_like("Section")], "of a Section"),
        (["rebuild", "nope"], "the views are catalog, schedule"),
        (["import", "moodle", "."], "oulad is"),
        (["import", "oulad", ".", "--report", "/no/where.json"], "where.json cannot be written"),
        (["replay", "moodle", "."], "webreg is"),
        (["replay", "webreg", ".", "--picture", "."], ". cannot be written"),
        (["facts", "--after", "soon"], "valid integer"),
        (["facts"], "there is no log at"),
        (["dance"], "dance"),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, list) else "",
)
def test_nonsense_is_told_and_makes_no_data(
    tmp_path: Path, arguments: list[str], said: str
) -> None:
    told = rollbook(tmp_path, *arguments)

    assert told.exit_code == 2
    assert said in " ".join(told.stderr.replace("│", " ").split())
    assert "Traceback" not in told.output
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("setting", ["PORT", "DEMO", "QUEUE_SIZE"])
def test_a_senseless_setting_is_named_in_a_sentence(tmp_path: Path, setting: str) -> None:
    env = {"ROLLBOOK_DATA_DIR": str(tmp_path), f"ROLLBOOK_{setting}": "perhaps"}

    told = CliRunner().invoke(cli, ["rebuild", "catalog"], env=env)

    assert told.exit_code != 0
    assert isinstance(told.exception, SystemExit), f"a traceback: {told.exception!r}"
    assert f"ROLLBOOK_{setting}" in told.stderr


def test_the_schema_is_printed_as_it_is_served(tmp_path: Path) -> None:
    told = rollbook(tmp_path, "schema")
    types = rollbook(tmp_path, "schema", "--types")

    assert (told.exit_code, told.stdout) == (0, sdl())
    assert (types.exit_code, types.stdout) == (0, possible_types())


def test_facts_are_printed_while_the_service_runs(running: Running) -> None:
    told = rollbook(running.folder, "facts")
    later = rollbook(running.folder, "facts", "--after", "1", "--limit", "1")

    lines = told.stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["1", "2"]
    assert "StudentRegistered" in lines[1] and '"number":"S1"' in lines[1]
    assert "Lineman" not in told.stdout
    assert later.stdout.splitlines() == lines[1:2]


@pytest.mark.parametrize(
    ("made", "said"), [(False, "is not a directory"), (True, "neither courses.csv.gz nor courses")]
)
def test_an_import_from_the_wrong_place_says_what_is_missing(
    tmp_path: Path, made: bool, said: str
) -> None:
    source = tmp_path / "source"
    if made:
        source.mkdir()

    told = rollbook(tmp_path / "data", "import", "oulad", str(source))

    assert told.exit_code == 1
    assert said in told.stderr and str(source) in told.stderr
    assert "Traceback" not in told.output


@pytest.mark.parametrize("arguments", [["rebuild", "catalog"], ["serve", "--port", "1"]])
def test_a_second_process_is_told_so(running: Running, arguments: list[str]) -> None:
    """Also a second service in one process: the lock is the file's."""
    told = rollbook(running.folder, *arguments)

    assert told.exit_code == 1
    assert f"another Rollbook process writes {running.folder / 'log.db'}" in told.stderr
    assert "ROLLBOOK_DATA_DIR" in told.stderr


def test_another_vault_key_is_told_so(tmp_path: Path) -> None:
    with campus_at(tmp_path) as campus:
        campus.student()
    (tmp_path / "vault.key").write_text("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n")

    told = rollbook(tmp_path, "rebuild", "catalog")

    assert told.exit_code == 1
    assert "key" in told.stderr and "Traceback" not in told.output


def test_views_are_made_again_as_they_were(tmp_path: Path) -> None:
    with campus_at(tmp_path) as campus:
        campus.enroll(campus.student(), campus.section())
        campus.service.catch_up()
        head, before = campus.head, everything(campus)

    for view in VIEWS:
        told = rollbook(tmp_path, "rebuild", view.name)
        assert told.exit_code == 0
        assert told.stderr.splitlines()[-1] == f"{view.name} is at position {head}"

    with campus_at(tmp_path) as campus:
        assert everything(campus) == before
        views = campus.ask("{ views { generation position } }")["views"]
        assert views == [{"generation": 2, "position": str(head)}] * len(VIEWS)


def everything(campus: Campus) -> object:
    document = """query Everything { terms { id code } feedback { count }
      sections(first: 9) { edges { node { id enrolled roster(first: 9) { edges { cursor } } } } }
      students(first: 9) { edges { node { id number enrollments { id status } } } }
      demand(first: 9) { edges { node { enrollments } } }
      facts(first: 50) { edges { node { position summary data } } } }"""
    return campus.ask(document, campus.registrar)


def test_nobody_projects_a_file_by_hand_beside_whoever_serves_it(tmp_path: Path) -> None:
    told = rollbook(tmp_path, "project")
    assert (told.exit_code, "beside `rollbook serve`" in told.output) == (2, True)
