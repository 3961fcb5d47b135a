"""Six processes on one PostgreSQL reach for the last seats: all go, and none goes twice."""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.faults.inspection import check_the_whole
from tests.stores import database, on_server
from tests.write_side.campus import A
from tests.write_side.office import Office, office_at
from write_side.commands import ChangeCapacity, Personal, RegisterStudent

PROCESSES = 6
ATTEMPTS, SEATS = map(int, os.environ.get("LAST_SEATS", "100/40").split("/"))
HOUSE = Path(__file__).parents[2]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with office_at(tmp_path, **on_server(database(tmp_path))) as opened:
        yield opened


def told(reachers: "list[subprocess.Popen[str]]") -> list[Any]:
    """What each has to tell, after all have begun at one moment."""
    for reacher in reachers:
        assert reacher.stdout is not None
        assert reacher.stdout.readline() == "ready\n"
    for reacher in reachers:
        assert reacher.stdin is not None
        reacher.stdin.write("go\n")
        reacher.stdin.flush()
    found = []
    for reacher in reachers:
        said, _ = reacher.communicate(timeout=300)
        assert reacher.returncode == 0
        found.append(json.loads(said))
    return found


@pytest.mark.slow
def test_the_last_seats_go_once_among_processes(office: Office, tmp_path: Path) -> None:
    office.accept(ChangeCapacity(A, SEATS))
    everybody = PROCESSES * ATTEMPTS
    named = (RegisterStudent(f"S{nth}", Personal(f"Name {nth}"), None) for nth in range(everybody))
    office.accept(*named)
    with ExitStack() as begun:
        reachers = []
        for share in range(PROCESSES):
            command = [sys.executable, "-m", "tests.faults.reacher", database(tmp_path)]
            reacher = subprocess.Popen(
                [*command, str(share), str(PROCESSES)],
                cwd=HOUSE,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            begun.callback(reacher.communicate)
            begun.callback(reacher.kill)
            reachers.append(reacher)
        found = told(reachers)
    answers: Counter[str] = sum((Counter(each[0]) for each in found), Counter())
    took = sorted(seconds for each in found for seconds in each[1])
    saves, conflicts = (sum(each[nth] for each in found) for nth in (2, 3))
    print(
        f"{everybody} attempts at {SEATS} seats: {conflicts} of {saves} saves came second"
        f" ({conflicts / saves:.0%}), p50 {took[len(took) // 2] * 1000:.0f} ms,"
        f" p99 {took[len(took) * 99 // 100] * 1000:.0f} ms"
    )
    assert answers == {"enrolled": SEATS, "SECTION_FULL": everybody - SEATS}
    assert len(took) == everybody
    taken = office.rows("SELECT count(*) FROM facts WHERE topic = 'SeatTaken'")
    assert taken == [(SEATS,)]
    assert conflicts, "they never met: this proves nothing"
    assert office.log.first_broken_link() is None
    check_the_whole(office)
