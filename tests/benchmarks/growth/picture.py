"""The picture: a panel for each unit of each thing that grows, both axes by powers of ten."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10

from tests.benchmarks.growth.series import Series
from tests.replays.webreg.paper import STYLE, WIDTH

HEAD, HIGH, STEP = 92, 150, 286
COLUMNS = 3
WIDE, GAP = 240, 62
MORE = """
  .a { stroke: #0a64c8; } .b { stroke: #bc4c00; } .c { stroke: #1a7f37; } .d { stroke: #8250df; }
  .e { stroke: #9a6700; } .a, .b, .c, .d, .e { fill: none; stroke-width: 2; }
  .dot { stroke-width: 5; stroke-linecap: round; }
  .small { font-size: 11px; }
"""


@dataclass(frozen=True)
class Panel:
    """One unit of one thing that grows, in its place on the paper."""

    series: Sequence[Series]
    left: float
    head: float

    @property
    def decades(self) -> tuple[int, int, int, int]:
        """The powers of ten that hold every point: counts from and to, values from and to."""
        counts = [count for each in self.series for count, _ in each.points]
        values = [max(value, 1e-3) for each in self.series for _, value in each.points]
        least, most = floor(log10(min(values))), ceil(log10(max(values)))
        return (
            floor(log10(min(counts))),
            max(ceil(log10(max(counts))), floor(log10(min(counts))) + 1),
            least,
            max(most, least + 1),
        )

    def x(self, count: float) -> float:
        since, until, _, _ = self.decades
        return self.left + WIDE * (log10(count) - since) / (until - since)

    def y(self, value: float) -> float:
        _, _, least, most = self.decades
        return self.head + HIGH - HIGH * (log10(max(value, 1e-3)) - least) / (most - least)

    def drawn(self) -> Iterator[str]:
        since, until, least, most = self.decades
        foot = self.head + HIGH
        first = self.series[0]
        yield (
            f'<text class="name" x="{self.left}" y="{self.head - 12}">'
            f"{escape(first.unit)}, by {escape(first.of)}</text>"
        )
        for power in range(since, until + 1):
            x = self.x(10**power)
            yield _rule(x, self.head, x, foot)
            yield (
                f'<text class="small" x="{x:.1f}" y="{foot + 15}" text-anchor="middle">'
                f"{_ten(power)}</text>"
            )
        for power in range(least, most + 1):
            y = self.y(10.0**power)
            yield _rule(self.left, y, self.left + WIDE, y)
            yield (
                f'<text class="small" x="{self.left - 6}" y="{y + 4:.1f}" text-anchor="end">'
                f"{_ten(power)}</text>"
            )
        for row, (kind, each) in enumerate(zip("abcde", self.series, strict=False)):
            places = [(self.x(count), self.y(value)) for count, value in each.points]
            path = "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
            yield f'<path class="{kind}" d="M{path}"/>'
            for x, y in places:
                yield f'<path class="{kind} dot" d="M{x:.1f} {y:.1f}h0"/>'
            x, y = self.left, foot + 33 + row * 15
            yield f'<path class="{kind}" d="M{x} {y - 4}h14"/>'
            yield f'<text class="small" x="{x + 18}" y="{y}">{escape(each.what)}</text>'


def draw(found: Sequence[Series]) -> str:
    """The SVG text."""
    groups: dict[tuple[str, str], list[Series]] = {}
    for series in found:
        groups.setdefault((series.of, series.unit), []).append(series)
    body: list[str] = []
    for number, series_of_unit in enumerate(groups.values()):
        row, column = divmod(number, COLUMNS)
        panel = Panel(series_of_unit, 56 + column * (WIDE + GAP), HEAD + row * STEP)
        body += panel.drawn()
    height = HEAD + ceil(len(groups) / COLUMNS) * STEP - 20
    title = "How cost grows"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}"'
        f' width="{WIDTH}" height="{height}" role="img" aria-label="{title}">\n'
        f"<style>{STYLE}{MORE}</style>\n"
        f'<rect class="paper" width="{WIDTH}" height="{height}"/>\n'
        f'<text class="title" x="56" y="36">{title}</text>\n' + "\n".join(body) + "\n</svg>\n"
    )


def _rule(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line class="rule" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def _ten(power: int) -> str:
    return f"{10**power:,}" if power >= 0 else f"{10.0**power:g}"
