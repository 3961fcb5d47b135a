"""A school of any size in which everything there is a list of grows with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from schema.ids import global_id
from service import Service
from write_side.commands import (
    AddCourse,
    AddToCart,
    CancelEnrollment,
    Command,
    Enroll,
    GrantPermit,
    JoinWaitlist,
    OpenTerm,
    Personal,
    PlaceHold,
    RegisterStudent,
    ReviseCourse,
    ScheduleSection,
    SetRegistrationWindow,
)
from write_side.events import CancellationReason, Channel, HoldKind, Role
from write_side.refusals import RefusalCode
from write_side.registrar import utc_now
from write_side.submission import Actor, Outcome

OFFICE = Actor("office", Role.REGISTRAR, Channel.IMPORT)


@dataclass(frozen=True)
class School:
    """What it has, by id."""

    terms: list[str]
    courses: list[str]
    sections: list[str]
    students: list[str]
    enrollments: list[str]

    @property
    def nodes(self) -> list[str]:
        """A hundred of them at most, as many as one may ask for."""
        every = *self.terms, *self.courses, *self.sections, *self.enrollments, *self.students
        return list(every)[:100]


def filled(service: Service, size: int) -> School:
    """So many terms, with a course and a section each, in which two are enrolled, one waits, and
    one left with a comment, was refused, and considers it again."""

    def do(commands: Sequence[Command], refused: bool = False) -> list[Outcome]:
        waiting = [service.registrar.submit(each, OFFICE) for each in commands]
        outcomes = [each.result() for each in waiting]
        assert all(bool(each.refusals) == refused for each in outcomes), outcomes
        return outcomes

    def made(commands: Sequence[Command]) -> list[UUID]:
        return [outcome.facts[0].stream for outcome in do(commands)]

    now, places = utc_now(), range(size)
    today, days = now.date(), timedelta(days=60)
    terms = made([OpenTerm(f"T{n}", f"Term {n}", today, today + days) for n in places])
    courses = made([AddCourse(f"C {n}", f"Course {n}", Decimal(3)) for n in places])
    sections = made([ScheduleSection(f"T{n}", f"C {n}", "A", 2, 9) for n in places])
    people = [
        RegisterStudent(f"S{n}", Personal(f"Student {n}"), Personal(f"s{n}@school.invalid"))
        for n in range(size + 2)
    ]
    students = [_student(outcome) for outcome in do(people)]

    def pairs(offset: int) -> list[tuple[UUID, UUID]]:
        return [(students[(n + offset) % (size + 2)], sections[n]) for n in places]

    def one(kind: Any, offset: int, *more: Any) -> list[Command]:
        return [kind(student, section, *more) for student, section in pairs(offset)]

    do(one(Enroll, 3))
    why = CancellationReason.WORKLOAD, Personal("too much of it")
    do(one(CancelEnrollment, 3, *why))
    enrolled = do(one(Enroll, 0)) + do(one(Enroll, 1))
    do(one(Enroll, 3), refused=True)
    do(one(JoinWaitlist, 2))
    do(one(AddToCart, 3))
    do(one(GrantPermit, 3, RefusalCode.SECTION_FULL, Personal("so")))
    do([PlaceHold(student, HoldKind.ALL, Personal("unpaid fees")) for student, _ in pairs(0)])
    do([SetRegistrationWindow(f"T{n}", "all", now, now + days) for n in places])
    codes = [tuple(f"C {m}" for m in range(n % 5 + 1) if m != n) for n in places]
    do([ReviseCourse(course, prerequisites=codes[n]) for n, course in enumerate(courses)])
    do([ReviseCourse(course, corequisites=codes[n]) for n, course in enumerate(courses)])
    service.catch_up()
    return School(
        _ids("Term", terms),
        _ids("Course", courses),
        _ids("Section", sections),
        _ids("Student", students),
        _ids("Enrollment", [_enrollment(outcome) for outcome in enrolled[: 2 * size : 2]]),
    )


def _ids(noun: str, keys: Sequence[UUID]) -> list[str]:
    return [global_id(noun, key) for key in keys]


def _student(outcome: Outcome) -> UUID:
    return next(f.fact.student for f in outcome.facts if hasattr(f.fact, "student"))


def _enrollment(outcome: Outcome) -> UUID:
    return next(f.fact.enrollment for f in outcome.facts if hasattr(f.fact, "enrollment"))
