"""The planning cart: sections a student considers, holding no seat."""

from dataclasses import dataclass, replace
from uuid import UUID

from write_side.aggregates import Section, Term
from write_side.aggregates.section import Free
from write_side.aggregates.student import Permit
from write_side.commands.admission import Admission, settle_around
from write_side.commands.command import (
    Command,
    Desk,
    both,
    not_found,
    refuse,
    require,
    require_student,
)
from write_side.refusals import Refusal, RefusalCode


@dataclass(frozen=True)
class AddToCart(Command):
    student: UUID
    section: UUID

    def decide(self, desk: Desk) -> None:
        student, section = both(desk, self.student, self.section)
        if section.id in student.active:
            refuse(
                Refusal(
                    RefusalCode.ALREADY_ENROLLED,
                    "The student is already enrolled in this section.",
                )
            )
        student.add_to_cart(desk.at, section.id, section.term)


@dataclass(frozen=True)
class RemoveFromCart(Command):
    student: UUID
    section: UUID

    def decide(self, desk: Desk) -> None:
        student, section = both(desk, self.student, self.section)
        student.remove_from_cart(desk.at, section.id)


@dataclass(frozen=True)
class EnrollCart(Command):
    """Enroll in everything the cart holds for a term, or in nothing: corequisites in the same
    cart count. `term` is a code; a dry run of this is what validating a cart is."""

    student: UUID
    term: str

    def decide(self, desk: Desk) -> None:
        student = require_student(desk, self.student)
        term = require(desk.find(Term, Term.id_of(self.term)), "term", "term")
        wanted = [section for section, of_term in student.cart.items() if of_term == term.id]
        sections = [require(desk.find(Section, each), "section", "term") for each in wanted]
        if not sections:
            refuse(not_found(f"section in the cart for {self.term}", "term"))
        admissions = [Admission.of(desk, student, section) for section in sections]
        broken: list[Refusal] = []
        ready: list[tuple[Admission, list[Permit]]] = []
        for admission in admissions:
            beside = [other.wanted for other in admissions if other is not admission]
            together = replace(admission, beside=beside)
            left, permits = together.broken()
            no_seat, seat_permits = together.waive(together.seat_refusals())
            broken += [_about(admission, refusal) for refusal in (*left, *no_seat)]
            ready.append((admission, [*permits, *seat_permits]))
        refuse(*broken)
        changed: list[Section] = []
        for admission, permits in ready:
            free = admission.section.seat_for(student.groups) or Free(None)
            changed += admission.enroll(free, permits)
        settle_around(desk, student, *changed)


def _about(admission: Admission, refusal: Refusal) -> Refusal:
    """The refusal with the section of the cart it is about; no part of the input names that."""
    name = f"{admission.course.code} {admission.section.code}"
    return replace(refusal, message=f"{name}: {refusal.message}")
