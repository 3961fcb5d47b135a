"""The recount: what the files say by themselves, for holding the imported counts against.

It shares nothing with the import but the reading of the files: the rule in `rows.py` is followed
here a second time, in whole days since year 1 and without any command, clock or aggregate.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from write_side.imports.oulad.read import OuladData, Row

_TEN_YEARS = 3_660

Offered = tuple[str, str]
"""Presentation and module: ("2013J", "AAA")."""


@dataclass(frozen=True)
class Counts:
    enrolled: int = 0
    canceled: int = 0
    withdrawn: int = 0


@dataclass(frozen=True)
class Recount:
    """`registrations` counts rows, usable or not; `at_end` all who ever enrolled, left or not.
    `first_day` and `last_day` are the ordinals of the days between which anything happens."""

    registrations: dict[Offered, int]
    at_end: dict[Offered, Counts]
    first_day: int
    last_day: int
    _changes: dict[Offered, dict[int, Counter[str]]]

    def by_day(self, offered: Offered) -> Iterator[tuple[date, Counts]]:
        """The counts at the end of every single day, of all days in which anything happens."""
        state: Counter[str] = Counter()
        for day in range(self.first_day, self.last_day + 1):
            for what, change in self._changes[offered].get(day, {}).items():
                state[what] += change
            yield date.fromordinal(day), _counts(state)


def recount(data: OuladData) -> Recount:
    """Count straight from the rows."""
    offered = {(p.code, p.module) for p in data.presentations}
    registrations: Counter[Offered] = Counter()
    changes: dict[Offered, dict[int, Counter[str]]] = {each: {} for each in offered}
    totals: dict[Offered, Counter[str]] = defaultdict(Counter)
    taken: set[tuple[str, ...]] = set()
    days: set[int] = set()
    for row in data.registrations:
        if row.cells is not None:
            registrations[row.cells[1], row.cells[0]] += 1
        for key, day, what in _happenings(row, offered, taken):
            days.add(day)
            tally = changes[key].setdefault(day, Counter())
            for counter in (tally, totals[key]):
                counter[what] += 1
                counter["enrolled"] -= what != "enrolled"
    return Recount(
        registrations={key: registrations[key] for key in offered},
        at_end={key: _counts(totals[key]) for key in offered},
        first_day=min(days, default=1),
        last_day=max(days, default=0),
        _changes=changes,
    )


def _happenings(
    row: Row, offered: set[Offered], taken: set[tuple[str, ...]]
) -> Iterator[tuple[Offered, int, str]]:
    if row.cells is None:
        return
    module, code, student, came, went = row.cells
    key = (code, module)
    if key not in offered or not (student.isascii() and student.isdigit() and len(student) <= 20):
        return
    if not all(text == "" or _whole(text) is not None for text in (came, went)):
        return
    if row.cells[:3] in taken:
        return
    taken.add(row.cells[:3])
    start = date.fromisoformat(f"{code[:4]}-{'02' if code[4] == 'B' else '10'}-01").toordinal()
    left = _whole(went)
    known = [day for day in (_whole(came), left) if day is not None]
    yield key, start + min(known, default=0), "enrolled"
    if left is not None:
        yield key, start + left, "canceled" if left < 0 else "withdrawn"


def _whole(text: str) -> int | None:
    whole, _, fraction = text.partition(".")
    digits = whole.removeprefix("-")
    if not digits.isascii() or not digits.isdigit() or fraction.strip("0"):
        return None
    return int(whole) if len(digits) <= 6 and int(digits) <= _TEN_YEARS else None


def _counts(counter: Counter[str]) -> Counts:
    return Counts(counter["enrolled"], counter["canceled"], counter["withdrawn"])
