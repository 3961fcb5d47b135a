"""Waiting for a seat, and answering when one is offered."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from write_side.aggregates import Section, Student
from write_side.aggregates.section import Free, OfferEnd
from write_side.aggregates.student import Permit
from write_side.aggregates.waitlist import Offer, Waiter
from write_side.commands.admission import (
    Admission,
    drop,
    leave_list,
    settle,
    settle_around,
)
from write_side.commands.command import Command, Desk, both, refuse, require
from write_side.events import (
    CancellationReason,
    OfferAccepted,
    OfferDeclined,
    OfferExpired,
    WaitlistExit,
)
from write_side.refusals import Refusal, RefusalCode

CHECKED_AT_PROMOTION = {RefusalCode.TIME_CONFLICT, RefusalCode.CREDIT_LIMIT_EXCEEDED}
"""What is no reason against waiting: it may be otherwise when a seat comes."""

CHECKED_AT_JOINING = {RefusalCode.WINDOW_NOT_OPEN, RefusalCode.WINDOW_CLOSED}
"""What is never looked at again: its permit is used up here, any other when the seat comes."""


@dataclass(frozen=True)
class JoinWaitlist(Command):
    """Only where no seat is free for this student; time conflicts and credits are looked at when
    a seat comes."""

    student: UUID
    section: UUID

    def decide(self, desk: Desk) -> None:
        student, section = both(desk, self.student, self.section)
        admission = Admission.of(desk, student, section)
        rules = (r for r in admission.refusals() if r.code not in CHECKED_AT_PROMOTION)
        broken, permits = admission.waive(rules)
        if not list(admission.seat_refusals()) and student.id not in section.seats:
            broken.append(
                Refusal(
                    RefusalCode.SEAT_AVAILABLE,
                    f"Section {section.code} has a free seat for the student.",
                    "Enroll instead.",
                )
            )
        refuse(*broken, *section.refuse_waiting(student.id))
        join(desk, student, section, permits)


@dataclass(frozen=True)
class LeaveWaitlist(Command):
    """An offer that is open goes to the next one."""

    student: UUID
    section: UUID

    def decide(self, desk: Desk) -> None:
        student, section = both(desk, self.student, self.section)
        waiter = section.waitlist.waiters.get(student.id)
        if waiter is None:
            refuse(Refusal(RefusalCode.NOT_WAITLISTED, "The student is not on this waitlist."))
        leave_list(desk, student, section, WaitlistExit.LEFT)
        settle(desk, section)


@dataclass(frozen=True)
class AcceptOffer(Command):
    """Before the deadline; every rule is looked at again."""

    student: UUID
    section: UUID

    def decide(self, desk: Desk) -> None:
        student, section = both(desk, self.student, self.section)
        waiter = _offered(section, student)
        assert waiter.offer is not None
        admission = Admission.promoting(desk, student, section, waiter)
        broken, permits = admission.broken(acting=False)
        refuse(*_expiry(waiter.offer, desk.at), *broken)
        free, dropped = Free(waiter.offer.reserve), admission.without
        end_offer(desk, student, section, waiter, OfferAccepted, WaitlistExit.ACCEPTED)
        left = [] if dropped is None else [drop(desk, student, dropped, CancellationReason.SWAP)]
        left += admission.enroll(free, permits, waiter.entry)
        settle_around(desk, student, *left)


@dataclass(frozen=True)
class DeclineOffer(Command):
    """The seat goes to the next one, and the place on the list is given up."""

    student: UUID
    section: UUID

    def decide(self, desk: Desk) -> None:
        student, section = both(desk, self.student, self.section)
        waiter = _offered(section, student)
        end_offer(desk, student, section, waiter, OfferDeclined, WaitlistExit.DECLINED)
        settle(desk, section)


@dataclass(frozen=True)
class ExpireOffers(Command):
    """The service's own: end the offers of a section whose time is over; none is no fact."""

    section: UUID

    def decide(self, desk: Desk) -> None:
        section = require(desk.find(Section, self.section), "section", "section")
        for waiter in section.waitlist.offers:
            assert waiter.offer is not None
            if desk.at >= waiter.offer.expires_at:
                student = require(desk.find(Student, waiter.student), "student", "student")
                end_offer(desk, student, section, waiter, OfferExpired, WaitlistExit.EXPIRED)
        settle(desk, section)


def join(
    desk: Desk,
    student: Student,
    section: Section,
    permits: Sequence[Permit],
    drops: UUID | None = None,
) -> None:
    """Put a student on a list, on both sides; `permits` are those that joining needed."""
    entry = desk.new_id()
    for permit in permits:
        if permit.rule in CHECKED_AT_JOINING:
            student.use_permit(desk.at, permit, entry=entry)
    section.join_waitlist(desk.at, student.id, entry, drops)
    student.join_waitlist(desk.at, entry, section.id, section.course, section.term, drops)


def end_offer(
    desk: Desk,
    student: Student,
    section: Section,
    waiter: Waiter,
    how: OfferEnd,
    left: WaitlistExit,
) -> None:
    """End an offer and the place on the list with it, on both sides."""
    section.end_offer(desk.at, waiter, how)
    student.leave_waitlist(desk.at, section.id, left)


def _expiry(offer: Offer, at: datetime) -> Iterator[Refusal]:
    if at >= offer.expires_at:
        yield Refusal(
            RefusalCode.OFFER_EXPIRED,
            f"The offer expired at {offer.expires_at:%Y-%m-%d %H:%M} UTC.",
            "Join the waitlist again.",
        )


def _offered(section: Section, student: Student) -> Waiter:
    waiter = section.waitlist.waiters.get(student.id)
    if waiter is None or waiter.offer is None:
        refuse(Refusal(RefusalCode.NO_OFFER, "No seat of this section is offered to the student."))
    assert waiter is not None
    return waiter
