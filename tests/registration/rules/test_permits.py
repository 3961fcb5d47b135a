"""Rule 14: a permit names one rule, one student, one section, and is used up once."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.registration.campus import (
    ANN,
    BOB,
    CID,
    INSTANT,
    MORNING,
    NOBODY,
    A,
    B,
    L,
    Q,
    at,
    section,
    university,
)
from tests.registration.day import Day, day
from tests.write_side.campus import ADD_DEADLINE, DROP_DEADLINE, FALL, OPENS
from write_side.commands import (
    CancelEnrollment,
    ChangeCapacity,
    CloseSection,
    Enroll,
    GrantPermit,
    JoinWaitlist,
    LeaveWaitlist,
    Personal,
    PlaceHold,
    ReserveSeats,
    SwapEnrollment,
)
from write_side.events import (
    CancellationReason,
    HoldKind,
    PermitGranted,
    PermitUsed,
    StudentEnrolled,
)
from write_side.refusals import RefusalCode as R

OTHER = CancellationReason.OTHER
WHY = Personal("agreed with the dean")


def permit(rule: R, student: object = ANN, section: object = A, **how: object) -> GrantPermit:
    return GrantPermit(student, section, rule, WHY, **how)  # type: ignore[arg-type]


def full() -> Day:
    return day(section("CS-101", "A", 1), section("CS-101", "B", 0)).done(Enroll(BOB, A))


def test_only_its_rule_may_be_broken() -> None:
    story = full().given(PlaceHold(ANN, HoldKind.ALL, WHY), permit(R.SECTION_FULL))
    story.when(Enroll(ANN, A)).refused(R.HOLD)
    story.given(permit(R.HOLD)).done(Enroll(ANN, A)).seated(A, ANN, BOB)
    story.recorded(PermitUsed, ANN, times=2, section=A)
    (enrolled,) = [f for f in story.facts if isinstance(f, StudentEnrolled)]
    story.recorded(PermitUsed, ANN, times=2, enrollment=enrolled.enrollment)


def test_only_its_student_and_its_section() -> None:
    story = full().given(permit(R.SECTION_FULL))
    story.when(Enroll(CID, A)).refused(R.SECTION_FULL)
    story.when(Enroll(ANN, B)).refused(R.SECTION_FULL)


def test_once() -> None:
    story = full().given(permit(R.SECTION_FULL)).done(Enroll(ANN, A))
    story.done(CancelEnrollment(ANN, A, OTHER)).when(Enroll(ANN, A)).refused(R.SECTION_FULL)


def test_two_permits_are_used_one_at_a_time() -> None:
    story = full().given(permit(R.SECTION_FULL), permit(R.SECTION_FULL)).done(Enroll(ANN, A))
    story.recorded(PermitUsed, ANN)
    story.done(CancelEnrollment(ANN, A, OTHER), Enroll(ANN, A)).seated(A, ANN, BOB)
    assert not story.student(ANN).permits


def test_a_refusal_uses_nothing_up() -> None:
    story = full().given(PlaceHold(ANN, HoldKind.ALL, WHY), permit(R.SECTION_FULL))
    story.when(Enroll(ANN, A)).refused(R.HOLD)
    assert len(story.student(ANN).permits) == 1


def test_not_needed_it_is_kept() -> None:
    story = full().given(permit(R.SECTION_FULL), ChangeCapacity(A, 2)).done(Enroll(ANN, A))
    story.not_recorded(PermitUsed)
    assert len(story.student(ANN).permits) == 1


def test_until_it_expires() -> None:
    for moment, works in ((at(3) - INSTANT, True), (at(3), False)):
        story = full().given(permit(R.SECTION_FULL, expires_at=at(3))).at(moment)
        story.when(Enroll(ANN, A))
        story.seated(A, ANN, BOB) if works else story.refused(R.SECTION_FULL)


@pytest.mark.parametrize(
    "rule",
    [R.HOLD, R.PREREQUISITE_NOT_MET, R.TIME_CONFLICT, R.CREDIT_LIMIT_EXCEEDED, R.SECTION_CLOSED],
)
def test_no_other_permit_takes_a_section_over_capacity(rule: R) -> None:
    full().given(permit(rule)).when(Enroll(ANN, A)).refused(R.SECTION_FULL)


def conflicted() -> Day:
    """Ann's section overlaps with L, which would also be too much for 4 credits."""
    sections = (section("CS-101", "A", 1, 9, MORNING), section("LAT-1", "L", 1, 9, MORNING))
    others = [each for each in university(*sections) if each != FALL]
    return Day().given(replace(FALL, credit_limit=Decimal(4)), *others).done(Enroll(ANN, A))


def test_each_rule_needs_its_own() -> None:
    story = conflicted().when(Enroll(ANN, L)).refused(R.TIME_CONFLICT, R.CREDIT_LIMIT_EXCEEDED)
    story.given(permit(R.TIME_CONFLICT, ANN, L)).when(Enroll(ANN, L))
    story.refused(R.CREDIT_LIMIT_EXCEEDED)
    story.given(permit(R.CREDIT_LIMIT_EXCEEDED, ANN, L)).done(Enroll(ANN, L)).holding(ANN, A, L)


def test_a_closed_section_and_the_times_of_a_term() -> None:
    story = day(section("CS-101", "A", 1)).given(CloseSection(A), permit(R.SECTION_CLOSED))
    story.done(Enroll(ANN, A)).seated(A, ANN)
    story = day(section("CS-101", "A", 1)).at(OPENS - INSTANT).given(permit(R.WINDOW_NOT_OPEN))
    story.done(Enroll(ANN, A)).seated(A, ANN)
    story = day(section("CS-101", "A", 1)).at(ADD_DEADLINE).given(permit(R.DEADLINE_PASSED))
    story.done(Enroll(ANN, A)).seated(A, ANN)


def test_a_prerequisite_forgiven() -> None:
    story = day(section("CS-201", "Q", 1)).given(permit(R.PREREQUISITE_NOT_MET, ANN, Q))
    story.done(Enroll(ANN, Q)).seated(Q, ANN)


def test_a_section_that_needs_consent() -> None:
    story = day(section("CS-101", "A", 1, consent_required=True)).when(Enroll(ANN, A))
    story.refused(R.CONSENT_REQUIRED).remedy(R.CONSENT_REQUIRED, "permit")
    story.given(permit(R.CONSENT_REQUIRED)).done(Enroll(ANN, A)).seated(A, ANN)
    story.when(JoinWaitlist(BOB, A)).refused(R.CONSENT_REQUIRED)


def test_consent_for_a_waiter_is_used_at_promotion() -> None:
    story = day(section("CS-101", "A", 0, consent_required=True))
    story.given(permit(R.CONSENT_REQUIRED)).done(JoinWaitlist(ANN, A))
    assert len(story.student(ANN).permits) == 1
    story.given(ChangeCapacity(A, 1)).seated(A, ANN)
    assert not story.student(ANN).permits


@pytest.mark.parametrize("way", ["joining", "swapping"])
def test_past_the_window_onto_a_list_it_is_used_up(way: str) -> None:
    """A promotion needs no window: kept until then, it would never be used and let Ann in twice."""
    story = day(section("CS-101", "A", 0), section("LAT-1", "L", 1)).done(Enroll(ANN, L))
    story.at(OPENS - INSTANT).given(permit(R.WINDOW_NOT_OPEN))
    swap = SwapEnrollment(ANN, L, A, waitlist_if_full=True)
    story.done(swap if way == "swapping" else JoinWaitlist(ANN, A)).waiting(A, ANN)
    (waiter,) = story.section(A).waitlist.waiting
    story.recorded(PermitUsed, ANN, section=A, entry=waiter.entry, enrollment=None)
    story.done(LeaveWaitlist(ANN, A)).again().refused(R.NOT_WAITLISTED)
    story.when(JoinWaitlist(ANN, A)).refused(R.WINDOW_NOT_OPEN)


def test_a_permit_for_one_section_frees_nobody_from_another() -> None:
    """Let into A late, and past a hold: that is no leave to cancel L after its deadline."""
    story = day(section("CS-101", "A", 1), section("LAT-1", "L", 1)).done(Enroll(ANN, L))
    story.at(DROP_DEADLINE).given(permit(R.DEADLINE_PASSED))
    story.when(SwapEnrollment(ANN, L, A)).refused(R.DEADLINE_PASSED)
    story.saying("drop deadline").holding(ANN, L).done(Enroll(ANN, A)).holding(ANN, L, A)
    story = day(section("CS-101", "A", 1), section("LAT-1", "L", 1)).done(Enroll(ANN, L))
    story.given(PlaceHold(ANN, HoldKind.ALL, WHY)).when(SwapEnrollment(ANN, L, A)).refused(R.HOLD)
    story.given(permit(R.HOLD)).again().refused(R.HOLD).holding(ANN, L)
    story.given(permit(R.HOLD)).by_staff().done(SwapEnrollment(ANN, L, A)).holding(ANN, A)


def test_past_the_list_and_the_reserve() -> None:
    story = day(section("CS-101", "A", 1)).given(ReserveSeats(A, "HON", 1))
    story.when(Enroll(ANN, A)).refused(R.RESERVED_SEATS_ONLY)
    story.given(permit(R.RESERVED_SEATS_ONLY)).done(Enroll(ANN, A)).seated(A, ANN)
    story.when(Enroll(BOB, A)).refused(R.SECTION_FULL)


def test_in_a_swap() -> None:
    story = full().given(section("LAT-1", "L", 1), permit(R.SECTION_FULL)).done(Enroll(ANN, L))
    story.done(SwapEnrollment(ANN, L, A)).holding(ANN, A).recorded(PermitUsed, ANN)


def test_over_capacity_it_only_shrinks() -> None:
    story = full().given(permit(R.SECTION_FULL)).done(Enroll(ANN, A), JoinWaitlist(CID, A))
    story.done(CancelEnrollment(BOB, A, OTHER)).seated(A, ANN).waiting(A, CID)
    story.done(CancelEnrollment(ANN, A, OTHER)).seated(A, CID)


@pytest.mark.parametrize(
    "rule",
    [
        R.SECTION_CANCELED,
        R.DUPLICATE_COURSE,
        R.ALREADY_ENROLLED,
        R.WAITLIST_FULL,
        R.NOT_FOUND,
        R.REASON_REQUIRED,
    ],
)
def test_what_no_permit_permits(rule: R) -> None:
    full().by_staff().when(permit(rule)).refused((R.INVALID_INPUT, "rule"))


def test_a_permit_has_issuer_reason_and_future() -> None:
    story = full().by_staff()
    story.when(permit(R.HOLD, expires_at=story.desk.at)).refused((R.INVALID_INPUT, "expiresAt"))
    story.when(permit(R.HOLD, NOBODY, NOBODY))
    story.refused((R.NOT_FOUND, "student"), (R.NOT_FOUND, "section"))
    story.when(replace(permit(R.HOLD), reason=Personal("")))
    story.refused((R.INVALID_INPUT, "reason"))
    story.done(permit(R.HOLD, expires_at=at(9)))
    story.recorded(PermitGranted, ANN, issuer="registrar-7", rule="HOLD", expires_at=at(9))


def test_staff_may_go_over_capacity_in_bulk_and_never_silently() -> None:
    over = Enroll(ANN, A, over_capacity=True)
    full().when(over).refused(R.SECTION_FULL)
    story = full().by_staff().done(over).seated(A, ANN, BOB)
    story.recorded(PermitGranted, ANN, rule="SECTION_FULL").recorded(PermitUsed, ANN)
    story.again().refused(R.ALREADY_ENROLLED)
    day(section("CS-101", "A", 1)).by_staff().done(over).not_recorded(PermitGranted)


def test_over_capacity_uses_the_permit_there_is() -> None:
    story = full().given(permit(R.SECTION_FULL)).by_staff()
    story.done(Enroll(ANN, A, over_capacity=True)).not_recorded(PermitGranted)
    story.recorded(PermitUsed, ANN)


def test_over_capacity_is_no_way_past_other_rules() -> None:
    story = full().given(PlaceHold(ANN, HoldKind.ALL, WHY), CloseSection(A)).by_staff()
    story.when(Enroll(ANN, A, over_capacity=True)).refused(R.HOLD, R.SECTION_CLOSED)
