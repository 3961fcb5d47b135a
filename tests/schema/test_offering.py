"""What the school does with a section: close it, cancel it, keep seats, ask for more."""

from typing import Any

import pytest

from tests.schema.campus import Campus, Data, broken, in_days, seat
from tests.schema.listening import listening
from tests.schema.scenes import OFFERING, full

SECTION = """query($s: ID!) { section(id: $s) { status enrolled offered waitlisted seatsAvailable
  promotion consentRequired reservedSeats { group seats releasesOn } } }"""


def shown(campus: Campus, section: str) -> Data:
    found: Data = campus.ask(SECTION, s=section)["section"]
    return found


def test_a_section_shows_how_it_is_filled(campus: Campus) -> None:
    section = campus.section(capacity=3, **OFFERING, consentRequired=True)

    assert shown(campus, section) == {
        "status": "OPEN",
        "enrolled": 0,
        "offered": 0,
        "waitlisted": 0,
        "seatsAvailable": 3,
        "promotion": "OFFER",
        "consentRequired": True,
        "reservedSeats": [],
    }


def test_a_closed_section_takes_nobody_and_loses_nobody(campus: Campus) -> None:
    section, inside, late = campus.section(), campus.student(), campus.student()
    campus.enroll(inside, section)

    payload = campus.made("closeSection", "section { status enrolled }", section=section)

    assert payload["section"] == {"status": "CLOSED", "enrolled": 1}
    assert broken(campus.do("enroll", **seat(late, section))) == [("SECTION_CLOSED", None)]
    campus.made("cancelEnrollment", **seat(inside, section, reason="OTHER"))
    reopened = campus.made("reopenSection", "section { status }", section=section)
    assert reopened["section"] == {"status": "OPEN"}
    campus.enroll(late, section)


@pytest.mark.parametrize("command", ["closeSection", "reopenSection"])
def test_what_is_so_already_is_no_fact(campus: Campus, command: str) -> None:
    section = campus.section()
    if command == "closeSection":
        campus.made(command, section=section)

    payload = campus.made(command, "section { id }", section=section)

    assert (payload["facts"], payload["position"]) == ([], None)
    assert payload["section"] == {"id": section}


def test_seats_freed_while_closed_go_to_the_line_on_reopening(campus: Campus) -> None:
    section, holder, _ = full(campus)
    campus.made("closeSection", section=section)
    campus.made("cancelEnrollment", **seat(holder, section, reason="OTHER"))
    assert shown(campus, section)["waitlisted"] == 1

    payload = campus.made("reopenSection", "section { enrolled waitlisted }", section=section)

    assert payload["section"] == {"enrolled": 1, "waitlisted": 0}


def test_a_canceled_section_lets_everybody_go(campus: Campus) -> None:
    """Seated, offered and waiting: one after the other, until nobody is left."""
    section, holder, first = full(campus, **OFFERING)
    second, third = campus.student(), campus.student()
    for student in (second, third):
        campus.made("joinWaitlist", **seat(student, section))
    campus.made("changeCapacity", section=section, capacity=2)
    assert shown(campus, section) | {"offered": 1, "waitlisted": 2} == shown(campus, section)
    campus.service.catch_up()
    with listening(campus.ws) as socket:
        socket.subscribe(SECTION.replace("query", "subscription"), s=section)
        socket.next()
        payload = campus.made("cancelSection", section=section, reason="no teacher")
        socket.until(lambda data: empty(data["section"]))

    assert [fact["type"] for fact in payload["facts"]] == ["SectionCanceled"]
    query = """query($s: ID!) { student(id: $s) { waitlistEntries { id }
      enrollments { status cancellation { reason by } } } }"""
    for student in (holder, first, second, third):
        found = campus.ask(query, campus.registrar, s=student)["student"]
        gone = {"reason": "SECTION_CANCELED", "by": "SYSTEM"}
        ended = [{"status": "CANCELED", "cancellation": gone}] if student == holder else []
        assert found == {"waitlistEntries": [], "enrollments": ended}
    late = campus.do("enroll", **seat(campus.student(), section))
    assert broken(late) == [("SECTION_CANCELED", None)]


def empty(section: Data) -> bool:
    counts = section["enrolled"], section["offered"], section["waitlisted"]
    return section["status"] == "CANCELED" and counts == (0, 0, 0)


def test_nothing_brings_a_canceled_section_back(campus: Campus) -> None:
    section = campus.section()
    campus.made("closeSection", section=section)
    campus.made("cancelSection", section=section, reason="no teacher")

    campus.do("reopenSection", section=section)
    campus.do("changeCapacity", section=section, capacity=99)

    assert shown(campus, section)["status"] == "CANCELED"
    late = campus.do("enroll", **seat(campus.student(), section))
    assert broken(late) == [("SECTION_CANCELED", None)]


def test_reserved_seats_are_for_the_group_first(campus: Campus) -> None:
    section, until = campus.section(capacity=2), in_days(1)
    member, other, another = campus.student(groups=["honors"]), campus.student(), campus.student()
    kept: Data = {"section": section, "group": "honors", "seats": 1, "releasesOn": until}
    payload = campus.made(
        "reserveSeats", "section { reservedSeats { group seats releasesOn } }", **kept
    )

    (shown_kept,) = payload["section"]["reservedSeats"]
    assert (shown_kept["group"], shown_kept["seats"]) == ("honors", 1)
    assert shown_kept["releasesOn"][:19] == until[:19]
    campus.enroll(other, section)
    assert broken(campus.do("enroll", **seat(another, section))) == [("RESERVED_SEATS_ONLY", None)]
    campus.enroll(member, section)
    used = campus.do("reserveSeats", **(kept | {"seats": 0}))
    assert broken(used) == [("INVALID_INPUT", ["input", "seats"])]


def test_released_seats_go_to_the_line_at_once(campus: Campus) -> None:
    section, waiter = campus.section(capacity=1, waitlistCapacity=9), campus.student()
    campus.made("reserveSeats", section=section, group="honors", seats=1)
    campus.made("joinWaitlist", **seat(waiter, section))

    payload = campus.made(
        "releaseReservedSeats",
        "section { enrolled waitlisted reservedSeats { group } }",
        section=section,
        group="honors",
    )

    assert payload["section"] == {"enrolled": 1, "waitlisted": 0, "reservedSeats": []}


@pytest.mark.parametrize(
    ("input", "field"),
    [
        ({"seats": -1}, "seats"),
        ({"seats": 4}, "seats"),
        ({"group": ""}, "group"),
        ({"group": "x" * 41}, "group"),
        ({"releasesOn": "2020-01-01T00:00:00Z"}, "releasesOn"),
        ({"releasesOn": "2030-01-01T00:00:00"}, "releasesOn"),
        ({"releasesOn": "9999-12-31T23:59:59-05:00"}, "releasesOn"),
    ],
)
def test_senseless_reserves_are_refused(campus: Campus, input: Data, field: str) -> None:
    given: dict[str, Any] = {"section": campus.section(capacity=3), "group": "g", "seats": 1}

    payload = campus.do("reserveSeats", **(given | input))

    assert broken(payload) == [("INVALID_INPUT", ["input", field])]


def test_groups_move_a_student_into_a_reserve_and_a_window(campus: Campus) -> None:
    term = campus.term()
    window = {"group": "seniors", "opensAt": in_days(-1), "closesAt": in_days(1)}
    later = {"group": "freshmen", "opensAt": in_days(1), "closesAt": in_days(2)}
    for each in (window, later):
        campus.made("setRegistrationWindow", term=term, **each)
    section, student = campus.section(term), campus.student(groups=["freshmen"])
    early = campus.do("enroll", **seat(student, section))
    assert broken(early) == [("WINDOW_NOT_OPEN", None)]

    payload = campus.made(
        "changeGroups", "student { groups }", student=student, groups=["freshmen", "seniors"]
    )

    assert payload["student"] == {"groups": ["freshmen", "seniors"]}
    campus.enroll(student, section)


def test_windows_are_shown_the_earliest_first_and_replaced_by_group(campus: Campus) -> None:
    term = campus.term()
    wide = {"opensAt": in_days(3), "closesAt": in_days(4)}
    campus.made("setRegistrationWindow", term=term, group="seniors", **wide)
    campus.made("setRegistrationWindow", term=term, group="honors", **wide)
    nodes = "term { windows { group opensAt closesAt } }"
    sooner = {"opensAt": in_days(1), "closesAt": in_days(2)}

    payload = campus.made("setRegistrationWindow", nodes, term=term, group="honors", **sooner)

    windows = payload["term"]["windows"]
    assert [window["group"] for window in windows] == ["honors", "seniors"]
    assert windows[0]["opensAt"][:19] == sooner["opensAt"][:19]
    again = campus.made("setRegistrationWindow", term=term, group="honors", **sooner)
    assert again["facts"] == []


def test_after_one_s_window_nothing_is_added_but_much_is_left(campus: Campus) -> None:
    term, student = campus.term(), campus.student(groups=["seniors"])
    one, two = campus.section(term), campus.section(term)
    campus.enroll(student, one)
    over = {"group": "seniors", "opensAt": in_days(-2), "closesAt": in_days(-1)}
    campus.made("setRegistrationWindow", term=term, **over)

    assert broken(campus.do("enroll", **seat(student, two))) == [("WINDOW_CLOSED", None)]
    campus.made("cancelEnrollment", **seat(student, one, reason="OTHER"))


def test_requisites_are_shown_as_courses_and_asked_for(campus: Campus) -> None:
    first, second = campus.course(), campus.course()
    query = """query($c: String!) { course(code: $c) { id
      prerequisites { code } corequisites { code } } }"""
    course = campus.ask(query, c=second)["course"]
    nodes = "course { prerequisites { code } corequisites { code } }"

    payload = campus.made("reviseCourse", nodes, course=course["id"], prerequisites=[first])

    assert payload["course"] == {"prerequisites": [{"code": first}], "corequisites": []}
    assert payload["facts"][0]["data"]["prerequisites"] == [
        campus.ask(query, c=first)["course"]["id"]
    ]
    term = campus.term()
    refused = campus.do("enroll", **seat(campus.student(), campus.section(term, second)))
    assert broken(refused) == [("PREREQUISITE_NOT_MET", None)]
    assert first in refused["refusals"][0]["message"]
    unknown = campus.do("reviseCourse", course=course["id"], corequisites=["NO 1", second])
    assert broken(unknown) == [
        ("NOT_FOUND", ["input", "corequisites"]),
        ("INVALID_INPUT", ["input", "corequisites"]),
    ]


def test_sections_at_the_same_time_are_a_conflict(campus: Campus) -> None:
    term, student = campus.term(), campus.student()

    def on_monday(starts: str, ends: str) -> str:
        times = {"days": ["MONDAY"], "startsAt": starts, "endsAt": ends}
        return campus.section(term, meetings=[times])

    campus.enroll(student, on_monday("10:00", "11:30"))

    overlapping = campus.do("enroll", **seat(student, on_monday("11:00", "12:00")))
    assert broken(overlapping) == [("TIME_CONFLICT", None)]
    campus.enroll(student, on_monday("11:30", "12:00"))
