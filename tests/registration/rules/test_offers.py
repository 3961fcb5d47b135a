"""Rule 7: an offer holds one seat until it is accepted, declined, expired or revoked, once."""

from datetime import timedelta

import pytest

from tests.registration.campus import (
    ANN,
    BOB,
    CID,
    DOT,
    INSTANT,
    MORNING,
    NOBODY,
    A,
    B,
    L,
    at,
    offering,
    section,
)
from tests.registration.day import Day, day
from tests.write_side.campus import ADD_DEADLINE
from write_side.commands import (
    AcceptOffer,
    AddToCart,
    CancelEnrollment,
    CancelSection,
    ChangeCapacity,
    CloseSection,
    DeclineOffer,
    EmptySection,
    Enroll,
    EnrollCart,
    ExpireOffers,
    JoinWaitlist,
    LeaveWaitlist,
    LiftHold,
    Personal,
    PlaceHold,
    SwapEnrollment,
)
from write_side.events import (
    CancellationReason,
    HoldKind,
    OfferAccepted,
    OfferDeclined,
    OfferExpired,
    OfferRevoked,
    Promotion,
    SeatFreed,
    SeatOffered,
    SeatTaken,
    StudentLeftWaitlist,
    WaitlistExit,
)
from write_side.refusals import RefusalCode as R

OTHER = CancellationReason.OTHER
OFFERED = at(1, 12)
DEADLINE = at(2, 12)
ENDS = (OfferAccepted, OfferDeclined, OfferExpired, OfferRevoked)


def offer() -> Day:
    """The seat Ann left is offered to Bob until the next noon; Cid waits behind him."""
    story = day(offering("CS-101", "A", 1), section("LAT-1", "L", 5, 9, MORNING)).at(OFFERED)
    story.done(Enroll(ANN, A), JoinWaitlist(BOB, A), JoinWaitlist(CID, A))
    return story.done(CancelEnrollment(ANN, A, OTHER)).offered(A, BOB)


def test_accepting() -> None:
    story = offer().at(DEADLINE - INSTANT).done(AcceptOffer(BOB, A)).seated(A, BOB)
    story.offered(A).waiting(A, CID)
    story.recorded(OfferAccepted, A, student=BOB).recorded(SeatTaken, A, student=BOB)
    story.recorded(StudentLeftWaitlist, BOB, how=WaitlistExit.ACCEPTED)
    story.again().refused(R.NO_OFFER)


@pytest.mark.parametrize("late", [timedelta(0), INSTANT, timedelta(days=9)])
def test_at_the_deadline_it_is_too_late_though_nobody_expired_it(late: timedelta) -> None:
    story = offer().at(DEADLINE + late).when(AcceptOffer(BOB, A)).refused(R.OFFER_EXPIRED)
    story.remedy(R.OFFER_EXPIRED, "waitlist").offered(A, BOB).seated(A)


def test_the_seat_is_held_until_somebody_notices() -> None:
    story = offer().at(DEADLINE)
    story.when(Enroll(DOT, A)).refused(R.SECTION_FULL)
    story.done(ExpireOffers(A)).offered(A, CID).recorded(OfferExpired, A, student=BOB)
    story.recorded(SeatOffered, A, student=CID, expires_at=at(3, 12))
    story.again().then_nothing()


def test_an_offer_does_not_expire_early() -> None:
    offer().at(DEADLINE - INSTANT).when(ExpireOffers(A)).then_nothing().offered(A, BOB)


def test_hours_of_an_offer_are_the_sections() -> None:
    story = day(section("CS-101", "A", 0, promotion=Promotion.OFFER, offer_hours=2)).at(OFFERED)
    story.done(JoinWaitlist(ANN, A)).given(ChangeCapacity(A, 1)).offered(A, ANN)
    story.at(at(1, 14)).when(AcceptOffer(ANN, A)).refused(R.OFFER_EXPIRED)


def test_declining_gives_up_the_place() -> None:
    story = offer().done(DeclineOffer(BOB, A)).offered(A, CID).waiting(A)
    story.again().refused(R.NO_OFFER)
    story.when(AcceptOffer(BOB, A)).refused(R.NO_OFFER)


def test_leaving_the_list_declines() -> None:
    story = offer().done(LeaveWaitlist(BOB, A)).offered(A, CID)
    story.recorded(OfferDeclined, A, student=BOB)


def test_whoever_waits_has_no_offer_yet() -> None:
    for command in (AcceptOffer, DeclineOffer):
        story = offer().when(command(CID, A)).refused(R.NO_OFFER)
        story.when(command(DOT, A)).refused(R.NO_OFFER)
        story.when(command(NOBODY, NOBODY)).refused(
            (R.NOT_FOUND, "student"), (R.NOT_FOUND, "section")
        )


def test_nobody_has_an_offer_and_a_seat() -> None:
    """Whatever way in the offered student tries, the offer is what has to be answered."""
    story = offer().given(ChangeCapacity(A, 3)).done(Enroll(BOB, L)).waiting(A)
    story.given(AddToCart(BOB, A))
    story.when(Enroll(BOB, A)).refused(R.ALREADY_WAITLISTED)
    story.remedy(R.ALREADY_WAITLISTED, "Accept")
    story.when(JoinWaitlist(BOB, A)).refused(R.ALREADY_WAITLISTED)
    story.when(EnrollCart(BOB, "2026FA")).refused(R.ALREADY_WAITLISTED)
    for wait in (False, True):
        story.when(SwapEnrollment(BOB, L, A, wait)).refused(R.ALREADY_WAITLISTED)
    story.offered(A, BOB, CID)


def test_accepting_checks_every_rule_again() -> None:
    story = offer().done(Enroll(BOB, L)).given(PlaceHold(BOB, HoldKind.ALL, Personal("x")))
    story.when(AcceptOffer(BOB, A)).refused(R.HOLD)
    story.given(CloseSection(A)).when(AcceptOffer(BOB, A)).refused(R.HOLD, R.SECTION_CLOSED)
    (hold,) = story.student(BOB).holds
    story.given(LiftHold(BOB, hold)).when(AcceptOffer(BOB, A)).refused(R.SECTION_CLOSED)
    story.offered(A, BOB)


def test_too_late_is_said_beside_everything_else() -> None:
    story = offer().done(Enroll(BOB, L)).given(PlaceHold(BOB, HoldKind.ALL, Personal("x")))
    story.at(DEADLINE).when(AcceptOffer(BOB, A)).refused(R.OFFER_EXPIRED, R.HOLD)


def test_accepting_checks_the_clock_of_the_day() -> None:
    story = day(offering("CS-101", "A", 1, 9, MORNING), section("LAT-1", "L", 5, 9, MORNING))
    story.at(ADD_DEADLINE - INSTANT).done(Enroll(ANN, A), JoinWaitlist(BOB, A))
    story.done(CancelEnrollment(ANN, A, OTHER), Enroll(BOB, L))
    story.when(AcceptOffer(BOB, A)).refused(R.TIME_CONFLICT)
    story.remedy(R.TIME_CONFLICT, "held for you")
    story.at(ADD_DEADLINE).when(AcceptOffer(BOB, A)).refused(R.TIME_CONFLICT, R.DEADLINE_PASSED)


def test_a_lowered_capacity_leaves_offers_alone() -> None:
    story = offer().given(ChangeCapacity(A, 0)).offered(A, BOB).done(AcceptOffer(BOB, A))
    story.seated(A, BOB).waiting(A, CID)
    story.done(CancelEnrollment(BOB, A, OTHER)).offered(A).seated(A)


def test_each_offer_ends_once() -> None:
    story = offer().at(DEADLINE).given(ExpireOffers(A)).done(AcceptOffer(CID, A))
    story.done(CancelEnrollment(CID, A, OTHER), Enroll(DOT, A), JoinWaitlist(BOB, A))
    story.done(CancelEnrollment(DOT, A, OTHER)).offered(A, BOB).done(DeclineOffer(BOB, A))
    offers = [f.offer for f in story.desk.history[A] if isinstance(f, SeatOffered)]
    ends = [f.offer for f in story.desk.history[A] if isinstance(f, ENDS)]
    assert offers == ends and len(set(offers)) == 3


def test_a_canceled_section_revokes() -> None:
    story = offer().given(CancelSection(A, "no room"))
    story.when(AcceptOffer(BOB, A)).refused(R.SECTION_CANCELED)
    story.done(EmptySection(A)).offered(A).waiting(A).recorded(OfferRevoked, A, student=BOB)
    story.recorded(StudentLeftWaitlist, BOB, how=WaitlistExit.REVOKED)
    story.recorded(StudentLeftWaitlist, CID, how=WaitlistExit.REMOVED)


def test_accepting_gives_up_the_section_named() -> None:
    story = day(offering("CS-101", "A", 1, 9, MORNING), section("LAT-1", "L", 1, 9, MORNING))
    story.done(Enroll(ANN, A), Enroll(BOB, L), JoinWaitlist(CID, L))
    story.done(SwapEnrollment(BOB, L, A, waitlist_if_full=True))
    story.done(CancelEnrollment(ANN, A, OTHER)).holding(BOB, L).offered(A, BOB)
    story.done(AcceptOffer(BOB, A)).holding(BOB, A).seated(L, CID).recorded(SeatFreed, L)
    story.recorded(SeatTaken, A)


def test_two_offers_of_one_course_are_one_success() -> None:
    story = day(offering("CS-101", "A", 0), offering("CS-101", "B", 0))
    story.done(JoinWaitlist(ANN, A), JoinWaitlist(ANN, B), JoinWaitlist(BOB, B))
    story.given(ChangeCapacity(A, 1), ChangeCapacity(B, 1)).offered(A, ANN).offered(B, ANN)
    story.done(AcceptOffer(ANN, A)).holding(ANN, A).offered(B, BOB).waiting(B)
    story.recorded(OfferRevoked, B, student=ANN)
