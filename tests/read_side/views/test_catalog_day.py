"""The catalog on registration day: lists and offers counted, sections closed, seats reserved."""

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from read_side.views import catalog
from read_side.views.catalog import CatalogCourse, CatalogSection, CatalogWindow
from read_side.window import Window
from tests.read_side.conftest import Given
from tests.read_side.queue import (
    E1,
    E2,
    P1,
    P2,
    TOMORROW,
    accepted,
    gone,
    offered,
    promoted,
    skipped,
    waits,
)
from tests.scenario import NOON, Told, fact
from tests.write_side.campus import (
    ANN,
    BOB,
    CAMPUS,
    CS,
    FALL,
    LAT,
    NOBODY,
    TERM,
    A,
    enrolled,
    student,
)
from write_side.commands import (
    CancelSection,
    ChangeCapacity,
    CloseSection,
    ReleaseReservedSeats,
    ReopenSection,
    ReserveSeats,
    ReviseCourse,
    ScheduleSection,
)
from write_side.events import CourseRevised, RegistrationWindowSet, WaitlistExit

VIEW = catalog.VIEW
BEGIN = (*CAMPUS[:4], student(ANN), student(BOB))
"""With section A alone, of two seats."""
QUEUE = (*waits(ANN, P1), *waits(BOB, P2))
OFFERED = (*QUEUE, offered(ANN, P1))


def window(group: str, opens: int, closes: int) -> Told:
    hours = [NOON + timedelta(hours=hour) for hour in (opens, closes)]
    return fact(RegistrationWindowSet, TERM, group=group, opens_at=hours[0], closes_at=hours[1])


COUNTS: list[tuple[Iterable[Told], tuple[int, int, int, int]]] = [
    (QUEUE, (0, 0, 2, 2)),
    ((*QUEUE, *gone(ANN, P1, WaitlistExit.LEFT)), (0, 0, 1, 2)),
    ((*QUEUE, *gone(ANN, P1, WaitlistExit.ENROLLED)), (0, 0, 1, 2)),
    ((*QUEUE, *gone(ANN, P1, WaitlistExit.REMOVED)), (0, 0, 1, 2)),
    ((*QUEUE, *promoted(ANN, P1, E1)), (1, 0, 1, 1)),
    (OFFERED, (0, 1, 1, 1)),
    ((*OFFERED, *accepted(ANN, P1, E1)), (1, 0, 1, 1)),
    ((*OFFERED, *gone(ANN, P1, WaitlistExit.DECLINED)), (0, 0, 1, 2)),
    ((*OFFERED, *gone(ANN, P1, WaitlistExit.EXPIRED)), (0, 0, 1, 2)),
    ((*OFFERED, *gone(ANN, P1, WaitlistExit.REVOKED)), (0, 0, 1, 2)),
    ((*OFFERED, *enrolled(BOB, E2)), (1, 1, 1, 0)),
]


@pytest.mark.parametrize(("things", "counts"), COUNTS)
def test_a_seat_is_counted_once_and_a_waiter_until_offered_one(
    given: Given, things: Iterable[Told], counts: tuple[int, int, int, int]
) -> None:
    names = ("enrolled", "offered", "waitlisted", "seats_available")
    story = given(*BEGIN, *things)
    expected = {**dict(zip(names, counts, strict=True)), "updated_at": last_of(story.past, A)}
    story.then(CatalogSection, expected)


def test_passing_a_waiter_by_changes_nothing_that_is_offered(given: Given) -> None:
    given(*BEGIN, *QUEUE, skipped(ANN, P1, "HOLD")).then(
        CatalogSection, {"waitlisted": 2, "offered": 0, "updated_at": 9}
    )


def last_of(past: Any, stream: UUID) -> int:
    return int(past.of(stream)[-1].position)


def test_an_offer_over_a_lowered_capacity_leaves_no_seat(given: Given) -> None:
    story = given(*BEGIN, *enrolled(BOB, E2), *waits(ANN, P1), offered(ANN, P1))
    story.and_then(ChangeCapacity(A, 1)).then(
        CatalogSection, {"enrolled": 1, "offered": 1, "seats_available": 0}
    )


@pytest.mark.parametrize("free", [True, False])
def test_a_seat_that_is_offered_is_not_found_as_available(given: Given, free: bool) -> None:
    things = () if free else (*enrolled(BOB, E2),)
    with given(*BEGIN, *waits(ANN, P1), offered(ANN, P1), *things).reading() as session:
        for wanted in (True, False):
            found = catalog.sections(session, Window(9), seats_available=wanted).rows
            assert bool(found) is (wanted is free)


@pytest.mark.parametrize(
    ("acts", "status"),
    [
        ((CloseSection(A),), "CLOSED"),
        ((CloseSection(A), ReopenSection(A)), "OPEN"),
        ((CancelSection(A, "no teacher"),), "CANCELED"),
        ((CloseSection(A), CancelSection(A, "no teacher")), "CANCELED"),
        # nothing brings a canceled section back
        ((CloseSection(A), CancelSection(A, "no teacher"), ReopenSection(A)), "CANCELED"),
        ((CancelSection(A, "no teacher"), CloseSection(A)), "CANCELED"),
    ],
)
def test_a_section_has_one_status(given: Given, acts: Any, status: str) -> None:
    given(*BEGIN, *acts).then(CatalogSection, {"id": A, "status": status})


def test_reserved_seats_are_by_group_until_they_are_released(given: Given) -> None:
    until = {"seats": 1, "releases_on": TOMORROW.isoformat()}
    story = given(*BEGIN, ReserveSeats(A, "seniors", 1, TOMORROW), ReserveSeats(A, "honors", 1))
    for_ever = {"seats": 1, "releases_on": None}
    story.then(CatalogSection, {"reserves": {"seniors": until, "honors": for_ever}})
    story.and_then(ReserveSeats(A, "honors", 0)).then(
        CatalogSection, {"reserves": {"seniors": until, "honors": {**for_ever, "seats": 0}}}
    )
    story.and_then(ReleaseReservedSeats(A, "seniors")).then(
        CatalogSection, {"reserves": {"honors": {**for_ever, "seats": 0}}}
    )


def test_consent_is_shown_where_it_is_required(given: Given) -> None:
    strict = ScheduleSection("2026FA", "CS-101", "Z", 1, consent_required=True)
    given(*BEGIN, strict).then(
        CatalogSection,
        {"code": "A", "consent_required": False},
        {"code": "Z", "consent_required": True},
    )


def test_a_window_replaces_the_group_s_before_and_no_other(given: Given) -> None:
    story = given(FALL, window("seniors", 5, 9), window("honors", 1, 9), window("seniors", 3, 4))
    with story.reading() as session:
        found = [(row.group, row.opens_at, row.closes_at) for row in catalog.windows(session, TERM)]
        assert catalog.windows(session, NOBODY) == []
    hour = timedelta(hours=1)
    assert found == [
        ("honors", NOON + hour, NOON + 9 * hour),
        ("seniors", NOON + 3 * hour, NOON + 4 * hour),
    ]
    story.then(CatalogWindow, *[{"term": TERM}] * 2)


def test_requisites_are_shown_and_an_older_revision_has_none(given: Given) -> None:
    old = fact(CourseRevised, LAT, title="Latin I", credits=Decimal(7))
    story = given(*BEGIN, old, ReviseCourse(LAT, prerequisites=("CS-101",)))
    story.then(
        CatalogCourse,
        {"id": CS, "title": "Databases", "prerequisites": [], "corequisites": []},
        {"id": LAT, "title": "Latin I", "prerequisites": [CS.hex], "corequisites": []},
    )
    story.and_then(ReviseCourse(LAT, prerequisites=(), corequisites=("CS-101",))).then(
        CatalogCourse,
        {"id": CS, "prerequisites": [], "corequisites": []},
        {"id": LAT, "prerequisites": [], "corequisites": [CS.hex]},
    )
