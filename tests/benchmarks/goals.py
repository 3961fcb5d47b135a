"""The goals of the performance work: what each says, and how far a book of figures is from it."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.benchmarks import crowding, pushing, reading, spreading
from tests.benchmarks.enrolling import HOT, LAST, SPREAD
from tests.benchmarks.fanning import FAN, RAW
from tests.benchmarks.looking import COMPUTED, LIST, NESTED, SHARED, STATIC, UNCHANGED
from tests.benchmarks.measure import Book, short
from tests.benchmarks.targets import POSTGRAPHILE, ROLLBOOK

Place = tuple[str, str]
"""A line of the book: bench and name."""


@dataclass(frozen=True)
class Goal:
    """At least or at most so many times what is beside it in the same run; or, with nothing beside
    it, so much."""

    number: str
    what: str
    line: Place
    bound: float
    least: bool = True
    beside: Place | None = None

    def says(self) -> str:
        bound = f"{self.bound:g} {'x ' + self.beside[1] if self.beside else ''}".strip()
        return f"at {'least' if self.least else 'most'} {bound}"


def _rate(number: str, what: str, bench: str, bound: float, other: str) -> Goal:
    """Rollbook's rate against another's in the same bench."""
    return Goal(number, what, (bench, ROLLBOOK), bound, beside=(bench, other))


_MANY = crowding.BENCH
_LOADED = reading.LOADED
GOALS = (
    _rate("1", "enroll, commands/s", SPREAD, 1.5, POSTGRAPHILE),
    Goal(
        *("1", "enroll, p99", (SPREAD, f"{ROLLBOOK}, p99"), 1.0, False),
        beside=(SPREAD, f"{POSTGRAPHILE}, p99"),
    ),
    _rate("1", "enroll, one hot section, commands/s", HOT, 2.5, POSTGRAPHILE),
    Goal("1", "one of 500 seats, oversold", (HOT, f"{ROLLBOOK}, oversold"), 0, False),
    Goal("1", "three of 50 seats, oversold", (LAST, f"{ROLLBOOK}, oversold"), 0, False),
    _rate("2", "list, every answer computed", f"{LIST}, {COMPUTED}", 2.0, POSTGRAPHILE),
    _rate("2", "list, unchanged", f"{LIST}, {SHARED}", 0.6, STATIC),
    Goal(
        *("2", "list, 304 by ETag", (f"{LIST}, {UNCHANGED}", ROLLBOOK), 1.0),
        beside=(f"{LIST}, {SHARED}", ROLLBOOK),
    ),
    _rate("3", "nested, every answer computed", f"{NESTED}, {COMPUTED}", 1.5, POSTGRAPHILE),
    _rate("3", "nested, unchanged", f"{NESTED}, {SHARED}", 0.6, STATIC),
    Goal(
        *("4", "1,000 subscribers, p99", (FAN, f"{ROLLBOOK}, p99"), 1.5, False),
        beside=(FAN, f"{RAW}, p99"),
    ),
    Goal(
        *("4", "HTTP beside 5,000 subscribers, p99", (_MANY, f"{crowding.CONNECTED}, p99")),
        *(2.0, False),
        beside=(_MANY, f"{crowding.IDLE}, p99"),
    ),
    Goal(
        *("4", "HTTP while 5,000 get a change, p99", (_MANY, f"{crowding.CHANGING}, p99")),
        *(2.0, False),
        beside=(_MANY, f"{crowding.IDLE}, p99"),
    ),
    Goal("4", "KiB a subscriber", (_MANY, crowding.MEMORY), 32, False),
    Goal("4", "ms of CPU to connect", (_MANY, crowding.JOINING), 2, False),
    Goal("5", "event to push, p50 ms", (pushing.PUSH, f"{pushing.STATE}, p50"), 10, False),
    Goal("5", "event to push, p99 ms", (pushing.PUSH, f"{pushing.STATE}, p99"), 40, False),
    Goal("6", "read your own write, ms added", (_LOADED, reading.ADDED), 15, False),
    Goal(
        *("7", "two nodes, reads", (spreading.COMPUTED, spreading.TWO), 1.7),
        beside=(spreading.COMPUTED, spreading.ONE),
    ),
    Goal(
        *("7", "two nodes, writes", (spreading.WRITES, spreading.TWO), 1.0),
        beside=(spreading.WRITES, spreading.ONE),
    ),
)


@dataclass(frozen=True)
class Judgment:
    """A goal and what was found: `value` is the line's own, `reached` is held against the bound;
    None where it was not measured."""

    goal: Goal
    value: float | None
    reached: float | None

    @property
    def met(self) -> bool | None:
        if self.reached is None:
            return None
        goal = self.goal
        return self.reached >= goal.bound if goal.least else self.reached <= goal.bound

    @property
    def margin(self) -> float | None:
        """How many times better than asked; under 1 is missed."""
        if self.reached is None or not self.goal.bound or not self.reached:
            return None
        share = self.reached / self.goal.bound
        return share if self.goal.least else 1 / share


def judged(book: Book) -> Iterator[Judgment]:
    for goal in GOALS:
        line = book.line(*goal.line)
        if line is None:
            yield Judgment(goal, None, None)
        elif goal.beside is None:
            yield Judgment(goal, line.value, line.value)
        else:
            ratios = book.ratios(goal.line, goal.beside)
            yield Judgment(goal, line.value, ratios)


def document(book: Book) -> list[dict[str, Any]]:
    """The goals as JSON."""
    return [
        {
            "goal": judgment.goal.number,
            "what": judgment.goal.what,
            "asked": judgment.goal.says(),
            "measured": _rounded(judgment.value),
            "reached": _rounded(judgment.reached),
            "margin": _rounded(judgment.margin),
            "met": judgment.met,
        }
        for judgment in judged(book)
    ]


def show(book: Book) -> None:
    """The goals as a table."""
    table = Table("", "goal", "asked", "measured", "reached", "margin", "", title="Goals")
    for judgment in judged(book):
        goal, met = judgment.goal, judgment.met
        table.add_row(
            goal.number,
            goal.what,
            goal.says(),
            *(_told(value) for value in (judgment.value, judgment.reached)),
            "" if judgment.margin is None else f"{judgment.margin:.2f}x",
            "not measured" if met is None else "met" if met else "[bold]missed[/bold]",
        )
    Console(width=None if sys.stdout.isatty() else 140).print(table)


def _told(value: float | None) -> str:
    return "" if value is None else short(value)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
