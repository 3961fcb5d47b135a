"""Erasing a person: they give back what they hold, by the ordinary rules, and are unreadable."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from write_side.aggregates import Section, Student, Term
from write_side.commands.admission import leave_list, settle
from write_side.commands.command import Command, Desk, require
from write_side.events import (
    CancellationReason,
    EnrollmentCanceled,
    EnrollmentWithdrawn,
    ErasureBasis,
    WaitlistExit,
)


@dataclass(frozen=True)
class EraseStudent(Command):
    """Seats, offers, places on lists and the cart end; then the person's key goes, by whoever
    follows the fact. A second time is success without facts."""

    student: UUID
    basis: ErasureBasis

    def decide(self, desk: Desk) -> None:
        student = require(desk.find(Student, self.student), "student", "student")
        if student.erased:
            return
        changed = [*_left_lists(desk, student), *_left_seats(desk, student)]
        for section in list(student.cart):
            student.remove_from_cart(desk.at, section)
        student.erase(desk.at, self.basis)
        settle(desk, *changed)


def _left_lists(desk: Desk, student: Student) -> Iterator[Section]:
    for place in list(student.waiting):
        section = require(desk.find(Section, place), "section", "student")
        leave_list(desk, student, section, WaitlistExit.REMOVED)
        yield section


def _left_seats(desk: Desk, student: Student) -> Iterator[Section]:
    """Before the drop deadline a seat is canceled, after it withdrawn from. An enrollment of a
    term that is over stays as it is: its seat can be nobody else's, and its counts are history."""
    for held in list(student.active.values()):
        section = require(desk.find(Section, held.section), "section", "student")
        term = require(desk.find(Term, held.term), "term", "student")
        if term.ends_on < desk.at.date():
            continue
        late = bool(list(term.refuse_canceling(desk.at))) and not section.canceled
        how = EnrollmentWithdrawn if late else EnrollmentCanceled
        section.free_seat(desk.at, student.id)
        student.leave(desk.at, section.id, how, CancellationReason.DATA_ERASURE)
        yield section
