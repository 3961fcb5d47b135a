"""The fact feed: every fact once, in order, from now or from where one left off."""

from typing import Any

import pytest

from tests.schema.campus import Campus, Data, ids_like, seat
from tests.schema.listening import Socket, listening
from write_side.events import Role

FEED = """subscription Feed($after: Position, $stream: ID, $student: ID, $types: [String!]) {
  facts(after: $after, stream: $stream, student: $student, types: $types) { __typename
    ... on Fact { position type stream version at actor { name } commandId summary data }
    ... on Reset { position reason } } }"""


def follow(socket: Socket, **filters: Any) -> None:
    socket.subscribe(FEED, **filters)
    # an answer on the same socket: the subscription has been read, and is about to listen
    socket.send(type="ping")
    assert socket.receive() == {"type": "pong"}


def facts_until(socket: Socket, head: int) -> list[Data]:
    seen = [socket.value("facts")]
    while int(seen[-1]["position"]) < head:
        seen.append(socket.value("facts"))
    return seen


def test_without_a_position_it_starts_now(campus: Campus) -> None:
    campus.student()
    with listening(campus.ws, campus.registrar) as socket:
        follow(socket)
        socket.ask("{ viewer { name } }")
        payload = campus.made("addCourse", code="NOW 1", title="x", credits=1)

        fact = socket.value("facts")

    told = payload["facts"][0]
    assert {name: fact[name] for name in told} == told
    assert fact["__typename"] == "Fact"


def test_with_a_position_it_resumes_right_behind_it(campus: Campus) -> None:
    campus.enroll(campus.student(), campus.section())
    after = campus.head - 3
    with listening(campus.ws, campus.registrar) as socket:
        follow_after(socket, after)
        seen = facts_until(socket, campus.head)
        campus.student()
        seen += facts_until(socket, campus.head)

    assert [int(fact["position"]) for fact in seen] == list(range(after + 1, campus.head + 1))


def follow_after(socket: Socket, after: int, **filters: Any) -> None:
    socket.subscribe(FEED, after=str(after), **filters)


def test_a_long_past_comes_whole(campus: Campus) -> None:
    section, student = campus.section(), campus.student()
    for _ in range(60):
        campus.made("addToCart", **seat(student, section))
        campus.made("removeFromCart", **seat(student, section))
    with listening(campus.ws, campus.registrar) as socket:
        follow_after(socket, 0)
        seen = facts_until(socket, campus.head)

    assert [int(fact["position"]) for fact in seen] == list(range(1, campus.head + 1))


def test_each_message_says_how_far_the_feed_is(campus: Campus) -> None:
    with listening(campus.ws, campus.registrar) as socket:
        follow_after(socket, 0)
        for _ in range(3):
            payload = socket.next()
            position = payload["data"]["facts"]["position"]
            assert int(payload.get("extensions", {}).get("position", -1)) >= int(position)


def test_a_position_beyond_the_log_starts_over_with_a_word(campus: Campus) -> None:
    with listening(campus.ws, campus.registrar) as socket:
        follow_after(socket, campus.head + 1_000)
        reset = socket.value("facts")
        campus.student()
        seen = facts_until(socket, campus.head)

    assert (reset["__typename"], reset["position"]) == ("Reset", str(campus.head - 2))
    assert reset["reason"]
    assert [fact["__typename"] for fact in seen] == ["Fact", "Fact"]


def test_the_feed_is_narrowed_like_the_trail(campus: Campus) -> None:
    section, student, other = campus.section(), campus.student(), campus.student()
    start = campus.head
    campus.enroll(other, section)
    campus.enroll(student, campus.section())
    campus.enroll(student, section)
    filters: list[tuple[Data, list[str]]] = [
        ({"stream": section}, ["SeatTaken", "SeatTaken"]),
        ({"student": student, "stream": section}, ["SeatTaken"]),
        ({"student": student, "types": ["StudentEnrolled"]}, ["StudentEnrolled"] * 2),
        ({"types": ["TermOpened", "SectionScheduled"]}, ["TermOpened", "SectionScheduled"]),
    ]
    for given, types in filters:
        with listening(campus.ws, campus.registrar) as socket:
            follow_after(socket, start, **given)
            assert [socket.value("facts")["type"] for _ in types] == types


@pytest.mark.parametrize("filters", [{}, {"stream": True}, {"types": ["SeatTaken", "SeatFreed"]}])
def test_what_does_not_fit_is_passed_over_live_too(campus: Campus, filters: Data) -> None:
    section, student = campus.section(), campus.student()
    given = filters | ({"stream": section} if "stream" in filters else {"student": student})
    with listening(campus.ws, campus.registrar) as socket:
        follow(socket, **given)
        campus.enroll(campus.student(), campus.section())
        campus.enroll(student, section)
        campus.made("cancelEnrollment", **seat(student, section, reason="OTHER"))
        seen = [socket.value("facts")["type"] for _ in range(2)]

    wanted = ["StudentEnrolled", "SeatTaken"] if not filters else ["SeatTaken", "SeatFreed"]
    assert seen == wanted


def test_a_student_gets_their_own_facts_and_nobody_else_s(campus: Campus) -> None:
    student, other, section = campus.student(), campus.student(), campus.section()
    with listening(campus.ws, campus.student_token(student)) as socket:
        follow_after(socket, 0)
        own = [socket.value("facts") for _ in range(2)]
        campus.enroll(other, section)
        campus.enroll(student, section)
        own += [socket.value("facts") for _ in range(2)]

    types = ["StudentNumberAssigned", "StudentRegistered", "StudentEnrolled", "SeatTaken"]
    assert [fact["type"] for fact in own] == types
    assert other not in str(own)


def test_a_listener_follows_everybody(campus: Campus) -> None:
    start = campus.head
    campus.enroll(campus.student(), campus.section())
    with listening(campus.ws, campus.token(Role.LISTENER)) as socket:
        follow_after(socket, start)
        assert len(facts_until(socket, campus.head)) == campus.head - start


def test_two_feeds_on_one_socket_do_not_mix(campus: Campus) -> None:
    one, two = campus.section(), campus.section()
    with listening(campus.ws, campus.registrar) as socket:
        socket.subscribe(FEED, "one", after=str(campus.head), stream=one)
        socket.subscribe(FEED, "two", after=str(campus.head), stream=two)
        for section in (two, one):
            campus.made("changeCapacity", section=section, capacity=3)
        messages = [socket.receive() for _ in range(2)]

    streams = {m["id"]: m["payload"]["data"]["facts"]["stream"] for m in messages}
    assert streams == {"one": one, "two": two}


def test_a_feed_that_is_ended_ends_and_its_id_is_free(campus: Campus) -> None:
    with listening(campus.ws, campus.registrar) as socket:
        follow_after(socket, campus.head - 1)
        socket.next()
        socket.send(id="1", type="complete")
        assert socket.ask("{ viewer { name } }", "1")["data"]
        campus.student()
        follow_after(socket, campus.head - 1)
        assert socket.value("facts")["position"] == str(campus.head)


def test_nothing_comes_of_a_stream_that_is_not_there_and_the_socket_lives(campus: Campus) -> None:
    with listening(campus.ws, campus.registrar) as socket:
        follow_after(socket, 0, stream=ids_like("Section"))
        campus.student()
        assert socket.ask("{ viewer { name } }")["data"]["viewer"]["name"] == "registrar"
