"""Rollbook mode: the recorded demand with promotion at once, and what it made of idle seats.

The demand is the story's people with their wishes, whatever became of them in truth:

- Each comes when they came: by taking a seat or by joining the list. Here both try to enroll, and
  join the list if they are refused a seat, as a student would.
- Each goes when they went: from a seat or from the list. Here they give up whichever they have, so
  somebody who gave up waiting gives up the seat they got here meanwhile. That counts against us.
- Nobody is let in from the list by a command: that is what Rollbook does by itself. Only a seat
  beyond the capacity stays the school's own act, by a permit, when and for whom it was recorded.
- Capacity moves as it moved.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tests.replays.webreg.compare import compare
from tests.replays.webreg.read import ReplayProblem, Sample, WebregData
from tests.replays.webreg.recount import Recount, recount, refused
from tests.replays.webreg.stage import OFFICE, STUDENT, Progress, Stage, answer
from tests.replays.webreg.story import Change, Story
from write_side.commands import (
    CancelEnrollment,
    ChangeCapacity,
    Command,
    Enroll,
    JoinWaitlist,
    LeaveWaitlist,
)
from write_side.events import CancellationReason, SeatTaken
from write_side.submission import Actor, Outcome

TOGETHER = 256
TRIES = 4


@dataclass(frozen=True)
class Wish:
    """What somebody wants, and the commands they try in turn until one is accepted."""

    actor: Actor
    ways: tuple[Command, ...]


def play(
    own: Stage, data: WebregData, story: Story, progress: Progress
) -> tuple[dict[str, Any], Recount]:
    """Play the demand; the report's part, and the recount it comes from."""
    seated: set[tuple[UUID, UUID]] = set()
    recorded_seats: dict[int, int] = {}
    done = 0
    for together in _together(story.changes):
        open_wishes = [
            (number, change.sample, wish)
            for number, change in together
            for wish in _wishes(change, own, seated, recorded_seats)
        ]
        for attempt in range(TRIES):
            open_wishes = _wave(own, open_wishes, attempt, seated)
            if not open_wishes:
                break
        else:
            command = open_wishes[0][2].ways[0]
            raise ReplayProblem(f"{len(open_wishes)} wishes were refused for good: {command}")
        done += len(together)
        progress(done, len(story.changes))
    own.settle()
    found = recount(own.log)
    return compare(own, data, story, found) | {"refused": refused(own.log)}, found


def _together(changes: Sequence[Change]) -> Iterator[list[tuple[int, Change]]]:
    """Changes in their order, as many as are about different sections and so do not wait for each
    other's answers: no two of a student's wishes can clash."""
    batch: list[tuple[int, Change]] = []
    sections: set[int] = set()
    for number, change in enumerate(changes):
        if change.sample.section in sections or len(batch) == TOGETHER:
            yield batch
            batch, sections = [], set()
        batch.append((number, change))
        sections.add(change.sample.section)
    if batch:
        yield batch


def _wishes(
    change: Change, own: Stage, seated: set[tuple[UUID, UUID]], recorded_seats: dict[int, int]
) -> Iterator[Wish]:
    sample = change.sample
    section = own.sections[sample.section]
    if change.capacity_moved:
        yield Wish(OFFICE, (ChangeCapacity(section, sample.capacity),))
    for person in (*change.released, *change.left):
        student = own.students[person]
        ways: list[Command] = [
            CancelEnrollment(student, section, CancellationReason.OTHER),
            LeaveWaitlist(student, section),
        ]
        # only a guess: the seat may come a moment before they go
        yield Wish(STUDENT, tuple(ways if (section, student) in seated else ways[::-1]))
    taken = recorded_seats.get(sample.section, 0) - len(change.released)
    for person in (*change.promoted, *change.took):
        student = own.students[person]
        taken += 1
        permitted = sample.capacity is not None and taken > sample.capacity
        if permitted and (section, student) not in seated:
            yield Wish(OFFICE, (Enroll(student, section, over_capacity=True),))
        elif person in change.took:
            yield _arrival(student, section)
    recorded_seats[sample.section] = taken
    for person in change.joined:
        yield _arrival(own.students[person], section)


def _arrival(student: UUID, section: UUID) -> Wish:
    return Wish(STUDENT, (Enroll(student, section), JoinWaitlist(student, section)))


Sent = tuple[int, Sample, Wish]


def _wave(
    own: Stage, wishes: Sequence[Sent], attempt: int, seated: set[tuple[UUID, UUID]]
) -> list[Sent]:
    """Everybody tries once; those who were refused."""
    sent = []
    for number, sample, wish in wishes:
        command = wish.ways[attempt % len(wish.ways)]
        sent.append(own.send(command, sample.at, wish.actor, checkpoint=number))
    left = []
    for each, future in zip(wishes, sent, strict=True):
        outcome = answer(future)
        seated |= _seats_in(outcome)
        if outcome.refusals:
            left.append(each)
    return left


def _seats_in(outcome: Outcome) -> set[tuple[UUID, UUID]]:
    return {
        (each.stream, each.fact.student)
        for each in outcome.facts
        if isinstance(each.fact, SeatTaken)
    }
