"""The planning cart: sections a student considers, holding no seat."""

from dataclasses import dataclass
from uuid import UUID

from write_side.commands.command import Command, Desk, refuse
from write_side.commands.enrollment import both
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
