"""The follower: reads the log behind a position, nudged when there is more, looking anyway."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from write_side.events import Recorded, RefusedCommand

POLL_SECONDS = 1.0
BATCH = 1_000


class LogSource(Protocol):
    """What the read side needs of a log."""

    def read(self, after: int, limit: int) -> list[Recorded]: ...

    def refused(self, after: int, limit: int) -> list[RefusedCommand]: ...


@dataclass(frozen=True)
class Batch:
    """What came behind the asked positions, in order; either part may be empty."""

    facts: Sequence[Recorded]
    refusals: Sequence[RefusedCommand]

    def __bool__(self) -> bool:
        return bool(self.facts or self.refusals)

    def in_order(self) -> Sequence[Recorded | RefusedCommand]:
        """As it happened: a refusal right behind the last fact it was decided on."""
        if not self.refusals:
            return self.facts
        placed: list[tuple[int, int, Recorded | RefusedCommand]] = [
            *((fact.position, 0, fact) for fact in self.facts),
            *((refusal.log_position, 1, refusal) for refusal in self.refusals),
        ]
        return [what for *_, what in sorted(placed, key=lambda place: place[:2])]

    def end(self, at: tuple[int, int]) -> tuple[int, int]:
        """Where a view is that took it in at this position and serial."""
        position = self.facts[-1].position if self.facts else at[0]
        return position, self.refusals[-1].serial if self.refusals else at[1]


class Follower:
    """Pulls; a nudge only saves it the wait until the next poll, so a lost one costs a second."""

    def __init__(self, source: LogSource) -> None:
        self._source = source
        self._nudged = threading.Event()

    def nudge(self) -> None:
        """There may be more. From any thread."""
        self._nudged.set()

    def next(self, position: int, serial: int) -> Batch:
        """The next batch, or an empty one when nothing came for as long as a poll takes."""
        batch = self.pull(position, serial)
        if not batch:
            self._nudged.wait(POLL_SECONDS)
            # cleared before looking: a nudge from here on is about something newer
            self._nudged.clear()
            batch = self.pull(position, serial)
        return batch

    def pull(self, position: int, serial: int) -> Batch:
        """What is there now, without waiting."""
        facts = self._source.read(position, BATCH)
        known = facts[-1].position if facts else position
        refusals = self._source.refused(serial, BATCH)
        # a refusal never comes before the facts it was decided on
        return Batch(facts, [refusal for refusal in refusals if refusal.log_position <= known])
