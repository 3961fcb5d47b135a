"""Enrolling and leaving: what changes, what is refused and why, and what stays on the record."""

from typing import Any

import pytest

from tests.schema.campus import Campus, Data, broken, ids_like, in_days, seat

NODES = """enrollment { id status enrolledAt endedAt student { id } section { id }
    cancellation { reason by comment { text } } }
  section { id enrolled seatsAvailable } student { id credits(term: "%s") }"""
ENROLLMENTS = """query Theirs($id: ID!, $term: String, $status: [EnrollmentStatus!]) {
  student(id: $id) { enrollments(term: $term, status: $status) { section { id } status } } }"""


def left(reason: str = "WORKLOAD", **more: Any) -> dict[str, Any]:
    return {"reason": reason} | more


def test_enrolling_changes_both_sides_and_the_answer_shows_it(campus: Campus) -> None:
    term, student = campus.term(), campus.student()
    section = campus.section(term, capacity=2)

    payload = campus.made("enroll", NODES % term, **seat(student, section))

    assert [fact["type"] for fact in payload["facts"]] == ["StudentEnrolled", "SeatTaken"]
    assert payload["facts"][-1]["position"] == payload["position"]
    enrollment = payload["enrollment"]
    assert enrollment["status"] == "ENROLLED"
    assert (enrollment["student"], enrollment["section"]) == ({"id": student}, {"id": section})
    assert (enrollment["endedAt"], enrollment["cancellation"]) == (None, None)
    assert payload["section"] == {"id": section, "enrolled": 1, "seatsAvailable": 1}
    assert payload["student"] == {"id": student, "credits": 3}
    found = campus.ask(
        "query($i: ID!) { node(id: $i) { ... on Enrollment { status } } }",
        campus.registrar,
        i=enrollment["id"],
    )
    assert found["node"] == {"status": "ENROLLED"}


def test_a_full_section_takes_nobody_and_says_what_would_help(campus: Campus) -> None:
    section, student = campus.section(capacity=0), campus.student()

    payload = campus.do("enroll", NODES % "T", **seat(student, section))

    assert broken(payload) == [("SECTION_FULL", None)]
    refusal = payload["refusals"][0]
    assert refusal["message"] == "Section A is full: 0 enrolled, capacity 0."
    assert refusal["remedy"] == "Choose another section of this course."
    assert (payload["facts"], payload["position"], payload["enrollment"]) == ([], None, None)
    assert payload["section"] == {"id": section, "enrolled": 0, "seatsAvailable": 0}


def test_every_broken_rule_is_told_at_once(campus: Campus) -> None:
    term, course = campus.term(creditLimit=2), campus.course()
    section, student = campus.section(term, course, capacity=0), campus.student()
    closed = campus.term(addDeadline=in_days(-1), creditLimit=1)
    late = campus.section(closed, course, capacity=0)

    assert broken(campus.do("enroll", **seat(student, section))) == [
        ("CREDIT_LIMIT_EXCEEDED", None),
        ("SECTION_FULL", None),
    ]
    assert broken(campus.do("enroll", **seat(student, late))) == [
        ("DEADLINE_PASSED", None),
        ("CREDIT_LIMIT_EXCEEDED", None),
        ("SECTION_FULL", None),
    ]


def test_a_window_that_is_not_open_yet_refuses(campus: Campus) -> None:
    section = campus.section(campus.term(registrationOpensAt=in_days(1)))

    payload = campus.do("enroll", **seat(campus.student(), section))

    assert broken(payload) == [("WINDOW_NOT_OPEN", None)]
    assert payload["refusals"][0]["remedy"]


def test_one_section_of_a_course_and_only_once(campus: Campus) -> None:
    term, course, student = campus.term(), campus.course(), campus.student()
    first, second = (campus.section(term, course, code) for code in "AB")
    campus.enroll(student, first)

    assert broken(campus.do("enroll", **seat(student, first))) == [("ALREADY_ENROLLED", None)]
    assert broken(campus.do("enroll", **seat(student, second))) == [("DUPLICATE_COURSE", None)]


@pytest.mark.parametrize("command", ["enroll", "cancelEnrollment", "withdraw"])
def test_nobody_and_nothing_are_refused_by_name(campus: Campus, command: str) -> None:
    why = {} if command == "enroll" else left()
    nobody = seat(ids_like("Student"), ids_like("Section"))

    payload = campus.do(command, "enrollment { id } section { id } student { id }", **nobody, **why)

    assert broken(payload) == [
        ("NOT_FOUND", ["input", "student"]),
        ("NOT_FOUND", ["input", "section"]),
    ]
    assert (payload["enrollment"], payload["section"], payload["student"]) == (None, None, None)


def test_canceling_frees_the_seat_and_keeps_the_reason(campus: Campus) -> None:
    term, student = campus.term(), campus.student()
    section = campus.section(term, capacity=1)
    campus.enroll(student, section)

    payload = campus.made(
        "cancelEnrollment",
        NODES % term,
        campus.student_token(student),
        **seat(student, section, reason="SCHEDULE_CONFLICT", comment="clashes with work"),
    )

    assert [fact["type"] for fact in payload["facts"]] == ["EnrollmentCanceled", "SeatFreed"]
    assert payload["enrollment"]["status"] == "CANCELED"
    assert payload["enrollment"]["endedAt"] >= payload["enrollment"]["enrolledAt"]
    assert payload["enrollment"]["cancellation"] == {
        "reason": "SCHEDULE_CONFLICT",
        "by": "STUDENT",
        "comment": {"text": "clashes with work"},
    }
    assert payload["section"]["seatsAvailable"] == 1
    assert payload["student"]["credits"] == 0
    again = campus.do("cancelEnrollment", **seat(student, section), **left())
    assert broken(again) == [("NOT_ENROLLED", None)]


def test_after_the_drop_deadline_one_withdraws_and_before_it_one_cancels(campus: Campus) -> None:
    early, late = campus.section(), campus.section(campus.term(dropDeadline=in_days(-1)))
    student = campus.student()
    for section in (early, late):
        campus.enroll(student, section)

    too_early = campus.do("withdraw", **seat(student, early), **left())
    too_late = campus.do("cancelEnrollment", **seat(student, late), **left())
    withdrawn = campus.made("withdraw", "enrollment { status }", **seat(student, late), **left())

    assert broken(too_early) == [("WINDOW_NOT_OPEN", None)]
    assert broken(too_late) == [("DEADLINE_PASSED", None)]
    assert "Withdraw instead" in too_late["refusals"][0]["remedy"]
    assert withdrawn["enrollment"]["status"] == "WITHDRAWN"
    statuses = campus.ask(ENROLLMENTS, campus.registrar, id=student)["student"]["enrollments"]
    assert [each["status"] for each in statuses] == ["ENROLLED", "WITHDRAWN"]


def test_after_the_last_deadline_only_staff_withdraw(campus: Campus) -> None:
    term = campus.term(dropDeadline=in_days(-2), withdrawalDeadline=in_days(-1))
    section, student = campus.section(term), campus.student()
    campus.enroll(student, section)
    given = seat(student, section) | left()

    own = campus.do("withdraw", "", campus.student_token(student), **given)

    assert broken(own) == [("DEADLINE_PASSED", None)]
    assert campus.made("withdraw", **given)["position"]


def test_a_student_gives_a_student_s_reason(campus: Campus) -> None:
    section, student = campus.section(), campus.student()
    campus.enroll(student, section)
    given = seat(student, section, reason="NON_PAYMENT")

    own = campus.do("cancelEnrollment", "", campus.student_token(student), **given)

    assert broken(own) == [("INVALID_INPUT", ["input", "reason"])]
    assert campus.made("cancelEnrollment", **given)["position"]


@pytest.mark.parametrize(
    ("comment", "refused"),
    [("x" * 2_000, False), ("x" * 2_001, True), ("bell \a", True), ("", False), ("   ", False)],
    ids=lambda value: str(value)[:8],
)
def test_a_comment_has_its_limits(campus: Campus, comment: str, refused: bool) -> None:
    section, student = campus.section(), campus.student()
    campus.enroll(student, section)

    payload = campus.do("cancelEnrollment", **seat(student, section, comment=comment), **left())

    expected = [("INVALID_INPUT", ["input", "comment"])] if refused else []
    assert broken(payload) == expected


@pytest.mark.parametrize("comment", ["😀 שלום \u202e مرحبا", "line\nline\ttab", "'; --"])
def test_a_comment_comes_back_as_it_was(campus: Campus, comment: str) -> None:
    section, student = campus.section(), campus.student()
    campus.enroll(student, section)
    nodes = "enrollment { cancellation { comment { text } } }"

    payload = campus.made(
        "cancelEnrollment", nodes, **seat(student, section, comment=comment), **left()
    )

    assert payload["enrollment"]["cancellation"] == {"comment": {"text": comment}}


@pytest.mark.parametrize("reason", ["BORED", "workload", 1, None, ""], ids=str)
def test_a_reason_that_is_none_is_an_error(campus: Campus, reason: object) -> None:
    nobody = seat(ids_like("Student"), ids_like("Section"), reason=reason)

    answer = campus.try_("cancelEnrollment", **nobody)

    assert (answer.status, answer.codes) == (400, ["BAD_REQUEST"])


def test_ids_of_another_noun_are_errors(campus: Campus) -> None:
    section, student = campus.section(), campus.student()
    before = campus.head

    swapped = campus.try_("enroll", student=section, section=student)

    assert swapped.codes == ["BAD_REQUEST"]
    assert "is the id of a Section, not of a Student" in swapped.errors[0]["message"]
    assert campus.head == before


def test_enrollments_are_narrowed_by_term_and_status(campus: Campus) -> None:
    student, term = campus.student(), campus.term()
    kept, dropped, elsewhere = campus.section(term), campus.section(term), campus.section()
    for section in (kept, dropped, elsewhere):
        campus.enroll(student, section)
    campus.made("cancelEnrollment", **seat(student, dropped), **left())

    def theirs(**filters: Any) -> list[str]:
        found: Data = campus.ask(ENROLLMENTS, campus.registrar, id=student, **filters)
        return [each["section"]["id"] for each in found["student"]["enrollments"]]

    assert theirs() == [kept, dropped, elsewhere]
    assert theirs(term=term) == [kept, dropped]
    assert theirs(status=["ENROLLED"]) == [kept, elsewhere]
    assert theirs(term=term, status=["CANCELED"]) == [dropped]
    assert theirs(status=[]) == [kept, dropped, elsewhere]
    assert theirs(term="NOWHERE") == []


def test_coming_back_is_another_enrollment(campus: Campus) -> None:
    section, student = campus.section(), campus.student()
    first = campus.enroll(student, section)["enrollment"]["id"]
    campus.made("cancelEnrollment", **seat(student, section), **left())

    second = campus.enroll(student, section)["enrollment"]["id"]

    assert first != second
    statuses = campus.ask(ENROLLMENTS, campus.registrar, id=student)["student"]["enrollments"]
    assert [each["status"] for each in statuses] == ["CANCELED", "ENROLLED"]
