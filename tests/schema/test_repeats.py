"""The same command twice, or fifty times at once, is one effect and one answer."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.schema.campus import Campus, Data, broken, in_days, seat

COPIES = 50


def times(count: int, act: Any) -> list[Data]:
    """So many copies over HTTP at once."""
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(lambda _: act(), range(count)))


def test_a_lost_answer_may_be_asked_for_again(campus: Campus) -> None:
    given = seat(campus.student(), campus.section(), commandId="twice-1")
    nodes = "enrollment { id status } section { enrolled }"

    first = campus.made("enroll", nodes, **given)
    head = campus.head
    second = campus.made("enroll", nodes, **given)

    assert first == second
    assert campus.head == head


def test_the_answer_stays_the_first_when_the_world_has_gone_on(campus: Campus) -> None:
    student, section = campus.student(), campus.section(capacity=0)
    given = seat(student, section, commandId="twice-2")
    refused = campus.do("enroll", **given)
    campus.made("changeCapacity", section=section, capacity=9)

    assert campus.do("enroll", **given) == refused
    assert broken(refused) == [("SECTION_FULL", None)]
    assert campus.enroll(student, section)["position"], "a new id is a new attempt"


def test_fifty_copies_at_once_have_one_effect(campus: Campus) -> None:
    given = seat(campus.student(), campus.section(capacity=5), commandId="fifty-1")
    before = campus.head

    answers = times(COPIES, lambda: campus.made("enroll", "section { enrolled }", **given))

    assert campus.head == before + 2
    assert [answer == answers[0] for answer in answers] == [True] * COPIES
    assert answers[0]["section"] == {"enrolled": 1}


def test_fifty_copies_make_one_student(campus: Campus) -> None:
    who = {"number": "FIFTY", "name": "One", "email": "one@x.invalid", "commandId": "fifty-2"}
    before = campus.head

    answers = times(COPIES, lambda: campus.made("registerStudent", "student { id }", **who))

    assert campus.head == before + 2
    assert len({answer["student"]["id"] for answer in answers}) == 1


def test_fifty_students_and_one_seat(campus: Campus) -> None:
    section = campus.section(capacity=1)
    students = [campus.student() for _ in range(COPIES)]

    with ThreadPoolExecutor(COPIES) as pool:
        answers = list(pool.map(lambda who: campus.do("enroll", **seat(who, section)), students))

    assert sorted(len(answer["refusals"]) for answer in answers) == [0] + [1] * (COPIES - 1)
    assert {code for answer in answers for code, _ in broken(answer)} == {"SECTION_FULL"}


@pytest.mark.parametrize("other", ["section", "student", "command"])
def test_an_id_used_for_something_else_is_refused(campus: Campus, other: str) -> None:
    student, section, id = campus.student(), campus.section(), f"other-{other}"
    campus.enroll(student, section, commandId=id)
    head = campus.head

    match other:
        case "section":
            payload = campus.do("enroll", **seat(student, campus.section(), commandId=id))
        case "student":
            payload = campus.do("enroll", **seat(campus.student(), section, commandId=id))
        case _:
            payload = campus.do("addToCart", **seat(student, section, commandId=id))

    assert broken(payload) == [("INVALID_INPUT", ["input", "commandId"])]
    assert (payload["facts"], payload["position"]) == ([], None)
    assert payload["commandId"] == id
    assert campus.service.log.head() <= head + 3, "no more than what the test itself made"


def test_somebody_else_s_id_gives_nothing_away(campus: Campus) -> None:
    student, other, section = campus.student(), campus.student(), campus.section()
    campus.enroll(student, section, commandId="guessed")

    payload = campus.do(
        "enroll", "", campus.student_token(other), **seat(other, section, commandId="guessed")
    )

    assert broken(payload) == [("INVALID_INPUT", ["input", "commandId"])]
    assert payload["facts"] == []


def test_a_dry_run_answers_what_would_happen_and_records_nothing(campus: Campus) -> None:
    student, section = campus.student(), campus.section(capacity=1)
    head, nodes = campus.head, "section { enrolled } enrollment { id }"

    dry = campus.made("enroll", nodes, **seat(student, section, dryRun=True, commandId="dry-2"))

    assert [fact["type"] for fact in dry["facts"]] == ["StudentEnrolled", "SeatTaken"]
    assert dry["position"] is None
    assert (dry["section"], dry["enrollment"]) == ({"enrolled": 0}, None)
    assert campus.head == head
    real = campus.enroll(student, section, commandId="dry-2")
    assert [fact["summary"] for fact in real["facts"]] == [f["summary"] for f in dry["facts"]]


def test_a_dry_run_is_refused_like_the_real_thing(campus: Campus) -> None:
    term = campus.term(creditLimit=1, addDeadline=in_days(-1))
    given = seat(campus.student(), campus.section(term, capacity=0))

    dry, real = campus.do("enroll", **given, dryRun=True), campus.do("enroll", **given)

    assert dry["refusals"] == real["refusals"]
    assert len(dry["refusals"]) == 3


@pytest.mark.parametrize(
    ("command", "input"),
    [
        (
            "openTerm",
            {"code": "DRY", "name": "x", "startsOn": "2026-01-01", "endsOn": "2026-02-01"},
        ),
        ("addCourse", {"code": "DRY 1", "title": "x", "credits": 1}),
        ("registerStudent", {"number": "DRY", "name": "x", "email": "dry@x.invalid"}),
    ],
)
def test_a_dry_run_makes_nothing(campus: Campus, command: str, input: dict[str, Any]) -> None:
    head = campus.head

    runs = [campus.made(command, **input, dryRun=True) for _ in range(2)]

    assert runs[0]["facts"] and len(runs[0]["facts"]) == len(runs[1]["facts"])
    assert campus.head == head
    found = campus.ask(
        'query Any { students(search: "dry@x.invalid", first: 1) { edges { cursor } } }',
        campus.registrar,
    )
    assert found["students"]["edges"] == []
    assert campus.made(command, **input)["position"]
