"""The demo term: made once, and with something to show for every starter document."""

from collections.abc import Generator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from schema.ids import global_id
from tests.schema.campus import Campus, campus_at
from write_side.imports import demo

STARTERS = Path(__file__).parents[2] / "web" / "playground" / "starters"
NOW = datetime.now(UTC)
SEATS = """{ sections(first: 50) { edges { node { id capacity enrolled seatsAvailable offered
  waitlisted reservedSeats { group } course { code } } } } }"""


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Generator[tuple[Campus, str]]:
    with campus_at(tmp_path_factory.mktemp("demo")) as campus:
        made = demo.fill(campus.service.registrar.submit, NOW)
        yield campus, global_id("Student", made.student)


def sections(campus: Campus) -> dict[str, dict[str, Any]]:
    """By course; of several sections the first."""
    found = campus.ask(SEATS)["sections"]["edges"]
    return {edge["node"]["course"]["code"]: edge["node"] for edge in reversed(found)}


def press(campus: Campus, student: str, starter: str, **variables: str) -> dict[str, Any]:
    """The payload of a starter's first mutation, as the student."""
    text = (STARTERS / f"{starter}.graphql").read_text()
    body = {"query": text[text.index("mutation") :], "variables": {"student": student} | variables}
    if starter.endswith("offers"):
        body["operationName"] = "AcceptOffer"
    data = campus.send(body, campus.student_token(student)).data
    payload: dict[str, Any] = next(iter(data.values()))
    return payload


def test_filling_it_again_changes_nothing(played: tuple[Campus, str]) -> None:
    campus, _ = played
    head = campus.head
    demo.fill(campus.service.registrar.submit, NOW)
    assert campus.head == head


def test_the_starters_show_a_rank_a_swap_and_an_offer(played: tuple[Campus, str]) -> None:
    campus, student = played
    found = sections(campus)
    full, offered = found["CS 420"], found["ART 200"]
    assert (full["seatsAvailable"], full["waitlisted"]) == (0, 3)
    assert (offered["seatsAvailable"], offered["offered"], offered["waitlisted"]) == (0, 1, 1)
    assert found["MATH 210"]["reservedSeats"] == [{"group": "HONORS"}]

    waiting = press(campus, student, "8-waitlist", full=full["id"])
    swapped = press(
        campus,
        student,
        "9-swap",
        **{"from": found["PHIL 150"]["id"], "to": found["CS 101"]["id"]},
    )
    accepted = press(campus, student, "10-offers", offered=offered["id"])

    assert waiting["entry"] == {"status": "WAITLISTED", "rank": 4}
    assert [fact["type"] for fact in swapped["facts"]].count("StudentEnrolled") == 1
    assert accepted == {"refusals": [], "enrollment": {"status": "ENROLLED"}}
