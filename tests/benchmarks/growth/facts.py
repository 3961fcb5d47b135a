"""How cost grows with the number of facts: a log in which students come and go."""

from itertools import islice
from pathlib import Path

import service
from schema.ids import global_id
from tests.benchmarks.campus import OFFICE, Campus, Pairs, Plan, found
from tests.benchmarks.growth.asking import OLDER, Asking
from tests.benchmarks.growth.series import Notes, Series
from tests.benchmarks.meter import Meter
from tests.benchmarks.serving import SECRETS, served
from tests.benchmarks.targets import ROLLBOOK, Target
from tests.benchmarks.wire import body
from write_side.commands import CancelEnrollment, Enroll
from write_side.events import CancellationReason

CAMPUS = Plan(1_000, 200)
SMALL = Plan(20, 12)
ENROLLS, AT_ONCE = 300, 2_000
STAYING = 5
"""So many sections each student keeps."""


async def grow_facts(place: Path, counts: tuple[int, ...]) -> list[Series]:
    """One log that grows, and a server started on it at each size."""
    notes, plan = Notes("facts"), CAMPUS if counts[0] >= 10_000 else SMALL
    campus: Campus | None = None
    met = STAYING
    for count in counts:
        campus = _grown(place, plan, campus, count)
        async with served("opened", place, Plan(0, 0)) as at:
            notes.note("start of a process", "s of CPU", count, Meter(at.pid).cpu())
            at.students.extend(global_id("Student", key) for key in campus.students)
            at.sections.extend(global_id("Section", key) for key in campus.sections[:-1])
            target = Target(ROLLBOOK, at, met=met)
            asking = Asking(notes, target, count)
            rows = min(100, plan.sections // 2)
            await asking.pages(await asking.cursors(rows), rows)
            nested = [body(target.words.nested, student=each) for each in at.students[:200]]
            await asking.each("student with enrollments", nested)
            await asking.each(
                "page of 100 facts", [body(OLDER, before=str(count - 7 * n)) for n in range(20)]
            )
            few = min(ENROLLS, len(at.students))
            await asking.enrolls("enroll, until read", islice(target.spread(), few))
            asking.memory()
            met += 1
        for name in ("log", "views"):
            notes.note(f"{name}.db, a fact", "bytes", count, _size(place, name) / count)
    return notes.series


def _size(place: Path, name: str) -> int:
    """Of a database with what its log has not given back yet."""
    return sum(file.stat().st_size for file in place.glob(f"{name}.db*"))


def _grown(place: Path, plan: Plan, campus: Campus | None, count: int) -> Campus:
    """The log with so many facts, all of them in the views; through commands, in large groups."""
    with service.open_service(service.Settings(data_dir=place, **SECRETS)) as parts:
        registrar = parts.registrar
        if campus is None:
            campus = found(registrar, plan)
            staying = Pairs(campus.students, campus.sections[:-1])
            first = [Enroll(*next(staying)) for _ in range(plan.students * STAYING)]
            for answer in [registrar.submit(command, OFFICE) for command in first]:
                assert not answer.result().refusals
        # in and out of the last section, in which nobody stays
        coming, turn = campus.sections[-1], 0
        while parts.log.head() < count:
            student = campus.students[turn % len(campus.students)]
            waiting = []
            for _ in range(min(AT_ONCE, max(1, (count - parts.log.head()) // 4))):
                leave = CancelEnrollment(student, coming, CancellationReason.OTHER)
                waiting.append(registrar.submit(Enroll(student, coming), OFFICE))
                waiting.append(registrar.submit(leave, OFFICE))
                turn += 1
                student = campus.students[turn % len(campus.students)]
            assert not any(answer.result().refusals for answer in waiting)
        parts.catch_up()
    return campus
