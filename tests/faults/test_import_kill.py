"""An import that is killed at any moment and run again ends as one that was left alone."""

import json
import os
import random
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from read_side.projector import Projector
from read_side.views import VIEWS
from tests.read_side.stored import rows_of
from tests.stores import open_log, open_views, sqlite_only
from tests.write_side.imports.university import OFFERED, facts, service, write
from tests.write_side.office import PATIENCE
from write_side.imports.oulad import read, run

pytestmark = sqlite_only  # how far an import came is read from its files

ROUNDS = int(os.environ.get("KILL_ROUNDS", "20"))
STUDENTS = 700
HOUSE = Path(__file__).parents[2]
REAL = HOUSE.parent / "shared/data/oulad"
# the command line with all its imports behind it, waiting for the word to go
WAITING = "import service; input(); service.cli()"

Importer = subprocess.Popen[str]
Start = Callable[[Path, Path, Path], Importer]


def made_up(directory: Path) -> Path:
    """A university of our own making, with everything the real one has."""
    chance = random.Random(1)
    rows: list[tuple[object, ...]] = []
    for student in range(STUDENTS):
        for module, presentation, length in chance.sample(OFFERED, chance.choice([1, 1, 2])):
            came = chance.choice(["", *range(-60, 20)])
            left = chance.choice(["", "", *range(-60, length)]) if chance.random() < 0.4 else ""
            rows.append((module, presentation, student, came, left))
    return write(directory, rows)


@pytest.fixture
def start() -> Iterator[Start]:
    """Begins an import from a source into a data directory; none outlives the test."""
    begun: list[Importer] = []

    def start(source: Path, data: Path, report: Path) -> Importer:
        command = [sys.executable, "-c", WAITING, "import", "oulad", str(source)]
        importer = subprocess.Popen(
            [*command, "--report", str(report)],
            cwd=HOUSE,
            env={**os.environ, "ROLLBOOK_DATA_DIR": str(data)},
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        begun.append(importer)
        return importer

    yield start
    for importer in begun:
        importer.kill()
        importer.communicate()


@contextmanager
def going(importer: Importer) -> Iterator[None]:
    """Say the word; whatever happens, it is dead in the end."""
    assert importer.stdin is not None
    try:
        importer.stdin.write("go\n")
        importer.stdin.flush()
        yield
    finally:
        importer.kill()
        importer.wait(PATIENCE)


def reached(file: Path, statement: str) -> int:
    """A number in a file that somebody else may be about to make."""
    try:
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as connection:
            return int(connection.execute(statement).fetchone()[0] or 0)
    except sqlite3.OperationalError:
        return 0


def head(data: Path) -> int:
    return reached(data / "log.db", "SELECT max(position) FROM facts")


def projected(data: Path) -> int:
    return reached(data / "views.db", "SELECT max(position) FROM view_position")


def ended(importer: Importer, within: float) -> bool:
    try:
        importer.wait(within)
    except subprocess.TimeoutExpired:
        return False
    return True


def views(data: Path) -> dict[str, Any]:
    return {view.name: rows_of(data / "views.db", view) for view in VIEWS}


def check(data: Path, source: Path, untouched: Path, report: dict[str, Any]) -> None:
    """Counts as the files say, facts as if nothing had happened, views as if made from them."""
    assert report["presentations"] and all(each["equal"] for each in report["presentations"])
    assert report["days"]["checked"] == report["days"]["equal"] > 0
    assert report["feedback"]["equal"]
    assert report["refused"] == []
    with service(untouched) as (registrar, undisturbed):
        run(read(source), registrar.submit)
        expected = facts(undisturbed)
    log = open_log(data / "log.db", writing=False)
    found = facts(log)
    assert len(found) == len(expected)
    kinds = [Counter((f.fact.TOPIC, f.at) for f in each) for each in (found, expected)]
    assert kinds[0] == kinds[1]
    assert log.first_broken_link() is None
    live = views(data)
    store = open_views(data / "views.db", VIEWS)
    with store.reading() as session:
        assert list(store.parked(session)) == []
    for view in VIEWS:
        assert Projector(store, log).rebuild(view.name) == len(expected)
    again = views(data)
    assert {name for name in live if live[name] != again[name]} == set()
    store.close()
    log.close()


@pytest.mark.slow
def test_an_import_killed_again_and_again_ends_as_if_nothing_had_happened(
    tmp_path: Path, start: Start
) -> None:
    seed = int(os.environ.get("KILL_SEED", random.randrange(2**32)))
    print(f"repeat by KILL_SEED={seed}")
    chance = random.Random(seed)
    source, data, report = made_up(tmp_path / "source"), tmp_path / "data", tmp_path / "report"
    killed_with: list[tuple[int, int]] = []
    importer = start(source, data, report)
    for turn in range(ROUNDS):
        upcoming = start(source, data, report)
        far_enough = chance.choice([head, projected])
        target = far_enough(data) + chance.randint(1, 6 * STUDENTS // ROUNDS)
        at_once = chance.random() < 0.3
        try:
            with going(importer):
                if at_once:
                    ended(importer, chance.random() / 3)
                while not at_once and not ended(importer, 0.002) and far_enough(data) < target:
                    pass
        finally:
            finished, importer = importer, upcoming
        assert finished.returncode == -9, f"not killed but ended, in round {turn}"
        killed_with.append((head(data), projected(data)))
    with going(importer):
        _, told = importer.communicate(timeout=60)
        assert importer.returncode == 0, told
    print("log and views when killed:", *killed_with)
    check(data, source, tmp_path / "untouched", json.loads(report.read_text()))


def only_now_and_then() -> bool:
    return os.environ.get("ROLLBOOK_TEST_SLOW") != "1"


@pytest.mark.slow
@pytest.mark.skipif(not REAL.is_dir(), reason=f"the real OULAD files are not in {REAL}")
@pytest.mark.skipif(only_now_and_then(), reason="a minute: set ROLLBOOK_TEST_SLOW=1")
def test_the_real_university_is_imported_and_every_count_is_right(
    tmp_path: Path, start: Start
) -> None:
    report = tmp_path / "report"
    with going(importer := start(REAL, tmp_path / "data", report)):
        _, told = importer.communicate(timeout=600)
    assert importer.returncode == 0, told
    document = json.loads(report.read_text())
    assert sum(each["registrations"] for each in document["presentations"]) == 21_333
    assert all(each["equal"] for each in document["presentations"])
    assert document["days"] == {"checked": 14_955, "equal": 14_955, "different": []}
    assert document["feedback"]["equal"]
    assert document["refused"] == []
