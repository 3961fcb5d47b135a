"""The model: registration day restated over plain dicts, for the machine to compare with.

It shares nothing with the code but the names of the refusal codes. Students, sections, courses,
terms and groups are strings; a refusal is a set of codes, and an empty one means it is done.
"""

from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

Codes = set[str]
Slot = tuple[str, int, int]
"""A day's letter, the hour it starts, the hour it ends."""

OVER_FULL = "SECTION_FULL"
NO_SEAT = {OVER_FULL, "RESERVED_SEATS_ONLY", "WAITLIST_HAS_PRIORITY"}
LOOKED_AT_LATER = {"TIME_CONFLICT", "CREDIT_LIMIT_EXCEEDED"}


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
        """Every rule but the seat's that keeps this student out of this section."""
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
        if without in me.enrolled and self.at >= self.terms[self.sections[without].term].drop:
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
            jumped = [p for p in section.line if p.who != who and self.is_next(section, name, p)]
            return {"WAITLIST_HAS_PRIORITY"} if jumped else set()
        return {"RESERVED_SEATS_ONLY" if section.left() > 0 else OVER_FULL}

    def moves(self, section: Section) -> bool:
        """Whether a list is promoted from at all."""
        late = self.at >= self.terms[section.term].add
        return not (section.closed or section.canceled or late)

    def is_next(self, section: Section, name: str, place: Place) -> bool:
        """Whether this waiter ought to have a seat, and there is one for them."""
        return bool(
            place.offer is None
            and self.moves(section)
            and section.seat_for(self.people[place.who].groups)
            and not self.ineligible(name, place)
        )

    def ineligible(self, name: str, place: Place) -> Codes:
        codes = self.broken(place.who, name, acting=False, without=place.drops)
        return codes - self.permitted(place.who, name)

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

    # what happens

    def use_up(self, who: str, name: str, codes: Codes) -> None:
        me = self.people[who]
        for code in codes:
            valid = (
                p
                for p in me.permits
                if (p.section, p.rule) == (name, code) and (p.until is None or self.at < p.until)
            )
            me.permits.remove(next(valid))

    def take(self, who: str, name: str, reserve: str | None) -> list[str]:
        """The seat is theirs; the sections of the course that they wait for no longer."""
        me, section = self.people[who], self.sections[name]
        section.seats[who] = reserve
        me.enrolled.append(name)
        if name in me.cart:
            me.cart.remove(name)
        kind = (section.course, section.term)
        ended = [s for s in me.waits if (self.sections[s].course, self.sections[s].term) == kind]
        for other in ended:
            self.leave_line(who, other)
        return ended

    def leave_line(self, who: str, name: str) -> None:
        section = self.sections[name]
        section.line = [place for place in section.line if place.who != who]
        self.people[who].waits.remove(name)

    def drop(self, who: str, name: str) -> None:
        del self.sections[name].seats[who]
        self.people[who].enrolled.remove(name)

    def settle(self, *names: str) -> None:
        """Free seats go to those who wait, here and wherever that frees another."""
        pending = deque(names)
        while pending:
            pending.extend(self.fill(pending.popleft()))

    def fill(self, name: str) -> list[str]:
        section, touched = self.sections[name], []
        if not self.moves(section):
            return []
        for place in [p for p in section.line if p.offer is None]:
            seat = section.seat_for(self.people[place.who].groups)
            if not seat:
                continue
            reasons = self.ineligible(name, place)
            if reasons:
                place.skipped = frozenset(reasons)
            elif section.offering:
                place.skipped = frozenset()
                place.offer = (self.at + timedelta(hours=section.hours), seat[0])
            else:
                touched += self.promote(name, place, seat[0])
        return touched

    def promote(self, name: str, place: Place, reserve: str | None) -> list[str]:
        """The seat, and in the same step what is given up for it; the sections to look at next."""
        who, me, touched = place.who, self.people[place.who], []
        needed = self.broken(who, name, acting=False, without=place.drops)
        self.leave_line(who, name)
        if place.drops in me.enrolled:
            self.drop(who, place.drops)
            touched.append(place.drops)
        self.use_up(who, name, needed)
        touched += self.take(who, name, reserve)
        return [*touched, *me.waits]
