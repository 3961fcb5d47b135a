"""The recount: section counts as the log's facts tell them, after every command and checkpoint."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from uuid import UUID

from tests.replays.webreg.spells import Spells
from write_side.events import (
    CapacityChanged,
    Fact,
    OfferAccepted,
    OfferDeclined,
    OfferExpired,
    OfferRevoked,
    Recorded,
    SeatFreed,
    SeatTaken,
    SectionScheduled,
    WaiterPromoted,
    WaitlistJoined,
    WaitlistLeft,
)
from write_side.log.log import Log

BATCH = 5_000
_COUNTED = (
    SectionScheduled,
    CapacityChanged,
    SeatTaken,
    SeatFreed,
    WaitlistJoined,
    WaitlistLeft,
    WaiterPromoted,
    OfferAccepted,
    OfferDeclined,
    OfferExpired,
    OfferRevoked,
)


@dataclass(frozen=True)
class Counts:
    """What is held against a sample; capacity None is unlimited."""

    enrolled: int
    waitlisted: int
    capacity: int | None

    @property
    def free(self) -> int:
        return 1 if self.capacity is None else max(0, self.capacity - self.enrolled)

    @property
    def idle(self) -> bool:
        """Free seats beside a waitlist."""
        return self.free > 0 and self.waitlisted > 0


@dataclass
class Room:
    """One section as its facts leave it; `history` are the counts after every command."""

    capacity: int | None
    seated: set[UUID] = field(default_factory=set)
    waiting: set[UUID] = field(default_factory=set)
    history: list[tuple[datetime, Counts]] = field(default_factory=list)

    @property
    def counts(self) -> Counts:
        return Counts(len(self.seated), len(self.waiting), self.capacity)

    def take(self, fact: Fact) -> None:
        match fact:
            case CapacityChanged():
                self.capacity = fact.capacity
            case SeatTaken():
                self.seated.add(fact.student)
                self.waiting.discard(fact.student)
            case SeatFreed():
                self.seated.remove(fact.student)
            case WaitlistJoined():
                self.waiting.add(fact.student)
            case (
                WaitlistLeft()
                | WaiterPromoted()
                | OfferAccepted()
                | OfferDeclined()
                | OfferExpired()
                | OfferRevoked()
            ):
                self.waiting.discard(fact.student)


@dataclass
class Recount:
    """`at` are a section's counts after the last command of each checkpoint that changed any;
    `seated_at` when each (section, student) first got a seat; `promoted` who came by the list;
    `over_capacity` counts commands that let somebody in beyond the capacity."""

    rooms: dict[UUID, Room] = field(default_factory=dict)
    at: dict[tuple[UUID, str], Counts] = field(default_factory=dict)
    seated_at: dict[tuple[UUID, UUID], datetime] = field(default_factory=dict)
    promoted: list[tuple[str, UUID, UUID]] = field(default_factory=list)
    spells: Spells = field(default_factory=Spells)
    facts: int = 0
    over_capacity: int = 0

    def command(self, recorded: list[Recorded]) -> None:
        """Take in all facts of one command, and look at the sections only then: at rest."""
        touched: dict[UUID, datetime] = {}
        before: dict[UUID, int] = {}
        self.facts += len(recorded)
        checkpoint = recorded[0].envelope.correlation
        for each in recorded:
            fact, section = each.fact, each.stream
            if not isinstance(fact, _COUNTED):
                continue
            if isinstance(fact, SectionScheduled):
                self.rooms[section] = Room(fact.capacity)
            room = self.rooms[section]
            before.setdefault(section, len(room.seated))
            room.take(fact)
            touched[section] = each.at
            if isinstance(fact, SeatTaken):
                self.seated_at.setdefault((section, fact.student), each.at)
            elif isinstance(fact, WaiterPromoted):
                self.promoted.append((checkpoint, section, fact.student))
        for section, at in touched.items():
            counts = self.rooms[section].counts
            grown = counts.enrolled > before[section]
            if grown and counts.capacity is not None and counts.enrolled > counts.capacity:
                self.over_capacity += 1
            self.rooms[section].history.append((at, counts))
            self.at[section, checkpoint] = counts
            self.spells.see(section, at, counts.free, counts.waitlisted)


def recount(log: Log) -> Recount:
    """Read a log from its first fact to its last."""
    found = Recount()
    for _, facts in groupby(_read(log), key=lambda each: each.envelope.command_id):
        found.command(list(facts))
    return found


def refused(log: Log) -> dict[str, int]:
    """How many commands were refused, by kind and code, most first."""
    found: Counter[str] = Counter()
    after = 0
    while batch := log.refused(after, BATCH):
        found.update(f"{each.kind}: {code}" for each in batch for code in each.codes)
        after = batch[-1].serial
    return dict(found.most_common())


def _read(log: Log) -> Iterable[Recorded]:
    after = 0
    while batch := log.read(after, BATCH):
        yield from batch
        after = batch[-1].position


def differences(
    found: Recount, expected: Iterable[tuple[UUID, str, Counts]]
) -> Iterator[tuple[int, Counts, Counts]]:
    """The checkpoints, by their place, that are not as expected, with what was found instead.
    Where nothing was recorded the section is as it was."""
    last = {section: room.history[0][1] for section, room in found.rooms.items()}
    for number, (section, checkpoint, counts) in enumerate(expected):
        last[section] = found.at.get((section, checkpoint), last[section])
        if last[section] != counts:
            yield number, counts, last[section]
