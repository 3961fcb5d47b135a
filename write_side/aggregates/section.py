"""A section: its seats, each counted once."""

from collections.abc import Iterator
from datetime import datetime
from uuid import NAMESPACE_URL, UUID, uuid5

from write_side.aggregates.stream import Stream
from write_side.events import CapacityChanged, Fact, SeatFreed, SeatTaken, SectionScheduled
from write_side.refusals import Refusal, RefusalCode

_NAMES = uuid5(NAMESPACE_URL, "rollbook:section")


class Section(Stream):
    """`seats` maps each enrolled student to the enrollment that holds the seat; `capacity` None
    is unlimited."""

    NOUN = "Section"

    @staticmethod
    def id_of(term: UUID, course: UUID, code: str) -> UUID:
        """The stream of a section code within its course and term."""
        return uuid5(_NAMES, f"{term} {course} {code}")

    def evolve(self, fact: Fact) -> None:
        match fact:
            case SectionScheduled():
                self.term = fact.term
                self.course = fact.course
                self.code = fact.code
                self.capacity = fact.capacity
                self.seats: dict[UUID, UUID] = {}
            case CapacityChanged():
                self.capacity = fact.capacity
            case SeatTaken():
                self.seats[fact.student] = fact.enrollment
            case SeatFreed():
                del self.seats[fact.student]
            case _:
                super().evolve(fact)

    @property
    def full(self) -> bool:
        return self.capacity is not None and len(self.seats) >= self.capacity

    def refuse_seat(self, student: UUID) -> Iterator[Refusal]:
        """Why this student gets no seat here now."""
        if self.full and student not in self.seats:
            yield Refusal(
                RefusalCode.SECTION_FULL,
                f"Section {self.code} is full: {len(self.seats)} enrolled,"
                f" capacity {self.capacity}.",
                "Choose another section of this course.",
            )

    def take_seat(self, at: datetime, student: UUID, enrollment: UUID) -> None:
        self.record(SeatTaken, at, student=student, enrollment=enrollment)

    def free_seat(self, at: datetime, student: UUID) -> None:
        self.record(SeatFreed, at, student=student, enrollment=self.seats[student])

    def change_capacity(self, at: datetime, capacity: int | None) -> None:
        """Lowering it below the enrolled drops nobody; the same capacity again is no fact."""
        if capacity != self.capacity:
            self.record(CapacityChanged, at, capacity=capacity)
