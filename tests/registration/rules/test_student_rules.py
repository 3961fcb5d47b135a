"""Rules 9 to 13: duplicates, times, credits, requisites and holds; all broken ones are listed."""

import pytest

from tests.registration.campus import (
    ANN,
    BOB,
    LATE_MORNING,
    MORNING,
    NOBODY,
    NOON_CLASS,
    PAST,
    TERM,
    TUESDAY,
    A,
    B,
    D,
    E,
    L,
    P,
    Q,
    at,
    meeting,
    offering,
    section,
)
from tests.registration.day import Day, day
from tests.write_side.campus import DROP_DEADLINE
from write_side.commands import (
    AcceptOffer,
    AddToCart,
    CancelEnrollment,
    ChangeCapacity,
    DeclineOffer,
    Enroll,
    EnrollCart,
    JoinWaitlist,
    LeaveWaitlist,
    LiftHold,
    Personal,
    PlaceHold,
    Withdraw,
)
from write_side.events import CancellationReason, HoldKind, Meeting, StudentEnrolled
from write_side.refusals import RefusalCode as R

OTHER = CancellationReason.OTHER
SECRET = Personal("unpaid fees of last winter")


def test_one_enrollment_per_course_and_term() -> None:
    story = day(section("CS-101", "A"), section("CS-101", "B")).done(Enroll(ANN, A))
    story.when(Enroll(ANN, B)).refused(R.DUPLICATE_COURSE)
    story.when(Enroll(ANN, A)).refused(R.ALREADY_ENROLLED)


def test_coming_back_is_a_new_episode() -> None:
    story = day(section("CS-101", "A"), section("CS-101", "B")).done(Enroll(ANN, A))
    story.done(CancelEnrollment(ANN, A, OTHER), Enroll(ANN, A), CancelEnrollment(ANN, A, OTHER))
    story.done(Enroll(ANN, B)).holding(ANN, B)
    episodes = [f.enrollment for f in story.desk.history[ANN] if isinstance(f, StudentEnrolled)]
    assert len(set(episodes)) == 3


def test_the_same_course_in_another_term_is_no_duplicate() -> None:
    story = day(section("CS-101", "A"), section("CS-101", "PAST", term="2026SP"))
    story.desk.at = at(1).replace(month=3)
    story.done(Enroll(ANN, PAST)).at(at(1)).done(Enroll(ANN, A)).holding(ANN, PAST, A)


@pytest.mark.parametrize(
    ("other", "conflict"),
    [
        (MORNING, True),
        (LATE_MORNING, True),
        (meeting("M", 10, 11), True),
        (meeting("MTWRF", 8, 10), True),
        (NOON_CLASS, False),
        (meeting("M", 8, 9), False),
        (TUESDAY, False),
    ],
)
def test_two_meetings_share_a_moment_or_do_not(other: Meeting, conflict: bool) -> None:
    story = day(section("CS-101", "A", 1, 9, TUESDAY, MORNING), section("LAT-1", "L", 1, 9, other))
    story.done(Enroll(ANN, A)).when(Enroll(ANN, L))
    if conflict or other is TUESDAY:
        story.refused(R.TIME_CONFLICT).saying("section A of CS-101")
    else:
        story.holding(ANN, A, L)


def test_the_hours_of_another_term_are_no_conflict() -> None:
    story = day(section("CS-101", "PAST", 1, 0, MORNING, term="2026SP"))
    story.given(section("LAT-1", "L", 1, 9, MORNING)).desk.at = at(1).replace(month=2)
    story.done(Enroll(ANN, PAST)).at(at(1, 12)).done(Enroll(ANN, L)).holding(ANN, PAST, L)


def test_a_section_without_times_conflicts_with_nothing() -> None:
    story = day(section("CS-101", "A", 1), section("LAT-1", "L", 1, 9, MORNING))
    story.done(Enroll(ANN, A), Enroll(ANN, L)).holding(ANN, A, L)


def test_each_conflict_is_named() -> None:
    story = day(
        section("CS-101", "A", 1, 9, MORNING),
        section("LAT-1", "L", 1, 9, NOON_CLASS),
        section("ART-1", "D", 1, 9, LATE_MORNING),
    ).done(Enroll(ANN, A), Enroll(ANN, L))
    story.when(Enroll(ANN, D)).refused(R.TIME_CONFLICT, R.TIME_CONFLICT)
    story.saying("of CS-101").saying("of LAT-1")


def test_credits_up_to_the_limit() -> None:
    """The limit is 10: 4 + 3 + 2 + 1 fit, one more does not."""
    story = day(
        section("CS-101", "A"), section("LAT-1", "L"), section("ART-1", "D"), section("LAB-1", "P")
    ).given(section("ART-1", "E"), section("CS-201", "Q", 0))
    story.done(*(Enroll(ANN, s) for s in (A, L, D, P)))
    assert story.student(ANN).credits_in(TERM) == 10
    story.when(Enroll(ANN, Q)).refused(
        R.CREDIT_LIMIT_EXCEEDED, R.PREREQUISITE_NOT_MET, R.SECTION_FULL
    ).saying("12 credits").saying("limit of 10")
    story.when(Enroll(ANN, E)).refused(R.DUPLICATE_COURSE, R.CREDIT_LIMIT_EXCEEDED)


def spring() -> Day:
    """Ann takes Databases in spring; it is fall now."""
    story = day(section("CS-101", "PAST", 1, term="2026SP"), section("CS-201", "Q", 5))
    story.given(section("LAB-1", "P", 5), section("CS-101", "A", 5))
    story.desk.at = at(1).replace(month=2)
    return story.done(Enroll(ANN, PAST)).at(at(1, 12))


def test_a_prerequisite_is_taken_in_an_earlier_term() -> None:
    story = spring().done(Enroll(ANN, Q)).holding(ANN, PAST, Q)
    story.when(Enroll(BOB, Q)).refused(R.PREREQUISITE_NOT_MET).saying("CS-101")
    story.done(Enroll(BOB, A)).when(Enroll(BOB, Q)).refused(R.PREREQUISITE_NOT_MET)


def test_a_course_given_up_is_no_prerequisite() -> None:
    story = spring().by_staff()
    story.desk.at = at(1).replace(month=4)
    story.done(CancelEnrollment(ANN, PAST, OTHER)).at(at(1, 12))
    story.when(Enroll(ANN, Q)).refused(R.PREREQUISITE_NOT_MET)


def test_a_corequisite_is_in_the_same_term_or_earlier() -> None:
    story = spring().done(Enroll(ANN, P)).holding(ANN, PAST, P)
    story.when(Enroll(BOB, P)).refused(R.COREQUISITE_MISSING).saying("CS-101")
    story.remedy(R.COREQUISITE_MISSING, "cart")
    story.done(Enroll(BOB, A), Enroll(BOB, P)).holding(BOB, A, P)


def test_a_corequisite_in_the_same_submission_counts() -> None:
    story = spring().done(AddToCart(BOB, P)).when(EnrollCart(BOB, "2026FA"))
    story.refused(R.COREQUISITE_MISSING).saying("LAB-1 P: ").holding(BOB)
    story.done(AddToCart(BOB, A), EnrollCart(BOB, "2026FA")).holding(BOB, A, P)


def test_a_prerequisite_in_the_same_submission_does_not() -> None:
    story = spring().done(AddToCart(BOB, A), AddToCart(BOB, Q)).when(EnrollCart(BOB, "2026FA"))
    story.refused(R.PREREQUISITE_NOT_MET).saying("CS-201 Q: ").holding(BOB)


def test_a_hold_on_adds_blocks_adds_only() -> None:
    story = day(section("CS-101", "A"), section("CS-101", "B", 0)).done(Enroll(ANN, A))
    story.given(*(PlaceHold(who, HoldKind.ADDS_ONLY, SECRET) for who in (ANN, BOB)))
    story.when(Enroll(BOB, A)).refused(R.HOLD, R.SECTION_FULL)
    story.when(JoinWaitlist(BOB, B)).refused(R.HOLD)
    story.done(CancelEnrollment(ANN, A, OTHER)).holding(ANN)


@pytest.mark.parametrize("late", [False, True])
def test_a_hold_on_all_blocks_leaving_too(late: bool) -> None:
    story = day(section("CS-101", "A")).done(Enroll(ANN, A))
    story.given(PlaceHold(ANN, HoldKind.ALL, SECRET)).at(DROP_DEADLINE if late else at(2))
    story.when((Withdraw if late else CancelEnrollment)(ANN, A, OTHER)).refused(R.HOLD)
    (hold,) = story.student(ANN).holds
    story.given(LiftHold(ANN, hold)).again().accepted().holding(ANN)


@pytest.mark.parametrize("late", [False, True])
def test_the_school_ends_an_enrollment_whatever_the_hold(late: bool) -> None:
    """It is the student that a hold blocks; unpaid fees are a reason for both."""
    story = day(section("CS-101", "A")).done(Enroll(ANN, A)).at(DROP_DEADLINE if late else at(2))
    story.given(PlaceHold(ANN, HoldKind.ALL, SECRET)).by_staff()
    story.done((Withdraw if late else CancelEnrollment)(ANN, A, CancellationReason.NON_PAYMENT))
    story.holding(ANN).by_staff().when(Enroll(ANN, A))
    assert R.HOLD in {refusal.code for refusal in story.refusals}


def test_a_place_on_a_list_is_given_up_whatever_the_hold() -> None:
    """A hold keeps what a student has; a seat that may not be taken is better given to others."""
    story = day(offering("CS-101", "A", 0), section("CS-101", "B", 0))
    story.done(JoinWaitlist(ANN, A), JoinWaitlist(BOB, A), JoinWaitlist(ANN, B))
    story.given(ChangeCapacity(A, 1), PlaceHold(ANN, HoldKind.ALL, SECRET)).offered(A, ANN)
    story.when(AcceptOffer(ANN, A)).refused(R.HOLD)
    story.done(DeclineOffer(ANN, A)).offered(A, BOB).done(LeaveWaitlist(ANN, B)).waiting(B)


def test_a_hold_says_who_placed_it_and_never_why() -> None:
    story = day(section("CS-101", "A")).given(PlaceHold(ANN, HoldKind.ALL, SECRET))
    story.given(PlaceHold(ANN, HoldKind.ADDS_ONLY, SECRET))
    story.when(Enroll(ANN, A)).refused(R.HOLD, R.HOLD).saying("registrar-7")
    told = [f"{refusal.message} {refusal.remedy}" for refusal in story.refusals]
    assert not any("fees" in line or "winter" in line for line in told)


def test_a_hold_is_lifted_once() -> None:
    story = day(section("CS-101", "A")).given(PlaceHold(ANN, HoldKind.ALL, SECRET)).by_staff()
    (hold,) = story.student(ANN).holds
    story.done(LiftHold(ANN, hold)).again().refused((R.NOT_FOUND, "hold"))
    story.when(LiftHold(NOBODY, hold)).refused((R.NOT_FOUND, "student"))
    story.when(PlaceHold(ANN, HoldKind.ALL, Personal(""))).refused((R.INVALID_INPUT, "reason"))


def test_a_reason_is_required_to_leave() -> None:
    story = day(section("CS-101", "A"), section("CS-101", "B")).done(Enroll(ANN, A))
    story.when(CancelEnrollment(ANN, A, None)).refused((R.REASON_REQUIRED, "reason"))
    story.when(CancelEnrollment(ANN, A, CancellationReason.NON_PAYMENT))
    story.refused((R.INVALID_INPUT, "reason"))
    story.when(CancelEnrollment(ANN, B, None)).refused(
        R.NOT_ENROLLED, (R.REASON_REQUIRED, "reason")
    )
    story.at(DROP_DEADLINE).when(Withdraw(ANN, A, None)).refused((R.REASON_REQUIRED, "reason"))


def test_every_broken_rule_is_listed_at_once() -> None:
    story = day(
        section("CS-101", "A", 1, 9, MORNING),
        section("LAT-1", "L", 1),
        section("ART-1", "D", 1),
        section("CS-201", "Q", 0, 9, LATE_MORNING),
    ).done(Enroll(ANN, A), Enroll(ANN, L), Enroll(ANN, D))
    story.given(PlaceHold(ANN, HoldKind.ADDS_ONLY, SECRET)).at(at(12))
    story.when(Enroll(ANN, Q)).refused(
        R.DEADLINE_PASSED,
        R.HOLD,
        R.CREDIT_LIMIT_EXCEEDED,
        R.PREREQUISITE_NOT_MET,
        R.TIME_CONFLICT,
        R.SECTION_FULL,
    )
    assert all(refusal.message.endswith(".") and refusal.remedy for refusal in story.refusals)
