"""Lists that caches join page by page stay whole while rows come: no row twice, none lost."""

from tests.conformance.browsing import Page
from tests.schema.campus import Campus, Data

LIST = """query Sections($term: String, $first: Int, $after: String, $last: Int, $before: String) {
  sections(term: $term, first: $first, after: $after, last: $last, before: $before) {
    edges { cursor node { id course { id code } } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""


def codes(shown: Data) -> list[str]:
    return [edge["node"]["course"]["code"] for edge in shown["sections"]["edges"]]


def test_rows_that_come_between_pages(page: Page, campus: Campus) -> None:
    """Sections are listed by the code of their course: X40 comes before the cursor of the first
    page and X70 behind it."""
    term, prefix = campus.term(), campus.fresh("X")

    def course(number: int) -> str:
        return f"{prefix} {number}"

    def add(number: int) -> None:
        campus.section(term, campus.course(code=course(number)))
        campus.service.catch_up()

    for number in (30, 50, 60, 80):
        add(number)
    page.open()
    page.watch("list", LIST, term=term, first=2)
    first = page.shown("list")
    assert codes(first) == [course(30), course(50)]
    add(40)
    add(70)

    page.more("list", first=2, after=first["sections"]["pageInfo"]["endCursor"])
    second = page.shown_until("list", lambda shown: len(codes(shown)) > 2)
    assert codes(second) == [course(n) for n in (30, 50, 60, 70)]
    assert second["sections"]["pageInfo"]["hasNextPage"]
    page.more("list", first=2, after=second["sections"]["pageInfo"]["endCursor"])
    last = page.shown_until("list", lambda shown: len(codes(shown)) > 4)

    assert codes(last) == [course(n) for n in (30, 50, 60, 70, 80)]
    assert not last["sections"]["pageInfo"]["hasNextPage"]
    assert page.requests == 3


def test_backwards(page: Page, campus: Campus) -> None:
    term, prefix = campus.term(), campus.fresh("X")
    for number in (30, 50, 60):
        campus.section(term, campus.course(code=f"{prefix} {number}"))
    page.open()
    page.watch("list", LIST, term=term, last=2)
    first = page.shown("list")
    assert codes(first) == [f"{prefix} 50", f"{prefix} 60"]
    for number in (40, 70):
        campus.section(term, campus.course(code=f"{prefix} {number}"))
    campus.service.catch_up()

    page.more("list", last=2, before=first["sections"]["pageInfo"]["startCursor"], first=None)
    whole = page.shown_until("list", lambda shown: len(codes(shown)) > 2)

    assert codes(whole) == [f"{prefix} {n}" for n in (30, 40, 50, 60)]
    assert not whole["sections"]["pageInfo"]["hasPreviousPage"]
