"""Facts about sections: what is offered, and who holds its seats."""

from uuid import UUID

from write_side.events.fact import Fact, FirstFact
from write_side.events.vocabulary import Meeting, Promotion


class SectionScheduled(FirstFact):
    """A section is offered; capacity None is unlimited, 0 is no seat at all."""

    TOPIC = "SectionScheduled"
    AGGREGATE = "Section"
    term: UUID
    course: UUID
    code: str
    capacity: int | None
    waitlist_capacity: int
    promotion: Promotion
    meetings: tuple[Meeting, ...]


class CapacityChanged(Fact):
    TOPIC = "CapacityChanged"
    AGGREGATE = "Section"
    capacity: int | None


class SeatTaken(Fact):
    """One seat went to one student; the student's own stream says the same as StudentEnrolled."""

    TOPIC = "SeatTaken"
    AGGREGATE = "Section"
    student: UUID
    enrollment: UUID


class SeatFreed(Fact):
    TOPIC = "SeatFreed"
    AGGREGATE = "Section"
    student: UUID
    enrollment: UUID
