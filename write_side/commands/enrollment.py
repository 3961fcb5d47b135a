"""Enrolling, canceling and withdrawing: the student's side and the section's in one act."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from write_side.aggregates import Course, Section, Student, Term
from write_side.aggregates.student import Enrolled
from write_side.commands.command import (
    COMMENT_LENGTH,
    Command,
    Desk,
    Personal,
    invalid,
    not_found,
    refuse,
    require,
    text_faults,
)
from write_side.events import (
    STUDENT_REASONS,
    CancellationReason,
    EnrollmentCanceled,
    EnrollmentWithdrawn,
)
from write_side.refusals import Refusal, RefusalCode, Refused


@dataclass(frozen=True)
class Enroll(Command):
    student: UUID
    section: UUID

    def decide(self, desk: Desk) -> None:
        student, section = both(desk, self.student, self.section)
        term = require(desk.find(Term, section.term), "term", "section")
        course = require(desk.find(Course, section.course), "course", "section")
        wanted = Enrolled(desk.new_id(), section.id, course.id, term.id, course.credits)
        refuse(
            *term.refuse_adding(desk.at),
            *section.refuse_seat(student.id),
            *student.refuse_enrolling(wanted, course.code, term.credit_limit),
        )
        section.take_seat(desk.at, student.id, wanted.enrollment)
        student.enroll(desk.at, wanted)


@dataclass(frozen=True)
class CancelEnrollment(Command):
    """Until the drop deadline; a canceled enrollment leaves no trace on the record."""

    student: UUID
    section: UUID
    reason: CancellationReason | None
    comment: Personal | None = None

    def decide(self, desk: Desk) -> None:
        student, section = both(desk, self.student, self.section)
        term = require(desk.find(Term, section.term), "term", "section")
        refuse(
            *student.refuse_leaving(section.id),
            *term.refuse_canceling(desk.at),
            *_reason_faults(self.reason, self.comment, desk.staff),
        )
        _leave(desk, student, section, EnrollmentCanceled, self.reason, self.comment)


@dataclass(frozen=True)
class Withdraw(Command):
    """From the drop deadline to the withdrawal deadline, later by staff; it stays on record."""

    student: UUID
    section: UUID
    reason: CancellationReason | None
    comment: Personal | None = None

    def decide(self, desk: Desk) -> None:
        student, section = both(desk, self.student, self.section)
        term = require(desk.find(Term, section.term), "term", "section")
        refuse(
            *student.refuse_leaving(section.id),
            *term.refuse_withdrawing(desk.at, staff=desk.staff),
            *_reason_faults(self.reason, self.comment, desk.staff),
        )
        _leave(desk, student, section, EnrollmentWithdrawn, self.reason, self.comment)


def both(desk: Desk, student_id: UUID, section_id: UUID) -> tuple[Student, Section]:
    """Student and section, or a refusal that names whichever does not exist."""
    student, section = desk.find(Student, student_id), desk.find(Section, section_id)
    if student is None or section is None:
        raise Refused(
            *([not_found("student", "student")] if student is None else []),
            *([not_found("section", "section")] if section is None else []),
        )
    return student, section


def _leave(
    desk: Desk,
    student: Student,
    section: Section,
    how: type[EnrollmentCanceled] | type[EnrollmentWithdrawn],
    reason: CancellationReason | None,
    comment: Personal | None,
) -> None:
    assert reason is not None
    sealed = desk.seal(student.id, f"{how.TOPIC}.comment", comment) if comment else None
    section.free_seat(desk.at, student.id)
    student.leave(desk.at, section.id, how, reason, sealed)


def _reason_faults(
    reason: CancellationReason | None, comment: str | None, staff: bool
) -> Iterator[Refusal]:
    if reason is None:
        yield Refusal(
            RefusalCode.REASON_REQUIRED,
            "Leaving a section needs a reason.",
            "Choose the reason that fits best; OTHER is one.",
            ("reason",),
        )
    elif reason not in STUDENT_REASONS and not staff:
        yield invalid(f"{reason.value} is a reason only the school can give.", "reason")
    if comment:
        yield from text_faults(comment, "comment", COMMENT_LENGTH)
