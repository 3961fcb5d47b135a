"""Rule 8: one section for another in one decision; exactly one of them is held afterwards."""

from decimal import Decimal

import pytest

from tests.registration.campus import (
    ANN,
    BOB,
    CID,
    LATE_MORNING,
    MORNING,
    NOBODY,
    A,
    B,
    D,
    L,
    M,
    P,
    at,
    section,
)
from tests.registration.day import Day, day
from tests.write_side.campus import ADD_DEADLINE, DROP_DEADLINE
from write_side.commands import (
    CancelEnrollment,
    CloseSection,
    Enroll,
    GrantPermit,
    JoinWaitlist,
    LeaveWaitlist,
    Personal,
    PlaceHold,
    SwapEnrollment,
)
from write_side.events import (
    CancellationReason,
    EnrollmentCanceled,
    HoldKind,
    SeatFreed,
    SeatTaken,
    StudentEnrolled,
    StudentWaitlisted,
    WaitlistJoined,
)
from write_side.refusals import RefusalCode as R

OTHER = CancellationReason.OTHER


def held() -> Day:
    """Ann is in A (4 credits, in the morning); B is of the same course, L overlaps, D is full."""
    return day(
        section("CS-101", "A", 1, 9, MORNING),
        section("CS-101", "B", 1, 9, MORNING),
        section("LAT-1", "L", 1, 9, LATE_MORNING),
        section("ART-1", "D", 1),
        section("LAT-1", "M", 0, 0),
    ).done(Enroll(ANN, A), Enroll(CID, D))


def test_a_swap_is_both_or_neither() -> None:
    story = held().done(SwapEnrollment(ANN, A, L)).holding(ANN, L).seated(A).seated(L, ANN)
    story.recorded(EnrollmentCanceled, ANN, section=A, reason=CancellationReason.SWAP)
    story.recorded(SeatFreed, A).recorded(StudentEnrolled, ANN, section=L).recorded(SeatTaken, L)
    story.again().refused(R.NOT_ENROLLED, R.ALREADY_ENROLLED)


@pytest.mark.parametrize("take", [B, L])
def test_the_section_given_up_does_not_stand_in_the_way(take: object) -> None:
    held().done(SwapEnrollment(ANN, A, take)).holding(ANN, take)  # type: ignore[arg-type]


def test_what_is_refused_leaves_the_old_seat() -> None:
    story = held().when(SwapEnrollment(ANN, A, D)).refused(R.SECTION_FULL).holding(ANN, A)
    story.given(CloseSection(B)).when(SwapEnrollment(ANN, A, B)).refused(R.SECTION_CLOSED)
    story.given(PlaceHold(ANN, HoldKind.ADDS_ONLY, Personal("x")))
    story.when(SwapEnrollment(ANN, A, B)).refused(R.SECTION_CLOSED, R.HOLD).holding(ANN, A)
    story.seated(A, ANN)


def test_what_cannot_be_swapped() -> None:
    story = held().when(SwapEnrollment(BOB, A, L)).refused(R.NOT_ENROLLED)
    story.when(SwapEnrollment(ANN, A, A)).refused((R.INVALID_INPUT, "to"))
    story.when(SwapEnrollment(NOBODY, A, L)).refused((R.NOT_FOUND, "student"))
    story.done(Enroll(BOB, B)).when(SwapEnrollment(BOB, B, D)).refused(R.SECTION_FULL)
    story.when(SwapEnrollment(BOB, A, B)).refused(R.NOT_ENROLLED, R.ALREADY_ENROLLED)


def test_a_swap_is_an_add_and_a_drop_by_the_clock() -> None:
    held().at(ADD_DEADLINE).when(SwapEnrollment(ANN, A, L)).refused(R.DEADLINE_PASSED)
    story = held().at(DROP_DEADLINE).when(SwapEnrollment(ANN, A, L))
    assert {r.code for r in story.refusals} == {R.DEADLINE_PASSED} and len(story.refusals) == 2
    story.given(GrantPermit(ANN, L, R.DEADLINE_PASSED, Personal("late"))).holding(ANN, A)


def test_the_freed_seat_goes_to_the_list() -> None:
    held().done(JoinWaitlist(BOB, A), SwapEnrollment(ANN, A, L)).seated(A, BOB)


def test_wait_listing_with_a_swap_keeps_the_old_seat_until_then() -> None:
    story = held().done(SwapEnrollment(ANN, A, D, waitlist_if_full=True)).holding(ANN, A)
    story.waiting(D, ANN).recorded(WaitlistJoined, D, drops=A)
    story.recorded(StudentWaitlisted, ANN, drops=A)
    story.done(CancelEnrollment(CID, D, OTHER)).holding(ANN, D).seated(A).seated(D, ANN)
    story.recorded(EnrollmentCanceled, ANN, section=A, reason=CancellationReason.SWAP)


def test_with_a_free_seat_nobody_waits() -> None:
    held().done(SwapEnrollment(ANN, A, L, waitlist_if_full=True)).holding(ANN, L).waiting(L)


def test_the_list_is_asked_too() -> None:
    story = held().when(SwapEnrollment(ANN, A, M, waitlist_if_full=True))
    story.refused(R.WAITLIST_NOT_OFFERED)
    story.done(JoinWaitlist(ANN, D)).when(SwapEnrollment(ANN, A, D, waitlist_if_full=True))
    story.refused(R.ALREADY_WAITLISTED)
    story.done(LeaveWaitlist(ANN, D), SwapEnrollment(ANN, A, D, waitlist_if_full=True))
    story.again().refused(R.ALREADY_WAITLISTED)


def test_wait_listing_with_a_swap_looks_at_times_and_credits_later() -> None:
    """Rule 10: a conflict with a third section is no reason not to wait."""
    story = day(
        section("CS-101", "A", 1),
        section("LAT-1", "L", 1, 9, MORNING),
        section("ART-1", "D", 1, 9, MORNING),
    ).done(Enroll(ANN, A), Enroll(ANN, L), Enroll(CID, D))
    story.when(SwapEnrollment(ANN, A, D)).refused(R.TIME_CONFLICT, R.SECTION_FULL)
    story.done(SwapEnrollment(ANN, A, D, waitlist_if_full=True)).waiting(D, ANN)
    story.done(CancelEnrollment(CID, D, OTHER)).skipped(D, ANN, R.TIME_CONFLICT).holding(ANN, A, L)
    story.done(CancelEnrollment(ANN, L, OTHER)).holding(ANN, D)


def test_what_was_to_be_dropped_is_gone_already() -> None:
    story = held().done(SwapEnrollment(ANN, A, D, waitlist_if_full=True))
    story.done(CancelEnrollment(ANN, A, OTHER), CancelEnrollment(CID, D, OTHER)).holding(ANN, D)


def test_after_the_drop_deadline_the_waiter_is_passed_by() -> None:
    story = held().done(SwapEnrollment(ANN, A, D, waitlist_if_full=True)).at(at(12))
    story.done(CancelEnrollment(CID, D, OTHER)).holding(ANN, A).waiting(D, ANN)


def test_two_swaps_that_need_each_other_are_not_a_cycle() -> None:
    """Each waits for the other's seat: neither is free, so neither moves; a third leaves both."""
    story = held().done(Enroll(BOB, L), SwapEnrollment(ANN, A, L, waitlist_if_full=True))
    story.done(SwapEnrollment(BOB, L, A, waitlist_if_full=True)).holding(ANN, A).holding(BOB, L)
    story.done(CancelEnrollment(ANN, A, OTHER)).holding(BOB, A).holding(ANN, L)


def test_a_swap_may_need_what_it_gives_up() -> None:
    """A corequisite given up in the same act does not count."""
    story = held().given(section("LAB-1", "P", 1)).when(SwapEnrollment(ANN, A, P))
    story.refused(R.COREQUISITE_MISSING).holding(ANN, A)
    assert story.student(ANN).credits_in(story.section(A).term) == Decimal(4)
