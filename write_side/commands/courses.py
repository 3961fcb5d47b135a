"""Adding courses to the catalog and revising them."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from write_side.aggregates import Course
from write_side.commands.command import Command, Desk, invalid, refuse, require, text_faults
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
    """None leaves a value as it is."""

    course: UUID
    title: str | None = None
    credits: Decimal | None = None

    def decide(self, desk: Desk) -> None:
        course = require(desk.find(Course, self.course), "course", "course")
        refuse(*text_faults(self.title, "title"), *_credit_faults(self.credits))
        course.revise(desk.at, title=self.title, credits=self.credits)


def _credit_faults(credits: Decimal | None) -> list[Refusal]:
    if credits is None or (credits.is_finite() and 0 <= credits <= 1000):
        return []
    return [invalid("Credits are a number from 0 to 1000.", "credits")]
