"""Offering sections and changing how many seats they have."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from write_side.aggregates import Course, Section, Term
from write_side.commands.command import (
    Command,
    Desk,
    invalid,
    not_found,
    refuse,
    require,
    text_faults,
)
from write_side.events import Meeting, Promotion, SectionScheduled
from write_side.refusals import Refusal, RefusalCode

MOST_SEATS = 1_000_000


@dataclass(frozen=True)
class ScheduleSection(Command):
    """`term` and `course` are codes; capacity None is unlimited, 0 is a real value."""

    term: str
    course: str
    code: str
    capacity: int | None
    waitlist_capacity: int = 0
    promotion: Promotion = Promotion.AUTO_ENROLL
    meetings: tuple[Meeting, ...] = ()

    def decide(self, desk: Desk) -> None:
        term, course = Term.id_of(self.term), Course.id_of(self.course)
        stream = Section.id_of(term, course, self.code)
        faults = list(self._faults())
        if desk.find(Term, term) is None:
            faults.append(not_found("term", "term"))
        if desk.find(Course, course) is None:
            faults.append(not_found("course", "course"))
        if desk.find(Section, stream) is not None:
            faults.append(
                Refusal(
                    RefusalCode.ALREADY_EXISTS,
                    f"{self.course} has a section {self.code} in {self.term} already.",
                    path=("code",),
                )
            )
        refuse(*faults)
        desk.add(
            Section.begin(
                SectionScheduled,
                stream,
                desk.at,
                term=term,
                course=course,
                code=self.code,
                capacity=self.capacity,
                waitlist_capacity=self.waitlist_capacity,
                promotion=self.promotion,
                meetings=self.meetings,
            )
        )

    def _faults(self) -> Iterator[Refusal]:
        yield from text_faults(self.code, "code", 40)
        yield from _seat_faults(self.capacity, "capacity")
        yield from _seat_faults(self.waitlist_capacity, "waitlistCapacity")
        for meeting in self.meetings:
            if not meeting.days:
                yield invalid("A meeting needs at least one day.", "meetings")
            if meeting.starts_at >= meeting.ends_at:
                yield invalid("A meeting must end after it starts.", "meetings")
            yield from text_faults(meeting.place, "place")


@dataclass(frozen=True)
class ChangeCapacity(Command):
    """Capacity None is unlimited; below the enrolled it drops nobody and admits nobody."""

    section: UUID
    capacity: int | None

    def decide(self, desk: Desk) -> None:
        section = require(desk.find(Section, self.section), "section", "section")
        refuse(*_seat_faults(self.capacity, "capacity"))
        section.change_capacity(desk.at, self.capacity)


def _seat_faults(seats: int | None, field: str) -> Iterator[Refusal]:
    if seats is not None and not 0 <= seats <= MOST_SEATS:
        yield invalid(
            f"{field} is a number from 0 to {MOST_SEATS}.",
            field,
            remedy="Leave capacity out for an unlimited section." if field == "capacity" else None,
        )
