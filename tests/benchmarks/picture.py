"""The picture of the goals: a bar for each, how many times better or worse than asked."""

from collections.abc import Iterator, Sequence
from html import escape
from math import log10

from tests.benchmarks.goals import Judgment
from tests.benchmarks.measure import short
from tests.replays.webreg.paper import STYLE, WIDTH

HEAD, ROW, LEFT, RIGHT = 96, 26, 330, 860
LEAST, MOST = 0.1, 10.0
MORE = """
  .met { fill: var(--seats); } .missed { fill: var(--idle); }
  .asked { stroke: var(--ink); stroke-width: 1.5; }
"""


def draw(judgments: Sequence[Judgment]) -> str:
    """The SVG text; goals that were not measured, and those of none at all, are left out."""
    shown = [each for each in judgments if each.margin is not None]
    height = HEAD + len(shown) * ROW + 40
    body = [*_axis(HEAD + len(shown) * ROW), *(_bars(shown))]
    title = "Better or worse than the goal, how many times"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}"'
        f' width="{WIDTH}" height="{height}" role="img" aria-label="{title}">\n'
        f"<style>{STYLE}{MORE}</style>\n"
        f'<rect class="paper" width="{WIDTH}" height="{height}"/>\n'
        f'<text class="title" x="24" y="36">{title}</text>\n' + "\n".join(body) + "\n</svg>\n"
    )


def _axis(foot: float) -> Iterator[str]:
    for times in (0.1, 0.2, 0.5, 1, 2, 5, 10):
        x = _x(times)
        kind = "asked" if times == 1 else "rule"
        yield f'<line class="{kind}" x1="{x:.1f}" x2="{x:.1f}" y1="{HEAD - 18}" y2="{foot}"/>'
        yield (
            f'<text x="{x:.1f}" y="{HEAD - 26}" text-anchor="middle">'
            f"{'goal' if times == 1 else f'{times:g}x'}</text>"
        )


def _bars(judgments: Sequence[Judgment]) -> Iterator[str]:
    for row, judgment in enumerate(judgments):
        y, goal, margin = HEAD + row * ROW, judgment.goal, judgment.margin or 1.0
        kind = "met" if judgment.met else "missed"
        since, until = sorted((_x(1.0), _x(margin)))
        yield f'<text x="{LEFT - 14}" y="{y + 4}" text-anchor="end">{escape(goal.what)}</text>'
        yield (
            f'<rect class="{kind}" x="{since:.1f}" y="{y - 7}" height="14"'
            f' width="{max(until - since, 1.5):.1f}"/>'
        )
        yield f'<text x="{RIGHT + 12}" y="{y + 4}">{escape(_told(judgment))}</text>'


def _told(judgment: Judgment) -> str:
    reached = short(judgment.reached or 0.0)
    return f"{reached}x" if judgment.goal.beside else reached


def _x(times: float) -> float:
    """Where a margin is; beyond the ends, at the end."""
    share = log10(min(max(times, LEAST), MOST) / LEAST) / log10(MOST / LEAST)
    return LEFT + (RIGHT - LEFT) * share
