"""What a student has: every episode with how it ended, and the cart as it is now."""

from uuid import UUID

import pytest

from read_side.paging import by_id
from read_side.views import schedule
from read_side.views.schedule import ScheduleCartItem, ScheduleEnrollment
from tests.read_side.conftest import Given
from tests.read_side.past import minutes
from tests.read_side.shown import Shown
from tests.scenario import fact, sealed
from tests.write_side.campus import (
    ANN,
    BOB,
    CAMPUS,
    LAT,
    NOBODY,
    TERM,
    A,
    B,
    L,
    enrolled,
    left,
    student,
)
from write_side.events import (
    CancellationReason,
    EnrollmentCanceled,
    EnrollmentWithdrawn,
    Role,
    SectionAddedToCart,
    SectionRemovedFromCart,
)

VIEW = schedule.VIEW
E1, E2, E3 = UUID(int=1), UUID(int=2), UUID(int=3)
BEGIN = (*CAMPUS, student(ANN))
ADDED = fact(SectionAddedToCart, ANN, section=A, term=TERM)
REMOVED = fact(SectionRemovedFromCart, ANN, section=A, term=TERM)
LEFT = left(EnrollmentCanceled, ANN, E1, reason=CancellationReason.WORKLOAD, comment=None)


def test_an_enrollment_is_an_episode_of_its_own(given: Given) -> None:
    given(*BEGIN, *enrolled(ANN, E1), *LEFT, *enrolled(ANN, E2)).then(
        ScheduleEnrollment,
        {
            "id": E1,
            "student": ANN,
            "section": A,
            "term": TERM,
            "credits": 4.0,
            "status": "CANCELED",
            "enrolled_at": minutes(7),
            "ended_at": minutes(9),
            "reason": "WORKLOAD",
            "comment": None,
            "ended_by": "REGISTRAR",
            "position": 10,
        },
        {
            "id": E2,
            "student": ANN,
            "section": A,
            "term": TERM,
            "credits": 4.0,
            "status": "ENROLLED",
            "enrolled_at": minutes(11),
            "ended_at": None,
            "reason": None,
            "comment": None,
            "ended_by": None,
            "position": 12,
        },
    )


@pytest.mark.parametrize(
    ("how", "status"),
    [(EnrollmentCanceled, "CANCELED"), (EnrollmentWithdrawn, "WITHDRAWN")],
)
def test_leaving_says_how_why_and_by_whom_and_keeps_the_comment_sealed(
    given: Given, how: type[EnrollmentCanceled], status: str
) -> None:
    comment = sealed(ANN, f"{how.TOPIC}.comment", "too much")
    story = given(*BEGIN, *enrolled(ANN, E1))
    story.past.acting(Role.STUDENT)
    story.and_then(*left(how, ANN, E1, reason=CancellationReason.OTHER, comment=comment)).then(
        ScheduleEnrollment,
        {
            "status": status,
            "reason": "OTHER",
            "comment": comment.as_text(),
            "ended_by": "STUDENT",
        },
    )


def test_the_cart_has_what_was_added_and_not_removed(given: Given) -> None:
    latin = fact(SectionAddedToCart, ANN, section=L, term=TERM)
    given(*BEGIN, ADDED, latin).then(
        ScheduleCartItem,
        {"student": ANN, "section": A, "term": TERM, "added_at": minutes(7)},
        {"student": ANN, "section": L, "term": TERM, "added_at": minutes(8)},
    ).and_then(REMOVED).then(ScheduleCartItem, {"section": L})


def test_enrolling_takes_the_section_out_of_the_cart(given: Given) -> None:
    given(*BEGIN, ADDED, *enrolled(ANN, E1)).then(ScheduleCartItem)


def test_enrolling_leaves_others_carts_alone(given: Given) -> None:
    bob = fact(SectionAddedToCart, BOB, section=A, term=TERM)
    other = fact(SectionAddedToCart, ANN, section=B, term=TERM)
    given(*BEGIN, student(BOB), bob, ADDED, other, *enrolled(ANN, E1)).then(
        ScheduleCartItem, {"student": BOB, "section": A}, {"student": ANN, "section": B}
    )


@pytest.mark.parametrize("turns", [1, 2, 3, 4])
def test_in_and_out_of_the_cart_again_and_again_leaves_nothing(given: Given, turns: int) -> None:
    given(*BEGIN, *[ADDED, REMOVED] * turns).then(ScheduleCartItem)


def test_out_and_into_the_cart_again_is_there_since_the_last_time(given: Given) -> None:
    given(*BEGIN, ADDED, REMOVED, ADDED).then(ScheduleCartItem, {"added_at": minutes(9)})


def test_a_section_enrolled_in_twice_from_the_cart_is_in_no_cart(given: Given) -> None:
    given(*BEGIN, ADDED, *enrolled(ANN, E1), *LEFT, ADDED, *enrolled(ANN, E2)).then(
        ScheduleCartItem
    )


def shown(given: Given) -> Shown:
    latin = enrolled(ANN, E2, L, LAT, "7.5")
    return given(*BEGIN, student(BOB), *latin, *enrolled(ANN, E1), *LEFT, *enrolled(BOB, E3))


def test_a_students_enrollments_are_in_the_order_they_began(given: Given) -> None:
    with shown(given).reading() as session:
        assert [row.id for row in schedule.enrollments(session, ANN)] == [E2, E1]
        assert [row.id for row in schedule.enrollments(session, BOB)] == [E3]
        assert schedule.enrollments(session, NOBODY) == []


def test_enrollments_are_found_by_term_status_and_id(given: Given) -> None:
    with shown(given).reading() as session:
        active = schedule.enrollments(session, ANN, term=TERM, status=["ENROLLED"])
        assert [row.id for row in active] == [E2]
        ended = schedule.enrollments(session, ANN, status=["CANCELED", "WITHDRAWN"])
        assert [row.id for row in ended] == [E1]
        assert schedule.enrollments(session, ANN, term=NOBODY) == []
        assert set(by_id(session, schedule.ScheduleEnrollment, [E1, E3, NOBODY])) == {E1, E3}


def test_a_cart_is_shown_in_the_order_it_was_filled(given: Given) -> None:
    items = [fact(SectionAddedToCart, ANN, section=s, term=TERM) for s in (L, B, A)]
    with given(*BEGIN, *items).reading() as session:
        assert [item.section for item in schedule.cart(session, ANN)] == [L, B, A]
        assert schedule.cart(session, BOB) == []


def test_a_cart_item_nobody_added_is_a_bug_and_is_told(given: Given) -> None:
    story = given(*BEGIN, ADDED, REMOVED)
    del story.past.facts[7]
    with pytest.raises(AssertionError):
        story.projected()
    assert story.parked() == [(9, "NoResultFound")]
