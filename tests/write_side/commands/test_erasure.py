"""Rule 21: who is erased gives back what they hold by the ordinary rules, once and for good."""

from datetime import timedelta

import pytest

from tests.registration.campus import (
    ANN,
    BOB,
    CID,
    NOBODY,
    PAST,
    A,
    D,
    L,
    offering,
    section,
    student,
    university,
)
from tests.scenario import Scenario, scenario
from tests.write_side.campus import DROP_DEADLINE
from write_side.commands import (
    AddToCart,
    ChangeContact,
    ChangeGroups,
    Command,
    Enroll,
    EnrollCart,
    EraseStudent,
    GrantPermit,
    JoinWaitlist,
    LeaveWaitlist,
    Personal,
    PlaceHold,
    SwapEnrollment,
)
from write_side.events import (
    CancellationReason,
    EnrollmentCanceled,
    EnrollmentWithdrawn,
    ErasureBasis,
    HoldKind,
    OfferRevoked,
    PersonalDataErased,
    SeatOffered,
    StudentEnrolled,
    WaitlistLeft,
)
from write_side.refusals import RefusalCode as R

BASIS = ErasureBasis.CONSENT_WITHDRAWN
ERASE = EraseStudent(ANN, BASIS)
WHY = Personal("why")


def story(*more: object) -> Scenario:
    """ANN sits in A, where BOB waits, waits in L, and considers D."""
    sections = section("CS-101", "A"), section("LAT-1", "L"), section("ART-1", "D")
    acts = (Enroll(ANN, A), JoinWaitlist(BOB, A), Enroll(CID, L), JoinWaitlist(ANN, L))
    return scenario(*university(*sections), *acts, AddToCart(ANN, D), *more)


def kinds(told: Scenario, stream: object) -> list[type]:
    return [type(fact) for fact in told.facts if fact.originator_id == stream]


def test_seat_place_and_cart_end_and_the_waiter_is_promoted() -> None:
    told = story().when(ERASE)

    (canceled,) = [f for f in told.facts if isinstance(f, EnrollmentCanceled)]
    assert canceled.reason is CancellationReason.DATA_ERASURE and canceled.comment is None
    me = told.desk.aggregates[ANN]
    assert (me.active, me.waiting, me.cart) == ({}, {}, {})  # type: ignore[attr-defined]
    assert kinds(told, ANN)[-1] is PersonalDataErased, "the last that is ever recorded of them"
    assert kinds(told, BOB)[-1] is StudentEnrolled
    assert kinds(told, L) == [WaitlistLeft]
    assert set(told.desk.aggregates[A].seats) == {BOB}  # type: ignore[attr-defined]


def test_again_is_success_without_facts() -> None:
    story().when(ERASE).again().then_nothing()


def test_nobody_is_not_found() -> None:
    story().when(EraseStudent(NOBODY, BASIS)).refused((R.NOT_FOUND, "student"))


def test_an_offer_goes_to_the_next() -> None:
    told = scenario(
        *university(offering("CS-101", "A")),
        *(Enroll(CID, A), JoinWaitlist(ANN, A), JoinWaitlist(BOB, A), EraseStudent(CID, BASIS)),
    ).when(ERASE)

    (revoked,) = [f for f in told.facts if isinstance(f, OfferRevoked)]
    (offered,) = [f for f in told.facts if isinstance(f, SeatOffered)]
    assert (revoked.student, offered.student) == (ANN, BOB)


def test_after_the_drop_deadline_they_are_withdrawn() -> None:
    told = story().at(DROP_DEADLINE + timedelta(days=1)).when(ERASE)

    (left,) = [f for f in told.facts if isinstance(f, EnrollmentWithdrawn)]
    assert left.reason is CancellationReason.DATA_ERASURE


def test_a_term_that_is_over_keeps_its_record() -> None:
    begun = university(section("CS-101", "PAST", term="2026SP"))
    told = scenario(*begun)
    noon = told.desk.at
    told.at(noon - timedelta(days=200)).given(Enroll(ANN, PAST)).at(noon)

    assert kinds(told.when(ERASE), ANN) == [PersonalDataErased]
    assert set(told.desk.aggregates[PAST].seats) == {ANN}  # type: ignore[attr-defined]


LATER: list[Command] = [
    Enroll(ANN, A),
    JoinWaitlist(ANN, A),
    LeaveWaitlist(ANN, A),
    AddToCart(ANN, A),
    EnrollCart(ANN, "2026FA"),
    SwapEnrollment(ANN, A, L),
    ChangeContact(ANN, Personal("Ann"), None),
    ChangeGroups(ANN, ("HON",)),
    PlaceHold(ANN, HoldKind.ALL, WHY),
    GrantPermit(ANN, A, R.HOLD, WHY),
]


@pytest.mark.parametrize("command", LATER, ids=lambda command: command.kind())
def test_nothing_can_be_done_about_them_any_more(command: Command) -> None:
    story(ERASE).by_staff().when(command).refused((R.STUDENT_ERASED, "student"))


def test_an_erased_student_of_no_seat_leaves_the_others_alone() -> None:
    told = scenario(*university(section("CS-101", "A")), student(NOBODY))
    assert [type(f) for f in told.when(EraseStudent(NOBODY, BASIS)).facts] == [PersonalDataErased]
