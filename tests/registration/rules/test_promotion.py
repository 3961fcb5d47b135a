"""Rules 5 and 6: a freed seat goes to the list at once, past whoever may not have it."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from tests.registration.campus import (
    ANN,
    BOB,
    CID,
    DAY,
    DOT,
    EVE,
    LATE_MORNING,
    MORNING,
    A,
    B,
    D,
    L,
    M,
    at,
    offering,
    section,
    university,
)
from tests.registration.day import Day, day
from tests.write_side.campus import ADD_DEADLINE, DROP_DEADLINE, FALL
from write_side.commands import (
    AcceptOffer,
    CancelEnrollment,
    ChangeCapacity,
    ChangeGroups,
    CloseSection,
    DeclineOffer,
    Enroll,
    ExpireOffers,
    GrantPermit,
    JoinWaitlist,
    LeaveWaitlist,
    LiftHold,
    Personal,
    PlaceHold,
    ReleaseReservedSeats,
    ReopenSection,
    ReserveSeats,
    ScheduleSection,
    SwapEnrollment,
    Withdraw,
)
from write_side.events import (
    CancellationReason,
    EnrollmentCanceled,
    HoldKind,
    SeatFreed,
    SeatOffered,
    SeatTaken,
    StudentEnrolled,
    StudentLeftWaitlist,
    WaiterPromoted,
    WaiterSkipped,
    WaitlistExit,
)
from write_side.refusals import RefusalCode as R

OTHER = CancellationReason.OTHER
Mode = Callable[..., ScheduleSection]
both_modes = pytest.mark.parametrize("mode", [section, offering])
WHY = Personal("a reason of the office")
UNIVERSITY = [each for each in university() if each != FALL]


def queue(mode: Mode = section) -> Day:
    """Ann has the only seat of A; Bob waits, then Cid."""
    story = day(mode("CS-101", "A", 1)).given(section("LAT-1", "L", 5), section("ART-1", "D", 5))
    return story.done(Enroll(ANN, A), JoinWaitlist(BOB, A), JoinWaitlist(CID, A))


def served(story: Day, mode: Mode, *students: object) -> None:
    """These, and only these, were given a seat or an offer."""
    if mode is section:
        story.seated(A, *students)  # type: ignore[arg-type]
    else:
        story.offered(A, *students)  # type: ignore[arg-type]


def test_what_a_promotion_leaves_behind() -> None:
    story = queue().done(CancelEnrollment(ANN, A, OTHER)).seated(A, BOB).waiting(A, CID)
    for kind in (SeatFreed, WaiterPromoted, SeatTaken):
        story.recorded(kind, A)
    story.recorded(StudentLeftWaitlist, BOB, section=A, how=WaitlistExit.PROMOTED)
    (joined,) = [f for f in story.desk.history[BOB] if "entry" in vars(f)][:1]
    story.recorded(StudentEnrolled, BOB, section=A, entry=joined.entry)  # type: ignore[attr-defined]
    kinds = [type(f) for f in story.facts if f.originator_id == A]
    assert kinds == [SeatFreed, WaiterPromoted, SeatTaken]


def test_what_an_offer_leaves_behind() -> None:
    story = queue(offering).done(CancelEnrollment(ANN, A, OTHER)).seated(A).offered(A, BOB)
    story.recorded(SeatOffered, A, student=BOB, expires_at=story.desk.at + DAY, reserve=None)
    assert len(story.facts) == 3 and story.section(A).left == 0


@both_modes
def test_withdrawal_frees_a_seat(mode: Mode) -> None:
    late = replace(FALL, add_deadline=DROP_DEADLINE + DAY)
    story = Day().given(late, *UNIVERSITY, mode("CS-101", "A", 1))
    story.done(Enroll(ANN, A), JoinWaitlist(BOB, A)).at(DROP_DEADLINE)
    served(story.done(Withdraw(ANN, A, OTHER)), mode, BOB)


@both_modes
def test_a_rise_of_capacity(mode: Mode) -> None:
    story = queue(mode).given(ChangeCapacity(A, 2))
    served(story, mode, *((ANN, BOB) if mode is section else (BOB,)))
    story.given(ChangeCapacity(A, None))
    served(story, mode, *((ANN, BOB, CID) if mode is section else (BOB, CID)))


@both_modes
def test_swapping_out(mode: Mode) -> None:
    served(queue(mode).done(SwapEnrollment(ANN, A, L)), mode, BOB)


@both_modes
def test_reopening(mode: Mode) -> None:
    story = queue(mode).given(CloseSection(A)).done(CancelEnrollment(ANN, A, OTHER))
    story.seated(A).offered(A).waiting(A, BOB, CID).not_recorded(WaiterSkipped)
    served(story.given(ReopenSection(A)), mode, BOB)


@both_modes
def test_a_reserve_released(mode: Mode) -> None:
    story = day(mode("CS-101", "A", 2)).given(ReserveSeats(A, "HON", 1))
    story.done(Enroll(ANN, A)).when(Enroll(BOB, A)).refused(R.RESERVED_SEATS_ONLY)
    story.done(JoinWaitlist(BOB, A)).waiting(A, BOB)
    story.given(ReleaseReservedSeats(A, "HON"))
    served(story, mode, *((ANN, BOB) if mode is section else (BOB,)))


@both_modes
def test_a_reserve_made_smaller(mode: Mode) -> None:
    story = day(mode("CS-101", "A", 1)).given(ReserveSeats(A, "HON", 1)).done(JoinWaitlist(BOB, A))
    served(story.given(ReserveSeats(A, "HON", 0)), mode, BOB)


@both_modes
def test_joining_the_group_of_a_reserve(mode: Mode) -> None:
    story = day(mode("CS-101", "A", 1)).given(ReserveSeats(A, "HON", 1))
    story.done(JoinWaitlist(ANN, A), JoinWaitlist(BOB, A)).waiting(A, ANN, BOB)
    served(story.given(ChangeGroups(BOB, ("HON",))), mode, BOB)
    story.waiting(A, ANN).skipped(A, ANN)


def test_an_offer_declined_goes_on() -> None:
    story = queue(offering).done(CancelEnrollment(ANN, A, OTHER), DeclineOffer(BOB, A))
    story.offered(A, CID).waiting(A)
    story.recorded(StudentLeftWaitlist, BOB, how=WaitlistExit.DECLINED)


def test_an_offer_left_goes_on() -> None:
    story = queue(offering).done(CancelEnrollment(ANN, A, OTHER), LeaveWaitlist(BOB, A))
    story.offered(A, CID).waiting(A)


def test_an_offer_expired_goes_on() -> None:
    story = queue(offering).done(CancelEnrollment(ANN, A, OTHER)).at(at(2, 12))
    story.given(ExpireOffers(A)).offered(A, CID).waiting(A)
    assert story.section(A).waitlist.offers[0].offer.expires_at == at(3, 12)  # type: ignore[union-attr]


@both_modes
def test_a_hold_lifted(mode: Mode) -> None:
    story = queue(mode).given(PlaceHold(BOB, HoldKind.ADDS_ONLY, WHY), LeaveWaitlist(CID, A))
    story.done(CancelEnrollment(ANN, A, OTHER)).seated(A).waiting(A, BOB).skipped(A, BOB, R.HOLD)
    (hold,) = story.student(BOB).holds
    served(story.given(LiftHold(BOB, hold)), mode, BOB)


@both_modes
def test_a_permit_granted(mode: Mode) -> None:
    story = queue(mode).given(PlaceHold(BOB, HoldKind.ALL, WHY), LeaveWaitlist(CID, A))
    story.done(CancelEnrollment(ANN, A, OTHER)).waiting(A, BOB)
    served(story.given(GrantPermit(BOB, A, R.HOLD, WHY)), mode, BOB)
    assert bool(story.student(BOB).permits) == (mode is offering)
    if mode is offering:
        story.done(AcceptOffer(BOB, A)).seated(A, BOB)
        assert not story.student(BOB).permits


@both_modes
def test_leaving_what_stood_in_the_way(mode: Mode) -> None:
    story = day(mode("CS-101", "A", 1, 9, MORNING)).given(section("LAT-1", "L", 5, 9, LATE_MORNING))
    story.done(Enroll(ANN, A), Enroll(BOB, L), JoinWaitlist(BOB, A))
    story.done(CancelEnrollment(ANN, A, OTHER)).skipped(A, BOB, R.TIME_CONFLICT).seated(A)
    served(story.done(CancelEnrollment(BOB, L, OTHER)), mode, BOB)


@both_modes
def test_the_ineligible_are_passed_by_and_keep_their_place(mode: Mode) -> None:
    story = queue(mode).given(PlaceHold(BOB, HoldKind.ADDS_ONLY, WHY))
    story.done(JoinWaitlist(DOT, A), CancelEnrollment(ANN, A, OTHER))
    served(story, mode, CID)
    story.waiting(A, BOB, DOT).skipped(A, BOB, R.HOLD)
    story.recorded(WaiterSkipped, A, student=BOB, rules=(R.HOLD.value,))


def test_all_reasons_are_recorded_and_only_when_they_change() -> None:
    story = day(section("CS-101", "A", 1, 9, MORNING)).given(
        section("LAT-1", "L", 5, 9, MORNING), section("ART-1", "D", 5)
    )
    story.done(Enroll(ANN, A), Enroll(BOB, L), JoinWaitlist(BOB, A))
    story.given(PlaceHold(BOB, HoldKind.ADDS_ONLY, WHY)).done(CancelEnrollment(ANN, A, OTHER))
    story.skipped(A, BOB, R.HOLD, R.TIME_CONFLICT)
    for _ in range(3):  # seats come and go, the reasons stay
        story.done(Enroll(CID, A), CancelEnrollment(CID, A, OTHER))
    assert story.times(WaiterSkipped, A) == 1
    (hold,) = story.student(BOB).holds
    story.given(LiftHold(BOB, hold)).skipped(A, BOB, R.TIME_CONFLICT)
    assert story.times(WaiterSkipped, A) == 2


def test_an_offer_ends_the_reasons_against_it() -> None:
    story = queue(offering).given(PlaceHold(BOB, HoldKind.ADDS_ONLY, WHY), LeaveWaitlist(CID, A))
    story.done(CancelEnrollment(ANN, A, OTHER)).skipped(A, BOB, R.HOLD)
    (hold,) = story.student(BOB).holds
    story.given(LiftHold(BOB, hold)).offered(A, BOB).skipped(A, BOB)


def test_when_nobody_may_have_it_the_seat_is_open_to_all() -> None:
    story = queue().given(LeaveWaitlist(CID, A), PlaceHold(BOB, HoldKind.ADDS_ONLY, WHY))
    story.done(CancelEnrollment(ANN, A, OTHER), Enroll(EVE, A)).seated(A, EVE).waiting(A, BOB)


def test_the_limit_of_credits_is_looked_at_when_a_seat_comes() -> None:
    courses = (section("LAT-1", "L", 5), section("ART-1", "D", 5))
    story = Day().given(
        replace(FALL, credit_limit=Decimal(6)), *UNIVERSITY, section("CS-101", "A", 1)
    )
    story.given(*courses).done(Enroll(ANN, A), JoinWaitlist(BOB, A), Enroll(BOB, L))
    story.done(CancelEnrollment(ANN, A, OTHER)).skipped(A, BOB, R.CREDIT_LIMIT_EXCEEDED)
    story.done(CancelEnrollment(BOB, L, OTHER)).seated(A, BOB)


def test_after_the_add_deadline_nobody_is_promoted_or_blamed() -> None:
    story = queue().at(ADD_DEADLINE).done(CancelEnrollment(ANN, A, OTHER))
    story.seated(A).waiting(A, BOB, CID).skipped(A, BOB).not_recorded(WaiterSkipped)


def test_lowered_capacity_drops_nobody_and_admits_nobody_until_under() -> None:
    story = day(section("CS-101", "A", 3)).done(*(Enroll(s, A) for s in (ANN, BOB, CID)))
    story.done(JoinWaitlist(DOT, A)).given(ChangeCapacity(A, 1)).seated(A, ANN, BOB, CID)
    story.done(CancelEnrollment(ANN, A, OTHER)).when(Enroll(EVE, A)).refused(R.SECTION_FULL)
    story.done(CancelEnrollment(BOB, A, OTHER)).seated(A, CID).waiting(A, DOT)
    story.done(CancelEnrollment(CID, A, OTHER)).seated(A, DOT).waiting(A)


def test_a_cascade_over_three_sections() -> None:
    """One leaves; three are promoted, each giving up a seat that promotes the next."""
    story = day(section("CS-101", "A", 1), section("LAT-1", "L", 1), section("ART-1", "D", 1))
    story.done(Enroll(ANN, A), Enroll(BOB, L), Enroll(CID, D), JoinWaitlist(DOT, D))
    story.done(
        SwapEnrollment(BOB, L, A, waitlist_if_full=True),
        SwapEnrollment(CID, D, L, waitlist_if_full=True),
    )
    story.done(CancelEnrollment(ANN, A, OTHER)).seated(A, BOB).seated(L, CID).seated(D, DOT)
    for left, who in ((A, ANN), (L, BOB), (D, CID)):
        story.recorded(SeatFreed, left).recorded(EnrollmentCanceled, who)
    story.waiting(A).waiting(L).waiting(D)


def test_success_in_one_place_makes_eligible_for_another() -> None:
    """The seat Bob was waiting for conflicts with the seat his promotion elsewhere gives up."""
    story = day(
        section("CS-101", "A", 1), section("LAT-1", "L", 1, 9, MORNING), section("LAT-1", "M", 1)
    ).given(section("ART-1", "D", 1, 9, LATE_MORNING))
    story.done(Enroll(ANN, M), Enroll(BOB, L), Enroll(CID, D), JoinWaitlist(BOB, D))
    story.done(SwapEnrollment(BOB, L, M, waitlist_if_full=True))
    story.done(CancelEnrollment(CID, D, OTHER)).skipped(D, BOB, R.TIME_CONFLICT)
    story.done(CancelEnrollment(ANN, M, OTHER)).holding(BOB, M, D).waiting(D)


def test_promotion_in_one_section_revokes_the_offer_in_another_which_goes_on() -> None:
    story = day(section("CS-101", "A", 1), offering("CS-101", "B", 1))
    story.done(Enroll(ANN, A), Enroll(CID, B))
    story.done(*(JoinWaitlist(BOB, s) for s in (A, B)), JoinWaitlist(DOT, B))
    story.done(CancelEnrollment(CID, B, OTHER)).offered(B, BOB)
    story.done(CancelEnrollment(ANN, A, OTHER)).seated(A, BOB).offered(B, DOT).waiting(B)
