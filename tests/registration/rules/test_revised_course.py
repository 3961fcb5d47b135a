"""Rules 4, 6, 12: a course revised may make waiters eligible; its sections are then promoted in."""

from decimal import Decimal
from uuid import UUID

from tests.registration.campus import ANN, BOB, CID, CS, CS2, DOT, NOBODY, Q, offering, section
from tests.registration.campus import section_at as at_section
from tests.registration.day import Day, day
from write_side.commands import (
    CancelEnrollment,
    ChangeCapacity,
    Enroll,
    JoinWaitlist,
    PromoteWaiters,
    ReviseCourse,
    ScheduleSection,
)
from write_side.events import CancellationReason, WaiterPromoted
from write_side.refusals import RefusalCode as R

OTHER = CancellationReason.OTHER
STRICT, LOOSE = (ReviseCourse(CS2, prerequisites=codes) for codes in (("CS-101",), ()))
R2 = at_section("CS-201", "R")


def idle(kind: ScheduleSection, *others: ScheduleSection) -> Day:
    """Query Planning had no prerequisite when Bob and Cid began to wait for Q; now it has one, and
    the seat that Ann left is free beside them."""
    story = day(kind, *others).given(LOOSE).done(Enroll(ANN, Q))
    story.done(JoinWaitlist(BOB, Q), JoinWaitlist(CID, Q)).given(STRICT)
    story.done(CancelEnrollment(ANN, Q, OTHER)).waiting(Q, BOB, CID).seated(Q)
    return story.skipped(Q, BOB, R.PREREQUISITE_NOT_MET).by_staff()


def test_a_requisite_dropped_makes_waiters_eligible() -> None:
    story = idle(section("CS-201", "Q", 1)).done(LOOSE).waiting(Q, BOB, CID)
    story.done(PromoteWaiters((Q,))).seated(Q, BOB).waiting(Q, CID)
    story.recorded(WaiterPromoted, Q, student=BOB).again().then_nothing()


def test_or_has_the_seat_offered_to_them() -> None:
    idle(offering("CS-201", "Q", 1)).done(LOOSE, PromoteWaiters((Q,))).offered(Q, BOB)


def test_in_all_sections_of_the_course() -> None:
    story = idle(section("CS-201", "Q", 1), section("CS-201", "R", 0)).given(LOOSE)
    story.done(JoinWaitlist(DOT, R2)).given(STRICT, ChangeCapacity(R2, 1)).waiting(R2, DOT)
    story.done(LOOSE, PromoteWaiters((Q, R2))).seated(Q, BOB).seated(R2, DOT)


def test_a_revision_that_helps_nobody_moves_nobody() -> None:
    story = idle(section("CS-201", "Q", 1)).done(ReviseCourse(CS2, title="Plans"))
    story.when(PromoteWaiters((Q,))).then_nothing().waiting(Q, BOB, CID)
    story.done(ReviseCourse(CS2, corequisites=("CS-101",)), PromoteWaiters((Q,)))
    story.skipped(Q, BOB, R.PREREQUISITE_NOT_MET, R.COREQUISITE_MISSING).seated(Q)


def test_fewer_credits_may_be_what_a_waiter_needs() -> None:
    """The limit is 10: 9 more are too many for Bob beside his 3, 7 are not."""
    story = day(section("CS-101", "A", 0), section("LAT-1", "L", 5)).given(
        ReviseCourse(CS, credits=Decimal(9))
    )
    a, latin = at_section("CS-101", "A"), at_section("LAT-1", "L")
    story.done(Enroll(BOB, latin), JoinWaitlist(BOB, a)).given(ChangeCapacity(a, 1))
    story.skipped(a, BOB, R.CREDIT_LIMIT_EXCEEDED).given(ReviseCourse(CS, credits=Decimal(7)))
    story.done(PromoteWaiters((a,))).seated(a, BOB)


def test_unknown_sections() -> None:
    nothing: tuple[UUID, ...] = ()
    day().when(PromoteWaiters(nothing)).then_nothing()
    day().when(PromoteWaiters((NOBODY,))).refused((R.NOT_FOUND, "sections"))
