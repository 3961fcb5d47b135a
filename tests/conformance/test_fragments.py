"""Fragments on interfaces and unions come through normalized caches whole, by what
/possibleTypes.json says of them."""

import pytest

from tests.conformance.browsing import Page, browsing
from tests.schema.campus import Campus, Data
from write_side.events import Role

ANYTHING = """
query Anything($ids: [ID!]!) { nodes(ids: $ids) {
  __typename ...Identified
  ... on Term { name } ... on Course { title } ... on Section { code } ... on Student { number }
  ... on Enrollment { status section { ...Identified } } } }
fragment Identified on Node { id }"""
FEED = """
subscription Feed($after: Position) { facts(after: $after) { __typename ...Item } }
fragment Item on FactOrReset { ... on Fact { position type } ... on Reset { position reason } }"""


@pytest.fixture(scope="module")
def nodes(campus: Campus) -> dict[str, Data]:
    """A node of each type, as clients are to see it."""
    term, course, student = campus.term(), campus.course(), campus.student(number="Z1")
    section = campus.section(term, course)
    enrollment = campus.enroll(student, section)["enrollment"]["id"]
    ids = campus.ask(
        "query($t: String!, $c: String!) { term(code: $t) { id } course(code: $c) { id } }",
        t=term,
        c=course,
    )
    return {
        ids["term"]["id"]: {"__typename": "Term", "name": f"Term {term}"},
        ids["course"]["id"]: {"__typename": "Course", "title": f"Course {course}"},
        section: {"__typename": "Section", "code": "A"},
        student: {"__typename": "Student", "number": "Z1"},
        enrollment: {
            "__typename": "Enrollment",
            "status": "ENROLLED",
            "section": {"__typename": "Section", "id": section},
        },
    }


def test_interfaces(page: Page, campus: Campus, nodes: dict[str, Data]) -> None:
    page.open(campus.registrar)

    for where in ("network-only", "cache-only"):
        shown = page.ask("query", ANYTHING, from_=where, ids=list(nodes))["nodes"]
        assert [typed(each) for each in shown] == [
            typed({"id": id} | node) for id, node in nodes.items()
        ]

    assert page.requests == 1


def test_unions(page: Page, campus: Campus) -> None:
    page.open(campus.token(Role.LISTENER))
    page.listen("feed", FEED, after=str(campus.head))

    page.campus.course()

    fact = page.shown("feed")["facts"]
    assert fact == {"__typename": "Fact", "position": str(campus.head), "type": "CourseAdded"}


def test_a_cache_that_is_not_told_drops_them(campus: Campus, nodes: dict[str, Data]) -> None:
    """Why the file is there: the fields are in the answer, and never reach the page."""
    with browsing(campus, "apollo") as page:
        page.open(campus.registrar, possibleTypes={})
        shown = page.ask("query", ANYTHING, ids=list(nodes))["nodes"]

    assert not [each for each in shown if "id" in each]


def typed(node: Data) -> Data:
    """Without the type names of inner nodes, which some clients leave out of what they show."""
    inner = {k: v for k, v in node.get("section", {}).items() if k != "__typename"}
    return node | ({"section": inner} if inner else {})
