"""Rules 4, 6, 14: while a section adds nobody its list rests, but for those with a permit."""

from collections.abc import Callable

import pytest

from tests.registration.campus import ANN, BOB, CID, DOT, INSTANT, A, at, offering, section
from tests.registration.day import Day, day
from tests.write_side.campus import ADD_DEADLINE
from write_side.commands import (
    AcceptOffer,
    CancelEnrollment,
    CancelSection,
    CloseSection,
    Enroll,
    GrantPermit,
    JoinWaitlist,
    LiftHold,
    Personal,
    PlaceHold,
    ReopenSection,
    ScheduleSection,
)
from write_side.events import CancellationReason, HoldKind, PermitUsed, WaiterSkipped
from write_side.refusals import RefusalCode as R

OTHER = CancellationReason.OTHER
WHY = Personal("the dean knows")
Mode = Callable[..., ScheduleSection]
both_modes = pytest.mark.parametrize("mode", [section, offering])
shut_ways = pytest.mark.parametrize("rule", [R.SECTION_CLOSED, R.DEADLINE_PASSED])


def shut(rule: R, mode: Mode = section) -> Day:
    """Ann has the only seat of A, Bob and then Cid wait; and now nobody is added any more."""
    story = day(mode("CS-101", "A", 1)).done(Enroll(ANN, A))
    story.done(JoinWaitlist(BOB, A), JoinWaitlist(CID, A))
    if rule is R.SECTION_CLOSED:
        return story.given(CloseSection(A))
    return story.at(ADD_DEADLINE)


@shut_ways
def test_a_freed_seat_waits_and_nobody_is_blamed(rule: R) -> None:
    story = shut(rule).done(CancelEnrollment(ANN, A, OTHER)).seated(A).waiting(A, BOB, CID)
    story.not_recorded(WaiterSkipped).when(Enroll(DOT, A)).refused(rule)


@shut_ways
@both_modes
def test_whoever_has_a_permit_is_served(rule: R, mode: Mode) -> None:
    """Also past those ahead who have none; and a seat does not idle beside an eligible waiter."""
    story = shut(rule, mode).given(GrantPermit(CID, A, rule, WHY))
    story.done(CancelEnrollment(ANN, A, OTHER)).waiting(A, BOB).skipped(A, BOB)
    if mode is offering:
        story.offered(A, CID).not_recorded(PermitUsed).done(AcceptOffer(CID, A))
    story.seated(A, CID).recorded(PermitUsed, CID, section=A)


@shut_ways
def test_the_permit_may_come_after_the_seat(rule: R) -> None:
    story = shut(rule).done(CancelEnrollment(ANN, A, OTHER)).seated(A)
    story.given(GrantPermit(CID, A, rule, WHY)).seated(A, CID).waiting(A, BOB)


@shut_ways
def test_a_permit_past_one_rule_is_none_past_another(rule: R) -> None:
    story = shut(rule).given(PlaceHold(CID, HoldKind.ALL, WHY), GrantPermit(CID, A, rule, WHY))
    story.done(CancelEnrollment(ANN, A, OTHER)).seated(A).skipped(A, CID, R.HOLD).skipped(A, BOB)
    (hold,) = story.student(CID).holds
    story.given(LiftHold(CID, hold)).seated(A, CID)


@shut_ways
def test_somebody_from_outside_needs_a_permit_too_and_may_then_pass(rule: R) -> None:
    """Who waits without a permit is not eligible, so the seat is not the list's."""
    story = shut(rule).done(CancelEnrollment(ANN, A, OTHER))
    story.given(GrantPermit(DOT, A, rule, WHY)).done(Enroll(DOT, A)).seated(A, DOT)
    story.waiting(A, BOB, CID)


def test_a_permit_that_expired_opens_nothing() -> None:
    story = shut(R.SECTION_CLOSED).given(GrantPermit(CID, A, R.SECTION_CLOSED, WHY, at(3)))
    story.at(at(3)).done(CancelEnrollment(ANN, A, OTHER)).seated(A).waiting(A, BOB, CID)
    story.given(ReopenSection(A)).seated(A, BOB)


def test_a_permit_until_then_served_up_to_the_last_instant() -> None:
    story = shut(R.SECTION_CLOSED).given(GrantPermit(CID, A, R.SECTION_CLOSED, WHY, at(3)))
    story.at(at(3) - INSTANT).done(CancelEnrollment(ANN, A, OTHER)).seated(A, CID)


def test_reopened_the_permit_is_not_needed_and_kept() -> None:
    story = shut(R.SECTION_CLOSED).given(GrantPermit(BOB, A, R.SECTION_CLOSED, WHY))
    story.given(ReopenSection(A)).done(CancelEnrollment(ANN, A, OTHER)).seated(A, BOB)
    assert len(story.student(BOB).permits) == 1


def test_closed_and_late_are_two_rules() -> None:
    story = (
        shut(R.SECTION_CLOSED).at(ADD_DEADLINE).given(GrantPermit(CID, A, R.SECTION_CLOSED, WHY))
    )
    story.done(CancelEnrollment(ANN, A, OTHER)).seated(A)
    story.given(GrantPermit(CID, A, R.DEADLINE_PASSED, WHY)).seated(A, CID)


def test_a_canceled_section_serves_nobody() -> None:
    story = shut(R.SECTION_CLOSED).given(GrantPermit(CID, A, R.SECTION_CLOSED, WHY))
    story.given(CancelSection(A, "no room")).done(CancelEnrollment(ANN, A, OTHER)).seated(A)
    story.not_recorded(WaiterSkipped).waiting(A, BOB, CID)
