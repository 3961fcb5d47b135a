"""The picture: one hot section over time, recorded above and ours below, as an SVG by hand."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from html import escape
from math import ceil

from tests.replays.webreg.read import CAMPUS

WIDTH, HEIGHT = 960, 640
LEFT, RIGHT, PANEL, GAP, TOP = 52, 932, 216, 60, 104

_STYLE = """
  svg { --paper: #ffffff; --ink: #1f2328; --soft: #59636e; --rule: #d8dee4;
        --seats: #0a64c8; --list: #bc4c00; --idle: #cf222e; --limit: #59636e; }
  @media (prefers-color-scheme: dark) {
    svg { --paper: #0d1117; --ink: #e6edf3; --soft: #9198a1; --rule: #2d333b;
          --seats: #58a6ff; --list: #f0883e; --idle: #ff7b72; --limit: #9198a1; }
  }
  .paper { fill: var(--paper); }
  text { font: 13px system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif;
         fill: var(--soft); }
  .title { font-size: 17px; font-weight: 600; fill: var(--ink); }
  .name { font-size: 14px; font-weight: 600; fill: var(--ink); }
  .rule { stroke: var(--rule); stroke-width: 1; }
  .seats, .list, .limit { fill: none; stroke-width: 2; stroke-linejoin: round; }
  .seats { stroke: var(--seats); }
  .list { stroke: var(--list); }
  .limit { stroke: var(--limit); stroke-width: 1.5; stroke-dasharray: 5 4; }
  .idle { fill: var(--idle); opacity: .25; }
"""


@dataclass(frozen=True)
class Point:
    """A section's counts from a moment on; `idle`: free seats stand beside its waitlist."""

    at: datetime
    enrolled: int
    waitlisted: int
    capacity: int | None
    idle: bool


@dataclass(frozen=True)
class _Frame:
    """Where moments and counts are on the paper; `foot` is the height of the zero line."""

    begins: datetime
    ends: datetime
    most: int
    foot: float

    def x(self, at: datetime) -> float:
        span = (self.ends - self.begins).total_seconds() or 1.0
        return LEFT + (RIGHT - LEFT) * (at - self.begins).total_seconds() / span

    def y(self, count: int) -> float:
        return self.foot - PANEL * count / self.most


def draw(name: str, recorded: Sequence[Point], ours: Sequence[Point]) -> str:
    """The SVG text; both lists of points are in order of time and not empty."""
    points = [*recorded, *ours]
    most = max(max(p.enrolled, p.waitlisted, p.capacity or 0) for p in points) or 1
    begins, ends = recorded[0].at, max(recorded[-1].at, ours[-1].at)
    body: list[str] = []
    panels = (("Recorded: promotion in a nightly batch", recorded),
              ("Rollbook: promotion at once", ours))  # fmt: skip
    for number, (title, series) in enumerate(panels):
        foot = TOP + PANEL + number * (PANEL + GAP)
        frame = _Frame(begins, ends, most, foot)
        body += _panel(frame, title, [*_within(series, begins), _until(series[-1], ends)])
    label = escape(f"{name}: seats taken and waitlist over time, recorded and by Rollbook")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"'
        f' width="{WIDTH}" height="{HEIGHT}" role="img" aria-label="{label}">\n'
        f"<style>{_STYLE}</style>\n"
        f'<rect class="paper" width="{WIDTH}" height="{HEIGHT}"/>\n'
        f'<text class="title" x="{LEFT}" y="28">{escape(name)}</text>\n'
        + "\n".join([*_legend(), *body])
        + "\n</svg>\n"
    )


def _panel(frame: _Frame, title: str, series: Sequence[Point]) -> Iterator[str]:
    head = frame.foot - PANEL
    spells = list(_spells(series))
    hours = sum((until - since).total_seconds() for since, until in spells) / 3600
    often = "once" if len(spells) == 1 else f"{len(spells):,} times"
    told = f"{often}, {hours:,.0f} hours" if spells else "never"
    yield f'<text class="name" x="{LEFT}" y="{head - 12:.0f}">{title}</text>'
    yield (
        f'<text x="{RIGHT}" y="{head - 12:.0f}" text-anchor="end">'
        f"free seats beside a waitlist: {told}</text>"
    )
    yield from _days(frame)
    for count in _ticks(frame.most):
        y = frame.y(count)
        yield f'<line class="rule" x1="{LEFT}" x2="{RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{count}</text>'
    for since, until in spells:
        x, width = frame.x(since), max(frame.x(until) - frame.x(since), 0.6)
        yield f'<rect class="idle" x="{x:.1f}" y="{head}" width="{width:.1f}" height="{PANEL}"/>'
    yield _steps("limit", frame, [(p.at, p.capacity) for p in series if p.capacity is not None])
    yield _steps("seats", frame, [(p.at, p.enrolled) for p in series])
    yield _steps("list", frame, [(p.at, p.waitlisted) for p in series])


def _steps(kind: str, frame: _Frame, series: Iterable[tuple[datetime, int]]) -> str:
    """A line that stays until it changes."""
    path: list[str] = []
    last: int | None = None
    for at, count in series:
        x, y = frame.x(at), frame.y(count)
        path.append(f"M{x:.1f} {y:.1f}" if last is None else f"H{x:.1f}")
        if last is not None and count != last:
            path.append(f"V{y:.1f}")
        last = count
    return f'<path class="{kind}" d="{"".join(path)}"/>'


def _legend() -> Iterator[str]:
    x = LEFT
    for kind, text, width in (
        ("seats", "seats taken", 130),
        ("list", "waitlist", 110),
        ("limit", "capacity", 112),
    ):
        yield f'<path class="{kind}" d="M{x} 52h26"/><text x="{x + 34}" y="56">{text}</text>'
        x += width
    yield f'<rect class="idle" x="{x}" y="45" width="26" height="14"/>'
    yield f'<text x="{x + 34}" y="56">free seats beside a waitlist</text>'


def _days(frame: _Frame) -> Iterator[str]:
    """About eight dates below, at midnight where the campus is."""
    head = frame.foot - PANEL
    days = max(1, (frame.ends - frame.begins).days)
    every = max(1, ceil(days / 8))
    day = frame.begins.astimezone(CAMPUS).replace(hour=0, minute=0, second=0, microsecond=0)
    while day <= frame.ends:
        if day >= frame.begins:
            x = frame.x(day)
            yield f'<line class="rule" x1="{x:.1f}" x2="{x:.1f}" y1="{head}" y2="{frame.foot}"/>'
            text = f"{day.day} {day:%b}"
            anchor = "end" if x > RIGHT - 20 else "middle"
            yield f'<text x="{x:.1f}" y="{frame.foot + 18}" text-anchor="{anchor}">{text}</text>'
        day += timedelta(days=every)


def _ticks(most: int) -> Iterator[int]:
    step = next(s * 10**e for e in range(9) for s in (1, 2, 5) if most / (s * 10**e) <= 5)
    yield from range(0, most + 1, step)


def _spells(series: Sequence[Point]) -> Iterator[tuple[datetime, datetime]]:
    since: datetime | None = None
    for point in series:
        if point.idle and since is None:
            since = point.at
        elif not point.idle and since is not None:
            yield since, point.at
            since = None
    if since is not None:
        yield since, series[-1].at


def _within(series: Sequence[Point], begins: datetime) -> Iterator[Point]:
    """From the last point before the beginning on, which counts as the beginning."""
    earlier = [point for point in series if point.at < begins][-1:]
    for point in earlier:
        yield replace(point, at=begins)
    yield from (point for point in series if point.at >= begins)


def _until(point: Point, ends: datetime) -> Point:
    return replace(point, at=ends)
