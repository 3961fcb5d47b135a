"""Equal subscriptions of a real service share their evaluation, and only those who may."""

from collections import Counter
from contextlib import ExitStack
from time import monotonic
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from schema.execution import Executor
from tests.schema.campus import Campus, seat
from tests.schema.listening import listening
from write_side.events import Role

SECTION = "subscription Seats($id: ID!) { section(id: $id) { enrolled } }"
MINE = "subscription Mine($id: ID!) { student(id: $id) { enrollments { section { id } } } }"
FEED = "subscription Feed($after: Position) { facts(after: $after) { ... on Fact { position } } }"
NAMED = "subscription Named($id: ID!) { student(id: $id) { name { text } } }"


@pytest.fixture
def evaluated(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each subscription was evaluated, by its name."""
    counted: Counter[str] = Counter()
    run = Executor._run

    async def counting(self: Executor, operation: Any, *rest: Any) -> Any:
        if operation.is_subscription:
            counted[operation.name] += 1
        return await run(self, operation, *rest)

    monkeypatch.setattr(Executor, "_run", counting)
    return counted


def test_a_change_is_evaluated_once_for_all(campus: Campus, evaluated: Counter[str]) -> None:
    section = campus.section()
    campus.service.catch_up()
    with ExitStack() as stack:
        sockets = [stack.enter_context(listening(campus.ws)) for _ in range(20)]
        for socket in sockets:
            socket.subscribe(SECTION, id=section)
            assert socket.next()["data"]["section"]["enrolled"] == 0
        assert evaluated["Seats"] == 1

        campus.enroll(campus.student(), section)
        told = {str(socket.next()) for socket in sockets}

    assert len(told) == 1
    assert evaluated["Seats"] == 2


def test_a_fact_is_evaluated_once_for_all_of_one_view(
    campus: Campus, evaluated: Counter[str]
) -> None:
    """A listener's feed is another one than the office's, which sees more."""
    campus.service.catch_up()
    with ExitStack() as stack:
        tokens = [campus.registrar] * 5 + [campus.token(Role.LISTENER)] * 5
        sockets = [stack.enter_context(listening(campus.ws, token)) for token in tokens]
        for socket in sockets:
            socket.subscribe(FEED, after=str(campus.head))
        campus.made("addCourse", code=campus.fresh("CS "), title="Course", credits=1)
        for socket in sockets:
            socket.next()

    assert evaluated["Feed"] == 2


@pytest.mark.parametrize(("document", "first"), [(SECTION, True), (FEED, False)])
def test_a_store_that_is_away_for_a_moment_ends_nobody_s_subscription(
    campus: Campus, monkeypatch: pytest.MonkeyPatch, document: str, first: bool
) -> None:
    section = campus.section()
    campus.service.catch_up()
    run, away = Executor._run, iter([OperationalError("", {}, Exception())])

    async def failing(self: Executor, operation: Any, *rest: Any) -> Any:
        for error in away if operation.is_subscription else ():
            raise error
        return await run(self, operation, *rest)

    with listening(campus.ws, campus.registrar) as socket:
        socket.subscribe(document, id=section, after=str(campus.head))
        if first:
            assert socket.next()["data"]["section"]["enrolled"] == 0
        else:
            campus.made("addCourse", code=campus.fresh("CS "), title="Course", credits=1)
            socket.next()
        with monkeypatch.context() as patch:
            patch.setattr(Executor, "_run", failing)
            made = campus.enroll(campus.student(), section)
            seen = [socket.next() for _ in range(1 if first else 3)]
        if first:
            while seen[-1]["data"]["section"]["enrolled"] == 0:
                seen.append(socket.next())
        else:
            while seen[-1]["data"]["facts"]["position"] != made["position"]:
                seen.append(socket.next())
            told = [int(each["data"]["facts"]["position"]) for each in seen]
            assert told == list(range(told[0], told[-1] + 1)), "lost or repeated"


def test_what_is_a_student_s_own_is_theirs_alone(campus: Campus, evaluated: Counter[str]) -> None:
    section, ann, bob = campus.section(), campus.student(), campus.student()
    campus.enroll(ann, section)
    campus.service.catch_up()
    with ExitStack() as stack:
        own = stack.enter_context(listening(campus.ws, campus.student_token(ann)))
        other = stack.enter_context(listening(campus.ws, campus.student_token(bob)))
        own.subscribe(MINE, id=ann)
        assert len(own.next()["data"]["student"]["enrollments"]) == 1
        other.subscribe(MINE, id=ann)
        assert [error["extensions"]["code"] for error in other.errors()] == ["FORBIDDEN"]

        again = stack.enter_context(listening(campus.ws, campus.student_token(ann)))
        again.subscribe(MINE, id=ann)
        assert len(again.next()["data"]["student"]["enrollments"]) == 1
    assert evaluated["Mine"] == 1


def test_personal_values_are_opened_for_each_who_reads(
    campus: Campus, evaluated: Counter[str]
) -> None:
    student = campus.student()
    campus.service.catch_up()
    with ExitStack() as stack:
        for _ in range(3):
            socket = stack.enter_context(listening(campus.ws, campus.registrar))
            socket.subscribe(NAMED, id=student)
            assert socket.next()["data"]["student"]["name"]["text"]
    assert evaluated["Named"] == 3


def test_a_position_is_asked_for_also_where_others_listen_already(campus: Campus) -> None:
    section = campus.section()
    campus.service.catch_up()
    with listening(campus.ws) as first, listening(campus.ws) as second:
        first.subscribe(SECTION, id=section)
        first.next()
        made = campus.do("enroll", **seat(campus.student(), section))
        second.subscribe(SECTION, "late", {"minPosition": made["position"]}, id=section)
        payload = second.next()
    assert payload["data"]["section"]["enrolled"] == 1
    assert int(payload["extensions"]["position"]) >= int(made["position"])


def test_shared_subscriptions_are_counted_and_end_with_their_last(campus: Campus) -> None:
    section = campus.section()
    with listening(campus.ws) as one, listening(campus.ws) as other:
        for socket in (one, other):
            socket.subscribe(SECTION, id=section)
            socket.next()
        text = campus.client.get("/metrics").text
        assert "rollbook_subscribers 2.0" in text
        assert "rollbook_shared_subscriptions 1.0" in text
    give_up = monotonic() + 10
    while "rollbook_subscribers 0.0" not in campus.client.get("/metrics").text:
        assert monotonic() < give_up
