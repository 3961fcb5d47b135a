"""enroll: windows, seats, duplicates and credits; all broken rules at once."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from tests.scenario import Scenario, new, scenario
from tests.write_side.campus import (
    ADD_DEADLINE,
    ANN,
    BOB,
    CAMPUS,
    CID,
    CS,
    FALL,
    LAT,
    NOBODY,
    OPENS,
    TERM,
    A,
    B,
    L,
    enrolled,
    student,
)
from write_side.commands import (
    AddCourse,
    CancelEnrollment,
    ChangeCapacity,
    Enroll,
    OpenTerm,
    ScheduleSection,
)
from write_side.events import CancellationReason
from write_side.refusals import RefusalCode

JUST = timedelta(microseconds=1)
OLD = UUID(int=0x01D)


def campus(*more: object) -> Scenario:
    return scenario(*CAMPUS, student(ANN), student(BOB), student(CID), *more)  # type: ignore[arg-type]


def test_a_student_enrolls_in_a_section_and_takes_its_seat() -> None:
    campus().when(Enroll(ANN, A)).then(*enrolled(ANN, new(1)))


def test_enrolling_twice_is_one_enrollment() -> None:
    campus().when(Enroll(ANN, A)).again().refused(RefusalCode.ALREADY_ENROLLED)


def test_in_a_full_section_the_enrolled_hear_that_they_are_enrolled() -> None:
    campus(*enrolled(ANN, OLD), ChangeCapacity(A, 1)).when(Enroll(ANN, A)).refused(
        RefusalCode.ALREADY_ENROLLED
    )


@pytest.mark.parametrize("moment", [OPENS, OPENS + JUST, ADD_DEADLINE - JUST])
def test_the_window_is_open_from_its_first_instant_to_before_the_deadline(moment: object) -> None:
    campus().at(moment).when(Enroll(ANN, A)).then(*enrolled(ANN, new(1)))  # type: ignore[arg-type]


def test_before_the_window_there_is_the_cart() -> None:
    early = campus().at(OPENS - JUST).when(Enroll(ANN, A))
    early.refused(RefusalCode.WINDOW_NOT_OPEN).remedy(RefusalCode.WINDOW_NOT_OPEN, "cart")
    early.saying("2026-08-10 08:00 UTC")


@pytest.mark.parametrize("moment", [ADD_DEADLINE, ADD_DEADLINE + JUST])
def test_at_its_instant_the_deadline_has_passed(moment: object) -> None:
    late = campus().at(moment).when(Enroll(ANN, A))  # type: ignore[arg-type]
    late.refused(RefusalCode.DEADLINE_PASSED)
    late.remedy(RefusalCode.DEADLINE_PASSED, "registrar").saying("2026-09-11 16:00 UTC")


def test_the_add_deadline_binds_staff_too() -> None:
    campus().at(ADD_DEADLINE).by_staff().when(Enroll(ANN, A)).refused(RefusalCode.DEADLINE_PASSED)


def test_the_last_seat_goes_once() -> None:
    story = campus(*enrolled(ANN, OLD)).when(Enroll(BOB, A)).then(*enrolled(BOB, new(1)))
    story.when(Enroll(CID, A)).refused(RefusalCode.SECTION_FULL)
    story.remedy(RefusalCode.SECTION_FULL, "another section").saying("2 enrolled, capacity 2")


def test_one_enrollment_per_course_and_term() -> None:
    story = campus(*enrolled(ANN, OLD)).when(Enroll(ANN, B)).refused(RefusalCode.DUPLICATE_COURSE)
    story.remedy(RefusalCode.DUPLICATE_COURSE, "Cancel that enrollment first").saying("CS-101")


def test_the_same_course_in_another_term_is_no_duplicate() -> None:
    spring = OpenTerm("2027SP", "Spring", FALL.starts_on, FALL.ends_on)
    story = campus(*enrolled(ANN, OLD), spring, ScheduleSection("2027SP", "CS-101", "A", 1))
    (again,) = set(story.desk.aggregates) - set(campus(spring).desk.aggregates)
    assert len(story.when(Enroll(ANN, again)).facts) == 2


def test_after_canceling_one_may_come_back_as_a_new_episode() -> None:
    canceled = CancelEnrollment(ANN, A, CancellationReason.WORKLOAD)
    campus(*enrolled(ANN, OLD), canceled).when(Enroll(ANN, A)).then(*enrolled(ANN, new(1)))


def test_credits_up_to_the_limit_are_allowed_and_not_a_tenth_more() -> None:
    exactly = AddCourse("ART-1", "Art", Decimal("2.5"))
    over = AddCourse("ART-2", "Art", Decimal("2.6"))
    story = campus(exactly, over, *enrolled(ANN, OLD, L, LAT, "7.5"))
    for course in ("ART-1", "ART-2"):
        story.given(ScheduleSection("2026FA", course, "A", 1))
    art_1, art_2 = list(story.desk.aggregates)[-2:]
    story.when(Enroll(ANN, art_2)).refused(RefusalCode.CREDIT_LIMIT_EXCEEDED)
    story.saying("10.1 credits would exceed the limit of 10")
    story.remedy(RefusalCode.CREDIT_LIMIT_EXCEEDED, "permit")
    assert len(story.when(Enroll(ANN, art_1)).facts) == 2


def test_credits_of_another_term_do_not_count() -> None:
    spring = OpenTerm("2027SP", "Spring", FALL.starts_on, FALL.ends_on, credit_limit=Decimal(4))
    story = campus(*enrolled(ANN, OLD, L, LAT, "7.5"), spring)
    story.given(ScheduleSection("2027SP", "CS-101", "A", 1))
    assert len(story.when(Enroll(ANN, list(story.desk.aggregates)[-1])).facts) == 2


def test_a_term_without_credit_limit_has_none() -> None:
    free = OpenTerm("2027SP", "Spring", FALL.starts_on, FALL.ends_on)
    huge = AddCourse("HUGE", "Everything", Decimal(1000))
    story = campus(free, huge, ScheduleSection("2027SP", "HUGE", "A", 1))
    assert len(story.when(Enroll(ANN, list(story.desk.aggregates)[-1])).facts) == 2


def test_full_and_late_and_over_the_limit_are_said_together() -> None:
    story = campus(*enrolled(ANN, OLD, L, LAT, "7.5"), ChangeCapacity(A, 0)).at(ADD_DEADLINE)
    story.when(Enroll(ANN, A)).refused(
        RefusalCode.SECTION_FULL, RefusalCode.DEADLINE_PASSED, RefusalCode.CREDIT_LIMIT_EXCEEDED
    )


def test_early_and_full_and_a_duplicate_over_the_limit_are_said_together() -> None:
    story = campus(*enrolled(ANN, OLD, A, CS, "7.5"), ChangeCapacity(B, 0)).at(OPENS - JUST)
    story.when(Enroll(ANN, B)).refused(
        RefusalCode.SECTION_FULL,
        RefusalCode.WINDOW_NOT_OPEN,
        RefusalCode.DUPLICATE_COURSE,
        RefusalCode.CREDIT_LIMIT_EXCEEDED,
    )


def test_student_and_section_must_exist() -> None:
    campus().when(Enroll(NOBODY, NOBODY)).refused(
        (RefusalCode.NOT_FOUND, "student"), (RefusalCode.NOT_FOUND, "section")
    )
    campus().when(Enroll(ANN, TERM)).refused((RefusalCode.NOT_FOUND, "section"))
    campus().when(Enroll(CS, A)).refused((RefusalCode.NOT_FOUND, "student"))
