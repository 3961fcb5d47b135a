"""What was wanted: carts that came and went, refusals and enrollments, by section."""

from uuid import UUID

import pytest

from read_side.paging import by_id
from read_side.views import demand
from read_side.views.demand import DemandRefusal, DemandSection
from read_side.window import Window
from tests.read_side.conftest import Given
from tests.read_side.queue import P1, P2, accepted, gone, offered, promoted, waits
from tests.read_side.shown import Shown
from tests.scenario import Told, fact
from tests.write_side.campus import (
    ANN,
    BOB,
    CAMPUS,
    CID,
    DATABASES,
    FALL,
    NOBODY,
    TERM,
    A,
    B,
    L,
    enrolled,
    seats,
    student,
)
from write_side.commands import (
    AddToCart,
    CancelEnrollment,
    Enroll,
    JoinWaitlist,
    LeaveWaitlist,
    SwapEnrollment,
)
from write_side.events import (
    CancellationReason,
    SectionAddedToCart,
    SectionRemovedFromCart,
    WaitlistExit,
)

VIEW = demand.VIEW
E1 = UUID(int=1)


def in_cart(person: UUID, section: UUID) -> Told:
    return fact(SectionAddedToCart, person, section=section, term=TERM)


def out_of_cart(person: UUID, section: UUID) -> Told:
    return fact(SectionRemovedFromCart, person, section=section, term=TERM)


def shown(given: Given) -> Shown:
    """A has one seat: Ann gets it, Bob tries twice and Cid once; Ann once more."""
    return given(
        *CAMPUS[:3],
        seats(1),
        *CAMPUS[4:],
        *map(student, (ANN, BOB, CID)),
        *enrolled(ANN, E1),
        Enroll(BOB, A),
        Enroll(BOB, A),
        Enroll(CID, A),
        Enroll(ANN, A),
        in_cart(BOB, L),
        in_cart(CID, L),
        out_of_cart(BOB, L),
    )


def test_whatever_reaches_for_a_section_is_counted(given: Given) -> None:
    nothing = {"cart_adds": 0, "cart_removals": 0, "enrollments": 0, "refusals": 0, "wanted": 0}
    shown(given).then(
        DemandSection,
        {**nothing, "section": A, "enrollments": 1, "refusals": 4, "wanted": 5, "position": 4},
        {**nothing, "section": B, "position": 5},
        {**nothing, "section": L, "cart_adds": 2, "cart_removals": 1, "wanted": 2, "position": 6},
    )


def test_refusals_are_counted_by_every_broken_rule(given: Given) -> None:
    shown(given).then(
        DemandRefusal,
        {"section": A, "code": "SECTION_FULL", "count": 3},
        {"section": A, "code": "ALREADY_ENROLLED", "count": 1},
    )


def test_refusals_are_found_by_section_most_often_broken_first(given: Given) -> None:
    with shown(given).reading() as session:
        found = demand.refusals(session, A)
        assert [row.code for row in found] == ["SECTION_FULL", "ALREADY_ENROLLED"]
        assert list(demand.refusals(session, L)) == []
        assert set(by_id(session, DemandSection, [A, L, NOBODY], "section")) == {A, L}


def test_a_refused_enrollment_into_no_section_is_no_demand(given: Given) -> None:
    given(*CAMPUS, student(ANN), Enroll(ANN, NOBODY)).then(DemandRefusal)


@pytest.mark.parametrize(
    "wish", [AddToCart(NOBODY, A), CancelEnrollment(ANN, A, CancellationReason.OTHER)]
)
def test_other_refused_wishes_are_no_demand(given: Given, wish: object) -> None:
    story = given(*CAMPUS, student(ANN), wish)
    assert len(story.past.refusals) == 1
    story.then(DemandRefusal).then(DemandSection, *[{"refusals": 0}] * 3)


def test_the_most_wanted_come_first_page_by_page_and_back(given: Given) -> None:
    with shown(given).reading() as session:
        assert [r.section for r in demand.demand(session, Window(9)).rows] == [A, L, B]
        first = demand.demand(session, Window(1), term=TERM)
        assert [r.section for r in first.rows] == [A]
        rest = demand.demand(session, Window(2, after=first.cursors[0]))
        assert [r.section for r in rest.rows] == [L, B]
        assert not rest.has_next
        back = demand.demand(session, Window(2, before=rest.cursors[1], backward=True))
        assert [r.section for r in back.rows] == [A, L]
        assert demand.demand(session, Window(9), term=NOBODY).rows == []


def test_equally_wanted_sections_are_in_the_order_they_were_scheduled(given: Given) -> None:
    with given(*CAMPUS).reading() as session:
        assert [r.section for r in demand.demand(session, Window(9)).rows] == [A, B, L]


def test_a_term_and_its_courses_alone_are_no_demand(given: Given) -> None:
    given(FALL, DATABASES).then(DemandSection)


QUEUE = (*CAMPUS, student(ANN), student(BOB), *waits(ANN, P1), *waits(BOB, P2))


@pytest.mark.parametrize(
    "way",
    [promoted(ANN, P1, E1), (offered(ANN, P1), *accepted(ANN, P1, E1))],
    ids=["auto", "offer"],
)
def test_waiting_is_demand_once_and_a_promotion_is_what_came_of_it(
    given: Given, way: tuple[Told, ...]
) -> None:
    given(*QUEUE, *way).then(
        DemandSection,
        {"section": A, "waitlist_joins": 2, "promotions": 1, "enrollments": 0, "wanted": 2},
        {"section": B, "waitlist_joins": 0, "promotions": 0, "enrollments": 0, "wanted": 0},
        {"section": L, "waitlist_joins": 0, "promotions": 0, "enrollments": 0, "wanted": 0},
    )


@pytest.mark.parametrize(
    "how", [WaitlistExit.LEFT, WaitlistExit.DECLINED, WaitlistExit.EXPIRED, WaitlistExit.REVOKED]
)
def test_a_place_that_came_to_nothing_was_wanted_all_the_same(
    given: Given, how: WaitlistExit
) -> None:
    held = () if how is WaitlistExit.LEFT else (offered(ANN, P1),)
    given(*QUEUE, *held, *gone(ANN, P1, how)).then(
        DemandSection,
        {"section": A, "waitlist_joins": 2, "promotions": 0, "wanted": 2},
        {"section": B, "waitlist_joins": 0, "promotions": 0, "wanted": 0},
        {"section": L, "waitlist_joins": 0, "promotions": 0, "wanted": 0},
    )


def test_every_refused_way_to_a_seat_is_demand_for_the_section_reached_for(given: Given) -> None:
    """A list that is not offered, a swap for a section of the same course, and one for itself."""
    story = given(*CAMPUS, student(ANN), *enrolled(ANN, E1))
    story.and_then(JoinWaitlist(ANN, B), SwapEnrollment(ANN, L, B), SwapEnrollment(ANN, A, A))
    story.and_then(LeaveWaitlist(ANN, L))
    assert len(story.past.refusals) == 4
    story.then(
        DemandSection,
        {"section": A, "refusals": 1, "wanted": 2},
        {"section": B, "refusals": 2, "wanted": 2},
        {"section": L, "refusals": 0, "wanted": 0},
    )
