"""The graphql-ws and graphql-sse clients resume by the one line of the guide: the position of what
they were told last goes into the variables of the payload, which they send again."""

import threading
from typing import Any

from tests.conformance.listeners import Listener
from tests.schema.campus import Campus, seat
from write_side.events import Role

FEED = """subscription Facts($after: Position) { facts(after: $after) {
  ... on Fact { position type } ... on Reset { position reason } } }"""
SECTION = "subscription Section($id: ID!) { section(id: $id) { enrolled updatedAt } }"
NEWS = """subscription News($after: Position) { notifications(after: $after) {
  ... on Notification { position kind } ... on Reset { position reason } } }"""
CUTS = 6
TOKEN_SECONDS = 3


def recorded(campus: Campus, after: int) -> list[tuple[str, str]]:
    return [(str(r.position), r.fact.TOPIC) for r in campus.service.log.read(after, 10_000)]


def facts(listening: Listener, name: str, last: int) -> list[tuple[str, Any]]:
    """What the feed tells up to this position."""
    told: list[tuple[str, Any]] = []
    while not told or int(told[-1][0]) < last:
        fact = listening.data(name)["facts"]
        told.append((fact["position"], fact.get("type", fact.get("reason"))))
    return told


def test_what_happens_while_the_wire_is_cut_comes_afterwards(
    listening: Listener, campus: Campus
) -> None:
    start = campus.head
    listening.open(campus.token(Role.LISTENER))
    listening.listen("cut", FEED, resumes="facts", after=str(start))
    campus.course()
    seen = facts(listening, "cut", campus.head)
    before = campus.head

    with listening.cut():
        campus.course()
        campus.course()
    seen += facts(listening, "cut", campus.head)
    campus.course()
    seen += facts(listening, "cut", campus.head)

    assert seen == recorded(campus, start)
    asked = [variables["after"] for variables in listening.client.heard("asked")]
    assert asked[0] == str(start)
    assert set(asked[1:]) == {str(before)}
    listening.leave("cut")


def test_nothing_is_lost_or_repeated_by_cuts_while_much_happens(
    listening: Listener, campus: Campus
) -> None:
    student, section = campus.student(), campus.section()
    start, stop = campus.head, threading.Event()
    listening.open(campus.token(Role.LISTENER))
    listening.listen("much", FEED, resumes="facts", after=str(start))

    def come_and_go() -> None:
        while not stop.is_set():
            campus.made("enroll", **seat(student, section))
            campus.made("cancelEnrollment", **seat(student, section, reason="OTHER"))

    acting = threading.Thread(target=come_and_go)
    acting.start()
    seen: list[tuple[str, Any]] = []
    try:
        for _ in range(CUTS):
            seen += facts(listening, "much", int(seen[-1][0]) + 5 if seen else start + 5)
            with listening.cut():
                pass
    finally:
        stop.set()
        acting.join()
    seen += facts(listening, "much", campus.head)

    assert seen == recorded(campus, start)
    listening.leave("much")


def test_who_does_not_write_the_position_down_hears_it_again(
    listening: Listener, campus: Campus
) -> None:
    """That it is this line, and not luck, by which the others hear each fact once."""
    start = campus.head
    listening.open(campus.token(Role.LISTENER))
    listening.listen("again", FEED, after=str(start))
    campus.course()
    seen = facts(listening, "again", campus.head)

    with listening.cut():
        pass
    again = facts(listening, "again", campus.head)

    assert again == seen == recorded(campus, start)
    listening.leave("again")


def test_a_state_is_told_anew_after_a_cut(listening: Listener, campus: Campus) -> None:
    section = campus.section()
    listening.open()
    listening.listen("state", SECTION, id=section)
    assert listening.data("state")["section"]["enrolled"] == 0

    with listening.cut():
        campus.enroll(campus.student(), section)
        campus.enroll(campus.student(), section)
        campus.service.catch_up()

    assert listening.data("state")["section"]["enrolled"] == 2
    listening.leave("state")


def test_notifications_of_meanwhile_come_afterwards(listening: Listener, campus: Campus) -> None:
    student, section, other = campus.student(), campus.section(), campus.section()
    listening.open(campus.student_token(student))
    listening.listen("news", NEWS, resumes="notifications", after=str(campus.head))
    campus.enroll(student, section)
    assert listening.data("news")["notifications"]["kind"] == "ENROLLED"

    with listening.cut():
        campus.made("cancelSection", section=section, reason="No room.")
        campus.enroll(student, other)

    # everybody inside is let go step by step, before or after somebody else's next command
    news = [listening.data("news")["notifications"] for _ in "12"]
    assert {each["kind"] for each in news} == {"SECTION_CANCELED", "ENROLLED"}
    assert int(news[0]["position"]) < int(news[1]["position"])
    listening.leave("news")


def test_a_feed_goes_on_with_the_next_token(listening: Listener, campus: Campus) -> None:
    short = campus.token(Role.LISTENER, hours=TOKEN_SECONDS / 3600)
    start = campus.head
    listening.open(short, campus.token(Role.LISTENER))
    listening.listen("token", FEED, resumes="facts", after=str(start))
    campus.course()
    seen = facts(listening, "token", campus.head)

    assert listening.client.hear("connected") is None
    if listening.script == "graphql-ws":
        assert listening.client.hear("closed") == {"code": 4403, "reason": "Token expired"}
    else:
        assert listening.client.hear("token")["errors"][0]["code"] == "UNAUTHENTICATED"
    campus.course()
    assert listening.client.hear("connected") is None

    assert seen + facts(listening, "token", campus.head) == recorded(campus, start)
    listening.leave("token")
