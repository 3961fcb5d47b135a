"""Offering sections and changing how many seats they have."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from write_side.aggregates import Course, Section, Student, Term
from write_side.commands.admission import drop, leave_list, settle, settle_around
from write_side.commands.command import (
    Command,
    Desk,
    coming_faults,
    invalid,
    not_found,
    refuse,
    require,
    text_faults,
)
from write_side.events import (
    CancellationReason,
    Meeting,
    Promotion,
    SectionScheduled,
    WaitlistExit,
)
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
    offer_hours: int = 24
    consent_required: bool = False

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
                offer_hours=self.offer_hours,
                consent_required=self.consent_required,
            )
        )

    def _faults(self) -> Iterator[Refusal]:
        yield from text_faults(self.code, "code", 40)
        yield from _seat_faults(self.capacity, "capacity")
        yield from _seat_faults(self.waitlist_capacity, "waitlistCapacity")
        if not 1 <= self.offer_hours <= 24 * 30:
            yield invalid("An offer is open for 1 to 720 hours.", "offerHours")
        for meeting in self.meetings:
            if not meeting.days:
                yield invalid("A meeting needs at least one day.", "meetings")
            if meeting.starts_at >= meeting.ends_at:
                yield invalid("A meeting must end after it starts.", "meetings")
            for fault in text_faults(meeting.place, "place"):
                yield replace(fault, path=("meetings",))


@dataclass(frozen=True)
class ChangeCapacity(Command):
    """Capacity None is unlimited; below the enrolled it drops nobody and admits nobody."""

    section: UUID
    capacity: int | None

    def decide(self, desk: Desk) -> None:
        section = require(desk.find(Section, self.section), "section", "section")
        refuse(*_seat_faults(self.capacity, "capacity"))
        section.change_capacity(desk.at, self.capacity)
        settle(desk, section)


@dataclass(frozen=True)
class CloseSection(Command):
    section: UUID

    def decide(self, desk: Desk) -> None:
        section = require(desk.find(Section, self.section), "section", "section")
        refuse(*section.refuse_canceled("Schedule another section."))
        section.close(desk.at)


@dataclass(frozen=True)
class ReopenSection(Command):
    """Seats that were freed meanwhile go to the waitlist at once."""

    section: UUID

    def decide(self, desk: Desk) -> None:
        section = require(desk.find(Section, self.section), "section", "section")
        refuse(*section.refuse_canceled("Schedule another section."))
        section.reopen(desk.at)
        settle(desk, section)


@dataclass(frozen=True)
class ReserveSeats(Command):
    """Keep seats for a group until `releases_on`; `seats` is the new number, used ones included.
    Where a lowered capacity left too many reserved, fewer are always accepted."""

    section: UUID
    group: str
    seats: int
    releases_on: datetime | None = None

    def decide(self, desk: Desk) -> None:
        section = require(desk.find(Section, self.section), "section", "section")
        refuse(*self._faults(section, desk.at))
        section.reserve(desk.at, self.group, self.seats, self.releases_on)
        settle(desk, section)

    def _faults(self, section: Section, at: datetime) -> Iterator[Refusal]:
        yield from text_faults(self.group, "group", 40)
        yield from _seat_faults(self.seats, "seats")
        others = sum(n for group, n in section.reserves.items() if group != self.group)
        more = self.seats > section.reserves.get(self.group, 0)
        if more and section.capacity is not None and self.seats + others > section.capacity:
            yield invalid(
                f"{self.seats + others} seats would be reserved of {section.capacity}.", "seats"
            )
        used = section.used_reserves[self.group]
        if 0 <= self.seats < used:
            yield invalid(f"{used} reserved seats of {self.group} are in use.", "seats")
        yield from coming_faults(self.releases_on, "releasesOn", at)


@dataclass(frozen=True)
class ReleaseReservedSeats(Command):
    """Open a group's unused seats to all; whoever sits on a used one stays."""

    section: UUID
    group: str

    def decide(self, desk: Desk) -> None:
        section = require(desk.find(Section, self.section), "section", "section")
        section.release(desk.at, self.group)
        settle(desk, section)


@dataclass(frozen=True)
class PromoteWaiters(Command):
    """The service's own: give the free seats of these sections to whoever became eligible by
    something the sections do not know of, such as a revised course; nobody is no fact."""

    sections: tuple[UUID, ...]

    def decide(self, desk: Desk) -> None:
        found = [require(desk.find(Section, each), "section", "sections") for each in self.sections]
        settle(desk, *found)


@dataclass(frozen=True)
class ReleaseDueSeats(Command):
    """The service's own: open the reserved seats whose date has come; none is no fact."""

    section: UUID

    def decide(self, desk: Desk) -> None:
        section = require(desk.find(Section, self.section), "section", "section")
        for group, releases_on in list(section.release_dates.items()):
            if desk.at >= releases_on:
                section.release(desk.at, group)
        settle(desk, section)


@dataclass(frozen=True)
class CancelSection(Command):
    """The school's decision: closed to adds at once; those inside are let go in steps."""

    section: UUID
    reason: str

    def decide(self, desk: Desk) -> None:
        section = require(desk.find(Section, self.section), "section", "section")
        refuse(*text_faults(self.reason, "reason"))
        section.cancel(desk.at, self.reason)


@dataclass(frozen=True)
class EmptySection(Command):
    """The service's own: one step of letting go of those in a canceled section. No facts means
    that nobody is left, so it can be repeated from anywhere."""

    section: UUID
    students: int = 100

    def decide(self, desk: Desk) -> None:
        section = require(desk.find(Section, self.section), "section", "section")
        if not section.canceled:
            return
        inside = [*section.waitlist.waiters, *section.seats][: self.students]
        for key in inside:
            student = require(desk.find(Student, key), "student", "section")
            waiter = section.waitlist.waiters.get(key)
            if waiter is not None:
                leave_list(desk, student, section, WaitlistExit.REMOVED)
            elif key in section.seats:
                drop(desk, student, section.id, CancellationReason.SECTION_CANCELED)
            settle_around(desk, student)


def _seat_faults(seats: int | None, field: str) -> Iterator[Refusal]:
    if seats is not None and not 0 <= seats <= MOST_SEATS:
        yield invalid(
            f"{field} is a number from 0 to {MOST_SEATS}.",
            field,
            remedy="Leave capacity out for an unlimited section." if field == "capacity" else None,
        )
