"""A process to be killed: sends commands against a data directory and tells each answer it got.

    python -m tests.faults.writer DATA ROUND

Waits for a line on stdin before it opens anything, so that starting costs a round no time.
"""

import signal
import sys
from concurrent.futures import Future
from decimal import Decimal
from pathlib import Path
from uuid import UUID

from tests.write_side.campus import A, B
from tests.write_side.office import STAFF, Office
from write_side.commands import (
    AddCourse,
    AddToCart,
    ChangeCapacity,
    Command,
    Enroll,
    Personal,
    RegisterStudent,
)
from write_side.events import StudentRegistered
from write_side.log.log import Log
from write_side.submission import Outcome

HOW_MANY = 250


def commands(log: Log, turn: int) -> dict[str, Command]:
    """What a round sends, by command id; depends on nothing but the log as the round finds it."""
    facts = log.read(0, 1_000_000)
    students = [f.stream for f in facts if isinstance(f.fact, StudentRegistered)]
    students = students or [UUID(int=1)]
    wishes: dict[str, Command] = {}
    for nth in range(HOW_MANY):
        name, student = f"{turn}-{nth}", students[(turn * 31 + nth) % len(students)]
        wishes[f"{name}-register"] = RegisterStudent(f"S{name}", Personal(f"Name {name}"), None)
        wishes[f"{name}-course"] = AddCourse(f"C{name}", "Course", Decimal(1))
        wishes[f"{name}-enroll"] = Enroll(student, (A, B)[nth % 2])
        wishes[f"{name}-cart"] = AddToCart(student, (A, B)[turn % 2])
        wishes[f"{name}-capacity"] = ChangeCapacity(A, (turn + nth) % 50)
    return wishes


def told(outcome: Outcome) -> str:
    """An answer in one line, complete enough to tell two apart."""
    facts = ",".join(f"{f.position}:{f.fact.TOPIC}" for f in outcome.facts)
    refusals = ",".join(refusal.code.value for refusal in outcome.refusals)
    return f"{outcome.command_id} {outcome.position} [{facts}] [{refusals}]"


def main(data: Path, turn: int) -> None:
    input()
    office = Office(data)
    for command_id, command in commands(office.log, turn).items():
        office.registrar.submit(command, STAFF, command_id=command_id).add_done_callback(tell)
    signal.pause()


def tell(answer: "Future[Outcome]") -> None:
    sys.stdout.write(told(answer.result()) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
