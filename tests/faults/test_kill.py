"""Killed at any moment, the service loses nothing it acknowledged and keeps no half of anything."""

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faults.inspection import check, check_the_whole
from tests.faults.writer import commands
from tests.stores import for_processes
from tests.write_side.campus import CAMPUS, A
from tests.write_side.office import PATIENCE, Office
from write_side.commands import ChangeCapacity

ROUNDS = int(os.environ.get("KILL_ROUNDS", "20"))
HOUSE = Path(__file__).parents[2]


def started(data: Path, turn: int) -> "subprocess.Popen[str]":
    """A writer that has all its imports behind it and waits for the word to go."""
    command = [sys.executable, "-m", "tests.faults.writer", str(data), str(turn)]
    return subprocess.Popen(
        command,
        cwd=HOUSE,
        env=for_processes(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def killed(writer: "subprocess.Popen[str]", after: int) -> list[str]:
    """The answers it got out, killed at about the given number of them."""
    assert writer.stdin is not None and writer.stdout is not None
    writer.stdin.write("go\n")
    writer.stdin.flush()
    lines = [writer.stdout.readline() for _ in range(after)]
    writer.kill()
    lines += writer.stdout.readlines()
    writer.wait(PATIENCE)
    writer.stdin.close()
    writer.stdout.close()
    assert writer.returncode == -9
    return [line.rstrip("\n") for line in lines if line.endswith("\n")]


@contextmanager
def opened(data: Path) -> Iterator[Office]:
    office = Office(data)
    try:
        yield office
    finally:
        office.close()


@pytest.mark.slow
def test_killed_at_any_moment(tmp_path: Path) -> None:
    seed = int(os.environ.get("KILL_SEED", random.randrange(2**32)))
    print(f"repeat by KILL_SEED={seed}")
    chance = random.Random(seed)
    with opened(tmp_path) as office:
        office.accept(*CAMPUS, ChangeCapacity(A, 30))
        sent = commands(office.log, 0)
    acknowledged = 0
    writer = started(tmp_path, 0)
    for turn in range(ROUNDS):
        upcoming = started(tmp_path, turn + 1)
        try:
            answers = killed(writer, after=chance.choice([0, 1, chance.randrange(len(sent))]))
        finally:
            writer, finished = upcoming, writer
            finished.kill()
        acknowledged += len(answers)
        with opened(tmp_path) as office:
            check(office, answers, sent)
            check_the_whole(office)
            sent = commands(office.log, turn + 1)
    writer.kill()
    writer.communicate()
    assert acknowledged
