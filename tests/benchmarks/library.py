"""The plain library: the same enrolling by eventsourcing's own Application and SQLite recorder."""

from pathlib import Path
from typing import Any
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event


class PlainSection(Aggregate):
    def __init__(self, capacity: int | None) -> None:
        self.capacity = capacity
        self.seats: set[UUID] = set()

    @event("SeatTaken")
    def take_seat(self, student: UUID) -> None:
        self.seats.add(student)

    def refuses(self, student: UUID) -> bool:
        full = self.capacity is not None and len(self.seats) >= self.capacity
        return full or student in self.seats


class PlainStudent(Aggregate):
    def __init__(self, number: str) -> None:
        self.number = number
        self.sections: set[UUID] = set()

    @event("Enrolled")
    def enroll(self, section: UUID) -> None:
        self.sections.add(section)


class PlainApplication(Application[UUID]):
    """One command is one save of both aggregates: no receipt, no envelope, no chain."""

    def found(self, students: int, sections: int) -> tuple[list[UUID], list[UUID]]:
        people = [PlainStudent(str(number)) for number in range(students)]
        places = [PlainSection(None) for _ in range(sections)]
        self.save(*people, *places)
        return [each.id for each in people], [each.id for each in places]

    def enroll(self, student: UUID, section: UUID) -> None:
        person: Any = self.repository.get(student)
        place: Any = self.repository.get(section)
        if place.refuses(student) or section in person.sections:
            raise ValueError("refused")
        place.take_seat(student)
        person.enroll(section)
        self.save(person, place)


def open_application(path: Path) -> PlainApplication:
    """On a file in WAL mode; SQLite's own default is synchronous = FULL, as ours is."""
    return PlainApplication(
        {
            "PERSISTENCE_MODULE": "eventsourcing.sqlite",
            "SQLITE_DBNAME": str(path),
            "AGGREGATE_CACHE_MAXSIZE": "50000",
            "AGGREGATE_CACHE_FASTFORWARD": "n",
        }
    )
