"""Facts of waiting and of what binds a student, told as the log has them: on both sides."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from tests.scenario import NOON, Told, fact, sealed
from tests.write_side.campus import CS, TERM, A
from write_side.events import (
    HoldKind,
    HoldLifted,
    HoldPlaced,
    OfferAccepted,
    OfferDeclined,
    OfferExpired,
    OfferRevoked,
    PermitGranted,
    PermitUsed,
    SeatOffered,
    SeatTaken,
    StudentEnrolled,
    StudentLeftWaitlist,
    StudentWaitlisted,
    WaiterPromoted,
    WaiterSkipped,
    WaitlistExit,
    WaitlistJoined,
    WaitlistLeft,
)

TOMORROW = NOON + timedelta(days=1)
E1, E2, E3 = (UUID(int=nth) for nth in range(1, 4))
P1, P2, P3, P4 = (UUID(int=nth) for nth in range(0x91, 0x95))
"""Places on lists."""
OFFER, HOLD, HOLD2, PERMIT, PERMIT2 = (UUID(int=nth) for nth in range(0xF1, 0xF6))
ENDS = {
    WaitlistExit.ACCEPTED: OfferAccepted,
    WaitlistExit.DECLINED: OfferDeclined,
    WaitlistExit.EXPIRED: OfferExpired,
    WaitlistExit.REVOKED: OfferRevoked,
}


def waits(
    person: UUID, place: UUID, section: UUID = A, course: UUID = CS, drops: UUID | None = None
) -> tuple[Told, Told]:
    """One place on one list begins."""
    own = {"entry": place, "section": section, "course": course, "term": TERM, "drops": drops}
    return (
        fact(WaitlistJoined, section, student=person, entry=place, drops=drops),
        fact(StudentWaitlisted, person, **own),
    )


def skipped(person: UUID, place: UUID, *rules: str) -> Told:
    return fact(WaiterSkipped, A, student=person, entry=place, rules=rules)


def offered(person: UUID, place: UUID, section: UUID = A, reserve: str | None = None) -> Told:
    """A seat is held for somebody until tomorrow noon."""
    return fact(
        SeatOffered,
        section,
        student=person,
        entry=place,
        offer=OFFER,
        expires_at=TOMORROW,
        reserve=reserve,
    )


def gone(
    person: UUID, place: UUID, how: WaitlistExit, section: UUID = A, course: UUID = CS
) -> tuple[Told, Told]:
    """A place ends without a seat: an offer, where that is what ends, or the place itself."""
    if how in ENDS:
        end = fact(ENDS[how], section, student=person, offer=OFFER)
    else:
        end = fact(WaitlistLeft, section, student=person, entry=place, how=how)
    return end, off_list(person, place, how, section, course)


def off_list(
    person: UUID, place: UUID, how: WaitlistExit, section: UUID = A, course: UUID = CS
) -> Told:
    own = {"entry": place, "section": section, "course": course, "term": TERM}
    return fact(StudentLeftWaitlist, person, **own, how=how)


def came_in(person: UUID, place: UUID, enrollment: UUID, section: UUID = A) -> Told:
    """The enrollment that a place on the list led to."""
    return fact(
        StudentEnrolled,
        person,
        enrollment=enrollment,
        section=section,
        course=CS,
        term=TERM,
        credits=Decimal(4),
        entry=place,
    )


def promoted(person: UUID, place: UUID, enrollment: UUID) -> tuple[Told, ...]:
    return (
        fact(WaiterPromoted, A, student=person, entry=place),
        fact(SeatTaken, A, student=person, enrollment=enrollment),
        off_list(person, place, WaitlistExit.PROMOTED),
        came_in(person, place, enrollment),
    )


def accepted(person: UUID, place: UUID, enrollment: UUID) -> tuple[Told, ...]:
    return (
        *gone(person, place, WaitlistExit.ACCEPTED),
        fact(SeatTaken, A, student=person, enrollment=enrollment),
        came_in(person, place, enrollment),
    )


def held(person: UUID, hold: UUID = HOLD, kind: HoldKind = HoldKind.ALL) -> Told:
    why = sealed(person, "HoldPlaced.reason", "unpaid fees")
    return fact(HoldPlaced, person, hold=hold, kind=kind, placed_by="bursar", reason=why)


def lifted(person: UUID, hold: UUID = HOLD) -> Told:
    return fact(HoldLifted, person, hold=hold)


def permitted(person: UUID, permit: UUID = PERMIT, **how: Any) -> Told:
    values = {"section": A, "rule": "SECTION_FULL", "issuer": "registrar-7", "expires_at": None}
    why = sealed(person, "PermitGranted.reason", "graduates in spring")
    return fact(PermitGranted, person, permit=permit, reason=why, **(values | how))


def used(person: UUID, permit: UUID = PERMIT) -> Told:
    return fact(PermitUsed, person, permit=permit, section=A, enrollment=E1)
