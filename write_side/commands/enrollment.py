"""Enrolling, canceling and withdrawing: the student's side and the section's in one act."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from write_side.aggregates import Section, Student, Term
from write_side.aggregates.section import Free
from write_side.commands.admission import (
    Admission,
    grant_capacity,
    settle_around,
)
from write_side.commands.command import (
    COMMENT_LENGTH,
    Command,
    Desk,
    Personal,
    both,
    invalid,
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
from write_side.refusals import Refusal, RefusalCode


@dataclass(frozen=True)
class Enroll(Command):
    """Take a seat. `over_capacity` grants and uses a permit to go over it: for staff."""

    student: UUID
    section: UUID
    over_capacity: bool = False

    def decide(self, desk: Desk) -> None:
        student, section = both(desk, self.student, self.section)
        admission = Admission.of(desk, student, section)
        seat = list(admission.seat_refusals())
        broken, permits = admission.broken()
        seat_broken, seat_permits = admission.waive(iter(seat))
        if self.over_capacity and desk.staff:
            seat_broken = [r for r in seat_broken if r.code is not RefusalCode.SECTION_FULL]
        refuse(*broken, *seat_broken)
        if (
            self.over_capacity
            and not seat_permits
            and any(refusal.code is RefusalCode.SECTION_FULL for refusal in seat)
        ):
            seat_permits = [grant_capacity(desk, student, section)]
        free = section.seat_for(student.groups) or Free(None)
        left = admission.enroll(free, [*permits, *seat_permits])
        settle_around(desk, student, *left)


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
            *_hold_faults(student, desk.staff),
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
            *_hold_faults(student, desk.staff),
            *term.refuse_withdrawing(desk.at, staff=desk.staff),
            *section.refuse_canceled("Nothing is to be done: the school lets everybody go."),
            *_reason_faults(self.reason, self.comment, desk.staff),
        )
        _leave(desk, student, section, EnrollmentWithdrawn, self.reason, self.comment)


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
    settle_around(desk, student, section)


def _hold_faults(student: Student, staff: bool) -> Iterator[Refusal]:
    """A hold binds the student; the school may still end an enrollment, for unpaid fees say."""
    return iter(()) if staff else student.refuse_by_holds(adding=False)


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
