"""Paper to draw on: panels with axes of time and count, and lines that stay until they change."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from tests.replays.webreg.read import CAMPUS

WIDTH, LEFT, RIGHT = 960, 64, 936

STYLE = """
  svg { --paper: #ffffff; --ink: #1f2328; --soft: #59636e; --rule: #e4e8ec;
        --seats: #0a64c8; --list: #bc4c00; --idle: #cf222e; --limit: #59636e; }
  @media (prefers-color-scheme: dark) {
    svg { --paper: #0d1117; --ink: #e6edf3; --soft: #9198a1; --rule: #22272e;
          --seats: #58a6ff; --list: #f0883e; --idle: #ff7b72; --limit: #9198a1; }
  }
  .paper { fill: var(--paper); }
  text { font: 13px system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif;
         fill: var(--soft); }
  .title { font-size: 18px; font-weight: 600; fill: var(--ink); }
  .name { font-size: 14px; font-weight: 600; fill: var(--ink); }
  .rule { stroke: var(--rule); stroke-width: 1; }
  .seats, .list, .limit, .lost { fill: none; stroke-width: 2; stroke-linejoin: round; }
  .seats { stroke: var(--seats); }
  .list { stroke: var(--list); }
  .lost { stroke: var(--idle); stroke-width: 1.2; }
  .limit { stroke: var(--limit); stroke-width: 1.5; stroke-dasharray: 5 4; }
  .told-lost { fill: var(--idle); }
  .told-seats { fill: var(--seats); }
  .idle { fill: var(--idle); opacity: .25; }
"""

Series = Iterable[tuple[datetime, int]]
"""Counts, each from a moment on."""


@dataclass(frozen=True)
class Frame:
    """Where moments and counts are on the paper; `head` is the height of the highest count."""

    begins: datetime
    ends: datetime
    most: int
    head: int
    foot: int

    def x(self, at: datetime) -> float:
        span = (self.ends - self.begins).total_seconds() or 1.0
        return LEFT + (RIGHT - LEFT) * (at - self.begins).total_seconds() / span

    def y(self, count: int) -> float:
        return self.foot - (self.foot - self.head) * count / self.most

    def axes(self, name: str, told: str, unit: str) -> Iterator[str]:
        """What the panel shows above it, dates below, counts at the left."""
        above, middle = self.head - 14, (self.head + self.foot) / 2
        yield f'<text class="name" x="{LEFT}" y="{above}">{name}</text>'
        yield f'<text x="{RIGHT}" y="{above}" text-anchor="end">{told}</text>'
        yield (
            f'<text x="18" y="{middle}" text-anchor="middle"'
            f' transform="rotate(-90 18 {middle})">{unit}</text>'
        )
        for day in self._days():
            x = self.x(day)
            yield _rule(x, x, self.head, self.foot)
            yield (
                f'<text x="{x:.1f}" y="{self.foot + 19}" text-anchor="middle">'
                f"{day.day} {day:%b}</text>"
            )
        for count in _ticks(self.most):
            y = self.y(count)
            yield _rule(LEFT, RIGHT, y, y)
            yield f'<text x="{LEFT - 8}" y="{y + 4.5:.1f}" text-anchor="end">{count:,}</text>'

    def line(self, kind: str, series: Series) -> str:
        return f'<path class="{kind}" d="{self._steps(series)}"/>'

    def area(self, kind: str, series: Series) -> str:
        """Everything under a line."""
        steps = self._steps(series)
        return f'<path class="{kind}" d="{steps}V{self.foot}H{LEFT}Z"/>' if steps else ""

    def span(self, kind: str, since: datetime, until: datetime) -> str:
        """A stretch of time, never too thin to be seen."""
        x, width = self.x(since), max(self.x(until) - self.x(since), 0.8)
        height = self.foot - self.head
        return (
            f'<rect class="{kind}" x="{x:.1f}" y="{self.head}" width="{width:.1f}"'
            f' height="{height}"/>'
        )

    def _steps(self, series: Series) -> str:
        path: list[str] = []
        last: int | None = None
        for at, count in series:
            x, y = self.x(at), self.y(count)
            path.append(f"M{x:.1f} {y:.1f}" if last is None else f"H{x:.1f}")
            if last is not None and count != last:
                path.append(f"V{y:.1f}")
            last = count
        return "".join(path)

    def _days(self) -> Iterator[datetime]:
        """About eight midnights where the campus is, none so near the edge that it is cut."""
        every = timedelta(days=max(1, ceil((self.ends - self.begins).days / 8)))
        day = self.begins.astimezone(CAMPUS).replace(hour=0, minute=0, second=0, microsecond=0)
        while day <= self.ends:
            if day >= self.begins and self.x(day) < RIGHT - 14:
                yield day
            day += every


def _rule(x1: float, x2: float, y1: float, y2: float) -> str:
    return f'<line class="rule" x1="{x1:.1f}" x2="{x2:.1f}" y1="{y1:.1f}" y2="{y2:.1f}"/>'


def _ticks(most: int) -> Iterator[int]:
    step = next(s * 10**e for e in range(9) for s in (1, 2, 5) if most / (s * 10**e) <= 4)
    yield from range(0, most + 1, step)
