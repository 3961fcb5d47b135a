"""A section: its seats, each counted once, its reserves and its waitlist."""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from write_side.aggregates.stream import Stream
from write_side.aggregates.waitlist import Waiter, Waitlist
from write_side.events import (
    CapacityChanged,
    Fact,
    OfferAccepted,
    OfferDeclined,
    OfferExpired,
    OfferRevoked,
    Promotion,
    ReservedSeatsReleased,
    SeatFreed,
    SeatOffered,
    SeatsReserved,
    SeatTaken,
    SectionCanceled,
    SectionClosed,
    SectionReopened,
    SectionScheduled,
    WaiterPromoted,
    WaiterSkipped,
    WaitlistExit,
    WaitlistJoined,
    WaitlistLeft,
)
from write_side.refusals import Refusal, RefusalCode

_NAMES = uuid5(NAMESPACE_URL, "rollbook:section")

OfferEnd = type[OfferAccepted] | type[OfferDeclined] | type[OfferExpired] | type[OfferRevoked]


@dataclass(frozen=True)
class Seat:
    """Who sits on a seat: by which enrollment, and from which group's reserve."""

    enrollment: UUID
    reserve: str | None


@dataclass(frozen=True)
class Free:
    """A seat a student may have: `reserve` is the group whose reserve it comes from."""

    reserve: str | None


class Section(Stream):
    """`seats` by student; `reserves` are seats by group; `capacity` None is unlimited. `taken` is
    how many seats came from which reserve, kept because a list asks for each of its waiters."""

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
                self.waitlist_capacity = fact.waitlist_capacity
                self.promotion = fact.promotion
                self.meetings = fact.meetings
                self.offer_hours = fact.offer_hours
                self.consent_required = fact.consent_required
                self.closed = self.canceled = False
                self.seats: dict[UUID, Seat] = {}
                self.taken: Counter[str | None] = Counter()
                self.reserves: dict[str, int] = {}
                self.release_dates: dict[str, datetime] = {}
                self.waitlist = Waitlist()
            case CapacityChanged():
                self.capacity = fact.capacity
            case SectionClosed():
                self.closed = True
            case SectionReopened():
                self.closed = False
            case SectionCanceled():
                self.canceled = True
            case SeatTaken():
                self.seats[fact.student] = Seat(fact.enrollment, fact.reserve)
                self.taken[fact.reserve] += 1
            case SeatFreed():
                self.taken[self.seats.pop(fact.student).reserve] -= 1
            case SeatsReserved():
                self.reserves[fact.group] = fact.seats
                self.release_dates.pop(fact.group, None)
                if fact.releases_on is not None:
                    self.release_dates[fact.group] = fact.releases_on
            case ReservedSeatsReleased():
                del self.reserves[fact.group]
                self.release_dates.pop(fact.group, None)
            case _:
                if not self.waitlist.evolve(fact):
                    super().evolve(fact)

    # counting

    @property
    def left(self) -> int | None:
        """Seats neither enrolled nor offered, below zero after capacity was lowered."""
        if self.capacity is None:
            return None
        return self.capacity - len(self.seats) - self.waitlist.offered.total()

    @property
    def full(self) -> bool:
        return self.left is not None and self.left <= 0

    @property
    def used_reserves(self) -> Counter[str | None]:
        """Seats taken or offered by the group whose reserve they came from."""
        return self.taken + self.waitlist.offered

    @property
    def unused_reserves(self) -> dict[str, int]:
        """Reserved seats nobody of the group holds yet."""
        if not self.reserves:
            return {}
        used = self.used_reserves
        return {group: max(0, seats - used[group]) for group, seats in self.reserves.items()}

    def seat_for(self, groups: Collection[str]) -> Free | None:
        """The seat somebody of these groups would get: from a reserve of theirs first."""
        if self.full:
            return None
        unused = self.unused_reserves
        for group in sorted(groups):
            if unused.get(group):
                return Free(group)
        return Free(None) if self.left is None or self.left > sum(unused.values()) else None

    # rules

    def refuse_adds(self) -> Iterator[Refusal]:
        """Why nobody may be added here, whoever it is and however many seats there are."""
        yield from self.refuse_canceled()
        if self.closed and not self.canceled:
            yield Refusal(
                RefusalCode.SECTION_CLOSED,
                f"Section {self.code} is closed to adds.",
                "Choose another section, or ask the registrar's office.",
            )

    def refuse_canceled(
        self, remedy: str = "Choose another section of this course."
    ) -> Iterator[Refusal]:
        """Why this section is over for good."""
        if self.canceled:
            yield Refusal(
                RefusalCode.SECTION_CANCELED,
                f"Section {self.code} was canceled by the school.",
                remedy,
            )

    def refuse_without_consent(self) -> Iterator[Refusal]:
        """Why only those with a permit may be added here."""
        if self.consent_required:
            yield Refusal(
                RefusalCode.CONSENT_REQUIRED,
                f"Section {self.code} needs consent.",
                "Ask the instructor or the registrar's office for a permit.",
            )

    def refuse_seat(
        self, student: UUID, groups: Collection[str], *, waiter_first: bool
    ) -> Iterator[Refusal]:
        """Why there is no seat here for this student; `waiter_first` says that somebody eligible
        waits for the free one."""
        remedy = "Choose another section of this course."
        if student in self.waitlist.waiters:
            remedy = "You are on its waitlist."
        elif self.waitlist_capacity > len(self.waitlist.waiters):
            remedy = "Join the waitlist."
        if self.seat_for(groups) is not None:
            if waiter_first:
                yield Refusal(
                    RefusalCode.WAITLIST_HAS_PRIORITY,
                    f"The free seat of section {self.code} goes to the waitlist.",
                    remedy,
                )
        elif not self.full:
            yield Refusal(
                RefusalCode.RESERVED_SEATS_ONLY,
                f"The free seats of section {self.code} are reserved for"
                f" {', '.join(g for g, n in sorted(self.unused_reserves.items()) if n)}.",
                remedy,
            )
        else:
            yield Refusal(
                RefusalCode.SECTION_FULL,
                f"Section {self.code} is full: {len(self.seats)} enrolled,"
                f" capacity {self.capacity}.",
                remedy,
            )

    def refuse_waiting(self, student: UUID) -> Iterator[Refusal]:
        """Why this student cannot be put on the list."""
        if student in self.waitlist.waiters:
            yield Refusal(
                RefusalCode.ALREADY_WAITLISTED, "The student is on this waitlist already."
            )
        elif self.waitlist_capacity == 0:
            yield Refusal(
                RefusalCode.WAITLIST_NOT_OFFERED,
                f"Section {self.code} has no waitlist.",
                "Choose another section of this course.",
            )
        elif len(self.waitlist.waiters) >= self.waitlist_capacity:
            yield Refusal(
                RefusalCode.WAITLIST_FULL,
                f"The waitlist of section {self.code} is full:"
                f" {len(self.waitlist.waiters)} of {self.waitlist_capacity}.",
                "Choose another section of this course.",
            )

    # acts

    def take_seat(
        self, at: datetime, student: UUID, enrollment: UUID, reserve: str | None = None
    ) -> None:
        self.record(SeatTaken, at, student=student, enrollment=enrollment, reserve=reserve)

    def free_seat(self, at: datetime, student: UUID) -> None:
        self.record(SeatFreed, at, student=student, enrollment=self.seats[student].enrollment)

    def change_capacity(self, at: datetime, capacity: int | None) -> None:
        """Lowering it below the enrolled drops nobody; the same capacity again is no fact."""
        if capacity != self.capacity:
            self.record(CapacityChanged, at, capacity=capacity)

    def close(self, at: datetime) -> None:
        if not self.closed:
            self.record(SectionClosed, at)

    def reopen(self, at: datetime) -> None:
        if self.closed:
            self.record(SectionReopened, at)

    def cancel(self, at: datetime, reason: str) -> None:
        """From here on nobody is added; those inside are let go by and by."""
        if not self.canceled:
            self.record(SectionCanceled, at, reason=reason)

    def join_waitlist(self, at: datetime, student: UUID, entry: UUID, drops: UUID | None) -> None:
        self.record(WaitlistJoined, at, student=student, entry=entry, drops=drops)

    def leave_waitlist(self, at: datetime, waiter: Waiter, how: WaitlistExit) -> None:
        self.record(WaitlistLeft, at, student=waiter.student, entry=waiter.entry, how=how)

    def skip(self, at: datetime, waiter: Waiter, rules: tuple[str, ...]) -> None:
        """The same rules again are no fact."""
        if rules != waiter.skipped:
            self.record(WaiterSkipped, at, student=waiter.student, entry=waiter.entry, rules=rules)

    def promote(self, at: datetime, waiter: Waiter, enrollment: UUID, free: Free) -> None:
        self.record(WaiterPromoted, at, student=waiter.student, entry=waiter.entry)
        self.take_seat(at, waiter.student, enrollment, free.reserve)

    def offer(self, at: datetime, waiter: Waiter, offer: UUID, free: Free) -> None:
        self.record(
            SeatOffered,
            at,
            student=waiter.student,
            entry=waiter.entry,
            offer=offer,
            expires_at=at + timedelta(hours=self.offer_hours),
            reserve=free.reserve,
        )

    def end_offer(self, at: datetime, waiter: Waiter, how: OfferEnd) -> None:
        assert waiter.offer is not None
        self.record(how, at, student=waiter.student, offer=waiter.offer.id)

    def reserve(self, at: datetime, group: str, seats: int, releases_on: datetime | None) -> None:
        """The same again is no fact."""
        if (self.reserves.get(group), self.release_dates.get(group)) != (seats, releases_on):
            self.record(SeatsReserved, at, group=group, seats=seats, releases_on=releases_on)

    def release(self, at: datetime, group: str) -> None:
        """Nothing reserved is no fact."""
        if group in self.reserves:
            self.record(ReservedSeatsReleased, at, group=group)

    @property
    def offers_seats(self) -> bool:
        return self.promotion is Promotion.OFFER
