"""Who waits for what: places as they began, open offers, and a rank that is counted."""

from collections.abc import Iterable
from uuid import UUID

import pytest

from read_side.views import waitlist
from read_side.views.waitlist import WaitlistPlace
from read_side.window import Window
from tests.read_side.conftest import Given
from tests.read_side.past import minutes
from tests.read_side.queue import (
    E1,
    P1,
    P2,
    P3,
    P4,
    TOMORROW,
    accepted,
    gone,
    offered,
    promoted,
    skipped,
    waits,
)
from tests.read_side.shown import Shown
from tests.scenario import Told
from tests.write_side.campus import ANN, BOB, CAMPUS, CID, LAT, NOBODY, A, L, enrolled, student
from write_side.events import WaitlistExit

VIEW = waitlist.VIEW
BEGIN = (*CAMPUS, *map(student, (ANN, BOB, CID)))
QUEUE = (*waits(ANN, P1), *waits(BOB, P2), *waits(CID, P3))


def ranked(story: Shown, section: UUID = A) -> list[tuple[UUID, int]]:
    """Everybody of a list and where they stand; whoever is offered a seat stands nowhere."""
    with story.reading() as session:
        rows = waitlist.of_section(session, section, Window(100)).rows
        ranks = waitlist.ranks(session, [row.id for row in rows])
    return [(row.student, 0 if row.offered else ranks[row.id]) for row in rows]


def test_a_place_is_shown_as_it_began(given: Given) -> None:
    given(*BEGIN, *waits(ANN, P1), *waits(BOB, P2, drops=L)).then(
        WaitlistPlace,
        {
            "section": A,
            "student": ANN,
            "id": P1,
            "drops": None,
            "joined_at": minutes(9),
            "position": 10,
            "offered": False,
            "offer_expires_at": None,
        },
        {
            "section": A,
            "student": BOB,
            "id": P2,
            "drops": L,
            "joined_at": minutes(11),
            "position": 12,
            "offered": False,
            "offer_expires_at": None,
        },
    )


def test_an_offer_is_shown_with_its_end_and_keeps_the_place(given: Given) -> None:
    given(*BEGIN, *QUEUE, offered(BOB, P2)).then(
        WaitlistPlace,
        {"id": P1, "position": 10, "offered": False, "offer_expires_at": None},
        {"id": P2, "position": 12, "offered": True, "offer_expires_at": TOMORROW},
        {"id": P3, "position": 14, "offered": False, "offer_expires_at": None},
    )


@pytest.mark.parametrize(
    "end",
    [
        *[
            gone(ANN, P1, how)
            for how in (WaitlistExit.LEFT, WaitlistExit.ENROLLED, WaitlistExit.REMOVED)
        ],
        promoted(ANN, P1, E1),
        (offered(ANN, P1), *accepted(ANN, P1, E1)),
        *[
            (offered(ANN, P1), *gone(ANN, P1, how))
            for how in (WaitlistExit.DECLINED, WaitlistExit.EXPIRED, WaitlistExit.REVOKED)
        ],
    ],
    ids=lambda end: end[-1].values.get("how") or end[-1].kind.__name__,
)
def test_a_place_is_gone_however_it_ends(given: Given, end: Iterable[Told]) -> None:
    story = given(*BEGIN, *QUEUE, *end)
    story.then(WaitlistPlace, {"id": P2}, {"id": P3})
    assert ranked(story) == [(BOB, 1), (CID, 2)]


def test_a_waiter_passed_by_keeps_the_place(given: Given) -> None:
    assert ranked(given(*BEGIN, *QUEUE, skipped(ANN, P1, "HOLD"))) == [(ANN, 1), (BOB, 2), (CID, 3)]


def test_a_rank_is_counted_in_one_s_own_list(given: Given) -> None:
    story = given(*BEGIN, *QUEUE, *waits(CID, P4, L, LAT))
    assert ranked(story) == [(ANN, 1), (BOB, 2), (CID, 3)]
    assert ranked(story, L) == [(CID, 1)]


@pytest.mark.parametrize("who", [ANN, BOB, CID])
def test_whoever_is_offered_a_seat_is_before_nobody(given: Given, who: UUID) -> None:
    places = {ANN: P1, BOB: P2, CID: P3}
    found = dict(ranked(given(*BEGIN, *QUEUE, offered(who, places[who]))))
    assert found.pop(who) == 0
    assert list(found.values()) == [1, 2]


def test_whoever_comes_back_is_last_and_has_a_place_of_its_own(given: Given) -> None:
    story = given(*BEGIN, *QUEUE, *gone(ANN, P1, WaitlistExit.LEFT), *waits(ANN, P4))
    assert ranked(story) == [(BOB, 1), (CID, 2), (ANN, 3)]
    with story.reading() as session:
        (place,) = waitlist.of_student(session, ANN)
    assert (place.id, place.joined_at) == (P4, minutes(17))


def test_a_place_taken_again_knows_nothing_of_the_offer_before(given: Given) -> None:
    expired = (offered(ANN, P1), *gone(ANN, P1, WaitlistExit.EXPIRED))
    given(*BEGIN, *waits(ANN, P1, drops=L), *expired, *waits(ANN, P2)).then(
        WaitlistPlace, {"id": P2, "drops": None, "offered": False, "offer_expires_at": None}
    )


@pytest.mark.parametrize("turns", [1, 2, 3, 4])
def test_on_and_off_the_list_again_and_again_leaves_nothing(given: Given, turns: int) -> None:
    turn = (*waits(ANN, P1), *gone(ANN, P1, WaitlistExit.LEFT))
    story = given(*BEGIN, *turn * turns)
    story.then(WaitlistPlace)
    story.and_then(*waits(ANN, P2)).then(WaitlistPlace, {"id": P2})


def test_ranks_of_nobody_are_none(given: Given) -> None:
    with given(*BEGIN, *QUEUE).reading() as session:
        assert waitlist.ranks(session, []) == {}
        assert waitlist.of_section(session, L, Window(9)).rows == []
        assert waitlist.of_student(session, NOBODY) == []


def test_a_student_s_places_are_the_oldest_first(given: Given) -> None:
    story = given(*BEGIN, *waits(BOB, P2), *waits(ANN, P3, L, LAT), *waits(ANN, P1))
    with story.reading() as session:
        assert [row.id for row in waitlist.of_student(session, ANN)] == [P3, P1]
        assert [row.id for row in waitlist.of_student(session, BOB)] == [P2]


def test_a_list_is_paged_in_its_order_while_it_moves(given: Given) -> None:
    story = given(*BEGIN, *QUEUE)
    with story.reading() as session:
        first = waitlist.of_section(session, A, Window(2))
    assert [row.student for row in first.rows] == [ANN, BOB]
    assert first.has_next
    story.and_then(*gone(ANN, P1, WaitlistExit.LEFT), *waits(ANN, P4))
    with story.reading() as session:
        rest = waitlist.of_section(session, A, Window(2, after=first.cursors[-1]))
        last = waitlist.of_section(session, A, Window(1, backward=True))
    assert [row.student for row in rest.rows] == [CID, ANN]
    assert [row.student for row in last.rows] == [ANN]


def test_seats_taken_without_waiting_are_none_of_its_business(given: Given) -> None:
    given(*BEGIN, *enrolled(ANN, E1)).then(WaitlistPlace)
