"""scheduleSection and changeCapacity: 0 is real, None is unlimited, and nobody is dropped."""

from dataclasses import replace
from datetime import time
from typing import Any
from uuid import UUID

import pytest

from tests.scenario import Scenario, fact, new, scenario
from tests.write_side.campus import (
    ANN,
    BOB,
    CAMPUS,
    CID,
    CS,
    DATABASES,
    FALL,
    NOBODY,
    SECTION_A,
    TERM,
    A,
    enrolled,
    seats,
    student,
)
from write_side.commands import CancelEnrollment, ChangeCapacity, Enroll
from write_side.events import (
    CancellationReason,
    CapacityChanged,
    Meeting,
    Promotion,
    SectionScheduled,
    Weekday,
)
from write_side.refusals import RefusalCode

MORNING = Meeting((Weekday.MONDAY, Weekday.THURSDAY), time(9), time(10, 30), "Hörsaal 1")
FIRST, SECOND = UUID(int=1), UUID(int=2)


def test_a_section_is_scheduled_as_asked_and_once() -> None:
    asked = replace(
        SECTION_A, waitlist_capacity=5, promotion=Promotion.OFFER, meetings=(MORNING, MORNING)
    )
    scenario(FALL, DATABASES).when(asked).then(
        fact(
            SectionScheduled,
            A,
            term=TERM,
            course=CS,
            code="A",
            capacity=2,
            waitlist_capacity=5,
            promotion=Promotion.OFFER,
            meetings=(MORNING, MORNING),
        )
    ).again().refused((RefusalCode.ALREADY_EXISTS, "code"))


def test_the_same_code_in_another_course_is_another_section() -> None:
    story = scenario(*CAMPUS).when(replace(SECTION_A, course="LAT-1"))
    assert [f.originator_id == A for f in story.facts] == [False]


def test_term_and_course_must_exist_and_everything_wrong_is_said() -> None:
    scenario().when(replace(SECTION_A, code="", capacity=-1)).refused(
        (RefusalCode.INVALID_INPUT, "code"),
        (RefusalCode.INVALID_INPUT, "capacity"),
        (RefusalCode.NOT_FOUND, "term"),
        (RefusalCode.NOT_FOUND, "course"),
    )


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"code": "x" * 41}, "code"),
        ({"code": "A\x07"}, "code"),
        ({"capacity": -1}, "capacity"),
        ({"capacity": 1_000_001}, "capacity"),
        ({"waitlist_capacity": -1}, "waitlistCapacity"),
        ({"waitlist_capacity": 1_000_001}, "waitlistCapacity"),
        ({"meetings": (replace(MORNING, days=()),)}, "meetings"),
        ({"meetings": (replace(MORNING, ends_at=time(9)),)}, "meetings"),
        ({"meetings": (replace(MORNING, ends_at=time(8)),)}, "meetings"),
        ({"meetings": (replace(MORNING, place=""),)}, "meetings"),
        ({"meetings": (replace(MORNING, place="x" * 201),)}, "meetings"),
        ({"meetings": (MORNING, replace(MORNING, place="\x1b[2J"))}, "meetings"),
    ],
)
def test_what_makes_no_sense_is_refused(changed: dict[str, Any], path: str) -> None:
    scenario(FALL, DATABASES).when(replace(SECTION_A, **changed)).refused(
        (RefusalCode.INVALID_INPUT, path)
    )


def test_the_refusal_of_a_capacity_says_how_to_be_unlimited() -> None:
    scenario(FALL, DATABASES).when(seats(-1)).remedy(RefusalCode.INVALID_INPUT, "unlimited")


def both_enrolled() -> Scenario:
    campus = (*CAMPUS, student(ANN), student(BOB), student(CID))
    return scenario(*campus, *enrolled(ANN, FIRST), *enrolled(BOB, SECOND))


@pytest.mark.parametrize("capacity", [0, 1, 3, 1_000_000, None])
def test_capacity_changes_once_and_drops_nobody(capacity: int | None) -> None:
    story = both_enrolled().when(ChangeCapacity(A, capacity))
    story.then(fact(CapacityChanged, A, capacity=capacity)).again().then_nothing()
    assert set(story.desk.aggregates[A].seats) == {ANN, BOB}  # type: ignore[attr-defined]


def test_the_same_capacity_is_no_fact() -> None:
    scenario(*CAMPUS).when(ChangeCapacity(A, 2)).then_nothing()


def test_capacity_keeps_its_bounds() -> None:
    scenario(*CAMPUS).when(ChangeCapacity(A, -1)).refused((RefusalCode.INVALID_INPUT, "capacity"))
    scenario(*CAMPUS).when(ChangeCapacity(A, 1_000_001)).refused(
        (RefusalCode.INVALID_INPUT, "capacity")
    ).remedy(RefusalCode.INVALID_INPUT, "unlimited")


def test_only_a_section_has_capacity() -> None:
    scenario(*CAMPUS).when(ChangeCapacity(NOBODY, 1)).refused((RefusalCode.NOT_FOUND, "section"))
    scenario(*CAMPUS).when(ChangeCapacity(CS, 1)).refused((RefusalCode.NOT_FOUND, "section"))


def test_a_lowered_section_takes_nobody_until_it_is_back_under() -> None:
    leaving = CancelEnrollment(ANN, A, CancellationReason.WORKLOAD)
    story = both_enrolled().given(ChangeCapacity(A, 1))
    story.when(Enroll(CID, A)).refused(RefusalCode.SECTION_FULL)
    story.saying("2 enrolled, capacity 1")
    story.given(leaving).when(Enroll(CID, A)).refused(RefusalCode.SECTION_FULL)
    story.given(CancelEnrollment(BOB, A, CancellationReason.WORKLOAD))
    story.when(Enroll(CID, A)).then(*enrolled(CID, new(1)))


def test_capacity_0_seats_nobody_and_unlimited_seats_all() -> None:
    people = [UUID(int=0xC0FFEE + nth) for nth in range(50)]
    story = scenario(FALL, DATABASES, seats(0), *map(student, people))
    story.when(Enroll(people[0], A)).refused(RefusalCode.SECTION_FULL)
    story.saying("0 enrolled, capacity 0").remedy(RefusalCode.SECTION_FULL, "another section")
    story.given(ChangeCapacity(A, None))
    for person in people:
        story.when(Enroll(person, A)).then(*enrolled(person, new(1)))
