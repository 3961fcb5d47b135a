"""cancelEnrollment and withdraw: which of the two is a matter of time, and both need a reason."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from tests.scenario import Scenario, scenario, sealed
from tests.write_side.campus import (
    ADD_DEADLINE,
    ANN,
    BOB,
    CAMPUS,
    DROP_DEADLINE,
    NOBODY,
    WITHDRAWAL_DEADLINE,
    A,
    enrolled,
    left,
    student,
)
from write_side.commands import CancelEnrollment, Enroll, Personal, Withdraw
from write_side.events import (
    STUDENT_REASONS,
    CancellationReason,
    EnrollmentCanceled,
    EnrollmentWithdrawn,
)
from write_side.refusals import RefusalCode

JUST = timedelta(microseconds=1)
SEAT = UUID(int=0x5EA7)
OTHER = CancellationReason.OTHER
STAFF_REASONS = sorted(set(CancellationReason) - STUDENT_REASONS)
LEAVING = [
    pytest.param(CancelEnrollment, EnrollmentCanceled, ADD_DEADLINE, id="cancel"),
    pytest.param(Withdraw, EnrollmentWithdrawn, DROP_DEADLINE, id="withdraw"),
]
Leave = type[CancelEnrollment] | type[Withdraw]
Left = type[EnrollmentCanceled] | type[EnrollmentWithdrawn]


def seated(at: datetime) -> Scenario:
    return scenario(*CAMPUS, student(ANN), student(BOB), *enrolled(ANN, SEAT)).at(at)


@pytest.mark.parametrize(("leave", "how", "at"), LEAVING)
def test_leaving_frees_the_seat_once(leave: Leave, how: Left, at: datetime) -> None:
    story = seated(at).when(leave(ANN, A, OTHER))
    story.then(*left(how, ANN, SEAT, reason=OTHER, comment=None))
    story.again().refused(RefusalCode.NOT_ENROLLED)


@pytest.mark.parametrize(("leave", "how", "at"), LEAVING)
@pytest.mark.parametrize("reason", sorted(STUDENT_REASONS))
def test_a_student_gives_any_reason_of_their_own(
    leave: Leave, how: Left, at: datetime, reason: CancellationReason
) -> None:
    story = seated(at).when(leave(ANN, A, reason))
    story.then(*left(how, ANN, SEAT, reason=reason, comment=None))


@pytest.mark.parametrize(("leave", "how", "at"), LEAVING)
@pytest.mark.parametrize("reason", STAFF_REASONS)
def test_the_reasons_of_the_school_are_for_staff(
    leave: Leave, how: Left, at: datetime, reason: CancellationReason
) -> None:
    story = seated(at).when(leave(ANN, A, reason))
    story.refused((RefusalCode.INVALID_INPUT, "reason")).saying(reason.value)
    story.by_staff().again().then(*left(how, ANN, SEAT, reason=reason, comment=None))


@pytest.mark.parametrize(("leave", "how", "at"), LEAVING)
def test_a_reason_is_required_of_everybody(leave: Leave, how: Left, at: datetime) -> None:
    del how
    story = seated(at).when(leave(ANN, A, None)).refused((RefusalCode.REASON_REQUIRED, "reason"))
    story.remedy(RefusalCode.REASON_REQUIRED, "OTHER")
    story.by_staff().again().refused((RefusalCode.REASON_REQUIRED, "reason"))


@pytest.mark.parametrize(("leave", "how", "at"), LEAVING)
def test_a_comment_is_sealed_for_its_fact(leave: Leave, how: Left, at: datetime) -> None:
    story = seated(at).when(leave(ANN, A, OTHER, Personal(" clashes\nwith work ")))
    comment = sealed(ANN, f"{how.TOPIC}.comment", "clashes\nwith work")
    story.then(*left(how, ANN, SEAT, reason=OTHER, comment=comment))


@pytest.mark.parametrize(("leave", "how", "at"), LEAVING)
def test_a_blank_comment_is_none(leave: Leave, how: Left, at: datetime) -> None:
    story = seated(at).when(leave(ANN, A, OTHER, Personal("  ")))
    story.then(*left(how, ANN, SEAT, reason=OTHER, comment=None))


@pytest.mark.parametrize(("leave", "how", "at"), LEAVING)
def test_a_comment_has_2000_characters(leave: Leave, how: Left, at: datetime) -> None:
    story = seated(at).when(leave(ANN, A, OTHER, Personal("学" * 2_001)))
    story.refused((RefusalCode.INVALID_INPUT, "comment")).saying("2001")
    story.when(leave(ANN, A, OTHER, Personal("学" * 2_000)))
    comment = sealed(ANN, f"{how.TOPIC}.comment", "学" * 2_000)
    story.then(*left(how, ANN, SEAT, reason=OTHER, comment=comment))


@pytest.mark.parametrize(("leave", "how", "at"), LEAVING)
def test_all_that_is_wrong_is_said_at_once(leave: Leave, how: Left, at: datetime) -> None:
    del how, at
    when = {CancelEnrollment: DROP_DEADLINE, Withdraw: WITHDRAWAL_DEADLINE}[leave]
    seated(when).when(leave(BOB, A, None, Personal("\x00"))).refused(
        RefusalCode.NOT_ENROLLED,
        RefusalCode.DEADLINE_PASSED,
        (RefusalCode.REASON_REQUIRED, "reason"),
        (RefusalCode.INVALID_INPUT, "comment"),
    )


@pytest.mark.parametrize(("leave", "how", "at"), LEAVING)
def test_student_and_section_must_exist(leave: Leave, how: Left, at: datetime) -> None:
    del how
    seated(at).when(leave(NOBODY, NOBODY, OTHER)).refused(
        (RefusalCode.NOT_FOUND, "student"), (RefusalCode.NOT_FOUND, "section")
    )


def test_canceling_needs_no_open_window() -> None:
    early = seated(ADD_DEADLINE - timedelta(days=90)).when(CancelEnrollment(ANN, A, OTHER))
    early.then(*left(EnrollmentCanceled, ANN, SEAT, reason=OTHER, comment=None))


def test_one_cancels_to_the_last_instant_before_the_drop_deadline() -> None:
    story = seated(DROP_DEADLINE - JUST).when(CancelEnrollment(ANN, A, OTHER))
    story.then(*left(EnrollmentCanceled, ANN, SEAT, reason=OTHER, comment=None))


@pytest.mark.parametrize("staff", [False, True])
def test_from_the_drop_deadline_on_one_withdraws_instead(staff: bool) -> None:
    story = seated(DROP_DEADLINE)
    story.desk.staff = staff
    story.when(CancelEnrollment(ANN, A, OTHER)).refused(RefusalCode.DEADLINE_PASSED)
    story.remedy(RefusalCode.DEADLINE_PASSED, "Withdraw instead")
    story.saying("2026-09-25 16:00 UTC").when(Withdraw(ANN, A, OTHER))
    story.then(*left(EnrollmentWithdrawn, ANN, SEAT, reason=OTHER, comment=None))


@pytest.mark.parametrize("staff", [False, True])
def test_before_the_drop_deadline_one_cancels_instead(staff: bool) -> None:
    story = seated(DROP_DEADLINE - JUST)
    story.desk.staff = staff
    story.when(Withdraw(ANN, A, OTHER)).refused(RefusalCode.WINDOW_NOT_OPEN)
    story.remedy(RefusalCode.WINDOW_NOT_OPEN, "Cancel")


def test_after_the_withdrawal_deadline_only_staff_withdraw() -> None:
    last = seated(WITHDRAWAL_DEADLINE - JUST).when(Withdraw(ANN, A, OTHER))
    last.then(*left(EnrollmentWithdrawn, ANN, SEAT, reason=OTHER, comment=None))
    late = seated(WITHDRAWAL_DEADLINE).when(Withdraw(ANN, A, OTHER))
    late.refused(RefusalCode.DEADLINE_PASSED).remedy(RefusalCode.DEADLINE_PASSED, "registrar")
    late.by_staff().again()
    late.then(*left(EnrollmentWithdrawn, ANN, SEAT, reason=OTHER, comment=None))


def test_a_seat_left_is_a_seat_for_the_next() -> None:
    story = seated(ADD_DEADLINE - JUST).given(CancelEnrollment(ANN, A, OTHER))
    assert len(story.when(Enroll(BOB, A)).facts) == 2
