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
    """How much of everything; counts are for one round."""

    rounds: int = 3
    one_by_one: int = 800
    grouped: int = 4_000
    clients: int = 32
    enrolls: int = 640
    hot_seats: int = 300
    lists: int = 240
    push_seconds: float = 2.5
    writes_per_second: int = 200
    subscribers: int = 10
    reads: int = 120
    facts: int = 5_000
    students: int = 960
    sections: int = 100


FULL = Size()
QUICK = Size(
    rounds=1,
    one_by_one=200,
    grouped=1_000,
    enrolls=256,
    hot_seats=80,
    lists=64,
    push_seconds=1.0,
    reads=40,
    facts=1_000,
    students=320,
    sections=100,
)
SMOKE = Size(
    rounds=1,
    one_by_one=10,
    grouped=20,
    clients=4,
    enrolls=24,
    hot_seats=5,
    lists=4,
    push_seconds=0.3,
    writes_per_second=100,
    subscribers=2,
    reads=4,
    facts=60,
    students=24,
    sections=10,
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

    def ratio(self, line: Line) -> float | None:
        """How many times the other's value this is."""
        other = self._lines.get((line.bench, line.against or ""))
        return None if other is None or not other.value else line.value / other.value

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
        bench = ""
        for line in self._lines.values():
            if line.bench != bench:
                bench = line.bench
                table.add_section()
                table.add_row(f"[bold]{bench}[/bold]")
            ratio = self.ratio(line)
            table.add_row(
                f"  {line.name}",
                _short(line.value),
                line.unit,
                f"{_short(min(line.values))} to {_short(max(line.values))}",
                "" if ratio is None else f"{ratio:.2f}x",
                line.against or "",
            )
        Console(width=None if sys.stdout.isatty() else 140).print(table)


Round = Callable[[Book], Awaitable[None]]
"""One round of a benchmark whose preparation is done."""


def percentile(values: Sequence[float], share: float) -> float:
    """The value that this share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}"
