"""The audit trail: every fact in order, narrowed by stream, student and type."""

from typing import Any

import pytest

from tests.schema.campus import Campus, Data, ids_like

FACT = """position type stream version at recordedAt commandId correlationId summary data
  actor { name role channel }"""
DOCUMENT = f"""query Trail($after: Position, $before: Position, $stream: ID, $student: ID,
    $types: [String!], $first: Int, $last: Int) {{
  facts(after: $after, before: $before, stream: $stream, student: $student, types: $types,
    first: $first, last: $last) {{
    edges {{ cursor node {{ {FACT} }} }} }} }}"""


def trail(campus: Campus, as_: str | None = None, **filters: Any) -> list[Data]:
    sized = filters if {"first", "last"} & set(filters) else filters | {"first": 100}
    edges = campus.ask(DOCUMENT, as_ or campus.registrar, **sized)["facts"]["edges"]
    assert [edge["cursor"] for edge in edges] == [edge["node"]["position"] for edge in edges]
    return [edge["node"] for edge in edges]


def test_a_command_s_facts_are_in_the_trail_as_its_answer_gave_them(campus: Campus) -> None:
    section, student = campus.section(), campus.student()
    before = campus.head
    token = campus.student_token(student)

    payload = campus.made("enroll", "", token, student=student, section=section, commandId="mine")

    found = trail(campus, after=str(before))
    assert [{key: fact[key] for key in payload["facts"][0]} for fact in found] == payload["facts"]
    for fact in found:
        assert fact["actor"]["role"] == "STUDENT"
        assert fact["actor"]["channel"] == "SELF"
        assert fact["commandId"] == fact["correlationId"] == "mine"
        assert fact["at"] <= fact["recordedAt"]


def test_staff_act_through_another_channel(campus: Campus) -> None:
    before = campus.head
    campus.enroll(campus.student(), campus.section())

    actor = trail(campus, after=str(before), types=["SeatTaken"])[0]["actor"]

    assert actor == {"name": "registrar", "role": "REGISTRAR", "channel": "STAFF"}


def test_positions_and_versions_count_up_without_gaps(campus: Campus) -> None:
    section = campus.section()
    campus.enroll(campus.student(), section)

    facts = trail(campus, last=100)
    positions = [int(fact["position"]) for fact in facts]

    assert positions == list(range(positions[0], campus.head + 1))
    versions = [fact["version"] for fact in facts if fact["stream"] == section]
    assert versions == [1, 2]


def test_the_trail_is_narrowed(campus: Campus) -> None:
    section, student = campus.section(), campus.student()
    campus.enroll(student, section)
    campus.enroll(campus.student(), section)

    assert [f["type"] for f in trail(campus, stream=section)] == [
        "SectionScheduled",
        "SeatTaken",
        "SeatTaken",
    ]
    theirs = [f["type"] for f in trail(campus, student=student)]
    assert theirs == ["StudentNumberAssigned", "StudentRegistered", "StudentEnrolled", "SeatTaken"]
    both = trail(campus, student=student, stream=section, types=["SeatTaken", "SeatFreed"])
    assert [f["data"]["student"] for f in both] == [student]
    assert trail(campus, types=["NoSuchFact"]) == []
    assert trail(campus, stream=ids_like("Section")) == []
    assert trail(campus, types=[]) == trail(campus)


def test_a_student_gets_their_own_facts_whether_they_say_so_or_not(campus: Campus) -> None:
    section, student, other = campus.section(), campus.student(), campus.student()
    campus.enroll(student, section)
    campus.enroll(other, section)
    token = campus.student_token(student)

    own = trail(campus, token)

    assert own == trail(campus, token, student=student)
    assert [fact["type"] for fact in own][-2:] == ["StudentEnrolled", "SeatTaken"]
    assert other not in str(own)


def test_the_trail_is_read_backwards_and_between_positions(campus: Campus) -> None:
    for _ in range(5):
        campus.student()
    head = campus.head

    last = trail(campus, last=3)
    between = trail(campus, after=str(head - 4), before=str(head), first=100)

    assert [int(fact["position"]) for fact in last] == [head - 2, head - 1, head]
    assert [int(fact["position"]) for fact in between] == [head - 3, head - 2, head - 1]
    assert trail(campus, after=str(head)) == []
    assert trail(campus, before="1") == []
    assert trail(campus, after="999999999999999999") == []


@pytest.mark.parametrize("after", ["x", "", "-1", "1.0", "9" * 19, "٣", "1e3", " 1"])
def test_a_garbled_position_is_an_error(campus: Campus, after: str) -> None:
    answer = campus.post(DOCUMENT, campus.registrar, after=after, first=1)

    assert (answer.status, answer.codes) == (400, ["BAD_REQUEST"])


@pytest.mark.parametrize("literal", ['"x"', "5", "1.5", "true", "[1]", "FIVE"])
def test_a_garbled_position_in_the_document_is_an_error(campus: Campus, literal: str) -> None:
    document = f"{{ facts(first: 1, after: {literal}) {{ edges {{ cursor }} }} }}"

    answer = campus.post(document, campus.registrar)

    assert (answer.status, answer.codes) == (400, ["BAD_REQUEST"])


@pytest.mark.parametrize("filter_", [{"stream": "garbled"}, {"student": "garbled"}], ids=str)
def test_a_garbled_id_is_an_error(campus: Campus, filter_: dict[str, str]) -> None:
    assert campus.post(DOCUMENT, campus.registrar, first=1, **filter_).codes == ["BAD_REQUEST"]


def test_a_student_is_not_a_stream_of_another_noun(campus: Campus) -> None:
    answer = campus.post(DOCUMENT, campus.registrar, first=1, student=campus.section())

    assert answer.codes == ["BAD_REQUEST"]


def test_a_sentence_tells_what_happened_and_names_nobody(campus: Campus) -> None:
    section, student = campus.section(code="Z9"), campus.student(name="Very Private")
    seat = {"student": student, "section": section}
    before = campus.head
    campus.made("addToCart", **seat)
    campus.made("removeFromCart", **seat)
    campus.enroll(**seat)
    campus.made("cancelEnrollment", **seat, reason="SCHEDULE_CONFLICT", comment="Very Private")

    told = [fact["summary"] for fact in trail(campus, after=str(before))]

    assert [line.split(" CS ")[0] for line in told] == [
        "A student put",
        "A student took",
        "A student enrolled in",
        "A seat of",
        "A student canceled",
        "A seat of",
    ]
    assert told[4].endswith("(schedule conflict)")
    assert "Private" not in str(trail(campus, after=str(before)))


@pytest.mark.parametrize("dry", [False, True])
def test_facts_of_an_answer_need_no_view_to_have_caught_up(campus: Campus, dry: bool) -> None:
    """Two commands in one document: the second speaks of what the first has just made."""
    document = """mutation($c: AddCourseInput!, $s: ScheduleSectionInput!) {
      addCourse(input: $c) { position }
      scheduleSection(input: $s) { refusals { code } facts { summary } } }"""
    term = campus.term()
    for _ in range(25):
        code = campus.fresh("NEW ")
        answer = campus.post(
            document,
            campus.registrar,
            c={"code": code, "title": "New", "credits": 1},
            s={"term": term, "course": code, "code": "A", "capacity": 1, "dryRun": dry},
        )
        payload = answer.data["scheduleSection"]
        assert payload["refusals"] == []
        summary = f"Section {code} A ({term}) was scheduled with 1 seats"
        assert [fact["summary"] for fact in payload["facts"]] == [summary]


def test_whoever_is_promoted_does_not_learn_who_left(campus: Campus) -> None:
    section = campus.section(capacity=1, waitlistCapacity=1)
    leaver, waiter = campus.student(), campus.student()
    campus.enroll(leaver, section)
    campus.made("joinWaitlist", student=waiter, section=section)
    before, token = campus.head, campus.student_token(leaver)
    campus.made("cancelEnrollment", "", token, student=leaver, section=section, reason="OTHER")

    def actors(token: str, student: str) -> set[str]:
        found = trail(campus, token, after=str(before), student=student)
        return {fact["actor"]["name"] for fact in found}

    assert actors(campus.student_token(waiter), waiter) == {"another student"}
    (own,) = actors(token, leaver)
    assert actors(campus.registrar, waiter) == {own} != {"another student"}
