"""Swapping one section for another in one decision."""

from dataclasses import dataclass
from uuid import UUID

from write_side.aggregates import Section, Student
from write_side.aggregates.section import Free
from write_side.commands.admission import Admission, drop, settle_around
from write_side.commands.command import Command, Desk, erased_faults, invalid, not_found, refuse
from write_side.commands.waitlist import CHECKED_AT_PROMOTION, join
from write_side.events import CancellationReason
from write_side.refusals import RefusalCode, Refused

_NO_SEAT = {
    RefusalCode.SECTION_FULL,
    RefusalCode.RESERVED_SEATS_ONLY,
    RefusalCode.WAITLIST_HAS_PRIORITY,
}


@dataclass(frozen=True)
class SwapEnrollment(Command):
    """Give up `leave` for `take`: exactly one of them is held afterwards. With
    `waitlist_if_full` a section without a seat is waited for, and `leave` kept until then."""

    student: UUID
    leave: UUID
    take: UUID
    waitlist_if_full: bool = False

    def decide(self, desk: Desk) -> None:
        student, left, taken = self._found(desk)
        if left.id == taken.id:
            refuse(invalid("A section cannot be swapped for itself.", "to"))
        admission = Admission.of(desk, student, taken, without=left.id)
        broken, permits = admission.broken()
        broken = [*student.refuse_leaving(left.id), *broken]
        no_seat, seat_permits = admission.waive(admission.seat_refusals())
        if self.waitlist_if_full and no_seat and all(r.code in _NO_SEAT for r in no_seat):
            now = (refusal for refusal in broken if refusal.code not in CHECKED_AT_PROMOTION)
            refuse(*now, *taken.refuse_waiting(student.id))
            join(desk, student, taken, permits, drops=left.id)
            return
        refuse(*broken, *no_seat)
        free = taken.seat_for(student.groups) or Free(None)
        drop(desk, student, left.id, CancellationReason.SWAP)
        others = admission.enroll(free, [*permits, *seat_permits])
        settle_around(desk, student, left, *others)

    def _found(self, desk: Desk) -> tuple[Student, Section, Section]:
        student = desk.find(Student, self.student)
        left, taken = desk.find(Section, self.leave), desk.find(Section, self.take)
        if student is None or left is None or taken is None:
            raise Refused(
                *([not_found("student", "student")] if student is None else []),
                *([not_found("section", "from")] if left is None else []),
                *([not_found("section", "to")] if taken is None else []),
            )
        refuse(*erased_faults(student))
        return student, left, taken
