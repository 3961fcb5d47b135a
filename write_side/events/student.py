"""Facts about students: who they are, what they enroll in, what they consider."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from write_side.events.fact import Fact, FirstFact
from write_side.events.sealed import Sealed
from write_side.events.vocabulary import CancellationReason, ErasureBasis, HoldKind, WaitlistExit


class StudentRegistered(FirstFact):
    """A person may enroll from now on; None where the source knew no name or address."""

    TOPIC = "StudentRegistered"
    AGGREGATE = "Student"
    number: str
    name: Sealed | None
    email: Sealed | None
    groups: tuple[str, ...] = ()


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


class StudentGroupsChanged(Fact):
    """The groups that windows and reserved seats know the student by, from here on."""

    TOPIC = "StudentGroupsChanged"
    AGGREGATE = "Student"
    groups: tuple[str, ...]


class StudentEnrolled(Fact):
    """An enrollment began; `credits` are those of the course at that moment. `entry` is the place
    on the waitlist that led here, if one did."""

    TOPIC = "StudentEnrolled"
    AGGREGATE = "Student"
    enrollment: UUID
    section: UUID
    course: UUID
    term: UUID
    credits: Decimal
    entry: UUID | None = None


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


class StudentWaitlisted(Fact):
    """The student's side of WaitlistJoined."""

    TOPIC = "StudentWaitlisted"
    AGGREGATE = "Student"
    entry: UUID
    section: UUID
    course: UUID
    term: UUID
    drops: UUID | None


class StudentLeftWaitlist(Fact):
    """The student's side of the end of a place, however it ended."""

    TOPIC = "StudentLeftWaitlist"
    AGGREGATE = "Student"
    entry: UUID
    section: UUID
    course: UUID
    term: UUID
    how: WaitlistExit


class PersonalDataErased(Fact):
    """From here on nobody can read a personal value of the student: their key is destroyed."""

    TOPIC = "PersonalDataErased"
    AGGREGATE = "Student"
    basis: ErasureBasis


class HoldPlaced(Fact):
    """Registration is blocked; the reason is between the student and whoever placed it."""

    TOPIC = "HoldPlaced"
    AGGREGATE = "Student"
    hold: UUID
    kind: HoldKind
    placed_by: str
    reason: Sealed


class HoldLifted(Fact):
    TOPIC = "HoldLifted"
    AGGREGATE = "Student"
    hold: UUID


class PermitGranted(Fact):
    """One student may break one rule for one section, once, until it expires."""

    TOPIC = "PermitGranted"
    AGGREGATE = "Student"
    permit: UUID
    section: UUID
    rule: str
    issuer: str
    reason: Sealed
    expires_at: datetime | None


class PermitUsed(Fact):
    """By the enrollment that needed it, or by the place on a waitlist: `entry`."""

    TOPIC = "PermitUsed"
    AGGREGATE = "Student"
    permit: UUID
    section: UUID
    enrollment: UUID | None = None
    entry: UUID | None = None
