"""A watch over the facts alone: the invariants of the domain at every prefix of the log."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import combinations
from typing import Any
from uuid import UUID

from write_side.events import (
    CapacityChanged,
    EnrollmentCanceled,
    EnrollmentWithdrawn,
    Fact,
    OfferAccepted,
    OfferDeclined,
    OfferExpired,
    OfferRevoked,
    PermitGranted,
    PermitUsed,
    ReservedSeatsReleased,
    SeatFreed,
    SeatOffered,
    SeatsReserved,
    SeatTaken,
    SectionScheduled,
    StudentEnrolled,
    TermOpened,
    WaiterPromoted,
    WaitlistJoined,
    WaitlistLeft,
)


@dataclass
class Room:
    """A section as its facts tell it."""

    scheduled: SectionScheduled
    capacity: int | None
    seats: dict[UUID, str | None] = field(default_factory=dict)
    offers: dict[UUID, SeatOffered] = field(default_factory=dict)
    line: list[UUID] = field(default_factory=list)
    reserves: dict[str, int] = field(default_factory=dict)
    taken: int = 0
    freed: int = 0

    @property
    def held(self) -> int:
        return len(self.seats) + len(self.offers)

    def kept(self) -> int:
        used = [*self.seats.values(), *(offer.reserve for offer in self.offers.values())]
        return sum(max(0, n - used.count(group)) for group, n in self.reserves.items())

    def check_room(self, reserve: str | None, waived: set[str]) -> None:
        """Invariants 1 and 3, the moment a seat is given away."""
        if self.capacity is None or "SECTION_FULL" in waived:
            return
        assert self.held <= self.capacity, "more than the capacity"
        if reserve is None and "RESERVED_SEATS_ONLY" not in waived:
            assert self.held + self.kept() <= self.capacity, "an open seat out of a reserve"


@dataclass
class Watch:
    """`see` takes the facts of one command; what must hold at any prefix is asserted there, what
    must hold between commands in `check`."""

    rooms: dict[UUID, Room] = field(default_factory=dict)
    limits: dict[UUID, Decimal | None] = field(default_factory=dict)
    enrolled: dict[UUID, dict[UUID, StudentEnrolled]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    episodes: set[UUID] = field(default_factory=set)
    ended_offers: set[UUID] = field(default_factory=set)
    granted: dict[UUID, PermitGranted] = field(default_factory=dict)
    waived: dict[UUID, set[str]] = field(default_factory=lambda: defaultdict(set))
    passed_by: list[tuple[UUID, UUID, str | None]] = field(default_factory=list)
    at: datetime | None = None

    def see(self, facts: Sequence[Fact]) -> None:
        self.passed_by = []
        for fact in facts:
            if isinstance(fact, PermitGranted):
                self.granted[fact.permit] = fact
        for fact in facts:
            if isinstance(fact, PermitUsed):
                permit = self.granted.pop(fact.permit)  # once: KeyError the second time
                assert (permit.section, permit.originator_id) == (fact.section, fact.originator_id)
                assert permit.expires_at is None or fact.timestamp < permit.expires_at
                self.waived[fact.enrollment or fact.entry].add(permit.rule)
        for fact in facts:
            if isinstance(fact, SectionScheduled):
                self.rooms[fact.originator_id] = Room(fact, fact.capacity)
            elif fact.originator_id in self.rooms:
                self._in_room(self.rooms[fact.originator_id], fact)
            else:
                self._of_student(fact)

    def _in_room(self, room: Room, fact: Fact) -> None:
        match fact:
            case CapacityChanged():
                room.capacity = fact.capacity
            case SeatTaken():
                accepted = room.offers.pop(fact.student, None)
                assert fact.student not in room.seats, "two seats for one student"
                assert not accepted or accepted.reserve == fact.reserve
                room.seats[fact.student] = fact.reserve
                room.taken += 1
                if accepted is None:
                    room.check_room(fact.reserve, self.waived[fact.enrollment])
                if fact.student in room.line:
                    self._served(room, fact.originator_id, fact.student, fact.reserve)
                    room.line.remove(fact.student)
            case SeatFreed():
                del room.seats[fact.student]
                room.freed += 1
            case SeatOffered():
                assert fact.student not in room.offers, "two offers for one student"
                room.offers[fact.student] = fact
                room.check_room(fact.reserve, set())
                self._served(room, fact.originator_id, fact.student, fact.reserve)
                room.line.remove(fact.student)
            case OfferAccepted():
                offer = room.offers[fact.student]  # held until SeatTaken: one seat, counted once
                assert fact.timestamp < offer.expires_at, "accepted after its deadline"
                self._ended(offer, fact.offer)
            case OfferDeclined() | OfferExpired() | OfferRevoked():
                offer = room.offers.pop(fact.student)
                late = isinstance(fact, OfferExpired)
                assert not late or fact.timestamp >= offer.expires_at, "expired too early"
                self._ended(offer, fact.offer)
            case SeatsReserved():
                room.reserves[fact.group] = fact.seats
            case ReservedSeatsReleased():
                del room.reserves[fact.group]
            case WaitlistJoined():
                assert fact.student not in [*room.line, *room.seats, *room.offers]
                room.line.append(fact.student)
            case WaitlistLeft():
                room.line.remove(fact.student)
            case WaiterPromoted():
                assert fact.student in room.line

    def _ended(self, offer: SeatOffered, key: UUID) -> None:
        assert offer.offer == key and key not in self.ended_offers, "an offer ended twice"
        self.ended_offers.add(key)

    def _served(self, room: Room, key: UUID, student: UUID, reserve: str | None) -> None:
        ahead = room.line[: room.line.index(student)]
        self.passed_by += [(key, other, reserve) for other in ahead]

    def _of_student(self, fact: Any) -> None:
        match fact:
            case TermOpened():
                self.limits[fact.originator_id] = fact.credit_limit
            case StudentEnrolled():
                assert fact.enrollment not in self.episodes, "an episode began twice"
                self.episodes.add(fact.enrollment)
                self.enrolled[fact.originator_id][fact.enrollment] = fact
            case EnrollmentCanceled() | EnrollmentWithdrawn():
                del self.enrolled[fact.originator_id][fact.enrollment]

    def check(self) -> None:
        for room in self.rooms.values():
            assert len(room.seats) == room.taken - room.freed  # invariant 15
        for mine in self.enrolled.values():
            self._check_student(list(mine.values()))

    def _check_student(self, mine: list[StudentEnrolled]) -> None:
        """Invariants 7 and 8, by what permits were used for what is held now."""
        courses = [(each.course, each.term) for each in mine]
        assert len(courses) == len(set(courses)), "two enrollments in one course"
        for one, two in combinations(mine, 2):
            hours = [_hours(self.rooms[each.section].scheduled) for each in (one, two)]
            if one.term == two.term and hours[0] & hours[1]:
                waived = self.waived[one.enrollment] | self.waived[two.enrollment]
                assert "TIME_CONFLICT" in waived, "two places at once"
        for term, limit in self.limits.items():
            here = [each for each in mine if each.term == term]
            if limit is not None and sum(each.credits for each in here) > limit:
                waived = set().union(*(self.waived[each.enrollment] for each in here))
                assert "CREDIT_LIMIT_EXCEEDED" in waived, "too many credits"


def _hours(section: SectionScheduled) -> set[tuple[str, int]]:
    """The hours of the week this section fills; in here all meetings are of full hours."""
    return {
        (day, hour)
        for meeting in section.meetings
        for day in meeting.days
        for hour in range(meeting.starts_at.hour, meeting.ends_at.hour)
    }
