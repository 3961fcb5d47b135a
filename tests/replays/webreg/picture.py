"""The picture: what stood idle in all sections, and one of them, recorded and ours, as an SVG."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from html import escape

from tests.replays.webreg.paper import LEFT, STYLE, WIDTH, Frame

HEIGHT = 790


@dataclass(frozen=True)
class Point:
    """A section's counts from a moment on; `idle`: free seats stand beside its waitlist."""

    at: datetime
    enrolled: int
    waitlisted: int
    capacity: int | None
    idle: bool


@dataclass(frozen=True)
class Exhibit:
    """What is shown: seats free while somebody waits, of all sections together, and one section."""

    term: str
    sections: int
    recorded_idle: Sequence[tuple[datetime, int]]
    recorded_hours: float
    our_idle: Sequence[tuple[datetime, int]]
    our_hours: float
    section: str
    recorded: Sequence[Point]
    ours: Sequence[Point]

    @property
    def begins(self) -> datetime:
        return self.recorded_idle[0][0]

    @property
    def ends(self) -> datetime:
        return max(self.recorded_idle[-1][0], self.our_idle[-1][0], self.ours[-1].at)


def draw(exhibit: Exhibit) -> str:
    """The SVG text."""
    title = f"Seats that stand free while somebody waits for them: {exhibit.term}"
    body = [*_all(exhibit), *_legend(296)]
    points = [*exhibit.recorded, *exhibit.ours]
    most = max(max(p.enrolled, p.waitlisted, p.capacity or 0) for p in points) or 1
    panels = (
        (f"{exhibit.section}, recorded: promotion in a nightly batch", exhibit.recorded, 346),
        (f"{exhibit.section}, Rollbook: promotion at once", exhibit.ours, 582),
    )
    for name, series, head in panels:
        frame = Frame(exhibit.begins, exhibit.ends, most, head, head + 170)
        begun = _from(series, exhibit.begins)
        body += _panel(frame, name, [*begun, replace(begun[-1], at=exhibit.ends)])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"'
        f' width="{WIDTH}" height="{HEIGHT}" role="img" aria-label="{escape(title)}">\n'
        f"<style>{STYLE}</style>\n"
        f'<rect class="paper" width="{WIDTH}" height="{HEIGHT}"/>\n'
        f'<text class="title" x="{LEFT}" y="32">{escape(title)}</text>\n'
        + "\n".join(body)
        + "\n</svg>\n"
    )


def _all(exhibit: Exhibit) -> Iterator[str]:
    """The panel of all sections."""
    recorded = [*exhibit.recorded_idle, (exhibit.ends, exhibit.recorded_idle[-1][1])]
    ours = [*exhibit.our_idle, (exhibit.ends, exhibit.our_idle[-1][1])]
    most = max(count for _, count in (*recorded, *ours)) or 1
    frame = Frame(exhibit.begins, exhibit.ends, most, 84, 236)
    told = (
        f'<tspan class="told-lost">recorded {exhibit.recorded_hours:,.0f} seat hours</tspan>,'
        f' <tspan class="told-seats">Rollbook {exhibit.our_hours:,.0f}</tspan>'
    )
    yield from frame.axes(f"All {exhibit.sections:,} sections", told, "free seats")
    yield frame.area("idle", recorded)
    yield frame.line("lost", recorded)
    yield frame.line("seats", ours)


def _panel(frame: Frame, name: str, series: Sequence[Point]) -> Iterator[str]:
    """A panel of the one section."""
    spells = list(_spells(series))
    hours = sum((until - since).total_seconds() for since, until in spells) / 3600
    often = "once" if len(spells) == 1 else f"{len(spells):,} times"
    told = f"{often}, {hours:,.0f} hours" if spells else "never"
    yield from frame.axes(escape(name), f"free seats beside a waitlist: {told}", "students")
    for since, until in spells:
        yield frame.span("idle", since, until)
    yield frame.line("limit", [(p.at, p.capacity) for p in series if p.capacity is not None])
    yield frame.line("seats", [(p.at, p.enrolled) for p in series])
    yield frame.line("list", [(p.at, p.waitlisted) for p in series])


def _legend(y: int) -> Iterator[str]:
    x = LEFT
    for kind, text, width in (
        ("seats", "seats taken", 130),
        ("list", "waitlist", 110),
        ("limit", "capacity", 112),
    ):
        yield f'<path class="{kind}" d="M{x} {y}h26"/><text x="{x + 34}" y="{y + 4}">{text}</text>'
        x += width
    yield f'<rect class="idle" x="{x}" y="{y - 7}" width="26" height="14"/>'
    yield f'<text x="{x + 34}" y="{y + 4}">free seats beside a waitlist</text>'


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


def _from(series: Sequence[Point], begins: datetime) -> list[Point]:
    """From the last point before the beginning on, which counts as the beginning."""
    earlier = [replace(point, at=begins) for point in series if point.at < begins][-1:]
    return [*earlier, *(point for point in series if point.at >= begins)]
