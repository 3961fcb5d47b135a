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
