"""A campus to load: one term, sections of courses of their own, students without names."""

from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import UUID

from write_side.commands import (
    AddCourse,
    Command,
    Enroll,
    OpenTerm,
    RegisterStudent,
    ScheduleSection,
)
from write_side.events import Channel, Role
from write_side.registrar import Registrar
from write_side.submission import Actor, Outcome

OFFICE = Actor("bench", Role.REGISTRAR, Channel.STAFF)
AT_ONCE = 5_000
"""So many commands wait at most: half of what a registrar takes."""


@dataclass(frozen=True)
class Plan:
    """How large a campus is.

    `sections` have `seats` each (None: unlimited), and every student begins with `enrolled` of
    them; `hot` names the seats of sections of their own that everybody will want.
    """

    students: int
    sections: int
    seats: int | None = None
    enrolled: int = 0
    hot: tuple[int, ...] = ()

    @property
    def capacities(self) -> list[int | None]:
        return [self.seats] * self.sections + list(self.hot)


@dataclass(frozen=True)
class Campus:
    """Any student may take each section once: every section is of a course of its own."""

    students: list[UUID]
    sections: list[UUID]
    hot: list[UUID]


def found(registrar: Registrar, plan: Plan) -> Campus:
    """Make it, through commands."""
    today = datetime.now(UTC).date()
    _all(registrar, [OpenTerm("T", "Term", today, today + timedelta(days=100))])
    codes = [f"C {number:06}" for number in range(len(plan.capacities))]
    _all(registrar, [AddCourse(code, "Course", Decimal(4)) for code in codes])
    places = zip(codes, plan.capacities, strict=True)
    scheduled = _all(registrar, [ScheduleSection("T", code, "A", seats) for code, seats in places])
    registered = _all(
        registrar, [RegisterStudent(str(n), None, None) for n in range(plan.students)]
    )
    keys = [outcome.facts[0].stream for outcome in scheduled]
    # of a registration the first fact is the number's, the second the student's own
    people = [outcome.facts[1].stream for outcome in registered]
    campus = Campus(people, keys[: plan.sections], keys[plan.sections :])
    pairs = Pairs(people, campus.sections)
    _all(registrar, [Enroll(*next(pairs)) for _ in range(plan.students * plan.enrolled)])
    return campus


def _all(registrar: Registrar, commands: list[Any]) -> list[Outcome]:
    outcomes: list[Outcome] = []
    for begin in range(0, len(commands), AT_ONCE):
        some = commands[begin : begin + AT_ONCE]
        answers: list[Future[Outcome]] = [_send(registrar, command) for command in some]
        outcomes += [answer.result() for answer in answers]
    assert not any(outcome.refusals for outcome in outcomes), "the campus was refused"
    return outcomes


def _send(registrar: Registrar, command: Command) -> "Future[Outcome]":
    return registrar.submit(command, OFFICE)


class Pairs:
    """Students and sections that have not met: an endless supply until every pair was given."""

    def __init__(self, students: list[Any], sections: list[Any], *, met: int = 0) -> None:
        """`met`: so many sections each student has already."""
        self._students, self._sections = students, sections
        self._numbers = count(met * len(students))

    def __iter__(self) -> "Pairs":
        return self

    def __next__(self) -> tuple[Any, Any]:
        lap, place = divmod(next(self._numbers), len(self._students))
        assert lap < len(self._sections), "every student has met every section"
        return self._students[place], self._sections[(place + lap) % len(self._sections)]
