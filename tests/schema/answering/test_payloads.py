"""What changed, and what is pushed, is answered by plan as it is by graphql-core."""

from collections.abc import Generator
from typing import Any

import orjson
import pytest

from tests.schema.answering.term import Things, filled
from tests.schema.answering.twins import Twins, twins_at
from tests.schema.campus import in_days, seat

SECTION = """code seatsAvailable status again: code course { id title prerequisites { code } }
  term { code startsOn windows { group } } reservedSeats { group } meetings { days place }
  waitlist(last: 3) { edges { cursor node { rank status student { number } } } }"""
STUDENT = """number groups cart { addedAt section { code } } enrollments { id status
  section { code course { credits } } } waitlistEntries { rank section { code } } holds { kind }
  permits { rule expiresAt } name { text }"""
SHARED = """__typename commandId position refusals { code message path }
  facts { ... on Fact { position type summary data actor { name role } at } }"""


@pytest.fixture(scope="module")
def twins(tmp_path_factory: pytest.TempPathFactory) -> Generator[Twins, None, None]:
    with twins_at(tmp_path_factory.mktemp("campus")) as twins:
        yield twins


@pytest.fixture(scope="module")
def things(twins: Twins) -> Things:
    return filled(twins.campus)


def command(twins: Twins, mutation: str, select: str, as_: str | None = None, **input: Any) -> Any:
    """The payload, the same from both: a command's id gets it its first answer again. What a
    refused row shows waits for nothing, so the views do first."""
    kind = mutation[0].upper() + mutation[1:]
    document = f"mutation Do($input: {kind}Input!) {{ {mutation}(input: $input) {{ {select} }} }}"
    viewer = twins.viewer(as_ or twins.campus.registrar)
    given = {"commandId": twins.campus.fresh("command-")} | input
    twins.answer(twins.planned, document, viewer, {"input": given})
    twins.campus.service.catch_up()
    return twins.agree(document, viewer, {"input": given})


@pytest.mark.usefixtures("things")
def test_payloads_of_seats(twins: Twins) -> None:
    campus = twins.campus
    section, student, other = campus.section(capacity=1, waitlistCapacity=3), *_two(twins)
    select = f"{SHARED} section {{ {SECTION} }} student {{ {STUDENT} }}"
    episode = f"{select} enrollment {{ id status cancellation {{ reason }} section {{ code }} }}"
    enrolled = command(twins, "enroll", episode, **seat(student, section))
    assert enrolled["data"]["enroll"]["section"]["seatsAvailable"] == 0
    refused = command(twins, "enroll", episode, **seat(other, section))
    assert refused["data"]["enroll"]["refusals"]
    waiting = f"{select} entry {{ rank status section {{ code }} }}"
    command(twins, "joinWaitlist", waiting, **seat(other, section))
    command(twins, "addToCart", select, **seat(student, campus.section()))
    canceled = seat(student, section, reason="OTHER", comment="so")
    answer = command(twins, "cancelEnrollment", episode, **canceled)
    assert answer["data"]["cancelEnrollment"]["enrollment"]["status"] == "CANCELED"


def test_payloads_of_the_office(twins: Twins) -> None:
    code = twins.campus.fresh("T")
    days = {"startsOn": "2030-01-01", "endsOn": "2030-06-30", "creditLimit": 12.5}
    term = f"{SHARED} term {{ id code status creditLimit addDeadline windows {{ opensAt }} }}"
    command(twins, "openTerm", term, code=code, name="Term", **days)
    window = {"term": code, "group": "all", "opensAt": in_days(1), "closesAt": in_days(2)}
    command(twins, "setRegistrationWindow", term, **window)
    course = f"{SHARED} course {{ id code credits corequisites {{ code }} }}"
    command(twins, "addCourse", course, code=twins.campus.fresh("X "), title="Ü", credits=2.5)
    who = {"number": twins.campus.fresh("N"), "name": "Some Body", "email": "x@campus.invalid"}
    command(twins, "registerStudent", f"{SHARED} student {{ {STUDENT} }}", **who)


def test_payloads_of_many(twins: Twins) -> None:
    section, students = twins.campus.section(capacity=1), _two(twins)
    rows = [seat(student, section) for student in students]
    row = f"{SHARED} section {{ {SECTION} }} student {{ {STUDENT} }} enrollment {{ id status }}"
    answer = command(twins, "enrollMany", f"accepted refused rows {{ {row} }}", rows=rows)
    assert answer["data"]["enrollMany"]["accepted"] == 1


def test_a_refusal_of_the_policy_is_the_same(twins: Twins) -> None:
    mine, other = _two(twins)
    token = twins.campus.student_token(mine)
    given = seat(other, twins.campus.section())
    answer = command(twins, "enroll", f"section {{ {SECTION} }}", token, **given)
    assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    shown = f"section {{ {SECTION} roster(first: 1) {{ edges {{ cursor }} }} }}"
    answer = command(twins, "enroll", shown, token, **seat(mine, twins.campus.section()))
    assert {tuple(each["path"][1:3]) for each in answer["errors"]} == {
        ("section", "roster"),
        ("section", "waitlist"),
    }


@pytest.mark.parametrize(
    "field",
    [
        f"section(id: $section) {{ {SECTION} }}",
        f"sections(ids: [$section, $section]) {{ __typename {SECTION} }}",
        f"student(id: $student) {{ {STUDENT} }}",
        "views { name position lag parked { error } }",
        "facts(after: 3) { __typename ... on Fact { position actor { name } data summary } "
        "... on Reset { reason } }",
        "notifications(after: 0) { ... on Notification { kind at expiresAt section { code } } "
        "...R } fragment R on Reset { position reason",
    ],
)
@pytest.mark.parametrize("whose", ["student", "other", "office", "nobody"])
def test_events(twins: Twins, things: Things, field: str, whose: str) -> None:
    campus = twins.campus
    tokens = {"office": campus.registrar, "nobody": None}
    tokens |= {"student": campus.student_token(things.student)}
    tokens |= {"other": campus.student_token(things.other)}
    if whose == "other" and "notifications" in field:
        campus.made("placeHold", student=things.other, kind="ALL", reason="so")
    campus.service.catch_up()
    values = {"section": things.values["section"][0], "student": things.student}
    used = {name: value for name, value in values.items() if f"${name}" in field}
    declared = ", ".join(f"${name}: ID!" for name in used)
    head = f"subscription Watch({declared})" if declared else "subscription Watch"
    body, fragment, rest = field.partition("fragment")
    document = f"{head} {{ {body} }} {fragment}{rest}" + (" }" if fragment else "")
    viewer = twins.viewer(tokens[whose])
    expected = twins.first(twins.plain, document, viewer, used)
    assert twins.first(twins.planned, document, viewer, used) == expected
    answer = orjson.loads(expected)
    assert "INTERNAL" not in str(answer) and ("data" in answer or "errors" in answer)


def _two(twins: Twins) -> tuple[str, str]:
    return twins.campus.student(groups=["honors"]), twins.campus.student()
