"""A student: what they are enrolled in and what they consider."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import NAMESPACE_URL, UUID, uuid5

from write_side.aggregates.stream import Stream
from write_side.events import (
    CancellationReason,
    ContactChanged,
    EnrollmentCanceled,
    EnrollmentWithdrawn,
    Fact,
    Sealed,
    SectionAddedToCart,
    SectionRemovedFromCart,
    StudentEnrolled,
    StudentNumberAssigned,
    StudentRegistered,
)
from write_side.refusals import Refusal, RefusalCode

_NUMBERS = uuid5(NAMESPACE_URL, "rollbook:student-number")


@dataclass(frozen=True)
class Enrolled:
    """One active enrollment as the student's rules need it."""

    enrollment: UUID
    section: UUID
    course: UUID
    term: UUID
    credits: Decimal


class Student(Stream):
    """`active` and `cart` are keyed by section. Names and addresses stay in the facts, sealed: no
    rule needs them, so no aggregate carries them."""

    NOUN = "Student"

    def evolve(self, fact: Fact) -> None:
        match fact:
            case StudentRegistered():
                self.active: dict[UUID, Enrolled] = {}
                self.cart: dict[UUID, UUID] = {}
            case ContactChanged():
                pass
            case StudentEnrolled():
                self.active[fact.section] = Enrolled(
                    fact.enrollment, fact.section, fact.course, fact.term, fact.credits
                )
                self.cart.pop(fact.section, None)
            case EnrollmentCanceled() | EnrollmentWithdrawn():
                del self.active[fact.section]
            case SectionAddedToCart():
                self.cart[fact.section] = fact.term
            case SectionRemovedFromCart():
                del self.cart[fact.section]
            case _:
                super().evolve(fact)

    def credits_in(self, term: UUID) -> Decimal:
        return sum((e.credits for e in self.active.values() if e.term == term), Decimal(0))

    def refuse_enrolling(
        self, wanted: Enrolled, course_code: str, credit_limit: Decimal | None
    ) -> Iterator[Refusal]:
        """Why this student cannot take up this enrollment beside the others."""
        if wanted.section in self.active:
            yield Refusal(
                RefusalCode.ALREADY_ENROLLED,
                "The student is already enrolled in this section.",
            )
        elif any((e.course, e.term) == (wanted.course, wanted.term) for e in self.active.values()):
            yield Refusal(
                RefusalCode.DUPLICATE_COURSE,
                f"The student is already enrolled in another section of {course_code} this term.",
                "Cancel that enrollment first, or swap the sections.",
            )
        total = self.credits_in(wanted.term) + wanted.credits
        if credit_limit is not None and total > credit_limit and wanted.section not in self.active:
            yield Refusal(
                RefusalCode.CREDIT_LIMIT_EXCEEDED,
                f"{total} credits would exceed the limit of {credit_limit} for this term.",
                "Cancel another enrollment, or ask the registrar's office for a permit.",
            )

    def refuse_leaving(self, section: UUID) -> Iterator[Refusal]:
        """Why there is nothing to cancel or withdraw from."""
        if section not in self.active:
            yield Refusal(RefusalCode.NOT_ENROLLED, "The student is not enrolled in this section.")

    def enroll(self, at: datetime, wanted: Enrolled) -> None:
        self.record(StudentEnrolled, at, **vars(wanted))

    def leave(
        self,
        at: datetime,
        section: UUID,
        how: type[EnrollmentCanceled] | type[EnrollmentWithdrawn],
        reason: CancellationReason,
        comment: Sealed | None,
    ) -> None:
        """End an enrollment early, by cancellation or by withdrawal."""
        ending = self.active[section]
        self.record(
            how,
            at,
            enrollment=ending.enrollment,
            section=section,
            course=ending.course,
            term=ending.term,
            reason=reason,
            comment=comment,
        )

    def change_contact(self, at: datetime, name: Sealed | None, email: Sealed | None) -> None:
        self.record(ContactChanged, at, name=name, email=email)

    def add_to_cart(self, at: datetime, section: UUID, term: UUID) -> None:
        """Already there is no fact."""
        if section not in self.cart:
            self.record(SectionAddedToCart, at, section=section, term=term)

    def remove_from_cart(self, at: datetime, section: UUID) -> None:
        """Not there is no fact."""
        if section in self.cart:
            self.record(SectionRemovedFromCart, at, section=section, term=self.cart[section])


class StudentNumber(Stream):
    """A student number, claimed by the first version of its own stream: students have random ids,
    so this is what makes a number unique."""

    NOUN = "StudentNumber"

    @staticmethod
    def id_of(number: str) -> UUID:
        return uuid5(_NUMBERS, number)

    def evolve(self, fact: Fact) -> None:
        match fact:
            case StudentNumberAssigned():
                self.student = fact.student
            case _:
                super().evolve(fact)
