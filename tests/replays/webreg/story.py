"""The story behind the samples: who came, who waited, who was let in and who left.

The files have counts only. Each rise and fall is given to a made person here, once for all modes:

- Counts are net between two polls; what went up and down in between is not seen.
- As many as left the list while seats were taken were let in from it, the first in line first.
- Whoever gives up a seat, or a place on the list, is drawn from those who have one.
- A person wants one section, once: from when they come to when they go.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.replays.webreg.read import Sample

SEED = 2022


@dataclass(frozen=True)
class Change:
    """What happened between a section's last sample and this one, told by persons (running
    numbers), in the order it is taken to have happened.

    `capacity_moved`, then `released` gave up seats, `promoted` got one from the list, `left` gave
    up waiting, `took` came and got a seat, `joined` came and had to wait.
    """

    sample: Sample
    capacity_moved: bool
    released: tuple[int, ...] = ()
    promoted: tuple[int, ...] = ()
    left: tuple[int, ...] = ()
    took: tuple[int, ...] = ()
    joined: tuple[int, ...] = ()


@dataclass(frozen=True)
class Story:
    """`wants` is the section each person wants; `capacities` what each section began with."""

    changes: tuple[Change, ...]
    wants: tuple[int, ...]
    capacities: tuple[int | None, ...]


class _Section:
    """Who sits and who waits in one section, as recorded."""

    def __init__(self, capacity: int | None) -> None:
        self.capacity = capacity
        self.seated: list[int] = []
        self.waiting: list[int] = []


def tell(samples: Sequence[Sample], sections: int, seed: int = SEED) -> Story:
    """Give every difference between a section's samples to persons."""
    chance = random.Random(seed)
    first: dict[int, int | None] = {}
    for sample in samples:
        first.setdefault(sample.section, sample.capacity)
    capacities = tuple(first[place] for place in range(sections))
    there = [_Section(capacity) for capacity in capacities]
    wants: list[int] = []
    changes = tuple(_change(sample, there[sample.section], wants, chance) for sample in samples)
    return Story(changes, tuple(wants), capacities)


def _change(sample: Sample, section: _Section, wants: list[int], chance: random.Random) -> Change:
    taken = max(0, sample.enrolled) - len(section.seated)
    gone = len(section.waiting) - sample.waitlisted
    moved = sample.capacity != section.capacity
    section.capacity = sample.capacity
    released = tuple(_drawn(section.seated, -taken, chance))
    promoted = tuple(section.waiting[: max(0, min(taken, gone))])
    del section.waiting[: len(promoted)]
    left = tuple(_drawn(section.waiting, gone - len(promoted), chance))
    took = tuple(_come(wants, sample.section, taken - len(promoted)))
    joined = tuple(_come(wants, sample.section, -gone))
    section.seated += [*promoted, *took]
    section.waiting += joined
    return Change(sample, moved, released, promoted, left, took, joined)


def _drawn(people: list[int], count: int, chance: random.Random) -> Iterator[int]:
    for _ in range(count):
        yield people.pop(chance.randrange(len(people)))


def _come(wants: list[int], section: int, count: int) -> Iterator[int]:
    for _ in range(count):
        wants.append(section)
        yield len(wants) - 1
