"""What is measured, in which size, and how it is told: medians of interleaved rounds."""

import os
import platform
import sqlite3
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Size:
    """How much of everything; counts are for one round. `seconds` is how long a load lasts."""

    rounds: int = 3
    seconds: float = 1.5
    students: int = 1_000
    sections: int = 200
    seats: int = 50
    hot_seats: int = 500
    clients: int = 32
    one_by_one: int = 800
    grouped: int = 4_000
    moving: int = 20  # writes a second beside reads, so that positions move
    subscribers: int = 1_000
    feeding: int = 100
    waves: int = 30
    many: int = 5_000
    many_seconds: float = 5.0
    listeners: int = 10
    push_seconds: float = 2.5
    writes_per_second: int = 200
    reads: int = 120
    facts: int = 4_000


FULL = Size()
QUICK = Size(
    rounds=1,
    seconds=0.7,
    hot_seats=150,
    students=400,
    one_by_one=200,
    grouped=1_000,
    subscribers=200,
    feeding=20,
    waves=8,
    many=600,
    many_seconds=2.0,
    push_seconds=1.0,
    reads=40,
    facts=1_000,
)
SMOKE = Size(
    rounds=1,
    seconds=0.2,
    students=24,
    sections=12,
    hot_seats=5,
    clients=4,
    one_by_one=10,
    grouped=20,
    subscribers=8,
    feeding=3,
    waves=3,
    many=20,
    many_seconds=0.5,
    listeners=2,
    push_seconds=0.3,
    writes_per_second=100,
    reads=4,
    facts=60,
)


@dataclass
class Line:
    """One measured thing: a value for each round. `against` names the line it is held against."""

    bench: str
    name: str
    unit: str
    against: str | None = None
    values: list[float] = field(default_factory=list)

    @property
    def value(self) -> float:
        return median(self.values)


class Book:
    """Everything that was measured."""

    def __init__(self) -> None:
        self._lines: dict[tuple[str, str], Line] = {}

    def note(
        self, bench: str, name: str, value: float, unit: str, *, against: str | None = None
    ) -> None:
        """One round's value of a line."""
        line = self._lines.setdefault((bench, name), Line(bench, name, unit, against))
        line.values.append(value)

    def note_times(
        self, bench: str, name: str, seconds: Sequence[float], *, against: str | None = None
    ) -> None:
        """Median and 99th percentile of one round's waits, in milliseconds."""
        for label, share in (("p50", 0.50), ("p99", 0.99)):
            other = None if against is None else f"{against}, {label}"
            value = percentile(seconds, share) * 1_000
            self.note(bench, f"{name}, {label}", value, "ms", against=other)

    def line(self, bench: str, name: str) -> Line | None:
        return self._lines.get((bench, name))

    def ratio(self, line: Line) -> float | None:
        """How many times the other's value this is."""
        other = self._lines.get((line.bench, line.against or ""))
        return None if other is None or not other.value else line.value / other.value

    def ratios(self, one: tuple[str, str], other: tuple[str, str]) -> float | None:
        """The median, over the rounds, of how many times the other's value one's is: what shared
        a round shared the machine's state."""
        mine, theirs = self._lines.get(one), self._lines.get(other)
        if mine is None or theirs is None or not all(theirs.values):
            return None
        return median(a / b for a, b in zip(mine.values, theirs.values, strict=True))

    def document(self, size: Size) -> dict[str, Any]:
        """All of it as JSON."""
        return {
            "machine": {
                "cpus": os.cpu_count(),
                "load": round(os.getloadavg()[0], 2),
                "python": platform.python_version(),
                "sqlite": sqlite3.sqlite_version,
                "system": f"{platform.system()} {platform.machine()}",
            },
            "size": vars(size),
            "results": [
                {
                    "bench": line.bench,
                    "name": line.name,
                    "unit": line.unit,
                    "median": round(line.value, 3),
                    "rounds": [round(value, 3) for value in line.values],
                    "against": line.against,
                    "ratio": None if (r := self.ratio(line)) is None else round(r, 3),
                }
                for line in self._lines.values()
            ],
        }

    def show(self) -> None:
        """All of it as a table."""
        table = Table("what", "median", "unit", "of rounds", "ratio", "against", title="Rollbook")
        for bench in dict.fromkeys(line.bench for line in self._lines.values()):
            table.add_section()
            table.add_row(f"[bold]{bench}[/bold]")
            for line in self._lines.values():
                if line.bench != bench:
                    continue
                ratio = self.ratio(line)
                table.add_row(
                    f"  {line.name}",
                    short(line.value),
                    line.unit,
                    f"{short(min(line.values))} to {short(max(line.values))}",
                    "" if ratio is None else f"{ratio:.2f}x",
                    "" if ratio is None else line.against,
                )
        Console(width=None if sys.stdout.isatty() else 140).print(table)


Round = Callable[[Book], Awaitable[None]]
"""One round of a benchmark whose preparation is done."""


def percentile(values: Sequence[float], share: float) -> float:
    """The value that this share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}"
