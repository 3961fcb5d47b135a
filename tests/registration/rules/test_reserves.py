"""Rules 2 and 15: capacity, and the seats of it that are kept for a group."""

import pytest

from tests.registration.campus import ANN, BOB, CID, DOT, EVE, NOBODY, A, at, offering, section
from tests.registration.day import Day, day
from write_side.commands import (
    AcceptOffer,
    CancelEnrollment,
    ChangeCapacity,
    ChangeGroups,
    Enroll,
    JoinWaitlist,
    ReleaseDueSeats,
    ReleaseReservedSeats,
    ReserveSeats,
)
from write_side.events import (
    CancellationReason,
    CapacityChanged,
    ReservedSeatsReleased,
    SeatOffered,
    SeatsReserved,
    SeatTaken,
)
from write_side.refusals import RefusalCode as R

OTHER = CancellationReason.OTHER
TWO = ReserveSeats(A, "HON", 2)


def reserved(capacity: int | None = 3) -> Day:
    """Two of A's seats are for honors students: Ann, Bob and Cid."""
    story = day(section("CS-101", "A", capacity)).given(TWO)
    return story.given(*(ChangeGroups(who, ("HON",)) for who in (ANN, BOB, CID)))


def test_members_use_the_reserve_first_and_open_seats_then() -> None:
    story = reserved().done(Enroll(ANN, A)).recorded(SeatTaken, A, reserve="HON")
    story.done(Enroll(BOB, A)).recorded(SeatTaken, A, reserve="HON")
    story.done(Enroll(CID, A)).recorded(SeatTaken, A, reserve=None)
    story.when(Enroll(DOT, A)).refused(R.SECTION_FULL)


def test_others_get_what_is_not_reserved() -> None:
    story = reserved().done(Enroll(DOT, A)).recorded(SeatTaken, A, reserve=None)
    story.when(Enroll(EVE, A)).refused(R.RESERVED_SEATS_ONLY).saying("HON")
    story.done(Enroll(ANN, A), Enroll(BOB, A)).when(Enroll(CID, A)).refused(R.SECTION_FULL)


def test_a_member_who_leaves_leaves_a_reserved_seat() -> None:
    story = reserved().done(Enroll(DOT, A), Enroll(ANN, A), JoinWaitlist(EVE, A))
    story.done(CancelEnrollment(ANN, A, OTHER)).waiting(A, EVE).seated(A, DOT)
    story.done(CancelEnrollment(DOT, A, OTHER)).seated(A, EVE)


def test_the_list_gives_reserved_seats_to_members_in_their_order() -> None:
    story = reserved(0 + 2).done(*(JoinWaitlist(who, A) for who in (DOT, EVE))).waiting(A, DOT, EVE)
    story.done(Enroll(ANN, A), Enroll(BOB, A), JoinWaitlist(CID, A))
    story.done(CancelEnrollment(BOB, A, OTHER)).seated(A, ANN, CID).waiting(A, DOT, EVE)
    story.given(ReleaseReservedSeats(A, "HON"), ChangeCapacity(A, 3)).seated(A, ANN, CID, DOT)


def test_a_free_reserved_seat_is_no_reason_not_to_wait() -> None:
    story = day(section("CS-101", "A", 1)).given(ReserveSeats(A, "HON", 1))
    story.given(ChangeGroups(ANN, ("HON",)))
    story.when(JoinWaitlist(ANN, A)).refused(R.SEAT_AVAILABLE)
    story.done(JoinWaitlist(DOT, A)).waiting(A, DOT)


def test_an_offered_seat_is_of_the_reserve() -> None:
    story = day(offering("CS-101", "A", 0)).given(ChangeGroups(ANN, ("HON",)))
    story.done(JoinWaitlist(DOT, A), JoinWaitlist(ANN, A))
    story.given(ReserveSeats(A, "HON", 0), ChangeCapacity(A, 1)).offered(A, DOT)
    story.given(ChangeCapacity(A, 2)).offered(A, DOT, ANN)
    story.done(AcceptOffer(ANN, A)).recorded(SeatTaken, A, reserve=None)


def test_a_reserve_is_used_by_the_offer_that_holds_it() -> None:
    story = day(offering("CS-101", "A", 1)).done(Enroll(EVE, A))
    story.given(ReserveSeats(A, "HON", 1), ChangeGroups(ANN, ("HON",)))
    story.done(JoinWaitlist(DOT, A), JoinWaitlist(ANN, A), CancelEnrollment(EVE, A, OTHER))
    story.offered(A, ANN).waiting(A, DOT).recorded(SeatOffered, A, student=ANN, reserve="HON")
    story.given(ChangeCapacity(A, 2)).offered(A, DOT, ANN)
    story.done(AcceptOffer(ANN, A)).recorded(SeatTaken, A, reserve="HON")


def test_reserves_add_up_to_the_capacity_at_most() -> None:
    story = reserved().by_staff()
    story.when(ReserveSeats(A, "ATH", 2)).refused((R.INVALID_INPUT, "seats"))
    story.done(ReserveSeats(A, "ATH", 1)).when(Enroll(DOT, A)).refused(R.RESERVED_SEATS_ONLY)
    story.saying("ATH, HON").done(ReserveSeats(A, "HON", 0), Enroll(DOT, A)).seated(A, DOT)


def test_of_two_groups_either_reserve_will_do() -> None:
    story = reserved().given(ReserveSeats(A, "ATH", 1), ChangeGroups(ANN, ("HON", "ATH")))
    story.done(Enroll(ANN, A), Enroll(BOB, A), Enroll(CID, A)).seated(A, ANN, BOB, CID)
    assert {seat.reserve for seat in story.section(A).seats.values()} == {"ATH", "HON"}


def test_a_capacity_below_the_reserves_is_lowered_all_the_same() -> None:
    """Rule 2 lets a capacity fall; rule 15 then binds what is reserved anew."""
    story = reserved(5).given(ReserveSeats(A, "ATH", 3), ChangeCapacity(A, 1)).by_staff()
    story.when(ReserveSeats(A, "ATH", 4)).refused((R.INVALID_INPUT, "seats"))
    story.when(ReserveSeats(A, "NEW", 1)).refused((R.INVALID_INPUT, "seats"))
    story.done(ReserveSeats(A, "ATH", 3, at(9)), ReserveSeats(A, "ATH", 2)).by_student()
    story.when(Enroll(DOT, A)).refused(R.RESERVED_SEATS_ONLY)
    story.done(Enroll(ANN, A)).recorded(SeatTaken, A, reserve="HON")
    story.when(Enroll(BOB, A)).refused(R.SECTION_FULL)


def test_reserves_fall_step_by_step_until_they_fit() -> None:
    story = reserved(5).given(ReserveSeats(A, "ATH", 3), ChangeCapacity(A, 1)).by_staff()
    for group, seats in (("ATH", 2), ("HON", 1), ("ATH", 1), ("ATH", 0)):
        story.done(ReserveSeats(A, group, seats))
    story.when(ReserveSeats(A, "ATH", 1)).refused((R.INVALID_INPUT, "seats"))
    story.done(ReserveSeats(A, "HON", 0), ReserveSeats(A, "ATH", 1))


def test_a_reserve_too_large_and_in_use_falls_to_what_is_used() -> None:
    story = reserved().done(Enroll(ANN, A)).given(ChangeCapacity(A, 0)).by_staff()
    story.when(ReserveSeats(A, "HON", 0)).refused((R.INVALID_INPUT, "seats"))
    story.done(ReserveSeats(A, "HON", 1))


def test_a_reserve_in_use_is_not_removed() -> None:
    story = reserved().done(Enroll(ANN, A), Enroll(BOB, A)).by_staff()
    story.when(ReserveSeats(A, "HON", 1)).refused((R.INVALID_INPUT, "seats"))
    story.when(ReserveSeats(A, "HON", 0)).refused((R.INVALID_INPUT, "seats"))
    story.done(CancelEnrollment(ANN, A, OTHER), ReserveSeats(A, "HON", 1))


def test_a_reserve_an_offer_holds_is_in_use() -> None:
    story = day(offering("CS-101", "A", 0)).given(ChangeGroups(ANN, ("HON",)))
    story.done(JoinWaitlist(ANN, A)).given(ChangeCapacity(A, 2))
    story.offered(A, ANN).done(AcceptOffer(ANN, A), CancelEnrollment(ANN, A, OTHER))
    story.given(ReserveSeats(A, "HON", 2)).done(Enroll(ANN, A), CancelEnrollment(ANN, A, OTHER))
    story.given(ReserveSeats(A, "HON", 2), ChangeCapacity(A, 0)).done(JoinWaitlist(ANN, A))
    story.given(ChangeCapacity(A, 2)).offered(A, ANN).by_staff()
    story.when(ReserveSeats(A, "HON", 0)).refused((R.INVALID_INPUT, "seats"))


def test_released_it_opens_to_all_and_whoever_sits_stays() -> None:
    story = reserved().done(Enroll(ANN, A), Enroll(DOT, A), JoinWaitlist(EVE, A)).by_staff()
    story.done(ReleaseReservedSeats(A, "HON")).seated(A, ANN, DOT, EVE)
    story.recorded(ReservedSeatsReleased, A, group="HON")
    story.again().then_nothing()


def test_a_release_date_comes() -> None:
    story = day(section("CS-101", "A", 1)).given(ReserveSeats(A, "HON", 1, at(3)))
    story.done(JoinWaitlist(ANN, A)).at(at(3)).waiting(A, ANN)
    story.by_staff().done(ReleaseDueSeats(A)).seated(A, ANN)
    story.again().then_nothing()


def test_a_release_date_not_come_yet() -> None:
    story = day(section("CS-101", "A", 1)).given(ReserveSeats(A, "HON", 1, at(3))).at(at(2))
    story.when(ReleaseDueSeats(A)).then_nothing()
    story.given(ReserveSeats(A, "HON", 1, at(5))).at(at(4)).when(ReleaseDueSeats(A)).then_nothing()
    story.given(ReserveSeats(A, "HON", 1)).at(at(6)).when(ReleaseDueSeats(A)).then_nothing()


def test_reserving_the_same_again() -> None:
    story = reserved().by_staff().when(TWO).then_nothing()
    story.done(ReserveSeats(A, "HON", 2, at(9))).recorded(SeatsReserved, A, releases_on=at(9))
    story.again().then_nothing()


def test_what_cannot_be_reserved() -> None:
    story = reserved().by_staff().when(ReserveSeats(A, "", -1))
    story.refused((R.INVALID_INPUT, "group"), (R.INVALID_INPUT, "seats"))
    story.when(ReserveSeats(A, "HON", 1, story.desk.at)).refused((R.INVALID_INPUT, "releasesOn"))
    story.when(ReserveSeats(NOBODY, "HON", 1)).refused((R.NOT_FOUND, "section"))
    story.when(ReleaseReservedSeats(NOBODY, "HON")).refused((R.NOT_FOUND, "section"))


def test_unlimited_seats_have_no_need_of_a_reserve() -> None:
    story = reserved(None).done(*(Enroll(who, A) for who in (DOT, ANN, BOB, CID, EVE)))
    assert len(story.section(A).seats) == 5


def test_members_hold_the_reserve_of_an_unlimited_section_that_gets_a_limit() -> None:
    story = reserved(None).done(Enroll(ANN, A), Enroll(BOB, A)).given(ChangeCapacity(A, 3))
    story.done(Enroll(DOT, A)).seated(A, ANN, BOB, DOT)


@pytest.mark.parametrize("seats", [0, None])
def test_capacity_is_a_number_or_unlimited(seats: int | None) -> None:
    story = day(section("CS-101", "A", 2)).by_staff().done(ChangeCapacity(A, seats))
    story.recorded(CapacityChanged, A, capacity=seats).again().then_nothing()
    story.when(Enroll(ANN, A))
    story.seated(A, ANN) if seats is None else story.refused(R.SECTION_FULL)


def test_a_capacity_that_is_none() -> None:
    story = day(section("CS-101", "A", 2)).by_staff().when(ChangeCapacity(A, -1))
    story.refused((R.INVALID_INPUT, "capacity"))
