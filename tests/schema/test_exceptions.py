"""Holds, which say who but never why, and permits, which let one student past one rule, once."""

import logging
from typing import Any

import pytest

from tests.schema.campus import Campus, Data, broken, in_days, seat

STANDING = """query Registration($s: ID!) { student(id: $s) {
  holds { id kind placedBy placedAt reason { text } }
  permits { id rule issuer grantedAt expiresAt section { id } reason { text } } } }"""
WHY = "owes Mr Quagmire forty crowns"


def standing(campus: Campus, student: str, token: str | None = None) -> Data:
    found: Data = campus.ask(STANDING, token or campus.registrar, s=student)["student"]
    return found


def placed(campus: Campus, student: str, kind: str = "ALL", reason: str = WHY) -> str:
    nodes = "student { holds { id kind } }"
    payload = campus.made("placeHold", nodes, student=student, kind=kind, reason=reason)
    hold: str = payload["student"]["holds"][-1]["id"]
    return hold


def permit(campus: Campus, student: str, section: str, rule: str, **more: Any) -> Data:
    given = seat(student, section, rule=rule, reason=WHY) | more
    return campus.made("grantPermit", "student { permits { rule } }", **given)


def test_a_hold_is_shown_to_the_student_with_its_reason_and_to_nobody_else(
    campus: Campus,
) -> None:
    student = campus.student()
    hold = placed(campus, student, "ADDS_ONLY")

    for token in (campus.student_token(student), campus.registrar):
        (found,) = standing(campus, student, token)["holds"]
        assert (found["id"], found["kind"], found["placedBy"]) == (hold, "ADDS_ONLY", "registrar")
        assert found["reason"] == {"text": WHY}
    other = campus.student_token(campus.student())
    assert campus.post(STANDING, other, s=student).codes == ["FORBIDDEN"]


def test_a_hold_says_who_placed_it_and_never_why(
    campus: Campus, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    student, section = campus.student(), campus.section()
    given = {"student": student, "kind": "ALL", "reason": WHY, "commandId": "secret-hold"}
    payload = campus.made("placeHold", **given)
    refused = campus.do("enroll", **seat(student, section))

    assert broken(refused) == [("HOLD", None)]
    assert "registrar" in refused["refusals"][0]["message"]
    assert payload["facts"][0]["data"]["reason"] == {"sealed": True}
    receipt = campus.ask(
        '{ command(id: "secret-hold") { name facts { data } refusals { message } } }',
        campus.registrar,
    )
    told = f"{payload} {refused} {receipt} {[r.getMessage() for r in caplog.records]}"
    assert "Quagmire" not in told


@pytest.mark.parametrize("kind", ["ALL", "ADDS_ONLY"])
def test_a_hold_blocks_until_it_is_lifted(campus: Campus, kind: str) -> None:
    student, held, wanted = campus.student(), campus.section(), campus.section()
    campus.enroll(student, held)
    hold = placed(campus, student, kind)
    own = campus.student_token(student)

    for command in ("enroll", "joinWaitlist"):
        assert ("HOLD", None) in broken(campus.do(command, **seat(student, wanted)))
    leaving = campus.do("cancelEnrollment", "", own, **seat(student, held, reason="OTHER"))
    assert broken(leaving) == ([("HOLD", None)] if kind == "ALL" else [])
    lifted = campus.made("liftHold", "student { holds { id } }", student=student, hold=hold)
    assert lifted["student"] == {"holds": []}
    campus.enroll(student, wanted)
    again = campus.do("liftHold", student=student, hold=hold)
    assert broken(again) == [("NOT_FOUND", ["input", "hold"])]


def test_a_hold_keeps_staff_from_adding_and_not_from_ending(campus: Campus) -> None:
    student, held = campus.student(), campus.section()
    campus.enroll(student, held)
    placed(campus, student, "ALL")

    assert broken(campus.do("enroll", **seat(student, campus.section()))) == [("HOLD", None)]
    campus.made("cancelEnrollment", **seat(student, held, reason="NON_PAYMENT"))


def test_every_hold_is_told_of(campus: Campus) -> None:
    student, section = campus.student(), campus.section()
    for _ in range(2):
        placed(campus, student)

    assert broken(campus.do("enroll", **seat(student, section))) == [("HOLD", None)] * 2
    assert len(standing(campus, student)["holds"]) == 2


def test_a_permit_lets_one_student_past_one_rule_once(campus: Campus) -> None:
    student, section = campus.student(), campus.section(capacity=0)
    payload = permit(campus, student, section, "SECTION_FULL")
    assert payload["student"] == {"permits": [{"rule": "SECTION_FULL"}]}
    (found,) = standing(campus, student)["permits"]
    assert (found["issuer"], found["section"]) == ("registrar", {"id": section})
    assert (found["expiresAt"], found["reason"]) == (None, {"text": WHY})

    other = campus.do("enroll", **seat(campus.student(), section))
    elsewhere = campus.do("enroll", **seat(student, campus.section(capacity=0)))
    enrolled = campus.enroll(student, section)

    assert broken(other) == broken(elsewhere) == [("SECTION_FULL", None)]
    assert "PermitUsed" in [fact["type"] for fact in enrolled["facts"]]
    assert standing(campus, student)["permits"] == []
    campus.made("cancelEnrollment", **seat(student, section, reason="OTHER"))
    assert broken(campus.do("enroll", **seat(student, section))) == [("SECTION_FULL", None)]


def test_a_permit_names_the_rule_and_the_others_hold(campus: Campus) -> None:
    term = campus.term(addDeadline=in_days(-1))
    student, section = campus.student(), campus.section(term, capacity=0)
    permit(campus, student, section, "DEADLINE_PASSED")

    payload = campus.do("enroll", **seat(student, section))

    assert broken(payload) == [("SECTION_FULL", None)]
    assert len(standing(campus, student)["permits"]) == 1, "refused, it is not used up"
    permit(campus, student, section, "SECTION_FULL")
    campus.enroll(student, section)
    assert standing(campus, student)["permits"] == []


def test_consent_is_a_permit(campus: Campus) -> None:
    student, section = campus.student(), campus.section(consentRequired=True)
    refused = campus.do("enroll", **seat(student, section))
    assert broken(refused) == [("CONSENT_REQUIRED", None)]
    assert "permit" in refused["refusals"][0]["remedy"]

    permit(campus, student, section, "CONSENT_REQUIRED")

    campus.enroll(student, section)


@pytest.mark.parametrize(
    ("input", "field"),
    [
        ({"rule": "NOT_ENROLLED"}, "rule"),
        ({"rule": "DUPLICATE_COURSE"}, "rule"),
        ({"reason": ""}, "reason"),
        ({"reason": "x" * 2_001}, "reason"),
        ({"expiresAt": "2020-01-01T00:00:00Z"}, "expiresAt"),
        ({"expiresAt": "2030-01-01T00:00:00"}, "expiresAt"),
        ({"expiresAt": "9999-12-31T23:59:59-05:00"}, "expiresAt"),
    ],
    ids=str,
)
def test_senseless_permits_are_refused(campus: Campus, input: Data, field: str) -> None:
    given = seat(campus.student(), campus.section(), rule="SECTION_FULL", reason=WHY)

    payload = campus.do("grantPermit", **(given | input))

    assert broken(payload) == [("INVALID_INPUT", ["input", field])]


def test_staff_read_a_reason_for_a_purpose_only(campus: Campus) -> None:
    student = campus.student()
    placed(campus, student)

    nameless = STANDING.replace("query Registration", "query")
    answer = campus.post(nameless, campus.registrar, s=student)

    assert answer.codes == ["FORBIDDEN"]
    assert answer.body["data"]["student"]["holds"][0]["reason"] == {"text": None}
