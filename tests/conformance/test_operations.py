"""What the reference clients of both streaming protocols make of operations that go well, are
refused, or end, while another of theirs goes on."""

import pytest

from tests.conformance.listeners import Listener, listener
from tests.schema.campus import Campus

WATCH = "subscription Watch($id: ID!) { section(id: $id) { capacity } }"
REFUSED = {
    "{ section(id:": "BAD_REQUEST",
    "subscription { nothing }": "BAD_REQUEST",
    "query One { views { name } } query Two { views { name } }": "BAD_REQUEST",
    "subscription { section { id } }": "BAD_REQUEST",
    "subscription { notifications { __typename } }": "UNAUTHENTICATED",
    "{" + "".join(f" a{n}: views {{ name }}" for n in range(31)) + " }": "TOO_COMPLEX",
}


@pytest.mark.parametrize("document", REFUSED, ids=lambda text: text[:30])
def test_a_refused_operation_leaves_the_others_alone(
    listening: Listener, campus: Campus, document: str
) -> None:
    section = campus.section(capacity=1)
    listening.open()
    listening.listen("other", WATCH, id=section)
    assert listening.data("other")["section"] == {"capacity": 1}

    listening.listen("refused", document)

    assert set(codes(listening, "refused")) == {REFUSED[document]}
    campus.made("changeCapacity", section=section, capacity=2)
    assert listening.data("other")["section"] == {"capacity": 2}
    assert listening.client.heard("closed") == []
    listening.leave("other")


def codes(listening: Listener, name: str) -> list[str]:
    """The codes of the errors an operation ends with: over a socket they are its end, as events
    they are its last answer."""
    said = listening.client.hear(name)
    if listening.script == "graphql-ws":
        return [error["code"] for error in said["refused"]]
    assert listening.client.hear(name) == "complete"
    return [error["code"] for error in said["errors"]]


def test_queries_and_commands_come_to_their_end(listening: Listener, campus: Campus) -> None:
    listening.open(campus.registrar)
    code = campus.fresh("WIRE ")
    mutation = """mutation Add($input: AddCourseInput!) { addCourse(input: $input) {
      refusals { code } course { code } } }"""

    listening.listen("added", mutation, input={"code": code, "title": "Wires", "credits": 2})
    assert listening.data("added")["addCourse"] == {"refusals": [], "course": {"code": code}}
    assert listening.client.hear("added") == "complete"
    listening.listen(
        "asked for", "query Q($code: String!) { course(code: $code) { title } }", code=code
    )
    assert listening.data("asked for") == {"course": {"title": "Wires"}}
    assert listening.client.hear("asked for") == "complete"


def test_who_leaves_hears_no_more_and_may_come_again(listening: Listener, campus: Campus) -> None:
    section = campus.section(capacity=1)
    listening.open()
    for name in ("left", "stays"):
        listening.listen(name, WATCH, id=section)
        assert listening.data(name)["section"] == {"capacity": 1}

    listening.leave("left")
    assert listening.client.hear("left") == "complete"
    campus.made("changeCapacity", section=section, capacity=2)
    assert listening.data("stays")["section"] == {"capacity": 2}
    listening.listen("came again", WATCH, id=section)
    assert listening.data("came again")["section"] == {"capacity": 2}

    assert listening.client.heard("left") == []
    listening.leave("stays")
    listening.leave("came again")


def test_a_socket_that_is_asked_answers(campus: Campus) -> None:
    """The client pings every 50 ms, and would hold a socket without answer to be dead."""
    section = campus.section(capacity=1)
    with listener(campus, "graphql-ws") as listening:
        listening.open(keepAlive=50)
        listening.listen("pinged", WATCH, id=section)
        listening.data("pinged")

        for _ in range(3):
            listening.client.hear("pong")

        assert listening.client.heard("closed") == []
