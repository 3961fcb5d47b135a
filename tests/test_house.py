"""The house keeps its shape: layers, sizes, names, opening sentences, and no sleeping."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[1]
SIDES = ("write_side", "read_side", "schema")
LONGEST = 300
EMPTY_NAMES = {"utils", "util", "common", "core", "helper", "helpers", "base", "manager", "misc"}
STORES_AND_EDGES = {
    "sqlite3",
    "sqlalchemy",
    "sqlmodel",
    "psycopg",
    "starlette",
    "strawberry",
    "graphql",
    "uvicorn",
}
DECIDING = [HOUSE / "write_side" / part for part in ("events", "aggregates", "commands")]


def sources(*endings: str) -> list[Path]:
    """Every file of ours that git knows or would take."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=HOUSE,
        capture_output=True,
        text=True,
        check=True,
    )
    paths = (HOUSE / name for name in listed.stdout.split("\0") if name)
    return sorted(path for path in paths if path.suffix in endings and path.is_file())


def names(paths: list[Path]) -> list[str]:
    return [str(path.relative_to(HOUSE)) for path in paths]


PYTHON = sources(".py")
MODULES = [p for p in PYTHON if p.relative_to(HOUSE).parts[0] in (*SIDES, "service.py")]


def imported(path: Path) -> Iterator[str]:
    """Every module a file imports, also inside functions and for type checking only."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_the_layers_hold() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [str(lint), "--no-cache"], cwd=HOUSE, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, (
        "an import goes the wrong way. Move the code to the layer that may know it, or pass what is"
        " needed from service.py; the contracts are in pyproject.toml.\n"
        + done.stdout
        + done.stderr
    )


def test_nobody_knows_the_composition_root() -> None:
    knowing = [name for name in names(MODULES) if "service" in set(imported(HOUSE / name))]
    assert not knowing, f"{knowing} import service: let service pass them what they need."


def test_a_file_stays_a_page_one_can_know() -> None:
    lengths = {
        name: len((HOUSE / name).read_text().splitlines())
        for name in names(sources(".py", ".ts", ".tsx"))
    }
    long = {name: lines for name, lines in lengths.items() if lines > LONGEST}
    assert not long, (
        f"{long}: {LONGEST} lines are the most. Find the second noun in it and give that a file of"
        " its own."
    )


@pytest.mark.parametrize("path", names(MODULES))
def test_a_module_opens_with_one_sentence(path: str) -> None:
    docstring = ast.get_docstring(ast.parse((HOUSE / path).read_text()))
    assert docstring, f"{path} has no docstring: open it with one sentence saying what it is."
    opening = " ".join(docstring.split("\n\n")[0].split())
    sentences = re.split(r"(?<=[.!?]) +(?=[A-Z])", opening)
    assert len(sentences) == 1 and opening.endswith("."), (
        f"{path} opens with {len(sentences)} sentences or without a full stop: {opening!r}. Say"
        " what the module is in one; put the rest into a second paragraph."
    )


def test_names_come_from_the_domain() -> None:
    empty = [
        name
        for name in names(sources(".py", ".ts", ".tsx"))
        if EMPTY_NAMES & {part.split(".")[0] for part in Path(name).parts}
    ]
    assert not empty, f"{empty}: say what is in there; a name that fits everything says nothing."


def test_nothing_sleeps() -> None:
    sleeping = [path for path in names(PYTHON) if sleeps(HOUSE / path)]
    assert not sleeping, f"{sleeping}: wait on a condition, an event or a position instead."


def sleeps(path: Path) -> bool:
    used = {
        (node.value.id, node.attr)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    }
    return ("time", "sleep") in used or "time.sleep" in set(imported(path))


@pytest.mark.parametrize("path", names([p for d in DECIDING for p in sorted(d.rglob("*.py"))]))
def test_deciding_knows_no_store_and_no_edge(path: str) -> None:
    known = {name.split(".")[0] for name in imported(HOUSE / path)} & STORES_AND_EDGES
    assert not known, (
        f"{path} imports {sorted(known)}: facts, aggregates and commands decide with what the desk"
        " gives them; storing belongs to write_side/log, answering to schema."
    )


@pytest.mark.parametrize("path", names([p for d in DECIDING for p in sorted(d.rglob("*.py"))]))
def test_deciding_reads_no_clock_and_draws_no_id(path: str) -> None:
    tree = ast.parse((HOUSE / path).read_text())
    used = {n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute)}
    used |= {name.rsplit(".", 1)[-1] for name in imported(HOUSE / path)}
    outside = used & {"now", "utcnow", "today", "uuid1", "uuid4", "random", "secrets", "urandom"}
    assert not outside, f"{path} uses {sorted(outside)}: take desk.at and desk.new_id()."


def test_schema_is_ours() -> None:
    import schema

    assert Path(schema.__file__ or "").parent == HOUSE / "schema", (
        f"`schema` is {schema.__file__}, not ours: PyPI has a distribution of that name; uninstall"
        " it, or put this directory first on the path."
    )
