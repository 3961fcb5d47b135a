"""Rules 3, 4, 9: who may wait, in which order, and that nobody jumps the queue."""

import pytest

from tests.registration.campus import (
    ANN,
    BOB,
    CID,
    CS2,
    DOT,
    EVE,
    MORNING,
    NOBODY,
    A,
    B,
    L,
    P,
    Q,
    offering,
    section,
)
from tests.registration.day import Day, day
from write_side.commands import (
    CancelEnrollment,
    ChangeCapacity,
    CloseSection,
    Enroll,
    JoinWaitlist,
    LeaveWaitlist,
    ReviseCourse,
    ScheduleSection,
)
from write_side.events import (
    CancellationReason,
    StudentLeftWaitlist,
    StudentWaitlisted,
    WaitlistExit,
    WaitlistJoined,
    WaitlistLeft,
)
from write_side.refusals import RefusalCode as R

OTHER = CancellationReason.OTHER
FULL = section("CS-101", "A", 1, 3)


def full(kind: ScheduleSection = FULL) -> Day:
    return day(kind).done(Enroll(ANN, A))


def test_a_place_on_the_list_is_told_on_both_sides() -> None:
    story = full().done(JoinWaitlist(BOB, A)).waiting(A, BOB).seated(A, ANN)
    story.recorded(WaitlistJoined, A, student=BOB, drops=None)
    story.recorded(StudentWaitlisted, BOB, section=A, drops=None)


def test_a_list_opens_only_when_no_seat_is_free() -> None:
    story = day(section("CS-101", "A", 1)).when(JoinWaitlist(ANN, A)).refused(R.SEAT_AVAILABLE)
    story.remedy(R.SEAT_AVAILABLE, "Enroll")
    day(section("CS-101", "A", None)).when(JoinWaitlist(ANN, A)).refused(R.SEAT_AVAILABLE)


def test_a_section_without_seats_is_for_waiting() -> None:
    story = day(section("CS-101", "A", 0)).when(Enroll(ANN, A)).refused(R.SECTION_FULL)
    story.remedy(R.SECTION_FULL, "waitlist")
    story.done(JoinWaitlist(ANN, A)).waiting(A, ANN)


@pytest.mark.parametrize("modes", [section, offering])
def test_the_list_is_in_the_order_of_joining(modes: object) -> None:
    assert callable(modes)
    story = full(modes("CS-101", "A", 1)).done(*(JoinWaitlist(s, A) for s in (CID, BOB, EVE, DOT)))
    story.waiting(A, CID, BOB, EVE, DOT)
    story.done(LeaveWaitlist(BOB, A)).waiting(A, CID, EVE, DOT)
    story.done(JoinWaitlist(BOB, A)).waiting(A, CID, EVE, DOT, BOB)


def test_the_limit_of_the_list() -> None:
    story = full().done(*(JoinWaitlist(s, A) for s in (BOB, CID, DOT)))
    story.when(JoinWaitlist(EVE, A)).refused(R.WAITLIST_FULL)
    story.when(Enroll(EVE, A)).refused(R.SECTION_FULL).remedy(R.SECTION_FULL, "another section")
    story.done(LeaveWaitlist(CID, A), JoinWaitlist(EVE, A)).waiting(A, BOB, DOT, EVE)


def test_a_section_without_a_list() -> None:
    story = full(section("CS-101", "A", 1, 0))
    story.when(JoinWaitlist(BOB, A)).refused(R.WAITLIST_NOT_OFFERED)


def test_an_open_offer_keeps_its_place_on_the_list() -> None:
    story = full(offering("CS-101", "A", 1, 2)).done(JoinWaitlist(BOB, A), JoinWaitlist(CID, A))
    story.done(CancelEnrollment(ANN, A, OTHER)).offered(A, BOB).waiting(A, CID)
    story.when(JoinWaitlist(DOT, A)).refused(R.WAITLIST_FULL)


def test_joining_twice() -> None:
    story = full().done(JoinWaitlist(BOB, A))
    story.again().refused(R.ALREADY_WAITLISTED).waiting(A, BOB)
    story.when(Enroll(BOB, A)).refused(R.SECTION_FULL).remedy(R.SECTION_FULL, "on its waitlist")


def test_who_sits_there_does_not_wait() -> None:
    full().when(JoinWaitlist(ANN, A)).refused(R.ALREADY_ENROLLED)


def test_leaving_the_list() -> None:
    story = full().done(JoinWaitlist(BOB, A), LeaveWaitlist(BOB, A)).waiting(A)
    story.recorded(WaitlistLeft, A, student=BOB, how=WaitlistExit.LEFT)
    story.recorded(StudentLeftWaitlist, BOB, section=A, how=WaitlistExit.LEFT)
    story.again().refused(R.NOT_WAITLISTED)


def test_nothing_is_known_of_strangers() -> None:
    for command in (JoinWaitlist, LeaveWaitlist):
        full().when(command(NOBODY, NOBODY)).refused(
            (R.NOT_FOUND, "student"), (R.NOT_FOUND, "section")
        )


def test_several_sections_of_one_course_may_be_waited_for() -> None:
    story = full().given(section("CS-101", "B", 1), Enroll(DOT, B))
    story.done(JoinWaitlist(BOB, A), JoinWaitlist(BOB, B)).waiting(A, BOB).waiting(B, BOB)


def test_success_in_one_ends_the_other_waits() -> None:
    story = full().given(section("CS-101", "B", 1), section("LAT-1", "L", 0), Enroll(DOT, B))
    story.done(JoinWaitlist(BOB, A), JoinWaitlist(BOB, B), JoinWaitlist(BOB, L))
    story.done(CancelEnrollment(ANN, A, OTHER)).seated(A, BOB).waiting(A).waiting(B)
    story.waiting(L, BOB)
    story.recorded(WaitlistLeft, B, student=BOB, how=WaitlistExit.ENROLLED)
    story.recorded(StudentLeftWaitlist, BOB, section=B, how=WaitlistExit.ENROLLED)
    story.recorded(StudentLeftWaitlist, BOB, section=A, how=WaitlistExit.PROMOTED)


def test_enrolling_directly_ends_the_waits_too() -> None:
    story = full().given(section("CS-101", "B", 1)).done(JoinWaitlist(BOB, A))
    story.done(Enroll(BOB, B)).waiting(A).seated(B, BOB)


def test_an_offer_elsewhere_ends_with_success_and_its_seat_goes_on() -> None:
    story = full(offering("CS-101", "A", 1)).given(section("CS-101", "B", 1))
    story.done(JoinWaitlist(BOB, A), JoinWaitlist(CID, A))
    story.done(CancelEnrollment(ANN, A, OTHER)).offered(A, BOB)
    story.done(Enroll(BOB, B)).seated(B, BOB).offered(A, CID).waiting(A)


def test_waits_need_what_enrolling_needs_but_time_and_credits() -> None:
    story = day(
        section("CS-201", "Q", 0),
        section("LAB-1", "P", 0),
        section("CS-101", "A", 1, 9, MORNING),
        section("CS-101", "B", 0),
        section("LAT-1", "L", 0, 9, MORNING),
    ).done(Enroll(ANN, A))
    story.when(JoinWaitlist(ANN, Q)).refused(R.PREREQUISITE_NOT_MET)
    story.when(JoinWaitlist(BOB, P)).refused(R.COREQUISITE_MISSING)
    story.when(JoinWaitlist(ANN, B)).refused(R.DUPLICATE_COURSE)
    story.when(JoinWaitlist(ANN, L)).accepted().waiting(L, ANN)


def test_waiting_credits_do_not_count() -> None:
    story = day(section("CS-101", "A", 5), section("LAT-1", "L", 0), section("LAT-1", "M", 5))
    story.done(JoinWaitlist(ANN, L), Enroll(ANN, A)).holding(ANN, A).waiting(L, ANN)


def test_a_closed_section_takes_no_waiters() -> None:
    story = full().given(CloseSection(A))
    story.when(JoinWaitlist(BOB, A)).refused(R.SECTION_CLOSED)
    story.when(Enroll(BOB, A)).refused(R.SECTION_CLOSED, R.SECTION_FULL)


def test_nobody_jumps_the_queue() -> None:
    """The freed seat is gone before anybody else can ask for it."""
    story = full().done(JoinWaitlist(BOB, A), CancelEnrollment(ANN, A, OTHER))
    story.when(Enroll(CID, A)).refused(R.SECTION_FULL).seated(A, BOB)
    story.given(ChangeCapacity(A, 2)).done(Enroll(CID, A)).seated(A, BOB, CID)


def test_the_free_seat_is_the_lists_when_somebody_became_eligible_unnoticed() -> None:
    """A course knows no sections; until the service promotes, the list still comes first."""
    story = day(section("CS-201", "Q", 1)).given(ReviseCourse(CS2, prerequisites=()))
    story.done(Enroll(ANN, Q), JoinWaitlist(BOB, Q))
    story.given(ReviseCourse(CS2, prerequisites=("CS-101",)))
    story.done(CancelEnrollment(ANN, Q, OTHER)).skipped(Q, BOB, R.PREREQUISITE_NOT_MET).seated(Q)
    story.given(ReviseCourse(CS2, prerequisites=()))
    story.when(Enroll(CID, Q)).refused(R.WAITLIST_HAS_PRIORITY)
    story.remedy(R.WAITLIST_HAS_PRIORITY, "waitlist")
    story.done(Enroll(BOB, Q)).seated(Q, BOB).waiting(Q)


def test_those_behind_have_no_priority() -> None:
    story = day(section("CS-201", "Q", 1)).given(ReviseCourse(CS2, prerequisites=()))
    story.done(Enroll(ANN, Q), JoinWaitlist(BOB, Q), JoinWaitlist(CID, Q))
    story.given(ReviseCourse(CS2, prerequisites=("CS-101",))).done(CancelEnrollment(ANN, Q, OTHER))
    story.given(ReviseCourse(CS2, prerequisites=()))
    story.when(Enroll(CID, Q)).refused(R.WAITLIST_HAS_PRIORITY)
    story.done(Enroll(BOB, Q)).seated(Q, BOB).waiting(Q, CID)
