"""Connections: pages forwards and backwards; what comes or goes between two neither repeats nor
hides a row."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tests.schema.campus import Campus, Data, seat

PAGE = "pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node { %s } }"
WINDOW = "first: $first, after: $after, last: $last, before: $before"
SIZES = "$first: Int, $after: %s, $last: Int, $before: %s"
TEXT, PLACE = SIZES % ("String", "String"), SIZES % ("Position", "Position")


@dataclass
class Listing:
    """One connection with a few rows: how to read a page, what it holds, how to add a row."""

    campus: Campus
    document: str
    path: list[str]
    arguments: Data
    add: Callable[[], Any]
    sorted_by_time: bool = True

    def page(self, **window: Any) -> Data:
        data = self.campus.ask(self.document, self.campus.registrar, **self.arguments, **window)
        for step in self.path:
            data = data[step]
        return data

    def keys(self, page: Data) -> list[str]:
        return [json.dumps(edge["node"], sort_keys=True) for edge in page["edges"]]

    def everything(self) -> list[str]:
        page = self.page(first=100)
        assert not page["pageInfo"]["hasNextPage"]
        return self.keys(page)


def sections_listing(campus: Campus) -> Listing:
    term = campus.term()
    document = f"query S({TEXT}, $term: String) {{ sections(term: $term, {WINDOW})"
    document += f" {{ {PAGE % 'id'} }} }}"
    return Listing(
        campus, document, ["sections"], {"term": term}, lambda: campus.section(term), False
    )


def roster_listing(campus: Campus) -> Listing:
    section = campus.section()
    document = f"query R({TEXT}, $id: ID!) {{ section(id: $id) {{ roster({WINDOW})"
    document += f" {{ {PAGE % 'id student { id }'} }} }} }}"
    return Listing(
        campus,
        document,
        ["section", "roster"],
        {"id": section},
        lambda: campus.enroll(campus.student(), section),
    )


def students_listing(campus: Campus) -> Listing:
    family = campus.fresh("Fam")
    document = f"query P({TEXT}, $name: String) {{ students(search: $name, {WINDOW})"
    document += f" {{ {PAGE % 'id number'} }} }}"
    return Listing(
        campus,
        document,
        ["students"],
        {"name": family},
        lambda: campus.student(name=f"One {family}", number=campus.fresh("9")),
        False,
    )


def facts_listing(campus: Campus) -> Listing:
    section = campus.section()
    document = f"query F({PLACE}, $stream: ID) {{ facts(stream: $stream, {WINDOW})"
    document += f" {{ {PAGE % 'position type'} }} }}"
    return Listing(
        campus,
        document,
        ["facts"],
        {"stream": section},
        lambda: campus.enroll(campus.student(), section),
    )


def demand_listing(campus: Campus) -> Listing:
    term = campus.term()
    document = f"query D({TEXT}, $term: String) {{ demand(term: $term, {WINDOW})"
    document += f" {{ {PAGE % 'section { id }'} }} }}"
    return Listing(campus, document, ["demand"], {"term": term}, lambda: campus.section(term))


LISTINGS = [sections_listing, roster_listing, students_listing, facts_listing, demand_listing]
ROWS = 7


@pytest.fixture(
    scope="module", params=LISTINGS, ids=lambda make: make.__name__.removesuffix("_listing")
)
def listing(campus: Campus, request: pytest.FixtureRequest) -> Listing:
    made: Listing = request.param(campus)
    for _ in range(ROWS):
        made.add()
    return made


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
def test_pages_forwards_and_backwards_are_the_list(listing: Listing, size: int) -> None:
    whole = listing.everything()
    forwards: list[str] = []
    backwards: list[str] = []

    page = listing.page(first=size)
    assert not page["pageInfo"]["hasPreviousPage"]
    forwards += listing.keys(page)
    while page["pageInfo"]["hasNextPage"]:
        page = listing.page(first=size, after=page["pageInfo"]["endCursor"])
        assert page["pageInfo"]["hasPreviousPage"]
        forwards += listing.keys(page)
    page = listing.page(last=size)
    assert not page["pageInfo"]["hasNextPage"]
    backwards = listing.keys(page)
    while page["pageInfo"]["hasPreviousPage"]:
        page = listing.page(last=size, before=page["pageInfo"]["startCursor"])
        assert page["pageInfo"]["hasNextPage"]
        backwards = listing.keys(page) + backwards

    assert forwards == backwards == whole
    assert len(set(whole)) == len(whole) >= ROWS


def test_cursors_are_those_of_the_edges(listing: Listing) -> None:
    page = listing.page(first=3)
    cursors = [edge["cursor"] for edge in page["edges"]]

    assert page["pageInfo"]["startCursor"] == cursors[0]
    assert page["pageInfo"]["endCursor"] == cursors[-1]
    assert listing.keys(listing.page(first=1, after=cursors[0])) == listing.keys(page)[1:2]
    between = listing.page(first=100, after=cursors[0], before=cursors[2])
    assert listing.keys(between) == listing.keys(page)[1:2]


def test_rows_that_come_between_pages_neither_repeat_nor_hide_others(listing: Listing) -> None:
    before = listing.everything()
    seen: list[str] = []
    page = listing.page(first=2)
    seen += listing.keys(page)
    while page["pageInfo"]["hasNextPage"] and len(seen) < 40:
        if len(seen) < 8:
            listing.add()
        page = listing.page(first=2, after=page["pageInfo"]["endCursor"])
        seen += listing.keys(page)

    assert len(seen) == len(set(seen))
    assert [row for row in seen if row in before] == before
    if listing.sorted_by_time:
        assert seen == listing.everything()


def test_members_who_leave_between_pages_hide_nobody(campus: Campus) -> None:
    listing = roster_listing(campus)
    students = [campus.student() for _ in range(6)]
    for student in students:
        campus.enroll(student, listing.arguments["id"])
    page = listing.page(first=2)
    for student in students[:2]:
        gone = seat(student, listing.arguments["id"], reason="OTHER")
        campus.made("cancelEnrollment", **gone)

    rest = listing.page(first=10, after=page["pageInfo"]["endCursor"])

    assert [edge["node"]["student"]["id"] for edge in rest["edges"]] == students[2:]


def test_an_empty_list_is_a_page_without_cursors(campus: Campus) -> None:
    empty = sections_listing(campus)

    assert empty.page(first=5) == empty.page(last=5)
    assert empty.page(first=5) == {
        "edges": [],
        "pageInfo": {
            "hasNextPage": False,
            "hasPreviousPage": False,
            "startCursor": None,
            "endCursor": None,
        },
    }


@pytest.mark.parametrize(
    "window",
    [{}, {"first": 1, "last": 1}, {"first": 0}, {"last": 0}, {"first": 101}, {"first": -1},
     {"last": 101}, {"first": None}],
    ids=str,
)  # fmt: skip
def test_a_page_needs_one_size_from_1_to_100(listing: Listing, window: dict[str, Any]) -> None:
    answer = listing.campus.post(
        listing.document, listing.campus.registrar, **listing.arguments, **window
    )

    assert answer.codes == ["BAD_REQUEST"]
    assert "from 1 to 100" in answer.errors[0]["message"] or "1 to 100 items" in str(answer.errors)


@pytest.fixture(scope="module")
def some_listings(campus: Campus) -> list[Listing]:
    return [make(campus) for make in LISTINGS if make is not facts_listing]


def garbled() -> list[str]:
    rows: list[Any] = [
        [], {}, None, 1, ["a"], [None], [[1]], [2**64 - 1], [2**63], [2**63, 1], ["a", "b", 2**63],
        [{}, 1, 2], [1e308] * 4,
    ]  # fmt: skip
    encoded = [base64.urlsafe_b64encode(json.dumps(row).encode()).decode() for row in rows]
    return [*encoded, "", "x", "é", "\0", "=" * 5, "WyJh", "%", "x" * 5_000]


@pytest.mark.parametrize("cursor", garbled(), ids=lambda text: ascii(text)[:25])
def test_a_cursor_nobody_made_is_an_error_or_a_page(
    campus: Campus, some_listings: list[Listing], cursor: str
) -> None:
    """Never INTERNAL: a cursor is the client's to send."""
    for listing in some_listings:
        answer = campus.post(
            listing.document, campus.registrar, **listing.arguments, first=2, after=cursor
        )
        assert set(answer.codes) <= {"BAD_REQUEST"}, (listing.path, answer.body)


def test_a_cursor_of_another_list_is_an_error(campus: Campus) -> None:
    sections, roster = sections_listing(campus), roster_listing(campus)
    sections.add()
    cursor = sections.page(first=1)["pageInfo"]["endCursor"]

    answer = campus.post(
        roster.document, campus.registrar, **roster.arguments, first=1, after=cursor
    )

    assert answer.codes == ["BAD_REQUEST"]
