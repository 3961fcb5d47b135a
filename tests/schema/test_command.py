"""Receipts: what became of a command, for whoever sent it and for staff."""

import pytest

from tests.schema.campus import Campus, seat
from write_side.events import Role

DOCUMENT = """query($id: ID!) { command(id: $id) { id name status at position
  actor { name role channel } refusals { code message remedy path }
  facts { position type stream version at commandId summary data } } }"""


def test_an_accepted_command_leaves_a_receipt_with_its_facts(campus: Campus) -> None:
    student, section = campus.student(), campus.section()
    payload = campus.enroll(student, section, commandId="accepted-1")

    receipt = campus.ask(DOCUMENT, campus.registrar, id="accepted-1")["command"]

    assert (receipt["id"], receipt["name"]) == ("accepted-1", "enroll")
    assert receipt["status"] == "ACCEPTED"
    assert receipt["position"] == payload["position"]
    assert receipt["facts"] == payload["facts"]
    assert receipt["actor"] == {"name": "registrar", "role": "REGISTRAR", "channel": "STAFF"}


def test_a_refused_command_leaves_one_too_and_no_fact(campus: Campus) -> None:
    given = seat(campus.student(), campus.section(capacity=0), commandId="refused-1")
    before = campus.head
    payload = campus.do("enroll", **given)

    receipt = campus.ask(DOCUMENT, campus.registrar, id="refused-1")["command"]

    assert (receipt["status"], receipt["position"], receipt["facts"]) == ("REFUSED", None, [])
    assert receipt["refusals"] == payload["refusals"]
    assert campus.head == before


def test_a_command_without_an_id_gets_one_and_a_receipt(campus: Campus) -> None:
    payload = campus.made("addCourse", "course { id }", code="AUTO 1", title="x", credits=1)

    receipt = campus.ask(DOCUMENT, campus.registrar, id=payload["commandId"])["command"]

    assert (receipt["name"], receipt["facts"]) == ("addCourse", payload["facts"])


def test_one_sees_one_s_own_receipts_and_staff_see_all(campus: Campus) -> None:
    student, section = campus.student(), campus.section()
    own, other = campus.student_token(student), campus.student_token(campus.student())
    campus.made("enroll", "", own, **seat(student, section, commandId="own-1"))
    campus.enroll(campus.student(), section, commandId="staff-1")

    def sees(token: str | None, id: str) -> bool:
        return campus.ask(DOCUMENT, token, id=id)["command"] is not None

    assert sees(own, "own-1") and sees(campus.registrar, "own-1")
    assert not sees(other, "own-1")
    assert not sees(own, "staff-1")
    assert not sees(campus.token(Role.LISTENER), "own-1")


@pytest.mark.parametrize("id", ["", "unknown", "x" * 5_000, "\x01", "😀"])
def test_an_unknown_id_is_null(campus: Campus, id: str) -> None:
    assert campus.ask(DOCUMENT, campus.registrar, id=id)["command"] is None


def test_a_dry_run_leaves_no_receipt(campus: Campus) -> None:
    given = seat(campus.student(), campus.section(), commandId="dry-1", dryRun=True)

    campus.do("enroll", **given)

    assert campus.ask(DOCUMENT, campus.registrar, id="dry-1")["command"] is None


@pytest.mark.parametrize("id", ["", "x" * 201])
def test_an_id_has_1_to_200_characters(campus: Campus, id: str) -> None:
    answer = campus.try_("addCourse", code="LONG 1", title="x", credits=1, commandId=id)

    assert answer.codes == ["BAD_REQUEST"]
    assert campus.ask('{ course(code: "LONG 1") { id } }')["course"] is None


@pytest.mark.parametrize("id", ["x" * 200, "demo/😀 שלום", "0", " "])
def test_an_id_may_be_any_text(campus: Campus, id: str) -> None:
    code = campus.fresh("ANY ")

    campus.made("addCourse", code=code, title="x", credits=1, commandId=id)

    assert campus.ask(DOCUMENT, campus.registrar, id=id)["command"]["id"] == id
