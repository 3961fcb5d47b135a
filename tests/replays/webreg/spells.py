"""Idle spells: how long free seats stood beside a waitlist, recorded or ours."""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from statistics import median, quantiles

from tests.replays.webreg.read import Sample


@dataclass
class Spells:
    """Spells that ended, by their length in seconds; those still open are in `open` only.
    `seat_seconds`, by section, weighs them with how many people could have sat there meanwhile."""

    seconds: list[float] = field(default_factory=list)
    sections: set[Hashable] = field(default_factory=set)
    open: dict[Hashable, datetime] = field(default_factory=dict)
    seat_seconds: dict[Hashable, float] = field(default_factory=lambda: defaultdict(float))
    _idle: dict[Hashable, tuple[datetime, int]] = field(default_factory=dict)

    def see(self, section: Hashable, at: datetime, free: int, waiting: int) -> None:
        """A section's counts from this moment on."""
        if section in self._idle:
            since, people = self._idle.pop(section)
            self.seat_seconds[section] += people * (at - since).total_seconds()
        people = min(free, waiting)
        if people > 0:
            self._idle[section] = at, people
            self.open.setdefault(section, at)
            self.sections.add(section)
        elif section in self.open:
            self.seconds.append((at - self.open.pop(section)).total_seconds())

    @property
    def median(self) -> float:
        return median(self.seconds) if self.seconds else 0.0

    @property
    def ninth_decile(self) -> float:
        if len(self.seconds) < 2:
            return self.median
        return quantiles(self.seconds, n=10, method="inclusive")[-1]


def recorded_spells(samples: Iterable[Sample]) -> Spells:
    """What the recorded system left idle, as the polls saw it."""
    found = Spells()
    for sample in samples:
        found.see(sample.section, sample.at, max(0, sample.available), sample.waitlisted)
    return found
