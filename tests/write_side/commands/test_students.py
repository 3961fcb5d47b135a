"""registerStudent and changeContact: numbers are unique, personal values are sealed in place."""

from dataclasses import replace

import pytest

from tests.scenario import fact, new, scenario, sealed
from tests.write_side.campus import ANN, CAMPUS, CS, NOBODY, student
from write_side.aggregates import StudentNumber
from write_side.commands import ChangeContact, Personal, RegisterStudent
from write_side.events import ContactChanged, StudentNumberAssigned, StudentRegistered
from write_side.refusals import RefusalCode

ADA = RegisterStudent("S1", Personal("Ada Lovelace"), Personal("ada@example.edu"))
NUMBER = StudentNumber.id_of("S1")


def test_a_student_registers_with_a_number_nobody_else_has() -> None:
    story = scenario().when(ADA)
    story.then(
        fact(StudentNumberAssigned, NUMBER, student=new(1)),
        fact(
            StudentRegistered,
            new(1),
            number="S1",
            name=sealed(new(1), "StudentRegistered.name", "Ada Lovelace"),
            email=sealed(new(1), "StudentRegistered.email", "ada@example.edu"),
        ),
    )
    assert story.desk.emails == {new(1): "ada@example.edu"}
    story.again().refused((RefusalCode.ALREADY_EXISTS, "number"))


def test_name_and_address_may_be_unknown() -> None:
    story = scenario().when(RegisterStudent("S1", None, None))
    story.then(
        fact(StudentNumberAssigned, NUMBER, student=new(1)),
        fact(StudentRegistered, new(1), number="S1", name=None, email=None),
    )
    assert story.desk.emails == {}


def test_a_number_is_trimmed_before_it_is_compared() -> None:
    scenario(ADA).when(replace(ADA, number=" S1 ")).refused((RefusalCode.ALREADY_EXISTS, "number"))


def test_all_that_is_wrong_is_said_at_once() -> None:
    wrong = RegisterStudent("S1", Personal(""), Personal("nobody"))
    scenario(ADA).when(wrong).refused(
        (RefusalCode.INVALID_INPUT, "name"),
        (RefusalCode.INVALID_INPUT, "email"),
        (RefusalCode.ALREADY_EXISTS, "number"),
    )


@pytest.mark.parametrize("number", ["", "  ", "x" * 41, "S\x001"])
def test_a_number_is_short_plain_text(number: str) -> None:
    scenario().when(replace(ADA, number=number)).refused((RefusalCode.INVALID_INPUT, "number"))


@pytest.mark.parametrize("email", ["nobody", "@x", "x@", "a b@c", "@", "a@b\u2003c"])
def test_what_cannot_be_an_address_is_refused(email: str) -> None:
    scenario().when(replace(ADA, email=Personal(email))).refused(
        (RefusalCode.INVALID_INPUT, "email")
    )


@pytest.mark.parametrize("email", ["a@b", "ada+x@example.edu", "δοκιμή@παράδειγμα.gr"])
def test_whatever_might_be_an_address_is_taken(email: str) -> None:
    story = scenario().when(replace(ADA, email=Personal(email)))
    assert story.desk.emails == {new(1): email}


@pytest.mark.parametrize(
    "name", ["Ὑπατία", "李清照", "نظام الملك", "Ø'Brien-Łęcki", "👩🏽‍🎓", "x" * 200]
)
def test_a_name_comes_in_any_script(name: str) -> None:
    story = scenario(student(ANN)).when(ChangeContact(ANN, name=Personal(f"  {name} ")))
    story.then(fact(ContactChanged, ANN, name=sealed(ANN, "ContactChanged.name", name), email=None))


@pytest.mark.parametrize(
    "name", ["", "\n", "x" * 201, "Ada\x00", "Ada\x1b[31m", "A\x85da", "\x7fA"]
)
def test_a_name_is_text_without_control_characters(name: str) -> None:
    scenario(student(ANN)).when(ChangeContact(ANN, name=Personal(name))).refused(
        (RefusalCode.INVALID_INPUT, "name")
    )


@pytest.mark.parametrize("half", ["\ud83d", "Ada \udc00"])
def test_half_a_character_is_no_text(half: str) -> None:
    """JSON can spell a lone surrogate; no store and no cipher can take it as UTF-8."""
    scenario(student(ANN)).when(ChangeContact(ANN, name=Personal(half))).refused(
        (RefusalCode.INVALID_INPUT, "name")
    )
    scenario().when(replace(ADA, number=half)).refused((RefusalCode.INVALID_INPUT, "number"))


def test_contact_changes_what_is_given() -> None:
    story = scenario(student(ANN)).when(ChangeContact(ANN, email=Personal("ann@x.edu")))
    email = sealed(ANN, "ContactChanged.email", "ann@x.edu")
    story.then(fact(ContactChanged, ANN, name=None, email=email))
    assert story.desk.emails == {ANN: "ann@x.edu"}


def test_no_contact_given_is_no_fact() -> None:
    story = scenario(student(ANN)).when(ChangeContact(ANN)).then_nothing()
    assert story.desk.emails == {}


def test_only_a_student_has_contact_data() -> None:
    named = Personal("X")
    scenario(*CAMPUS).when(ChangeContact(NOBODY, named)).refused((RefusalCode.NOT_FOUND, "student"))
    scenario(*CAMPUS).when(ChangeContact(CS, named)).refused((RefusalCode.NOT_FOUND, "student"))
