"""Rule 17: a section canceled by the school is emptied in steps, completely, each student once."""

from uuid import UUID

import pytest

from tests.registration.campus import (
    ANN,
    BOB,
    CID,
    DOT,
    EVE,
    LATE_MORNING,
    MORNING,
    NOBODY,
    A,
    L,
    offering,
    section,
    student,
)
from tests.registration.day import Day, day
from tests.write_side.campus import DROP_DEADLINE
from write_side.commands import (
    CancelEnrollment,
    CancelSection,
    ChangeCapacity,
    CloseSection,
    EmptySection,
    Enroll,
    GrantPermit,
    JoinWaitlist,
    Personal,
    ReopenSection,
    SwapEnrollment,
    Withdraw,
)
from write_side.events import (
    CancellationReason,
    EnrollmentCanceled,
    EnrollmentWithdrawn,
    OfferRevoked,
    SectionCanceled,
    StudentEnrolled,
    StudentLeftWaitlist,
    WaitlistExit,
)
from write_side.refusals import RefusalCode as R

OTHER = CancellationReason.OTHER
GONE = CancelSection(A, "the roof leaks")


def held() -> Day:
    """Ann sits in A, Bob has an offer, Cid waits."""
    story = day(offering("CS-101", "A", 2, 9, MORNING)).done(Enroll(ANN, A), Enroll(DOT, A))
    story.done(JoinWaitlist(BOB, A), JoinWaitlist(CID, A), CancelEnrollment(DOT, A, OTHER))
    return story.offered(A, BOB).by_staff()


def test_nobody_is_added_from_that_moment_on() -> None:
    story = held().done(GONE).recorded(SectionCanceled, A).by_student()
    story.when(Enroll(EVE, A)).refused(R.SECTION_CANCELED, R.SECTION_FULL)
    story.when(JoinWaitlist(EVE, A)).refused(R.SECTION_CANCELED)
    story.given(ChangeCapacity(A, 9)).seated(A, ANN).offered(A, BOB)
    story.when(Enroll(EVE, A)).refused(R.SECTION_CANCELED)


def test_all_are_let_go() -> None:
    story = held().done(GONE, EmptySection(A)).seated(A).offered(A).waiting(A)
    story.recorded(EnrollmentCanceled, ANN, reason=CancellationReason.SECTION_CANCELED)
    story.recorded(OfferRevoked, A, student=BOB)
    story.recorded(StudentLeftWaitlist, BOB, how=WaitlistExit.REVOKED)
    story.recorded(StudentLeftWaitlist, CID, how=WaitlistExit.REMOVED)
    story.again().then_nothing()


def test_canceling_twice_is_canceling_once() -> None:
    held().done(GONE).again().then_nothing()


@pytest.mark.parametrize("command", [CloseSection, ReopenSection])
def test_from_canceled_no_way_leads_back(command: type[CloseSection | ReopenSection]) -> None:
    story = held().done(GONE).when(command(A)).refused(R.SECTION_CANCELED)
    story.remedy(R.SECTION_CANCELED, "Schedule").done(EmptySection(A))
    story.when(command(A)).refused(R.SECTION_CANCELED)


def test_closed_and_canceled_it_stays_closed() -> None:
    held().done(CloseSection(A), GONE).when(ReopenSection(A)).refused(R.SECTION_CANCELED)


def test_a_section_that_is_held_is_not_emptied() -> None:
    held().when(EmptySection(A)).then_nothing().seated(A, ANN)


def test_unknown_sections() -> None:
    held().when(CancelSection(NOBODY, "x")).refused((R.NOT_FOUND, "section"))
    held().when(EmptySection(NOBODY)).refused((R.NOT_FOUND, "section"))
    held().when(CancelSection(A, "")).refused((R.INVALID_INPUT, "reason"))


def test_late_in_the_term_they_are_canceled_not_withdrawn() -> None:
    story = held().at(DROP_DEADLINE).done(GONE).when(Withdraw(ANN, A, OTHER))
    story.refused(R.SECTION_CANCELED).done(EmptySection(A)).not_recorded(EnrollmentWithdrawn)
    story.recorded(EnrollmentCanceled, ANN, reason=CancellationReason.SECTION_CANCELED)


def test_no_permit_opens_it() -> None:
    story = held().done(GONE).when(GrantPermit(EVE, A, R.SECTION_CANCELED, Personal("x")))
    story.refused((R.INVALID_INPUT, "rule"))


def test_what_it_stood_in_the_way_of_is_theirs_at_once() -> None:
    story = held().given(section("LAT-1", "L", 1, 9, LATE_MORNING)).by_student()
    story.done(Enroll(EVE, L), JoinWaitlist(ANN, L), CancelEnrollment(EVE, L, OTHER))
    story.skipped(L, ANN, R.TIME_CONFLICT).given(GONE).done(EmptySection(A)).seated(L, ANN)


def test_a_swap_waiting_for_it_keeps_the_old_seat() -> None:
    story = held().given(section("LAT-1", "L", 1)).done(Enroll(EVE, L))
    story.done(SwapEnrollment(EVE, L, A, waitlist_if_full=True), GONE, EmptySection(A))
    story.holding(EVE, L)


@pytest.mark.parametrize("step", [1, 2, 3])
def test_in_steps_of_any_size_each_is_let_go_once(step: int) -> None:
    story = held().done(GONE)
    while story.when(EmptySection(A, step)).accepted().facts:
        pass
    story.seated(A).offered(A).waiting(A)
    ends = [f for each in story.desk.history.values() for f in each if f.originator_id != A]
    assert sum(isinstance(f, EnrollmentCanceled) and f.section == A for f in ends) == 2
    assert sum(isinstance(f, StudentLeftWaitlist) for f in ends) == 2


def test_five_thousand_students() -> None:
    """Stopped after any step it is complete after the next ones; every one is canceled once."""
    crowd = [UUID(int=0xC0000 + nth) for nth in range(5_000)]
    story = day(section("CS-101", "A", 4_000, 1_000)).given(*map(student, crowd))
    desk = story.desk
    for who in crowd:
        command = Enroll(who, A) if len(story.section(A).seats) < 4_000 else JoinWaitlist(who, A)
        command.decide(desk)
    for each in desk.aggregates.values():
        each.collect_events()
    GONE.decide(desk)
    steps = 0
    while story.section(A).seats or story.section(A).waitlist.waiters:
        EmptySection(A).decide(desk)
        steps += 1
    assert steps == 50
    EmptySection(A).decide(desk)
    told = [f for who in crowd for f in desk.aggregates[who].collect_events()]
    canceled = [f.originator_id for f in told if isinstance(f, EnrollmentCanceled)]
    assert len(canceled) == len(set(canceled)) == 4_000
    assert {f.reason for f in told if isinstance(f, EnrollmentCanceled)} == {
        CancellationReason.SECTION_CANCELED
    }
    assert len(told) == 5_000 and not any(isinstance(f, StudentEnrolled) for f in told)
