"""Oracle mode: the recorded registration step by step, list and seats as they were.

The recorded system promoted in a nightly batch; Rollbook promotes at once. It is kept from that by
a rule of its own: while anybody waits, all free seats are reserved for a group nobody belongs to.
So nobody on the list is eligible, new ones may join beside free seats, and when the file shows n
people move from list to seats, n reserved seats are released: who gets them is Rollbook's decision.
Somebody who took a seat past the list does so by a permit, and so does whoever took one too many.
(A hold on each waiter would do for promotion, but with nobody eligible a free seat refuses joining:
SEAT_AVAILABLE, and 1,609 recorded students joined beside a free seat.)
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from tests.replays.webreg.probe import probe
from tests.replays.webreg.read import WebregData
from tests.replays.webreg.recount import Counts, Recount, differences, recount, refused
from tests.replays.webreg.stage import OFFICE, STUDENT, Progress, Stage
from tests.replays.webreg.story import Change, Story
from write_side.aggregates import Section
from write_side.commands import (
    CancelEnrollment,
    ChangeCapacity,
    CloseSection,
    Command,
    Enroll,
    GrantPermit,
    JoinWaitlist,
    LeaveWaitlist,
    Personal,
    ReopenSection,
    ReserveSeats,
)
from write_side.events import CancellationReason
from write_side.refusals import RefusalCode
from write_side.submission import Actor

BATCH_GROUP = "NIGHTLY_BATCH"
PAST_THE_LIST = GrantPermit, RefusalCode.RESERVED_SEATS_ONLY, Personal("let in past the list")

Step = tuple[Command, Actor]


@dataclass
class _Section:
    """What was sent about one section so far: enough to say what is to be reserved."""

    id: UUID
    capacity: int | None
    seated: int = 0
    waiting: int = 0
    reserved: int = 0
    line: list[int] = field(default_factory=list)

    @property
    def free(self) -> int:
        return 0 if self.capacity is None else max(0, self.capacity - self.seated)

    def reserve(self, seats: int) -> Iterator[Step]:
        if seats != self.reserved:
            self.reserved = seats
            yield ReserveSeats(self.id, BATCH_GROUP, seats), OFFICE


def play(own: Stage, data: WebregData, story: Story, progress: Progress) -> dict[str, Any]:
    """Play the story and hold the log's facts against every sample; the report's part."""
    sections = [_Section(*each) for each in zip(own.sections, story.capacities, strict=True)]
    steps = 0
    for number, change in enumerate(story.changes):
        for command, actor in _steps(change, sections[change.sample.section], own):
            steps += 1
            own.send(command, change.sample.at, actor, checkpoint=number)
        progress(number + 1, len(story.changes))
    own.settle()
    found = recount(own.log)
    return _report(own, data, story, found) | {
        "commands": steps,
        "refused": refused(own.log),
        "conflict_rule": probe(own, data, found),
    }


def _steps(change: Change, section: _Section, own: Stage) -> Iterator[Step]:
    student = own.students
    if change.capacity_moved:
        yield from _move_capacity(section, change.sample.capacity)
    if change.released:
        section.seated -= len(change.released)
        # before the seats are free, or the list would have them
        yield from section.reserve(section.free if section.waiting else 0)
        for person in change.released:
            reason = CancellationReason.OTHER
            yield CancelEnrollment(student[person], section.id, reason), STUDENT
    if change.promoted:
        section.waiting -= len(change.promoted)
        by_rule = min(len(change.promoted), section.free)
        section.seated += by_rule
        yield from section.reserve(section.free)
        for person in change.promoted[by_rule:]:
            section.seated += 1
            yield Enroll(student[person], section.id, over_capacity=True), OFFICE
    for person in change.left:
        section.waiting -= 1
        yield LeaveWaitlist(student[person], section.id), STUDENT
    if not section.waiting:
        yield from section.reserve(0)
    for person in change.took:
        yield from _take(section, student[person])
    if change.joined:
        section.waiting += len(change.joined)
        yield from section.reserve(section.free)
        for person in change.joined:
            yield JoinWaitlist(student[person], section.id), STUDENT


def _move_capacity(section: _Section, capacity: int | None) -> Iterator[Step]:
    section.capacity = capacity
    if not section.waiting:
        yield ChangeCapacity(section.id, capacity), OFFICE
        return
    # closed meanwhile: new seats can only be reserved once they exist, and would be gone by then
    yield CloseSection(section.id), OFFICE
    yield ChangeCapacity(section.id, capacity), OFFICE
    yield from section.reserve(section.free)
    yield ReopenSection(section.id), OFFICE


def _take(section: _Section, student: UUID) -> Iterator[Step]:
    if section.capacity is not None and not section.free:
        section.seated += 1
        yield Enroll(student, section.id, over_capacity=True), OFFICE
        return
    section.seated += 1
    if not section.waiting:
        yield Enroll(student, section.id), STUDENT
        return
    act, rule, reason = PAST_THE_LIST
    yield act(student, section.id, rule, reason), OFFICE
    yield Enroll(student, section.id), STUDENT
    yield from section.reserve(section.free)


def _report(own: Stage, data: WebregData, story: Story, found: Recount) -> dict[str, Any]:
    expected = [
        (own.sections[sample.section], str(number), _counts(change))
        for number, change in enumerate(story.changes)
        for sample in [change.sample]
    ]
    reasons: Counter[str] = Counter()
    examples: list[dict[str, Any]] = []
    for number, there, here in differences(found, expected):
        sample = data.samples[number]
        reason = _explanation(there)
        reasons[reason] += 1
        if len(examples) < 20:
            place = {"line": sample.line, "section": data.sections[sample.section].name}
            examples.append(place | {"file": vars(there), "rollbook": vars(here)})
    unexplained = reasons.pop(_UNEXPLAINED, 0)
    recorded = {
        (str(number), own.sections[change.sample.section], own.students[person])
        for number, change in enumerate(story.changes)
        for person in change.promoted
    }
    return {
        "checkpoints": len(expected),
        "equal": len(expected) - reasons.total() - unexplained,
        "explained": reasons.total(),
        "unexplained": unexplained,
        "explanations": dict(reasons),
        "differences": examples,
        "facts": found.facts,
        "first_in_line": {
            "promoted": len(found.promoted),
            "recorded": len(recorded.intersection(found.promoted)),
        },
        "aggregates": _aggregates(own, found),
    }


_UNEXPLAINED = "unexplained"


def _explanation(there: Counts) -> str:
    if there.enrolled < 0:
        return "more seats available than the section has"
    return _UNEXPLAINED


def _counts(change: Change) -> Counts:
    sample = change.sample
    return Counts(sample.enrolled, sample.waitlisted, sample.capacity)


def _aggregates(own: Stage, found: Recount) -> dict[str, int]:
    """The registrar's own state at the end against the recount of its facts; it is idle now."""
    equal = 0
    for stream in own.sections:
        section: object = own.registrar.repository.get(stream)
        assert isinstance(section, Section)
        here = Counts(len(section.seats), len(section.waitlist.waiters), section.capacity)
        equal += here == found.rooms[stream].counts
    return {"sections": len(own.sections), "equal": equal}
