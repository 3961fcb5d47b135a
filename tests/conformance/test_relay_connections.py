"""Relay's connections while rows come and go between the pages, read from either end: who was there
all the time is told once and in order, and page info says whether there is more."""

import threading
from collections.abc import Callable

import pytest

from tests.schema.campus import Campus, seat
from tests.schema.test_paging import LISTINGS, PAGE, TEXT, WINDOW, Listing, roster_listing

ROWS, MOST = 8, 40


def waitlist_listing(campus: Campus) -> Listing:
    section = campus.section(capacity=0, waitlistCapacity=99)
    document = f"query W({TEXT}, $id: ID!) {{ section(id: $id) {{ waitlist({WINDOW})"
    document += f" {{ {PAGE % 'id'} }} }} }}"
    return Listing(
        campus,
        document,
        ["section", "waitlist"],
        {"id": section},
        lambda: campus.made("joinWaitlist", **seat(campus.student(), section)),
    )


@pytest.fixture(
    scope="module",
    params=[*LISTINGS, waitlist_listing],
    ids=lambda make: make.__name__.removesuffix("_listing"),
)
def listing(campus: Campus, request: pytest.FixtureRequest) -> Listing:
    made: Listing = request.param(campus)
    for _ in range(ROWS):
        made.add()
    return made


def forwards(listing: Listing, size: int, between: Callable[[], object]) -> list[str]:
    """All rows page by page from the first, and what is done between the pages."""
    page = listing.page(first=size)
    assert not page["pageInfo"]["hasPreviousPage"]
    seen = listing.keys(page)
    while page["pageInfo"]["hasNextPage"] and len(seen) < MOST:
        between()
        page = listing.page(first=size, after=page["pageInfo"]["endCursor"])
        assert page["pageInfo"]["hasPreviousPage"]
        assert page["edges"]
        seen += listing.keys(page)
    return seen


def backwards(listing: Listing, size: int, between: Callable[[], object]) -> list[str]:
    """All rows page by page from the last, in their order."""
    page = listing.page(last=size)
    assert not page["pageInfo"]["hasNextPage"]
    seen = listing.keys(page)
    while page["pageInfo"]["hasPreviousPage"] and len(seen) < MOST:
        between()
        page = listing.page(last=size, before=page["pageInfo"]["startCursor"])
        assert page["pageInfo"]["hasNextPage"]
        assert page["edges"]
        seen = listing.keys(page) + seen
    return seen


@pytest.mark.parametrize("walk", [forwards, backwards])
def test_rows_that_come_between_pages(listing: Listing, walk: Callable[..., list[str]]) -> None:
    before, coming = listing.everything(), [listing.add] * 3

    seen = walk(listing, 2, lambda: coming and coming.pop()())

    assert len(set(seen)) == len(seen)
    assert [row for row in seen if row in before] == before
    assert [row for row in listing.everything() if row in seen] == seen


@pytest.mark.parametrize("walk", [forwards, backwards])
def test_rows_that_come_all_the_time(campus: Campus, walk: Callable[..., list[str]]) -> None:
    """By somebody else, so that they come in the middle of reading a page too."""
    listing, enough = roster_listing(campus), threading.Event()
    for _ in range(ROWS):
        listing.add()
    before, came = listing.everything(), []

    def come() -> None:
        while not enough.is_set():
            came.append(listing.add())

    coming = threading.Thread(target=come)
    coming.start()
    try:
        seen = walk(listing, 1, lambda: None)
    finally:
        enough.set()
        coming.join()

    assert came
    assert len(set(seen)) == len(seen)
    assert [row for row in seen if row in before] == before


@pytest.mark.parametrize("walk", [forwards, backwards])
def test_rows_that_go_between_pages(campus: Campus, walk: Callable[..., list[str]]) -> None:
    """Also the one whose cursor the next page begins at."""
    listing = roster_listing(campus)
    students = [campus.student() for _ in range(6)]
    for student in students:
        campus.enroll(student, listing.arguments["id"])
    before = listing.everything()
    at_cursor, met_later = students[1], students[4]
    if walk is backwards:
        at_cursor, met_later = met_later, at_cursor
    going = [met_later, at_cursor]

    def go() -> None:
        while going:
            gone = seat(going.pop(), listing.arguments["id"], reason="OTHER")
            campus.made("cancelEnrollment", **gone)

    seen = walk(listing, 2, go)

    assert seen == [row for row in before if met_later not in row]
