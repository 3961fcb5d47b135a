"""Demand: what students reached for, refused attempts and emptied carts included."""

from typing import Any

from tests.schema.campus import Campus, Data

DOCUMENT = """query Demand($term: String, $first: Int = 50) { demand(term: $term, first: $first) {
  edges { node { cartAdds cartRemovals enrollments refused refusals { code count }
    section { id } } } } }"""


def wanted(campus: Campus, term: str, **window: Any) -> list[Data]:
    edges = campus.ask(DOCUMENT, campus.registrar, term=term, **window)["demand"]["edges"]
    return [edge["node"] for edge in edges]


def test_what_tables_would_have_lost_is_counted(campus: Campus) -> None:
    term, student = campus.term(), campus.student()
    full = campus.section(term, capacity=0)
    seat = {"student": student, "section": full}
    campus.made("addToCart", **seat)
    campus.made("removeFromCart", **seat)
    for _ in range(2):
        campus.do("enroll", **seat)

    # what comes later in the log than the refusals brings them along
    quiet = campus.section(term)

    first, second = wanted(campus, term)
    assert first == {
        "cartAdds": 1,
        "cartRemovals": 1,
        "enrollments": 0,
        "refused": 2,
        "refusals": [{"code": "SECTION_FULL", "count": 2}],
        "section": {"id": full},
    }
    assert second["section"] == {"id": quiet}
    assert second["refused"] == second["cartAdds"] == 0


def test_every_broken_rule_of_an_attempt_counts(campus: Campus) -> None:
    term = campus.term(creditLimit=1)
    campus.do("enroll", student=campus.student(), section=campus.section(term, capacity=0))
    campus.section(term)

    row = wanted(campus, term)[0]

    assert row["refused"] == 1
    codes = {each["code"]: each["count"] for each in row["refusals"]}
    assert codes == {"SECTION_FULL": 1, "CREDIT_LIMIT_EXCEEDED": 1}


def test_the_most_wanted_come_first(campus: Campus) -> None:
    term = campus.term()
    little, much = campus.section(term), campus.section(term)
    campus.enroll(campus.student(), little)
    for _ in range(2):
        campus.enroll(campus.student(), much)

    assert [row["section"]["id"] for row in wanted(campus, term)] == [much, little]
    assert [row["section"]["id"] for row in wanted(campus, term, first=1)] == [much]


def test_a_dry_run_is_no_demand(campus: Campus) -> None:
    term = campus.term()
    section = campus.section(term, capacity=0)

    campus.do("enroll", student=campus.student(), section=section, dryRun=True)
    campus.section(term)

    assert [row["refused"] for row in wanted(campus, term)] == [0, 0]


def test_an_unknown_term_wants_nothing(campus: Campus) -> None:
    assert wanted(campus, "NOWHERE") == []
