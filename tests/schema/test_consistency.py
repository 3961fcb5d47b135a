"""Reading after writing: positions told, positions asked for, and what is answered when late."""

import threading
from time import monotonic
from typing import Any

import pytest

from tests.schema.campus import Campus, held_up, seat
from tests.schema.listening import listening

SECTION = "query($id: ID!) { section(id: $id) { enrolled updatedAt } }"


def test_a_query_says_at_which_position_it_was_read(campus: Campus) -> None:
    section = campus.section()
    campus.service.catch_up()

    answer = campus.post(SECTION, id=section)

    assert answer.position == answer.headers["log-position"] == str(campus.head)


def test_a_command_says_where_the_log_stands_after_it(campus: Campus) -> None:
    student, section = campus.student(), campus.section()
    document = "mutation($i: EnrollInput!) { enroll(input: $i) { position } }"

    answer = campus.post(document, campus.registrar, i=seat(student, section))

    position = answer.data["enroll"]["position"]
    assert position == answer.position == answer.headers["log-position"] == str(campus.head)


def test_of_several_commands_the_last_fact_counts(campus: Campus) -> None:
    """Also where what follows it is refused: the client must see its own success."""
    given = seat(campus.student(), campus.section())
    document = """mutation($i: EnrollInput!) {
      one: enroll(input: $i) { position } two: enroll(input: $i) { refusals { code } } }"""

    answer = campus.post(document, campus.registrar, i=given)

    assert answer.data["two"]["refusals"] == [{"code": "ALREADY_ENROLLED"}]
    assert answer.position == answer.data["one"]["position"]


def test_a_repeat_does_not_turn_the_position_back(campus: Campus) -> None:
    """The first answer comes again; the answer as a whole stands where its newest fact does."""
    student, section = campus.student(), campus.section()
    again = seat(student, section, commandId=campus.fresh("again-"))
    campus.enroll(**again)
    document = """mutation($c: ChangeCapacityInput!, $i: EnrollInput!) {
      new: changeCapacity(input: $c) { position } old: enroll(input: $i) { position } }"""

    wanted = {"section": section, "capacity": 99}
    answer = campus.post(document, campus.registrar, c=wanted, i=again)

    assert int(answer.data["old"]["position"]) < int(answer.data["new"]["position"])
    assert answer.position == answer.data["new"]["position"]


def test_nodes_of_an_answer_are_read_after_its_command(
    campus: Campus, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = seat(campus.student(), campus.section(capacity=3))
    document = """mutation($i: %sInput!) { %s(input: $i) { position refusals { code } %s } }"""
    with held_up(campus, monkeypatch):
        put = document % ("AddToCart", "addToCart", "")
        quick = campus.post(put, campus.registrar, i=given)
        enroll = document % ("Enroll", "enroll", "section { enrolled }")
        late = campus.post(enroll, campus.registrar, {"Max-Wait": "0.2"}, i=given)

    assert quick.data["addToCart"]["position"], "who selects no node does not wait"
    assert late.codes == ["STALE"]
    assert late.body["data"]["enroll"]["section"] is None
    position = late.body["data"]["enroll"]["position"]
    assert position, "the command stands, whatever the views do"
    after = campus.post(SECTION, None, {"Min-Position": position}, id=given["section"])
    assert after.data["section"] == {"enrolled": 1, "updatedAt": position}


@pytest.mark.parametrize("by", ["header", "extension"])
def test_who_asks_for_a_position_waits_for_it(
    campus: Campus, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    section = campus.section()
    with held_up(campus, monkeypatch):
        position = campus.made("changeCapacity", section=section, capacity=77)["position"]
        body: dict[str, Any] = {"query": SECTION, "variables": {"id": section}}
        headers = {"Min-Position": position, "Max-Wait": "20"}
        if by == "extension":
            body["extensions"] = {"minPosition": position, "maxWait": 20}
            headers = {}
        answers = []
        asking = threading.Thread(target=lambda: answers.append(campus.send(body, None, headers)))
        asking.start()
        asking.join(0.1)
        assert asking.is_alive(), "it must wait"
        ahead = campus.post(SECTION, None, id=section)

    asking.join(20)
    assert int(ahead.position or 0) < int(position), "who does not ask is answered at once"
    assert answers[0].data["section"]["updatedAt"] == position
    assert int(answers[0].position or 0) >= int(position)


@pytest.mark.parametrize("by", ["header", "extension"])
def test_who_waits_too_long_is_told_to_come_back(campus: Campus, by: str) -> None:
    body: dict[str, Any] = {"query": "{ terms { code } }"}
    headers = {"Min-Position": str(campus.head + 99), "Max-Wait": "0.1"}
    if by == "extension":
        body["extensions"] = {"minPosition": headers.pop("Min-Position"), "maxWait": 0.1}
        headers = {}
    begun = monotonic()

    answer = campus.send(body, None, headers)

    assert 0.1 <= monotonic() - begun < 2
    assert (answer.status, answer.codes) == (503, ["STALE"])
    assert "data" not in answer.body
    assert answer.headers["retry-after"] == "1"
    assert answer.errors[0]["extensions"]["retryAfter"] == 1
    assert answer.errors[0]["extensions"]["requestId"] == answer.headers["x-request-id"]


def test_a_socket_waits_and_gives_up_likewise(campus: Campus) -> None:
    section = campus.section()
    with listening(campus.ws) as socket:
        position = campus.made("changeCapacity", section=section, capacity=5)["position"]
        socket.subscribe(SECTION, "a", {"minPosition": position}, id=section)
        payload = socket.next()
        assert payload["data"]["section"]["updatedAt"] == position
        assert int(payload["extensions"]["position"]) >= int(position)
        assert socket.receive()["type"] == "complete"

        future = {"minPosition": str(campus.head + 99), "maxWait": 0.05}
        socket.subscribe(SECTION, "b", future, id=section)
        assert [error["extensions"]["code"] for error in socket.errors()] == ["STALE"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Min-Position": "x"},
        {"Min-Position": "-1"},
        {"Min-Position": "9" * 40},
        {"Max-Wait": "soon"},
        {"Max-Wait": "-1"},
        {"Max-Wait": "nan"},
        {"Max-Wait": "inf"},
    ],
    ids=str,
)
def test_a_garbled_wish_is_an_error(campus: Campus, headers: dict[str, str]) -> None:
    answer = campus.post("{ terms { code } }", None, headers)

    assert (answer.status, answer.codes) == (400, ["BAD_REQUEST"])


def test_one_reads_one_s_own_writes(campus: Campus) -> None:
    section, other = campus.section(capacity=1), campus.section()
    for turn in range(100):
        payload = campus.made("changeCapacity", section=section, capacity=turn + 2)
        if turn % 3 == 0:
            campus.made("changeCapacity", section=other, capacity=turn + 1)

        after = {"Min-Position": payload["position"]}
        answer = campus.post("query($id: ID!) { section(id: $id) { capacity } }", None, after,
                             id=section)  # fmt: skip

        assert answer.data["section"]["capacity"] == turn + 2
        assert int(answer.position or 0) >= int(payload["position"])


def test_an_answer_is_of_one_moment(campus: Campus) -> None:
    """Seats on a schedule and in the catalog agree in every answer, however fast they change."""
    student, section = campus.student(), campus.section()
    given, stop = seat(student, section), threading.Event()

    def come_and_go() -> None:
        while not stop.is_set():
            campus.made("enroll", **given)
            campus.made("cancelEnrollment", **given, reason="OTHER")

    moving = threading.Thread(target=come_and_go)
    moving.start()
    document = """query Both($id: ID!, $s: ID!) { section(id: $s) { enrolled }
      student(id: $id) { enrollments(status: [ENROLLED]) { section { enrolled } } }
      views { position } }"""
    try:
        for _ in range(50):
            answer = campus.post(document, campus.registrar, id=student, s=section).data
            if len({view["position"] for view in answer["views"]}) > 1:
                continue  # between two views' commits
            enrolled = len(answer["student"]["enrollments"])
            assert answer["section"]["enrolled"] == enrolled
    finally:
        stop.set()
        moving.join()
