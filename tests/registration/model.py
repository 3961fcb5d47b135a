"""The model: registration day restated over plain dicts, for the machine to compare with.

It shares nothing with the code but the names of the refusal codes. Students, sections, courses,
terms and groups are strings; a refusal is a set of codes, and an empty one means it is done.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import takewhile

Codes = set[str]
Slot = tuple[str, int, int]
"""A day's letter, the hour it starts, the hour it ends."""

OVER_FULL = "SECTION_FULL"
NO_SEAT = {OVER_FULL, "RESERVED_SEATS_ONLY", "WAITLIST_HAS_PRIORITY"}
LOOKED_AT_LATER = {"TIME_CONFLICT", "CREDIT_LIMIT_EXCEEDED"}
LOOKED_AT_NOW = {"WINDOW_NOT_OPEN", "WINDOW_CLOSED"}
"""Of joining a list: only when a seat comes, and never again."""


@dataclass
class Term:
    number: int
    opens: datetime | None
    add: datetime
    drop: datetime
    withdraw: datetime
    limit: int | None = None
    windows: dict[str, tuple[datetime, datetime]] = field(default_factory=dict)


@dataclass(frozen=True)
class Course:
    credits: int
    before: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()


@dataclass
class Place:
    who: str
    drops: str | None
    skipped: frozenset[str] = frozenset()
    offer: tuple[datetime, str | None] | None = None


@dataclass
class Section:
    course: str
    term: str
    capacity: int | None
    places: int
    offering: bool = False
    hours: int = 24
    slots: tuple[Slot, ...] = ()
    consent: bool = False
    closed: bool = False
    canceled: bool = False
    seats: dict[str, str | None] = field(default_factory=dict)
    line: list[Place] = field(default_factory=list)
    reserves: dict[str, int] = field(default_factory=dict)
    dates: dict[str, datetime] = field(default_factory=dict)

    def place(self, who: str) -> Place | None:
        return next((place for place in self.line if place.who == who), None)

    def offers(self) -> list[Place]:
        return [place for place in self.line if place.offer]

    def left(self) -> float:
        if self.capacity is None:
            return float("inf")
        return self.capacity - len(self.seats) - len(self.offers())

    def used(self) -> Counter[str | None]:
        held = [place.offer[1] for place in self.line if place.offer]
        return Counter([*self.seats.values(), *held])

    def kept(self) -> dict[str, int]:
        """Seats of each reserve that nobody uses."""
        return {g: max(0, n - self.used()[g]) for g, n in self.reserves.items()}

    def seat_for(self, groups: Iterable[str]) -> list[str | None]:
        """Empty, or the reserve (None: an open seat) that a student of these groups gets."""
        if self.left() <= 0:
            return []
        own = [group for group in sorted(groups) if self.kept().get(group)]
        return [own[0]] if own else [None] * (self.left() > sum(self.kept().values()))


@dataclass
class Permit:
    section: str
    rule: str
    until: datetime | None


@dataclass
class Person:
    groups: set[str] = field(default_factory=set)
    holds: dict[str, str] = field(default_factory=dict)
    permits: list[Permit] = field(default_factory=list)
    cart: list[str] = field(default_factory=list)
    waits: list[str] = field(default_factory=list)
    enrolled: list[str] = field(default_factory=list)


@dataclass
class Model:
    terms: dict[str, Term]
    courses: dict[str, Course]
    sections: dict[str, Section]
    people: dict[str, Person]
    at: datetime

    # rules

    def broken(
        self,
        who: str,
        name: str,
        *,
        acting: bool = True,
        without: str | None = None,
        beside: Sequence[str] = (),
    ) -> Codes:
        """Every rule but the seat's that keeps this student out, and that a permit may waive."""
        section, me = self.sections[name], self.people[who]
        term, course = self.terms[section.term], self.courses[section.course]
        others = [s for s in me.enrolled if s != without] + list(beside)
        same_term = [s for s in others if self.sections[s].term == section.term]
        codes: Codes = set()
        if section.canceled:
            codes.add("SECTION_CANCELED")
        elif section.closed:
            codes.add("SECTION_CLOSED")
        if section.consent:
            codes.add("CONSENT_REQUIRED")
        if acting:
            codes |= self.out_of_window(me, term)
        if self.at >= term.add:
            codes.add("DEADLINE_PASSED")
        if me.holds:
            codes.add("HOLD")
        taken = [self.sections[s].course for s in same_term]
        if name in others:
            codes.add("ALREADY_ENROLLED")
        else:
            if section.course in taken:
                codes.add("DUPLICATE_COURSE")
            total = sum(self.courses[c].credits for c in [*taken, section.course])
            if term.limit is not None and total > term.limit:
                codes.add("CREDIT_LIMIT_EXCEEDED")
        earlier = {
            self.sections[s].course
            for s in me.enrolled
            if s != without and self.terms[self.sections[s].term].number < term.number
        }
        if not set(course.before) <= earlier:
            codes.add("PREREQUISITE_NOT_MET")
        if not set(course.beside) <= earlier | set(taken):
            codes.add("COREQUISITE_MISSING")
        if any(self.clash(name, s) for s in same_term if s != name):
            codes.add("TIME_CONFLICT")
        return codes

    def bound(self, who: str, without: str | None) -> Codes:
        """What keeps this student in the section given up: no permit for another waives it."""
        me, codes = self.people[who], set()
        if without in me.enrolled:
            late = self.at >= self.terms[self.sections[without].term].drop
            codes |= {"DEADLINE_PASSED"} if late else set()
            codes |= {"HOLD"} if "ALL" in me.holds.values() else set()
        return codes

    def out_of_window(self, me: Person, term: Term) -> Codes:
        mine = [term.windows[group] for group in me.groups if group in term.windows]
        if not mine:
            early = term.opens is not None and self.at < term.opens
            return {"WINDOW_NOT_OPEN"} if early else set()
        if any(opens <= self.at < closes for opens, closes in mine):
            return set()
        coming = any(self.at < opens for opens, _ in mine)
        return {"WINDOW_NOT_OPEN" if coming else "WINDOW_CLOSED"}

    def clash(self, one: str, two: str) -> bool:
        return any(
            day == other and starts < other_ends and other_starts < ends
            for day, starts, ends in self.sections[one].slots
            for other, other_starts, other_ends in self.sections[two].slots
        )

    def no_seat(self, who: str, name: str) -> Codes:
        section = self.sections[name]
        place = section.place(who)
        if who in section.seats:
            return set()
        if place and place.offer:
            return {"ALREADY_WAITLISTED"}
        if section.seat_for(self.people[who].groups):
            ahead = takewhile(lambda p: p.who != who, section.line)
            jumped = [p for p in ahead if self.is_next(section, name, p)]
            return {"WAITLIST_HAS_PRIORITY"} if jumped else set()
        return {"RESERVED_SEATS_ONLY" if section.left() > 0 else OVER_FULL}

    def shut(self, name: str) -> Codes:
        """What keeps everybody out, so that nobody on the list is to blame."""
        section, codes = self.sections[name], set()
        if section.canceled or section.closed:
            codes.add("SECTION_CANCELED" if section.canceled else "SECTION_CLOSED")
        if self.at >= self.terms[section.term].add:
            codes.add("DEADLINE_PASSED")
        return codes

    def is_next(self, section: Section, name: str, place: Place) -> bool:
        """Whether this waiter ought to have a seat, and there is one for them."""
        return bool(
            place.offer is None
            and section.seat_for(self.people[place.who].groups)
            and not self.ineligible(name, place)
        )

    def ineligible(self, name: str, place: Place) -> Codes:
        codes = self.broken(place.who, name, acting=False, without=place.drops)
        return codes - self.permitted(place.who, name) | self.bound(place.who, place.drops)

    def permitted(self, who: str, name: str) -> Codes:
        return {
            permit.rule
            for permit in self.people[who].permits
            if permit.section == name and (permit.until is None or self.at < permit.until)
        }

    def cannot_wait(self, who: str, name: str) -> Codes:
        section = self.sections[name]
        if section.place(who):
            return {"ALREADY_WAITLISTED"}
        if not section.places:
            return {"WAITLIST_NOT_OFFERED"}
        return {"WAITLIST_FULL"} if len(section.line) >= section.places else set()
