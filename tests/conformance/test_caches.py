"""Normalized caches follow: what a client shows moves with the payload of a mutation and with each
push of a subscription, and nothing is asked for again."""

from tests.conformance.browsing import Page
from tests.schema.campus import Campus, Data, ids_like, seat

LIST = """query Sections($term: String) { sections(term: $term, first: 10) {
  edges { cursor node { id code seatsAvailable enrolled } }
  pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""
MINE = """query Mine($student: ID!) { student(id: $student) {
  id enrollments(status: [ENROLLED]) { id section { id code } } cart { section { id } } } }"""
ENROLL = """mutation Enroll($student: ID!, $section: ID!) {
  enroll(input: { student: $student, section: $section }) {
    commandId position refusals { code message remedy path }
    section { id seatsAvailable enrolled }
    student { id enrollments(status: [ENROLLED]) { id section { id code } } } } }"""
WATCH = (
    """subscription Watch($section: ID!) { section(id: $section) { id seatsAvailable enrolled } }"""
)
WATCH_MINE = """subscription WatchMine($student: ID!) { student(id: $student) {
  id enrollments(status: [ENROLLED]) { id section { id code } } cart { section { id } } } }"""


def seats(shown: Data) -> dict[str, int]:
    return {
        edge["node"]["id"]: edge["node"]["seatsAvailable"] for edge in shown["sections"]["edges"]
    }


def test_the_payload_of_a_mutation_moves_what_is_shown(page: Page, campus: Campus) -> None:
    term, student = campus.term(), campus.student()
    one, other = (campus.section(term, capacity=9) for _ in "12")
    page.open(campus.student_token(student))
    page.watch("list", LIST, term=term)
    page.watch("mine", MINE, student=student)
    assert seats(page.shown("list")) == {one: 9, other: 9}
    assert page.shown("mine")["student"]["enrollments"] == []
    assert page.requests == 2

    payload = page.ask("mutate", ENROLL, student=student, section=other)["enroll"]

    assert payload["refusals"] == []
    page.shown_until("list", lambda shown: seats(shown) == {one: 9, other: 8})
    mine = page.shown_until("mine", lambda shown: shown["student"]["enrollments"] != [])
    assert [each["section"]["id"] for each in mine["student"]["enrollments"]] == [other]
    assert page.requests == 3, "something was asked for again"


def test_a_push_moves_what_is_shown(page: Page, campus: Campus) -> None:
    term = campus.term()
    one, other = (campus.section(term, capacity=9) for _ in "12")
    page.open()
    page.watch("list", LIST, term=term)
    assert seats(page.shown("list")) == {one: 9, other: 9}
    page.listen("pushed", WATCH, section=one)
    assert page.shown("pushed")["section"]["enrolled"] == 0

    campus.enroll(campus.student(), one)  # somebody else, elsewhere
    page.shown_until("list", lambda shown: seats(shown) == {one: 8, other: 9})
    campus.made("changeCapacity", section=one, capacity=20)
    page.shown_until("list", lambda shown: seats(shown) == {one: 19, other: 9})

    assert page.requests == 1, "something was asked for again"


def test_a_push_brings_what_was_not_there(page: Page, campus: Campus) -> None:
    """Nodes that the cache has never seen, linked to one that it shows."""
    student, section = campus.student(), campus.section()
    page.open(campus.student_token(student))
    page.watch("mine", MINE, student=student)
    assert page.shown("mine")["student"]["enrollments"] == []
    page.listen("pushed", WATCH_MINE, student=student)
    assert page.shown("pushed")["student"]["enrollments"] == []

    campus.enroll(student, section)
    mine = page.shown_until("mine", lambda shown: shown["student"]["enrollments"] != [])

    assert mine["student"]["enrollments"][0]["section"]["id"] == section
    campus.made("cancelEnrollment", **seat(student, section, reason="OTHER"))
    page.shown_until("mine", lambda shown: shown["student"]["enrollments"] == [])
    assert page.requests == 1, "something was asked for again"


def test_what_one_query_read_another_finds_by_its_id(page: Page, campus: Campus) -> None:
    term = campus.term()
    section = campus.section(term, capacity=7)
    page.open()
    page.ask("query", LIST, term=term)

    again = page.ask("query", LIST, from_="cache-only", term=term)

    assert seats(again) == {section: 7}
    assert page.requests == 1


def test_refusals_are_data(page: Page, campus: Campus) -> None:
    student, section = campus.student(), campus.section(capacity=0)
    page.open(campus.student_token(student))
    page.watch("one", "query One($id: ID!) { section(id: $id) { id enrolled } }", id=section)
    assert page.shown("one")["section"]["enrolled"] == 0

    payload = page.ask("mutate", ENROLL, student=student, section=section)["enroll"]

    (refusal,) = payload["refusals"]
    assert refusal["code"] == "SECTION_FULL"
    assert refusal["message"] and refusal["remedy"]
    assert payload["position"] is None
    assert payload["section"]["seatsAvailable"] == 0


def test_errors_are_errors_with_a_code(page: Page, campus: Campus) -> None:
    page.open()
    forbidden = page.told("mutate", ENROLL, student=campus.student(), section=campus.section())
    garbled = page.told("query", "query One($id: ID!) { section(id: $id) { id } }", id="garbled")
    nothing = page.told(
        "query", "query One($id: ID!) { section(id: $id) { id } }", id=ids_like("Section")
    )

    assert [error["code"] for error in forbidden["errors"]] == ["UNAUTHENTICATED"]
    assert [error["code"] for error in garbled["errors"]] == ["BAD_REQUEST"]
    assert nothing == {"data": {"section": None}, "errors": None}


def test_a_refused_token_is_an_error_with_a_code(page: Page) -> None:
    page.open("nobody's")

    answer = page.told("query", "query Who { viewer { role } }")

    assert [error["code"] for error in answer["errors"]] == ["UNAUTHENTICATED"]


def test_queries_by_get_are_queries(page: Page, campus: Campus) -> None:
    term = campus.term()
    section = campus.section(term, capacity=3)
    page.open(get=True)

    for capacity in (4, 5, 5):
        campus.made("changeCapacity", section=section, capacity=capacity)
        campus.service.catch_up()
        assert seats(page.ask("query", LIST, term=term)) == {section: capacity}

    assert page.sent == ["GET", "GET", "GET"]
