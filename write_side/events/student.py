"""Facts about students: who they are, what they enroll in, what they consider."""

from decimal import Decimal
from uuid import UUID

from write_side.events.fact import Fact, FirstFact
from write_side.events.sealed import Sealed
from write_side.events.vocabulary import CancellationReason


class StudentRegistered(FirstFact):
    """A person may enroll from now on; None where the source knew no name or address."""

    TOPIC = "StudentRegistered"
    AGGREGATE = "Student"
    number: str
    name: Sealed | None
    email: Sealed | None


class StudentNumberAssigned(FirstFact):
    """A number belongs to one student for good: its stream id is the number's own."""

    TOPIC = "StudentNumberAssigned"
    AGGREGATE = "StudentNumber"
    student: UUID


class ContactChanged(Fact):
    """None leaves that value as it was."""

    TOPIC = "ContactChanged"
    AGGREGATE = "Student"
    name: Sealed | None
    email: Sealed | None


class StudentEnrolled(Fact):
    """An enrollment began; `credits` are those of the course at that moment."""

    TOPIC = "StudentEnrolled"
    AGGREGATE = "Student"
    enrollment: UUID
    section: UUID
    course: UUID
    term: UUID
    credits: Decimal


class EnrollmentCanceled(Fact):
    """The student left before the drop deadline: no trace on the record but this one."""

    TOPIC = "EnrollmentCanceled"
    AGGREGATE = "Student"
    enrollment: UUID
    section: UUID
    course: UUID
    term: UUID
    reason: CancellationReason
    comment: Sealed | None


class EnrollmentWithdrawn(Fact):
    """The student left after the drop deadline: the enrollment stays on the record."""

    TOPIC = "EnrollmentWithdrawn"
    AGGREGATE = "Student"
    enrollment: UUID
    section: UUID
    course: UUID
    term: UUID
    reason: CancellationReason
    comment: Sealed | None


class SectionAddedToCart(Fact):
    """Demand that no table would keep: the section is considered, no seat is held."""

    TOPIC = "SectionAddedToCart"
    AGGREGATE = "Student"
    section: UUID
    term: UUID


class SectionRemovedFromCart(Fact):
    TOPIC = "SectionRemovedFromCart"
    AGGREGATE = "Student"
    section: UUID
    term: UUID
