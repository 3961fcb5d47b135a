"""openTerm: codes are unique, deadlines make sense, and silence means the end of the term."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from tests.scenario import fact, scenario
from tests.write_side.campus import (
    ADD_DEADLINE,
    ANN,
    DROP_DEADLINE,
    FALL,
    OPENS,
    SECTION_A,
    TERM,
    WITHDRAWAL_DEADLINE,
    A,
    student,
)
from write_side.aggregates import Term
from write_side.commands import AddCourse, Enroll, OpenTerm
from write_side.events import TermOpened
from write_side.refusals import RefusalCode

SPRING = OpenTerm("2026SP", "Spring 2026", date(2026, 1, 12), date(2026, 5, 15))
END = datetime(2026, 5, 16, tzinfo=UTC)


def opened(**changed: Any) -> Any:
    said: dict[str, Any] = {
        "code": "2026FA",
        "name": "Fall 2026",
        "starts_on": date(2026, 8, 24),
        "ends_on": date(2026, 12, 18),
        "registration_opens_at": OPENS,
        "add_deadline": ADD_DEADLINE,
        "drop_deadline": DROP_DEADLINE,
        "withdrawal_deadline": WITHDRAWAL_DEADLINE,
        "credit_limit": Decimal(10),
    }
    return said | changed


def test_a_term_is_opened_as_asked() -> None:
    scenario().when(FALL).then(fact(TermOpened, TERM, **opened()))


def test_a_term_code_is_taken_once() -> None:
    scenario(FALL).when(replace(FALL, name="Another")).refused((RefusalCode.ALREADY_EXISTS, "code"))


def test_opening_twice_is_refused_and_changes_nothing() -> None:
    scenario().when(FALL).again().refused((RefusalCode.ALREADY_EXISTS, "code"))


def test_deadlines_left_out_are_the_end_of_the_last_day() -> None:
    scenario().when(SPRING).then(
        fact(
            TermOpened,
            Term.id_of("2026SP"),
            code="2026SP",
            name="Spring 2026",
            starts_on=date(2026, 1, 12),
            ends_on=date(2026, 5, 15),
            registration_opens_at=None,
            add_deadline=END,
            drop_deadline=END,
            withdrawal_deadline=END,
            credit_limit=None,
        )
    )


def test_the_withdrawal_deadline_follows_a_late_drop_deadline() -> None:
    late = END + timedelta(days=7)
    (happened,) = scenario().when(replace(SPRING, drop_deadline=late)).facts
    assert vars(happened)["withdrawal_deadline"] == late


def test_code_and_name_are_trimmed() -> None:
    scenario().when(replace(FALL, code="  2026FA ", name="\tFall 2026\n")).then(
        fact(TermOpened, TERM, **opened())
    )


def test_a_term_may_last_one_day() -> None:
    one_day = replace(FALL, ends_on=FALL.starts_on)
    scenario().when(one_day).then(fact(TermOpened, TERM, **opened(ends_on=FALL.starts_on)))


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"code": ""}, "code"),
        ({"code": "x" * 41}, "code"),
        ({"name": " "}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "Fall\x00"}, "name"),
        ({"ends_on": date(2026, 8, 23)}, "endsOn"),
        ({"credit_limit": Decimal(-1)}, "creditLimit"),
        ({"credit_limit": Decimal("NaN")}, "creditLimit"),
        ({"credit_limit": Decimal("Infinity")}, "creditLimit"),
        ({"registration_opens_at": datetime(2026, 8, 1)}, "registrationOpensAt"),
        ({"add_deadline": datetime(2026, 9, 1)}, "addDeadline"),
        ({"drop_deadline": datetime(2026, 9, 1)}, "dropDeadline"),
        ({"withdrawal_deadline": datetime(2027, 1, 1)}, "withdrawalDeadline"),
        ({"add_deadline": OPENS - timedelta(microseconds=1)}, "addDeadline"),
        (
            {"withdrawal_deadline": DROP_DEADLINE - timedelta(microseconds=1)},
            "withdrawalDeadline",
        ),
        # a deadline left out has its default; it too can come to lie on the wrong side
        ({"drop_deadline": None}, "withdrawalDeadline"),
        (
            {"add_deadline": None, "registration_opens_at": datetime(2027, 1, 1, tzinfo=UTC)},
            "addDeadline",
        ),
        ({"ends_on": date.max}, "endsOn"),
    ],
)
def test_what_makes_no_sense_is_refused(changed: dict[str, Any], path: str) -> None:
    scenario().when(replace(FALL, **changed)).refused((RefusalCode.INVALID_INPUT, path))


def test_deadlines_at_the_same_instant_are_in_order() -> None:
    same = replace(FALL, add_deadline=OPENS, withdrawal_deadline=DROP_DEADLINE)
    scenario().when(same).then(
        fact(TermOpened, TERM, **opened(add_deadline=OPENS, withdrawal_deadline=DROP_DEADLINE))
    )


def test_all_that_is_wrong_is_said_at_once() -> None:
    wrong = replace(
        FALL,
        name="",
        ends_on=date(2026, 1, 1),
        credit_limit=Decimal(-1),
        add_deadline=datetime(2026, 9, 1),
    )
    scenario(FALL).when(wrong).refused(
        (RefusalCode.INVALID_INPUT, "name"),
        (RefusalCode.INVALID_INPUT, "endsOn"),
        (RefusalCode.INVALID_INPUT, "creditLimit"),
        (RefusalCode.INVALID_INPUT, "addDeadline"),
        (RefusalCode.ALREADY_EXISTS, "code"),
    ).remedy(RefusalCode.INVALID_INPUT, '"Z"')


def test_a_deadline_given_in_another_zone_is_told_in_utc() -> None:
    berlin = timezone(timedelta(hours=2))
    story = scenario(
        replace(FALL, add_deadline=ADD_DEADLINE.astimezone(berlin)),
        AddCourse("CS-101", "Databases", Decimal(4)),
        SECTION_A,
        student(ANN),
    )
    story.at(ADD_DEADLINE).when(Enroll(ANN, A)).refused(RefusalCode.DEADLINE_PASSED)
    story.saying("2026-09-11 16:00 UTC")
