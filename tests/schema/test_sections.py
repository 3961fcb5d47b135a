"""Sections: scheduled, searched, resized and read with what belongs to them."""

from typing import Any

import pytest

from tests.schema.campus import Campus, broken, ids_like

SECTION = """id code status capacity enrolled seatsAvailable waitlisted waitlistCapacity updatedAt
  course { code } term { code } meetings { days startsAt endsAt place }"""
BY_ID = f"query($id: ID!) {{ section(id: $id) {{ {SECTION} }} }}"
MONDAYS = {"days": ["MONDAY", "WEDNESDAY"], "startsAt": "10:00", "endsAt": "11:30"}


def found(campus: Campus, **filters: Any) -> list[str]:
    """The ids of the sections these filters leave over, all on one page."""
    document = """query($term: String, $subject: String, $search: String, $free: Boolean) {
      sections(term: $term, subject: $subject, search: $search, seatsAvailable: $free, first: 100)
      { edges { node { id } } } }"""
    return [edge["node"]["id"] for edge in campus.ask(document, **filters)["sections"]["edges"]]


def test_a_section_is_scheduled_with_its_meetings(campus: Campus) -> None:
    term, course = campus.term(), campus.course()
    payload = campus.made(
        "scheduleSection",
        f"section {{ {SECTION} }}",
        term=term,
        course=course,
        code="A",
        capacity=30,
        waitlistCapacity=5,
        meetings=[MONDAYS | {"place": "Aula 7 – Ω"}, MONDAYS | {"days": ["FRIDAY"]}],
    )

    section = payload["section"]
    assert section | {"id": "?"} == {
        "id": "?",
        "code": "A",
        "status": "OPEN",
        "capacity": 30,
        "enrolled": 0,
        "seatsAvailable": 30,
        "waitlisted": 0,
        "waitlistCapacity": 5,
        "updatedAt": payload["position"],
        "course": {"code": course},
        "term": {"code": term},
        "meetings": [
            MONDAYS | {"place": "Aula 7 – Ω"},
            MONDAYS | {"days": ["FRIDAY"], "place": None},
        ],
    }
    assert campus.ask(BY_ID, id=section["id"])["section"] == section
    assert (
        payload["facts"][0]["summary"] == f"Section {course} A ({term}) was scheduled with 30 seats"
    )


@pytest.mark.parametrize("capacity", [None, 0])
def test_unlimited_and_none_at_all_are_different(campus: Campus, capacity: int | None) -> None:
    section = campus.ask(BY_ID, id=campus.section(capacity=capacity))["section"]

    assert (section["capacity"], section["seatsAvailable"]) == (capacity, capacity)


def test_the_same_code_may_be_used_in_another_term(campus: Campus) -> None:
    course, term = campus.course(), campus.term()
    first = campus.section(course=course, term=term)

    again = campus.do("scheduleSection", "section { id }", term=term, course=course, code="A")

    assert broken(again) == [("ALREADY_EXISTS", ["input", "code"])]
    assert campus.section(course=course, term=campus.term()) != first


def test_a_section_needs_a_term_and_a_course(campus: Campus) -> None:
    payload = campus.do("scheduleSection", "section { id }", term="NO", course="NO", code="A")

    assert broken(payload) == [
        ("NOT_FOUND", ["input", "term"]),
        ("NOT_FOUND", ["input", "course"]),
    ]
    assert payload["section"] is None


@pytest.mark.parametrize(
    ("input", "fields"),
    [
        ({"capacity": -1}, ["capacity"]),
        ({"capacity": 1_000_001}, ["capacity"]),
        ({"waitlistCapacity": -1}, ["waitlistCapacity"]),
        ({"code": "x" * 41}, ["code"]),
        ({"code": " "}, ["code"]),
        ({"meetings": [MONDAYS | {"days": []}]}, ["meetings"]),
        ({"meetings": [MONDAYS | {"endsAt": "10:00"}]}, ["meetings"]),
        ({"meetings": [MONDAYS | {"endsAt": "09:00"}]}, ["meetings"]),
        ({"capacity": -1, "waitlistCapacity": -1, "code": ""}, None),
    ],
    ids=str,
)
def test_a_senseless_section_is_refused(
    campus: Campus, input: dict[str, Any], fields: list[str] | None
) -> None:
    given = {"term": campus.term(), "course": campus.course(), "code": "A"} | input

    payload = campus.do("scheduleSection", "section { id }", **given)

    expected = fields or ["code", "capacity", "waitlistCapacity"]
    assert broken(payload) == [("INVALID_INPUT", ["input", field]) for field in expected]
    assert found(campus, term=given["term"]) == []


@pytest.mark.parametrize(
    "meeting",
    [
        MONDAYS | {"startsAt": "9:00"},
        MONDAYS | {"startsAt": "24:00"},
        MONDAYS | {"startsAt": "10:00:30"},
        MONDAYS | {"startsAt": "1٠:٠٠"},
        MONDAYS | {"startsAt": ""},
        MONDAYS | {"days": ["SOMEDAY"]},
        MONDAYS | {"days": [1]},
        {"days": ["MONDAY"]},
    ],
    ids=str,
)
def test_times_and_days_that_are_none_are_errors(campus: Campus, meeting: dict[str, Any]) -> None:
    answer = campus.try_("scheduleSection", term="T", course="C", code="A", meetings=[meeting])

    assert set(answer.codes) == {"BAD_REQUEST"}


def test_capacity_changes_drop_nobody_and_the_same_again_is_no_fact(campus: Campus) -> None:
    section = campus.section(capacity=2)
    for _ in range(2):
        campus.enroll(campus.student(), section)
    seats = "section { capacity enrolled seatsAvailable }"

    less = campus.made("changeCapacity", seats, section=section, capacity=1)
    same = campus.made("changeCapacity", seats, section=section, capacity=1)
    more = campus.made("changeCapacity", seats, section=section)

    assert less["section"] == {"capacity": 1, "enrolled": 2, "seatsAvailable": 0}
    assert (same["facts"], same["position"]) == ([], None)
    assert more["section"] == {"capacity": None, "enrolled": 2, "seatsAvailable": None}


@pytest.mark.parametrize("capacity", [-1, -(2**31), 1_000_001, 2**31 - 1])
def test_a_capacity_out_of_range_is_refused(campus: Campus, capacity: int) -> None:
    payload = campus.do("changeCapacity", section=ids_like("Section"), capacity=capacity)

    assert ("NOT_FOUND", ["input", "section"]) in broken(payload)
    existing = campus.do("changeCapacity", section=campus.section(), capacity=capacity)
    assert broken(existing) == [("INVALID_INPUT", ["input", "capacity"])]


@pytest.mark.parametrize("capacity", [2**31, 10**30, 1.5, "30", True, [30]], ids=str)
def test_a_capacity_that_is_no_32_bit_number_is_an_error(campus: Campus, capacity: object) -> None:
    answer = campus.try_("changeCapacity", section=ids_like("Section"), capacity=capacity)

    assert (answer.status, answer.codes) == (400, ["BAD_REQUEST"])


def test_the_list_is_narrowed_by_each_filter_and_by_all(campus: Campus) -> None:
    term = campus.term()
    latin = campus.course(code="LAT 1", title="Latin for Poets")
    logic = campus.course(code="LOG 1", title="Logic 100% applied")
    full = campus.section(term, latin, "A", capacity=0)
    open_ = campus.section(term, latin, "B", capacity=1)
    unlimited = campus.section(term, logic, "A")
    campus.section(campus.term(), logic, "A")

    assert found(campus, term=term) == [full, open_, unlimited]
    assert found(campus, term=term, subject="lat") == [full, open_]
    assert found(campus, term=term, free=True) == [open_, unlimited]
    assert found(campus, term=term, free=False) == [full]
    assert found(campus, term=term, search="poets LATIN") == [full, open_]
    assert found(campus, term=term, search="100%") == [unlimited]
    assert found(campus, term=term, search="1_0") == []
    assert found(campus, term=term, subject="LAT", search="b", free=True) == [open_]
    assert found(campus, term="NOWHERE") == []


def test_an_unknown_section_is_null_everywhere(campus: Campus) -> None:
    nobody = ids_like("Section")

    assert campus.ask(BY_ID, id=nobody)["section"] is None
    assert campus.ask("query($id: ID!) { node(id: $id) { id } }", id=nobody)["node"] is None


def test_what_the_campus_knows_is_the_same_through_every_door(campus: Campus) -> None:
    section = campus.section(capacity=3)
    by_id = campus.ask(BY_ID, id=section)["section"]

    node = campus.ask(
        f"query($id: ID!) {{ node(id: $id) {{ ... on Section {{ {SECTION} }} }} }}", id=section
    )["node"]
    nodes = campus.ask(
        f"query($id: ID!) {{ nodes(ids: [$id, $id]) {{ ... on Section {{ {SECTION} }} }} }}",
        id=section,
    )["nodes"]

    assert node == by_id
    assert nodes == [by_id, by_id]
