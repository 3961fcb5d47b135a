"""One's own news: every notification once, in order, from now or from where one left off."""

import pytest

from tests.schema.campus import Campus, Data, seat
from tests.schema.listening import Socket, listening
from tests.schema.scenes import OFFERING, full
from write_side.events import Role

FEED = """subscription News($after: Position) { notifications(after: $after) { __typename
  ... on Notification { position kind at expiresAt section { id code } }
  ... on Reset { position reason } } }"""
LEAVING: Data = {"reason": "OTHER"}


def follow(socket: Socket, after: int | str | None = None) -> None:
    where: Data = {} if after is None else {"after": str(after)}
    socket.subscribe(FEED, **where)
    # an answer on the same socket: the subscription has been read, and is about to listen
    socket.send(type="ping")
    while (message := socket.receive())["type"] != "pong":
        raise AssertionError(message)


def news(socket: Socket, count: int) -> list[Data]:
    return [socket.value("notifications") for _ in range(count)]


def past(campus: Campus, student: str, count: int, after: int | str = 0) -> list[Data]:
    """So many notifications behind a position, and no more: the next one is new."""
    campus.service.catch_up()
    with listening(campus.ws, campus.student_token(student)) as socket:
        socket.subscribe(FEED, after=str(after))
        seen = news(socket, count)
        (last,) = campus.made("placeHold", student=student, kind="ALL", reason="x")["facts"]
        assert socket.value("notifications")["position"] == last["position"]
    return seen


def kinds(seen: list[Data]) -> list[str]:
    return [each["kind"] for each in seen]


def test_a_promotion_reaches_whoever_waits(campus: Campus) -> None:
    section, holder, waiter = full(campus)
    campus.service.catch_up()
    with listening(campus.ws, campus.student_token(waiter)) as socket:
        follow(socket)
        payload = campus.made(
            "cancelEnrollment", "", campus.student_token(holder), **seat(holder, section), **LEAVING
        )
        told = socket.value("notifications")

    promoted = next(f for f in payload["facts"] if f["type"] == "StudentLeftWaitlist")
    assert told == {
        "__typename": "Notification",
        "position": promoted["position"],
        "kind": "PROMOTED",
        "at": promoted["at"],
        "expiresAt": None,
        "section": {"id": section, "code": "A"},
    }


def test_an_offer_says_until_when(campus: Campus) -> None:
    section, holder, waiter = full(campus, **OFFERING)
    campus.made("cancelEnrollment", **seat(holder, section), **LEAVING)

    (offer,) = past(campus, waiter, 1)

    assert offer["kind"] == "SEAT_OFFERED" and offer["expiresAt"] > offer["at"]


def test_what_one_does_oneself_is_no_news(campus: Campus) -> None:
    student, section = campus.student(), campus.section()
    own = campus.student_token(student)
    campus.made("enroll", "", own, **seat(student, section))
    campus.made("cancelEnrollment", "", own, **seat(student, section), **LEAVING)

    assert past(campus, student, 0) == []


def test_nor_is_an_offer_one_accepts(campus: Campus) -> None:
    section, holder, waiter = full(campus, **OFFERING)
    campus.made("cancelEnrollment", **seat(holder, section), **LEAVING)
    campus.made("acceptOffer", "", campus.student_token(waiter), **seat(waiter, section))

    assert kinds(past(campus, waiter, 1)) == ["SEAT_OFFERED"]


def test_nor_a_swap_of_one_s_own(campus: Campus) -> None:
    student, term = campus.student(), campus.term()
    own, sections = campus.student_token(student), [campus.section(term) for _ in range(2)]
    campus.made("enroll", "", own, **seat(student, sections[0]))
    swap = {"student": student, "from": sections[0], "to": sections[1]}
    campus.made("swapEnrollment", "", own, **swap)
    assert past(campus, student, 0) == []


def test_what_staff_do_is(campus: Campus) -> None:
    student, section = campus.student(), campus.section()
    campus.enroll(student, section)
    campus.made("cancelEnrollment", **seat(student, section), **LEAVING)
    campus.made("grantPermit", **seat(student, section), rule="HOLD", reason="x")

    seen = past(campus, student, 3)

    assert kinds(seen) == ["ENROLLED", "ENROLLMENT_ENDED", "PERMIT_GRANTED"]


def test_a_canceled_section_is_news_to_everybody_inside_once(campus: Campus) -> None:
    section, holder, waiter = full(campus)
    start = campus.head
    campus.service.catch_up()
    with (
        listening(campus.ws, campus.student_token(holder)) as one,
        listening(campus.ws, campus.student_token(waiter)) as other,
    ):
        follow(one, start)
        follow(other, start)
        campus.made("cancelSection", section=section, reason="no teacher")
        assert kinds(news(one, 1)) == ["SECTION_CANCELED"]
        assert kinds(news(other, 1)) == ["REMOVED_FROM_WAITLIST"]
    assert kinds(past(campus, holder, 1, start)) == ["SECTION_CANCELED"]
    assert kinds(past(campus, waiter, 1, start)) == ["REMOVED_FROM_WAITLIST"]


@pytest.mark.parametrize("cut", range(6))
def test_resuming_loses_and_repeats_nothing(campus: Campus, cut: int) -> None:
    """Listened to until somewhere, closed, and taken up there, while more keeps coming."""
    student = campus.student()
    start = campus.head
    for _ in range(5):
        campus.made("placeHold", student=student, kind="ALL", reason="x")
        campus.made("placeHold", student=campus.student(), kind="ALL", reason="not theirs")
    campus.service.catch_up()
    token, after = campus.student_token(student), str(start)
    with listening(campus.ws, token) as socket:
        socket.subscribe(FEED, after=after)
        seen = news(socket, cut)
    after = seen[-1]["position"] if seen else after
    campus.made("grantPermit", **seat(student, campus.section()), rule="HOLD", reason="x")

    rest = past(campus, student, 6 - cut, after)

    positions = [int(each["position"]) for each in seen + rest]
    assert positions == sorted(set(positions)) and len(positions) == 6
    assert kinds(seen + rest) == ["HOLD_PLACED"] * 5 + ["PERMIT_GRANTED"]


def test_a_long_past_comes_whole(campus: Campus) -> None:
    student, section = campus.student(), campus.section()
    for _ in range(120):
        campus.made("grantPermit", **seat(student, section), rule="HOLD", reason="x")

    seen = past(campus, student, 120)

    assert len({each["position"] for each in seen}) == 120


def test_without_a_position_it_starts_now(campus: Campus) -> None:
    student = campus.student()
    campus.made("placeHold", student=student, kind="ALL", reason="before")
    campus.service.catch_up()
    with listening(campus.ws, campus.student_token(student)) as socket:
        follow(socket)
        campus.made("grantPermit", **seat(student, campus.section()), rule="HOLD", reason="x")
        assert kinds(news(socket, 1)) == ["PERMIT_GRANTED"]


def test_a_position_beyond_the_log_starts_over_with_a_word(campus: Campus) -> None:
    student = campus.student()
    with listening(campus.ws, campus.student_token(student)) as socket:
        socket.subscribe(FEED, after=str(campus.head + 1_000))
        reset = socket.value("notifications")
        assert reset == {
            "__typename": "Reset",
            "position": str(campus.head),
            "reason": reset["reason"],
        }
        campus.made("placeHold", student=student, kind="ALL", reason="x")
        assert kinds(news(socket, 1)) == ["HOLD_PLACED"]


def test_each_message_says_how_far_the_feed_is(campus: Campus) -> None:
    student = campus.student()
    start = campus.head
    for _ in range(3):
        campus.made("placeHold", student=student, kind="ALL", reason="x")
    campus.service.catch_up()
    with listening(campus.ws, campus.student_token(student)) as socket:
        socket.subscribe(FEED, after=str(start))
        for _ in range(3):
            payload = socket.next()
            position = payload["data"]["notifications"]["position"]
            assert int(payload["extensions"]["position"]) >= int(position)


@pytest.mark.parametrize("role", [Role.REGISTRAR, Role.LISTENER, Role.INSTRUCTOR, None])
def test_only_students_have_news(campus: Campus, role: Role | None) -> None:
    token = None if role is None else campus.token(role)
    with listening(campus.ws, token) as socket:
        socket.subscribe(FEED, after="0")
        code = "UNAUTHENTICATED" if role is None else "FORBIDDEN"
        assert [error["extensions"]["code"] for error in socket.errors()] == [code]


def test_news_is_one_s_own(campus: Campus) -> None:
    one, other = campus.student(), campus.student()
    campus.made("placeHold", student=one, kind="ALL", reason="x")
    campus.made("placeHold", student=other, kind="ALL", reason="x")

    assert len(past(campus, one, 1)) == 1
