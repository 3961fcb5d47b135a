"""A campus to load: one term, sections of courses of their own, students without names."""

from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import UUID

from write_side.commands import AddCourse, Command, OpenTerm, RegisterStudent, ScheduleSection
from write_side.events import Channel, Role
from write_side.registrar import Registrar
from write_side.submission import Actor, Outcome

OFFICE = Actor("bench", Role.REGISTRAR, Channel.STAFF)


@dataclass(frozen=True)
class Campus:
    """`sections` are unlimited, `hot` have few seats, one for each round. Any student may take
    each section once: every section is of a course of its own."""

    students: list[UUID]
    sections: list[UUID]
    hot: list[UUID]


def found(registrar: Registrar, students: int, sections: int, hot: int, seats: int) -> Campus:
    """Make it, through commands."""
    today = datetime.now(UTC).date()
    _all(registrar, [OpenTerm("T", "Term", today, today + timedelta(days=100))])
    codes = [f"C {number}" for number in range(sections + hot)]
    _all(registrar, [AddCourse(code, "Course", Decimal(4)) for code in codes])
    capacities = [None] * sections + [seats] * hot
    scheduled = _all(
        registrar,
        [ScheduleSection("T", c, "A", seats) for c, seats in zip(codes, capacities, strict=True)],
    )
    registered = _all(registrar, [RegisterStudent(str(n), None, None) for n in range(students)])
    keys = [outcome.facts[0].stream for outcome in scheduled]
    # of a registration the first fact is the number's, the second the student's own
    people = [outcome.facts[1].stream for outcome in registered]
    return Campus(people, keys[:sections], keys[sections:])


def _all(registrar: Registrar, commands: list[Any]) -> list[Outcome]:
    answers: list[Future[Outcome]] = [_send(registrar, command) for command in commands]
    outcomes = [answer.result() for answer in answers]
    assert not any(outcome.refusals for outcome in outcomes), "the campus was refused"
    return outcomes


def _send(registrar: Registrar, command: Command) -> "Future[Outcome]":
    return registrar.submit(command, OFFICE)


class Pairs:
    """Students and sections that have not met: an endless supply until every pair was given."""

    def __init__(self, students: list[Any], sections: list[Any]) -> None:
        self._students, self._sections = students, sections
        self._numbers = count()

    def __iter__(self) -> "Pairs":
        return self

    def __next__(self) -> tuple[Any, Any]:
        lap, place = divmod(next(self._numbers), len(self._students))
        assert lap < len(self._sections), "every student has met every section"
        return self._students[place], self._sections[(place + lap) % len(self._sections)]
