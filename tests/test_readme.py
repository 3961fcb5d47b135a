"""What README and guides name exists: settings, targets, commands, paths, documents."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from graphql import parse, validate
from typer.main import get_command

from service import Settings, cli
from tests.schema.examples import SCHEMA

HOUSE = Path(__file__).parents[1]
README = HOUSE / "README.md"
PAGES = [README, *sorted(HOUSE.glob("docs/**/*.md")), HOUSE / "web" / "README.md"]
COMMANDS: dict[str, click.Command] = get_command(cli).commands  # type: ignore[attr-defined]
TARGETS = set(re.findall(r"^([a-z][\w-]*):", (HOUSE / "Makefile").read_text(), re.M))
ENDINGS = "py|md|toml|graphql|sql|svg|ts|tsx|json|yml|yaml|sh"

page = pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(HOUSE)))


def known_files() -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=HOUSE,
        capture_output=True,
        text=True,
        check=True,
    )
    return [name for name in listed.stdout.splitlines() if (HOUSE / name).is_file()]


def blocks(path: Path) -> Iterator[tuple[str, str]]:
    """Fenced code with its language."""
    yield from re.findall(r"^```(\w*)\n(.*?)^```", path.read_text(), re.M | re.S)


def spans(path: Path) -> list[str]:
    """Code inside sentences and tables."""
    prose = re.sub(r"^```.*?^```", "", path.read_text(), flags=re.M | re.S)
    return re.findall(r"`([^`\n]+)`", prose)


def code(path: Path) -> str:
    shell = [text for language, text in blocks(path) if language in ("sh", "bash", "console")]
    return "\n".join([*spans(path), *shell])


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_in_the_readme_with_its_default(name: str) -> None:
    variable, default = f"ROLLBOOK_{name.upper()}", Settings.model_fields[name].default
    rows = [line for line in README.read_text().splitlines() if f"`{variable}`" in line]
    rows = [row for row in rows if row.startswith("|")]
    assert rows, f"add a row for `{variable}` to the table of settings in README.md"
    if default is not None:
        shown = str(default).lower() if isinstance(default, bool) else str(default)
        assert f"`{shown}`" in rows[0], f"README.md: the default of {variable} is {shown}"


@page
def test_no_page_names_a_setting_that_is_gone(page: Path) -> None:
    named = set(re.findall(r"\bROLLBOOK_([A-Z_]+)\b", page.read_text()))
    gone = {name for name in named if name.lower() not in Settings.model_fields}
    assert not gone, f"{page.name} names {gone}: schema/settings.py has no such setting"


@page
def test_every_make_target_it_names_exists(page: Path) -> None:
    named = set(re.findall(r"(?:^|[\s`(])make ([a-z][\w-]*)", code(page), re.M))
    assert named <= TARGETS, f"{page.name} names {named - TARGETS}: the Makefile has {TARGETS}"


def test_the_readme_names_every_make_target() -> None:
    text = code(README)
    missing = [target for target in sorted(TARGETS) if f"make {target}" not in text]
    assert not missing, f"say in README.md what `make {missing[0]}` does"


@page
def test_every_command_and_option_it_names_exists(page: Path) -> None:
    for line in code(page).splitlines():
        for name, rest in re.findall(r"\brollbook ([a-z][\w-]*)(.*)", line):
            assert name in COMMANDS, f"{page.name}: there is no `rollbook {name}`"
            known = {option for each in COMMANDS[name].params for option in each.opts} | {"--help"}
            unknown = set(re.findall(r"--[a-z][\w-]*", rest.split("#")[0])) - known
            assert not unknown, f"{page.name}: `rollbook {name}` has no {unknown}"


def test_the_readme_names_every_command() -> None:
    text = code(README)
    missing = [name for name in COMMANDS if f"rollbook {name}" not in text]
    assert not missing, f"say in README.md what `rollbook {missing[0]}` does"


@page
def test_every_path_it_names_exists(page: Path) -> None:
    files = known_files()
    tops = {name.split("/")[0] for name in files}
    for span in spans(page):
        path = span.removeprefix("./").rstrip("/")
        looks = re.fullmatch(r"[\w.-]+(/[\w.*-]+)*", path)
        if not looks or not (
            re.search(rf"\.({ENDINGS})$", path) or span.endswith("/") or path.split("/")[0] in tops
        ):
            continue
        found = (
            (HOUSE / path).exists()
            or (page.parent / path).exists()
            or any(HOUSE.glob(path))
            or any(f"/{name}".endswith(f"/{path}") or f"/{path}/" in f"/{name}" for name in files)
            or made_later(path)
        )
        assert found, f"{page.relative_to(HOUSE)} names `{span}`, which is not there"


def made_later(path: str) -> bool:
    """What git ignores is made by running something."""
    checked = subprocess.run(["git", "check-ignore", "-q", path], cwd=HOUSE, check=False)
    return checked.returncode == 0


@page
def test_every_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)\s]+)\)|(?:src|href)=\"([^\"]+)\"", page.read_text())
    for link in filter(None, (part for pair in links for part in pair)):
        if re.match(r"[a-z]+:", link) or link.startswith("#"):
            continue
        target = page.parent / link.split("#")[0]
        assert target.exists(), f"{page.relative_to(HOUSE)} links to {link}, which is not there"


def mapped() -> dict[str, list[str]]:
    """The map: what is named on the left, by the folder it is under ("" at the top)."""
    section = README.read_text().split("## The map", 1)
    assert len(section) == 2, 'README.md has no section "The map"'
    text = section[1].split("```", 2)[1]
    found: dict[str, list[str]] = {"": []}
    parent = ""
    for line in text.splitlines()[1:]:
        indented = line.startswith(" ")
        for word in re.split(r"\s{2,}", line.strip()):
            if not re.fullmatch(r"[\w.-]+/?", word) or not re.search(r"/$|\.\w+$", word):
                break
            if indented:
                found[parent].append(word)
            else:
                found[""].append(word)
                parent = word
                found[parent] = []
    return found


def test_what_is_on_the_map_is_there() -> None:
    for parent, names in mapped().items():
        for name in names:
            path = HOUSE / parent / name
            assert path.exists(), f"README.md: there is no {parent}{name}; correct the map"
            assert path.is_dir() == name.endswith("/"), f"README.md: {parent}{name} is the other"


def test_every_folder_is_on_the_map() -> None:
    folders = {name.split("/")[0] + "/" for name in known_files() if "/" in name}
    missing = {name for name in folders if not name.startswith(".")} - set(mapped()[""])
    assert not missing, f"README.md: say on the map what is in {sorted(missing)}"


def documents(path: Path) -> list[str]:
    """GraphQL in fences of its own, and what shell blocks hand to `ask`."""
    own = [text for language, text in blocks(path) if language == "graphql"]
    asked = [
        each
        for language, text in blocks(path)
        if language in ("sh", "bash")
        for each in re.findall(r"\bask '([^']+)'", text)
    ]
    whole = [text for text in own + asked if "{" in text]
    return [text for text in whole if "..." not in text.replace("... on ", "")]


@page
def test_every_document_it_shows_fits_the_schema(page: Path) -> None:
    for text in documents(page):
        if re.match(r"\s*(type|input|enum|interface|union|extend|\"\"\")", text):
            continue
        errors = validate(SCHEMA, parse(text))
        assert not errors, f"{page.relative_to(HOUSE)} shows\n{text}\n{errors[0].message}"
