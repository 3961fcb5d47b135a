"""Registering students and keeping their contact data."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from write_side.aggregates import Student, StudentNumber
from write_side.commands.admission import settle_around
from write_side.commands.command import (
    Command,
    Desk,
    Personal,
    invalid,
    refuse,
    require_student,
    text_faults,
)
from write_side.events import Sealed, StudentNumberAssigned, StudentRegistered
from write_side.refusals import Refusal, RefusalCode


@dataclass(frozen=True)
class RegisterStudent(Command):
    """Name and e-mail may be missing where a source never had them; the API asks for both."""

    number: str
    name: Personal | None
    email: Personal | None
    groups: tuple[str, ...] = ()

    def decide(self, desk: Desk) -> None:
        claim = StudentNumber.id_of(self.number)
        faults = [*text_faults(self.number, "number", 40), *_contact_faults(self.name, self.email)]
        faults += _group_faults(self.groups)
        if desk.find(StudentNumber, claim) is not None:
            faults.append(
                Refusal(
                    RefusalCode.ALREADY_EXISTS,
                    f"Number {self.number} belongs to a student already.",
                    path=("number",),
                )
            )
        refuse(*faults)
        student = desk.new_id()
        name, email = _sealed(desk, student, "StudentRegistered", self.name, self.email)
        desk.add(StudentNumber.begin(StudentNumberAssigned, claim, desk.at, student=student))
        desk.add(
            Student.begin(
                StudentRegistered,
                student,
                desk.at,
                number=self.number,
                name=name,
                email=email,
                groups=self.groups,
            )
        )


@dataclass(frozen=True)
class ChangeContact(Command):
    """None leaves a value as it is."""

    student: UUID
    name: Personal | None = None
    email: Personal | None = None

    def decide(self, desk: Desk) -> None:
        student = require_student(desk, self.student)
        refuse(*_contact_faults(self.name, self.email))
        if self.name is not None or self.email is not None:
            name, email = _sealed(desk, student.id, "ContactChanged", self.name, self.email)
            student.change_contact(desk.at, name, email)


@dataclass(frozen=True)
class ChangeGroups(Command):
    """The groups that windows and reserved seats know the student by."""

    student: UUID
    groups: tuple[str, ...]

    def decide(self, desk: Desk) -> None:
        student = require_student(desk, self.student)
        refuse(*_group_faults(self.groups))
        student.change_groups(desk.at, self.groups)
        settle_around(desk, student)


def _group_faults(groups: tuple[str, ...]) -> Iterator[Refusal]:
    for group in groups:
        yield from text_faults(group, "groups", 40)


def _sealed(
    desk: Desk, person: UUID, topic: str, name: Personal | None, email: Personal | None
) -> tuple[Sealed | None, Sealed | None]:
    if email is not None:
        desk.index_email(person, email)
    return (
        None if name is None else desk.seal(person, f"{topic}.name", name),
        None if email is None else desk.seal(person, f"{topic}.email", email),
    )


def _contact_faults(name: str | None, email: str | None) -> Iterator[Refusal]:
    yield from text_faults(name, "name")
    yield from text_faults(email, "email")
    # an address is proved by writing to it; here only what cannot be one at all is caught
    if email and ("@" not in email[1:-1] or any(c.isspace() for c in email)):
        yield invalid("This is not an e-mail address.", "email")
