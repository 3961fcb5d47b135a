"""Rule 1: who may register when, to the instant, by group."""

from datetime import datetime
from uuid import UUID

import pytest

from tests.registration.campus import ANN, BOB, CID, DAY, INSTANT, A, at, section, student
from tests.registration.day import Day, day
from tests.write_side.campus import ADD_DEADLINE, DROP_DEADLINE, OPENS, WITHDRAWAL_DEADLINE
from write_side.commands import (
    AcceptOffer,
    AddToCart,
    CancelEnrollment,
    ChangeGroups,
    Enroll,
    EnrollCart,
    JoinWaitlist,
    SetRegistrationWindow,
    SwapEnrollment,
    Withdraw,
)
from write_side.events import CancellationReason, Promotion, RegistrationWindowSet
from write_side.refusals import RefusalCode as R

HONORS = SetRegistrationWindow("2026FA", "HON", at(2), at(4))
LATE = SetRegistrationWindow("2026FA", "LATE", at(6), at(8))
OTHER = CancellationReason.OTHER


def with_windows() -> Day:
    return day(section("CS-101", "A", 1)).given(
        HONORS, LATE, ChangeGroups(ANN, ("HON",)), ChangeGroups(BOB, ("HON", "LATE"))
    )


@pytest.mark.parametrize(
    ("moment", "broken"),
    [
        (at(2) - INSTANT, R.WINDOW_NOT_OPEN),
        (at(2), None),
        (at(4) - INSTANT, None),
        (at(4), R.WINDOW_CLOSED),
    ],
)
def test_a_group_registers_in_its_window(moment: datetime, broken: R | None) -> None:
    story = with_windows().at(moment).when(Enroll(ANN, A))
    story.refused(broken) if broken else story.seated(A, ANN)


@pytest.mark.parametrize(
    ("moment", "broken"),
    [
        (at(2) - INSTANT, R.WINDOW_NOT_OPEN),
        (at(3), None),
        (at(4), R.WINDOW_NOT_OPEN),
        (at(6), None),
        (at(8), R.WINDOW_CLOSED),
    ],
)
def test_of_two_groups_any_window_will_do(moment: datetime, broken: R | None) -> None:
    story = with_windows().at(moment).when(Enroll(BOB, A))
    story.refused(broken) if broken else story.seated(A, BOB)


@pytest.mark.parametrize(
    ("moment", "broken"),
    [
        (OPENS - INSTANT, R.WINDOW_NOT_OPEN),
        (OPENS, None),
        (ADD_DEADLINE - INSTANT, None),
        (ADD_DEADLINE, R.DEADLINE_PASSED),
    ],
)
def test_all_others_go_by_the_terms_own_times(moment: datetime, broken: R | None) -> None:
    story = with_windows().at(moment).when(Enroll(CID, A))
    story.refused(broken) if broken else story.seated(A, CID)


def test_a_window_and_a_deadline_are_two_rules() -> None:
    with_windows().at(ADD_DEADLINE).when(Enroll(ANN, A)).refused(R.WINDOW_CLOSED, R.DEADLINE_PASSED)


def test_wait_listing_swapping_and_the_cart_obey_the_window() -> None:
    story = with_windows().given(section("LAT-1", "L", 5), Enroll(CID, A), AddToCart(ANN, A))
    early = story.at(at(1))
    early.when(JoinWaitlist(ANN, A)).refused(R.WINDOW_NOT_OPEN)
    early.when(EnrollCart(ANN, "2026FA")).refused(R.WINDOW_NOT_OPEN, R.SECTION_FULL)
    early.when(SwapEnrollment(ANN, A, A)).refused((R.INVALID_INPUT, "to"))
    story.at(at(2)).when(JoinWaitlist(ANN, A)).accepted().waiting(A, ANN)


def test_a_promotion_needs_no_window() -> None:
    story = with_windows().given(Enroll(CID, A)).at(at(3)).done(JoinWaitlist(ANN, A))
    story.at(at(5)).done(CancelEnrollment(CID, A, OTHER)).seated(A, ANN)


def test_an_offer_is_answered_without_a_window() -> None:
    story = day(section("CS-101", "A", 1, promotion=Promotion.OFFER)).given(
        HONORS, ChangeGroups(ANN, ("HON",))
    )
    story.at(at(3, 23)).done(Enroll(CID, A), JoinWaitlist(ANN, A))
    story.done(CancelEnrollment(CID, A, OTHER)).offered(A, ANN)
    story.at(at(4, 1)).done(AcceptOffer(ANN, A)).seated(A, ANN)


def test_leaving_needs_no_window() -> None:
    story = with_windows().at(at(3)).done(Enroll(ANN, A))
    story.at(at(5)).done(CancelEnrollment(ANN, A, OTHER)).seated(A)


@pytest.mark.parametrize(
    ("moment", "canceled", "withdrawn"),
    [
        (DROP_DEADLINE - INSTANT, None, R.WINDOW_NOT_OPEN),
        (DROP_DEADLINE, R.DEADLINE_PASSED, None),
        (WITHDRAWAL_DEADLINE - INSTANT, R.DEADLINE_PASSED, None),
        (WITHDRAWAL_DEADLINE, R.DEADLINE_PASSED, R.DEADLINE_PASSED),
    ],
)
def test_until_when_one_cancels_and_withdraws(
    moment: datetime, canceled: R | None, withdrawn: R | None
) -> None:
    for command, broken in ((CancelEnrollment, canceled), (Withdraw, withdrawn)):
        story = day(section("CS-101", "A")).done(Enroll(ANN, A)).at(moment)
        story.when(command(ANN, A, OTHER))
        story.refused(broken) if broken else story.seated(A)


def test_staff_withdraw_after_the_deadline() -> None:
    story = day(section("CS-101", "A")).done(Enroll(ANN, A)).at(WITHDRAWAL_DEADLINE + DAY)
    story.by_staff().done(Withdraw(ANN, A, CancellationReason.NON_ATTENDANCE)).seated(A)


def test_a_window_is_set_again() -> None:
    moved = SetRegistrationWindow("2026FA", "HON", at(1), at(9))
    story = with_windows().by_staff()
    story.when(HONORS).then_nothing()
    story.done(moved)
    assert isinstance(story.facts[0], RegistrationWindowSet)
    story.again().then_nothing()
    story.by_student().at(at(1)).done(Enroll(ANN, A))


def test_a_window_must_be_one() -> None:
    story = with_windows().by_staff()
    backwards = SetRegistrationWindow("2026FA", "HON", at(4), at(4))
    story.when(backwards).refused((R.INVALID_INPUT, "closesAt"))
    naive = SetRegistrationWindow("2026FA", "", datetime(2026, 9, 1), at(4))
    story.when(naive).refused((R.INVALID_INPUT, "group"), (R.INVALID_INPUT, "opensAt"))
    story.when(SetRegistrationWindow("1999", "HON", at(2), at(4))).refused((R.NOT_FOUND, "term"))


def test_the_groups_a_student_registered_with_count() -> None:
    fay = UUID(int=0xFA1)
    with_windows().given(student(fay, "HON")).at(at(1)).when(Enroll(fay, A)).refused(
        R.WINDOW_NOT_OPEN
    )
