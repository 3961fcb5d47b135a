"""The cart: it holds no seat, and is enrolled in as a whole or not at all."""

from tests.registration.campus import (
    ANN,
    BOB,
    LATE_MORNING,
    MORNING,
    NOBODY,
    A,
    B,
    C,
    D,
    L,
    P,
    Q,
    offering,
    section,
)
from tests.registration.day import Day, day
from write_side.commands import (
    AddToCart,
    CancelEnrollment,
    ChangeCapacity,
    Enroll,
    EnrollCart,
    GrantPermit,
    JoinWaitlist,
    Personal,
    RemoveFromCart,
)
from write_side.events import CancellationReason, PermitUsed
from write_side.refusals import RefusalCode as R

ALL = EnrollCart(ANN, "2026FA")


def cart(*sections: object) -> Day:
    story = day(
        section("CS-101", "A", 1, 9, MORNING),
        section("CS-101", "B", 1),
        section("LAT-1", "L", 1, 9, LATE_MORNING),
        section("ART-1", "D", 1),
        section("LAB-1", "P", 1),
        section("CS-201", "Q", 1),
    )
    return story.done(*(AddToCart(ANN, each) for each in sections))  # type: ignore[arg-type]


def test_a_cart_holds_no_seat() -> None:
    story = cart(A).done(Enroll(BOB, A)).when(ALL).refused(R.SECTION_FULL).saying("CS-101 A: ")
    assert set(story.student(ANN).cart) == {A}


def test_all_of_it() -> None:
    story = cart(A, D, P).done(ALL).holding(ANN, A, D, P)
    assert not story.student(ANN).cart


def test_or_nothing() -> None:
    story = cart(A, D, Q).when(ALL).refused(R.PREREQUISITE_NOT_MET).saying("CS-201 Q: ")
    story.holding(ANN).seated(A).seated(D)


def test_what_is_in_it_is_looked_at_together() -> None:
    story = cart(A, L).when(ALL).refused(R.TIME_CONFLICT, R.TIME_CONFLICT)
    story.saying("CS-101 A: ").saying("LAT-1 L: ")
    story = cart(A, B).when(ALL).refused(R.DUPLICATE_COURSE, R.DUPLICATE_COURSE)
    story.saying("CS-101 A: ").saying("CS-101 B: ")


def test_no_part_of_the_input_is_to_blame_for_what_is_in_the_cart() -> None:
    assert [refusal.path for refusal in cart(A, B).when(ALL).refusals] == [(), ()]


def test_credits_are_counted_together() -> None:
    """4 + 3 + 2 + 1 is the limit; 2 more are too many."""
    story = cart(B, L, D, P).done(ALL).holding(ANN, B, L, D, P)
    story = cart(B, L, D, P, Q).given(GrantPermit(ANN, Q, R.PREREQUISITE_NOT_MET, Personal("x")))
    story.when(ALL).holding(ANN)
    assert {r.code for r in story.refusals} == {R.CREDIT_LIMIT_EXCEEDED}
    assert len(story.refusals) == 5


def test_permits_of_the_sections_are_used() -> None:
    story = cart(Q, D).given(GrantPermit(ANN, Q, R.PREREQUISITE_NOT_MET, Personal("x")))
    story.done(ALL).holding(ANN, Q, D).recorded(PermitUsed, ANN, section=Q)


def test_waits_of_the_same_course_end() -> None:
    cart(B).done(Enroll(BOB, A), JoinWaitlist(ANN, A), ALL).holding(ANN, B).waiting(A)


def test_waiting_for_what_is_in_the_cart_itself() -> None:
    story = cart(A).done(Enroll(BOB, A), JoinWaitlist(ANN, A))
    story.done(CancelEnrollment(BOB, A, CancellationReason.OTHER)).holding(ANN, A)
    assert not story.student(ANN).cart


def test_an_offer_elsewhere_goes_on() -> None:
    story = cart(B).given(offering("CS-101", "C", 0))
    story.done(JoinWaitlist(ANN, C), JoinWaitlist(BOB, C)).given(ChangeCapacity(C, 1))
    story.offered(C, ANN).done(ALL).holding(ANN, B).offered(C, BOB)


def test_a_permit_to_go_over_capacity_is_used() -> None:
    story = cart(A, D).done(Enroll(BOB, A))
    story.given(GrantPermit(ANN, A, R.SECTION_FULL, Personal("x"))).done(ALL).holding(ANN, A, D)
    story.recorded(PermitUsed, ANN, section=A)
    assert not story.student(ANN).permits


def test_an_empty_cart() -> None:
    cart().when(ALL).refused((R.NOT_FOUND, "term"))
    cart(A).when(EnrollCart(ANN, "2026SP")).refused((R.NOT_FOUND, "term"))
    cart(A).when(EnrollCart(ANN, "1999")).refused((R.NOT_FOUND, "term"))
    cart(A).when(EnrollCart(NOBODY, "2026FA")).refused((R.NOT_FOUND, "student"))


def test_twice_in_and_twice_out() -> None:
    story = cart(A).when(AddToCart(ANN, A)).then_nothing()
    story.done(RemoveFromCart(ANN, A)).again().then_nothing()
    story.done(Enroll(ANN, A)).when(AddToCart(ANN, A)).refused(R.ALREADY_ENROLLED)
