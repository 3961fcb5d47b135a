"""Waiting: only where no seat is free, in an order that is kept, with a rank that is counted."""

from typing import Any

import pytest

from tests.schema.campus import Campus, Data, broken, in_days, seat
from tests.schema.listening import Socket, listening
from tests.schema.scenes import OFFERING, full, offered

COUNTS = "section { enrolled offered waitlisted seatsAvailable }"
MINE = """query($s: ID!) { student(id: $s) { enrollments(status: [ENROLLED]) { section { id } }
  waitlistEntries { id rank status joinedAt offerExpiresAt
    section { id } student { id } drops { id } } } }"""
LINE = """query($s: ID!, $first: Int, $after: String, $last: Int) { section(id: $s) {
  waitlist(first: $first, after: $after, last: $last) {
    edges { node { id rank status student { id } } } pageInfo { hasNextPage endCursor } } } }"""
WATCH = """subscription($s: ID!) { student(id: $s) {
  waitlistEntries { rank status section { id waitlisted } } enrollments { status } } }"""
LEAVING: Data = {"reason": "OTHER"}


def mine(campus: Campus, student: str, token: str | None = None) -> Data:
    found: Data = campus.ask(MINE, token or campus.registrar, s=student)["student"]
    return found


def line(campus: Campus, section: str, **window: Any) -> Data:
    asked = window or {"first": 100}
    found: Data = campus.ask(LINE, campus.registrar, s=section, **asked)["section"]["waitlist"]
    return found


def ranked(campus: Campus, section: str) -> list[tuple[str, int | None]]:
    nodes = [edge["node"] for edge in line(campus, section)["edges"]]
    return [(node["student"]["id"], node["rank"]) for node in nodes]


def queue(campus: Campus, length: int, **input: Any) -> tuple[str, str, list[str]]:
    """A section with one seat, who sits on it, and those who wait, in order."""
    section, holder, first = full(campus, **input)
    others = [campus.student() for _ in range(length - 1)]
    for student in others:
        campus.made("joinWaitlist", **seat(student, section))
    return section, holder, [first, *others]


def test_joining_shows_the_place_and_the_counts(campus: Campus) -> None:
    section, _, first = full(campus)
    student = campus.student()

    nodes = f"entry {{ id rank status joinedAt section {{ id }} drops {{ id }} }} {COUNTS}"
    payload = campus.made("joinWaitlist", nodes, **seat(student, section))

    entry = payload["entry"]
    assert (entry["rank"], entry["status"], entry["drops"]) == (2, "WAITLISTED", None)
    assert entry["section"] == {"id": section} and entry["joinedAt"] == payload["facts"][0]["at"]
    counts = {"enrolled": 1, "offered": 0, "waitlisted": 2, "seatsAvailable": 0}
    assert payload["section"] == counts
    assert ranked(campus, section) == [(first, 1), (student, 2)]
    (own,) = mine(campus, student, campus.student_token(student))["waitlistEntries"]
    assert own == entry | {"student": {"id": student}, "offerExpiresAt": None}


@pytest.mark.parametrize(
    ("capacity", "room", "code"),
    [
        (1, 9, "SEAT_AVAILABLE"),
        (None, 9, "SEAT_AVAILABLE"),
        (0, 0, "WAITLIST_NOT_OFFERED"),
    ],
)
def test_nobody_waits_where_that_makes_no_sense(
    campus: Campus, capacity: int | None, room: int, code: str
) -> None:
    section = campus.section(capacity=capacity, waitlistCapacity=room)

    payload = campus.do("joinWaitlist", "entry { id }", **seat(campus.student(), section))

    assert broken(payload) == [(code, None)]
    assert payload["entry"] is None


def test_a_list_may_be_full_and_one_is_on_it_once(campus: Campus) -> None:
    section, _, waiter = full(campus, waitlistCapacity=1)

    late = campus.do("joinWaitlist", **seat(campus.student(), section))
    twice = campus.do("joinWaitlist", **seat(waiter, section))

    assert broken(late) == [("WAITLIST_FULL", None)]
    assert broken(twice) == [("ALREADY_WAITLISTED", None)]
    assert late["refusals"][0]["remedy"]


def test_every_rule_against_waiting_is_told_at_once(campus: Campus) -> None:
    term, student = campus.term(registrationOpensAt=in_days(1)), campus.student()
    campus.made("placeHold", student=student, kind="ADDS_ONLY", reason="fees")
    section = campus.section(term, capacity=0, waitlistCapacity=0)
    campus.made("closeSection", section=section)

    payload = campus.do("joinWaitlist", **seat(student, section))

    assert {code for code, _ in broken(payload)} == {
        "SECTION_CLOSED",
        "WINDOW_NOT_OPEN",
        "HOLD",
        "WAITLIST_NOT_OFFERED",
    }


def test_a_freed_seat_goes_to_the_first_in_line(campus: Campus) -> None:
    section, holder, (first, second) = queue(campus, 2)

    payload = campus.made("cancelEnrollment", COUNTS, **seat(holder, section), **LEAVING)

    assert payload["section"] == {
        "enrolled": 1,
        "offered": 0,
        "waitlisted": 1,
        "seatsAvailable": 0,
    }
    got = mine(campus, first)
    assert got["enrollments"] == [{"section": {"id": section}}] and got["waitlistEntries"] == []
    assert ranked(campus, section) == [(second, 1)]


def test_nobody_jumps_the_queue(campus: Campus) -> None:
    """The one in line has a hold, so the seat stands free until it is lifted; then it is theirs."""
    section, holder, (first,) = queue(campus, 1)
    campus.made("placeHold", student=first, kind="ADDS_ONLY", reason="fees")
    campus.made("cancelEnrollment", **seat(holder, section), **LEAVING)
    assert ranked(campus, section) == [(first, 1)]
    (hold,) = campus.ask(
        "query($s: ID!) { student(id: $s) { holds { id } } }", campus.registrar, s=first
    )["student"]["holds"]

    campus.made("liftHold", student=first, hold=hold["id"])

    assert mine(campus, first)["enrollments"] == [{"section": {"id": section}}]
    assert broken(campus.do("enroll", **seat(holder, section))) == [("SECTION_FULL", None)]


def test_more_seats_go_to_as_many_in_line(campus: Campus) -> None:
    section, _, waiters = queue(campus, 3)

    payload = campus.made("changeCapacity", COUNTS, section=section, capacity=3)

    counts = {"enrolled": 3, "offered": 0, "waitlisted": 1, "seatsAvailable": 0}
    assert payload["section"] == counts
    assert ranked(campus, section) == [(waiters[2], 1)]


def test_leaving_moves_the_others_up_and_coming_back_is_the_end(campus: Campus) -> None:
    section, _, (first, second, third) = queue(campus, 3)

    campus.made("leaveWaitlist", **seat(first, section))
    assert ranked(campus, section) == [(second, 1), (third, 2)]
    campus.made("joinWaitlist", **seat(first, section))

    assert ranked(campus, section) == [(second, 1), (third, 2), (first, 3)]


def test_whoever_is_offered_a_seat_stands_before_nobody(campus: Campus) -> None:
    section, holder, (first, second) = queue(campus, 2, **OFFERING)
    campus.made("cancelEnrollment", **seat(holder, section), **LEAVING)

    assert ranked(campus, section) == [(first, None), (second, 1)]
    (entry,) = mine(campus, first)["waitlistEntries"]
    assert (entry["status"], entry["rank"]) == ("OFFERED", None)
    assert entry["offerExpiresAt"] > entry["joinedAt"]


def test_waiting_with_a_swap_keeps_the_old_seat_until_then(campus: Campus) -> None:
    student, term = campus.student(), campus.term()
    held = campus.section(term)
    campus.enroll(student, held)
    wanted, holder, _ = queue(campus, 1, term=term)
    swap = {"student": student, "from": held, "to": wanted, "waitlistIfFull": True}
    campus.made("swapEnrollment", **swap)

    (entry,) = mine(campus, student)["waitlistEntries"]
    assert (entry["drops"], entry["rank"]) == ({"id": held}, 2)
    assert mine(campus, student)["enrollments"] == [{"section": {"id": held}}]

    campus.made("changeCapacity", section=wanted, capacity=3)

    after = mine(campus, student)
    assert (after["enrollments"], after["waitlistEntries"]) == ([{"section": {"id": wanted}}], [])
    assert holder != student


def test_success_in_one_section_ends_waiting_in_the_others(campus: Campus) -> None:
    term, course, student = campus.term(), campus.course(), campus.student()
    one, holder, _ = full(campus, student, term=term, course=course, code="1")
    two, _, _ = full(campus, student, term=term, course=course, code="2")
    assert [e["section"]["id"] for e in mine(campus, student)["waitlistEntries"]] == [one, two]

    campus.made("cancelEnrollment", **seat(holder, one), **LEAVING)

    after = mine(campus, student)
    assert (after["enrollments"], after["waitlistEntries"]) == ([{"section": {"id": one}}], [])
    assert line(campus, two)["edges"] == []


def test_a_list_is_paged_and_nobody_is_lost_while_it_moves(campus: Campus) -> None:
    section, _, waiters = queue(campus, 5)
    page = line(campus, section, first=2)
    seen = [edge["node"]["student"]["id"] for edge in page["edges"]]
    campus.made("leaveWaitlist", **seat(waiters[0], section))
    while page["pageInfo"]["hasNextPage"]:
        page = line(campus, section, first=2, after=page["pageInfo"]["endCursor"])
        seen += [edge["node"]["student"]["id"] for edge in page["edges"]]

    assert seen == waiters
    last = line(campus, section, last=1)["edges"]
    assert [edge["node"]["rank"] for edge in last] == [4]


def test_a_list_is_for_staff_and_a_place_for_whom_it_is(campus: Campus) -> None:
    section, waiter = offered(campus)
    own, other = campus.student_token(waiter), campus.student_token(campus.student())

    for token, code in ((own, "FORBIDDEN"), (other, "FORBIDDEN"), (None, "UNAUTHENTICATED")):
        answer = campus.post(LINE, token, s=section, first=9)
        assert answer.codes == [code]
        assert answer.body["data"] == {"section": {"waitlist": None}}
    assert len(mine(campus, waiter, own)["waitlistEntries"]) == 1
    assert campus.post(MINE, other, s=waiter).codes == ["FORBIDDEN"]


def watched(socket: Socket) -> list[Any]:
    """The ranks of the next message."""
    return [entry["rank"] for entry in socket.value("student")["waitlistEntries"]]


def test_a_rank_moves_by_itself(campus: Campus) -> None:
    """Nothing about the student changes: others leave, are offered a seat, and get one."""
    section, _, (first, second, third, last) = queue(campus, 4, **OFFERING)
    campus.service.catch_up()
    with listening(campus.ws, campus.student_token(last)) as socket:
        socket.subscribe(WATCH, s=last)
        assert watched(socket) == [4]
        campus.made("leaveWaitlist", **seat(second, section))
        assert watched(socket) == [3]
        campus.made("changeCapacity", section=section, capacity=2)
        assert watched(socket) == [2]
        campus.made("declineOffer", **seat(first, section))
        [*_, now] = socket.until(lambda data: rank_of(data) == 1)
        assert now["data"]["student"]["waitlistEntries"][0]["section"]["id"] == section
        campus.made("declineOffer", **seat(third, section))
        socket.until(lambda data: data["student"]["waitlistEntries"][0]["status"] == "OFFERED")


def rank_of(data: Data) -> int | None:
    (entry,) = data["student"]["waitlistEntries"]
    rank: int | None = entry["rank"]
    return rank


def test_a_rank_moves_in_a_list_joined_while_listening(campus: Campus) -> None:
    section, _, (first,) = queue(campus, 1)
    student = campus.student()
    campus.service.catch_up()
    with listening(campus.ws, campus.student_token(student)) as socket:
        socket.subscribe(WATCH, s=student)
        assert watched(socket) == []
        campus.made("joinWaitlist", **seat(student, section))
        socket.until(lambda data: bool(data["student"]["waitlistEntries"]))
        campus.made("leaveWaitlist", **seat(first, section))
        socket.until(lambda data: rank_of(data) == 1)
        campus.made("leaveWaitlist", **seat(student, section))
        socket.until(lambda data: data["student"]["waitlistEntries"] == [])
