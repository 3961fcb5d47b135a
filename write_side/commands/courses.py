"""Adding courses to the catalog and revising them."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from write_side.aggregates import Course
from write_side.commands.command import (
    Command,
    Desk,
    invalid,
    not_found,
    refuse,
    require,
    text_faults,
)
from write_side.events import CourseAdded
from write_side.refusals import Refusal, RefusalCode


@dataclass(frozen=True)
class AddCourse(Command):
    code: str
    title: str
    credits: Decimal

    def decide(self, desk: Desk) -> None:
        stream = Course.id_of(self.code)
        faults = [*text_faults(self.code, "code", 40), *text_faults(self.title, "title")]
        faults += _credit_faults(self.credits)
        if desk.find(Course, stream) is not None:
            faults.append(
                Refusal(
                    RefusalCode.ALREADY_EXISTS,
                    f"There is a course {self.code} already.",
                    "Revise it instead.",
                    ("code",),
                )
            )
        refuse(*faults)
        desk.add(
            Course.begin(
                CourseAdded,
                stream,
                desk.at,
                code=self.code,
                title=self.title,
                credits=self.credits,
            )
        )


@dataclass(frozen=True)
class ReviseCourse(Command):
    """None leaves a value as it is; requisites are course codes."""

    course: UUID
    title: str | None = None
    credits: Decimal | None = None
    prerequisites: tuple[str, ...] | None = None
    corequisites: tuple[str, ...] | None = None

    def decide(self, desk: Desk) -> None:
        course = require(desk.find(Course, self.course), "course", "course")
        refuse(
            *text_faults(self.title, "title"),
            *_credit_faults(self.credits),
            *_requisite_faults(desk, course, self.prerequisites, "prerequisites"),
            *_requisite_faults(desk, course, self.corequisites, "corequisites"),
        )
        course.revise(
            desk.at,
            title=self.title,
            credits=self.credits,
            prerequisites=_streams(self.prerequisites),
            corequisites=_streams(self.corequisites),
        )


def _streams(codes: tuple[str, ...] | None) -> tuple[UUID, ...] | None:
    return None if codes is None else tuple(map(Course.id_of, codes))


def _requisite_faults(
    desk: Desk, course: Course, codes: tuple[str, ...] | None, field: str
) -> Iterator[Refusal]:
    for code in codes or ():
        if desk.find(Course, Course.id_of(code)) is None:
            yield not_found(f"course {code}", field)
        elif code == course.code:
            yield invalid("A course cannot require itself.", field)


def _credit_faults(credits: Decimal | None) -> list[Refusal]:
    if credits is None or (credits.is_finite() and 0 <= credits <= 1000):
        return []
    return [invalid("Credits are a number from 0 to 1000.", "credits")]
