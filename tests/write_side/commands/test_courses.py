"""addCourse and reviseCourse: codes are unique, credits are sane, no change is no fact."""

from decimal import Decimal

import pytest

from tests.scenario import fact, new, scenario
from tests.write_side.campus import (
    ANN,
    CAMPUS,
    CS,
    DATABASES,
    NOBODY,
    TERM,
    A,
    enrolled,
    student,
)
from write_side.aggregates import Course
from write_side.commands import AddCourse, Enroll, ReviseCourse
from write_side.events import CourseAdded, CourseRevised
from write_side.refusals import RefusalCode


def test_a_course_is_added() -> None:
    scenario().when(DATABASES).then(
        fact(CourseAdded, CS, code="CS-101", title="Databases", credits=Decimal(4))
    ).again().refused((RefusalCode.ALREADY_EXISTS, "code")).remedy(
        RefusalCode.ALREADY_EXISTS, "Revise"
    )


@pytest.mark.parametrize("credits", ["0", "0.5", "1000"])
def test_credits_reach_from_0_to_1000(credits: str) -> None:
    scenario().when(AddCourse("X", "X", Decimal(credits))).then(
        fact(CourseAdded, Course.id_of("X"), code="X", title="X", credits=Decimal(credits))
    )


@pytest.mark.parametrize("credits", ["-0.01", "1000.01", "NaN", "Infinity", "-Infinity", "sNaN"])
def test_other_credits_are_refused(credits: str) -> None:
    scenario().when(AddCourse("X", "X", Decimal(credits))).refused(
        (RefusalCode.INVALID_INPUT, "credits")
    )
    scenario(DATABASES).when(ReviseCourse(CS, credits=Decimal(credits))).refused(
        (RefusalCode.INVALID_INPUT, "credits")
    )


def test_all_that_is_wrong_is_said_at_once() -> None:
    scenario(DATABASES).when(AddCourse("CS-101", "", Decimal(-1))).refused(
        (RefusalCode.INVALID_INPUT, "title"),
        (RefusalCode.INVALID_INPUT, "credits"),
        (RefusalCode.ALREADY_EXISTS, "code"),
    )
    scenario(DATABASES).when(ReviseCourse(CS, "x" * 201, Decimal(-1))).refused(
        (RefusalCode.INVALID_INPUT, "title"), (RefusalCode.INVALID_INPUT, "credits")
    )


@pytest.mark.parametrize(
    ("change", "title", "credits"),
    [
        (ReviseCourse(CS, "Data"), "Data", 4),
        (ReviseCourse(CS, credits=Decimal(5)), "Databases", 5),
        (ReviseCourse(CS, " Data ", Decimal(5)), "Data", 5),
    ],
)
def test_revising_changes_what_is_given_and_once(
    change: ReviseCourse, title: str, credits: int
) -> None:
    scenario(DATABASES).when(change).then(
        fact(CourseRevised, CS, title=title, credits=Decimal(credits))
    ).again().then_nothing()


@pytest.mark.parametrize(
    "same", [ReviseCourse(CS), ReviseCourse(CS, "Databases"), ReviseCourse(CS, " Databases ")]
)
def test_nothing_to_revise_is_no_fact(same: ReviseCourse) -> None:
    scenario(DATABASES).when(same).then_nothing()


def test_only_a_course_can_be_revised() -> None:
    scenario(*CAMPUS).when(ReviseCourse(NOBODY, "X")).refused((RefusalCode.NOT_FOUND, "course"))
    scenario(*CAMPUS).when(ReviseCourse(TERM, "X")).refused((RefusalCode.NOT_FOUND, "course"))


def test_an_enrollment_keeps_the_credits_it_was_made_with() -> None:
    story = scenario(*CAMPUS, student(ANN)).when(Enroll(ANN, A)).then(*enrolled(ANN, new(1)))
    story.when(ReviseCourse(CS, credits=Decimal(9)))
    assert story.desk.aggregates[ANN].credits_in(TERM) == 4  # type: ignore[attr-defined]
