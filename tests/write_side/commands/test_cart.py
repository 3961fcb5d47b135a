"""addToCart and removeFromCart: demand is recorded, no seat is held, no rule is in the way."""

import pytest

from tests.scenario import Told, fact, new, scenario
from tests.write_side.campus import (
    ADD_DEADLINE,
    ANN,
    CAMPUS,
    NOBODY,
    TERM,
    A,
    B,
    enrolled,
    student,
)
from write_side.commands import AddToCart, ChangeCapacity, Enroll, RemoveFromCart
from write_side.events import SectionAddedToCart, SectionRemovedFromCart
from write_side.refusals import RefusalCode

WITH_ANN = (*CAMPUS, student(ANN))


def added() -> Told:
    return fact(SectionAddedToCart, ANN, section=A, term=TERM)


def test_a_section_is_added_once() -> None:
    scenario(*WITH_ANN).when(AddToCart(ANN, A)).then(added()).again().then_nothing()


def test_a_section_is_removed_once_and_may_come_back() -> None:
    story = scenario(*WITH_ANN, added()).when(RemoveFromCart(ANN, A))
    story.then(fact(SectionRemovedFromCart, ANN, section=A, term=TERM)).again().then_nothing()
    story.when(AddToCart(ANN, A)).then(added())


def test_a_full_section_and_a_passed_deadline_are_considered_all_the_same() -> None:
    full = scenario(*WITH_ANN, ChangeCapacity(A, 0)).at(ADD_DEADLINE)
    full.when(AddToCart(ANN, A)).then(added())
    assert full.desk.aggregates[A].seats == {}  # type: ignore[attr-defined]


def test_two_sections_of_one_course_may_be_considered() -> None:
    scenario(*WITH_ANN, added()).when(AddToCart(ANN, B)).then(
        fact(SectionAddedToCart, ANN, section=B, term=TERM)
    )


def test_enrolling_takes_the_section_out_of_the_cart() -> None:
    story = scenario(*WITH_ANN, added()).when(Enroll(ANN, A)).then(*enrolled(ANN, new(1)))
    story.when(RemoveFromCart(ANN, A)).then_nothing()


def test_an_enrolled_section_needs_no_considering() -> None:
    scenario(*WITH_ANN, *enrolled(ANN, new(9))).when(AddToCart(ANN, A)).refused(
        RefusalCode.ALREADY_ENROLLED
    )


@pytest.mark.parametrize("command", [AddToCart, RemoveFromCart])
def test_student_and_section_must_exist(command: type[AddToCart | RemoveFromCart]) -> None:
    scenario(*WITH_ANN).when(command(NOBODY, NOBODY)).refused(
        (RefusalCode.NOT_FOUND, "student"), (RefusalCode.NOT_FOUND, "section")
    )
    scenario(*WITH_ANN).when(command(A, ANN)).refused(
        (RefusalCode.NOT_FOUND, "student"), (RefusalCode.NOT_FOUND, "section")
    )
