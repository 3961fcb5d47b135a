"""`python -m tests.benchmarks.growth`: how cost grows, as reports/growth.json and a picture."""

import argparse
import json
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import uvloop
from rich.console import Console
from rich.table import Table

from tests.benchmarks.crowd import many_files
from tests.benchmarks.growth.facts import grow_facts
from tests.benchmarks.growth.picture import draw
from tests.benchmarks.growth.sections import grow_sections
from tests.benchmarks.growth.series import Series
from tests.benchmarks.growth.subscribers import grow_subscribers
from tests.benchmarks.measure import short

REPORTS = Path(__file__).parents[3] / "reports"
SMOKE = {"sections": (12,), "facts": (300, 500), "subscribers": (3, 6)}
SOME = {
    "sections": (100, 1_000, 10_000),
    "facts": (10_000, 30_000, 100_000),
    "subscribers": (10, 100, 1_000),
}
FULL = {
    "sections": (100, 1_000, 10_000, 100_000),
    "facts": (10_000, 100_000, 1_000_000),
    "subscribers": (10, 100, 1_000, 5_000),
}
GROWING = {"sections": grow_sections, "facts": grow_facts, "subscribers": grow_subscribers}


async def grow(sizes: dict[str, tuple[int, ...]], place: Path) -> list[Series]:
    found: list[Series] = []
    for name, counts in sizes.items():
        began = time.monotonic()
        found += await GROWING[name](place / name, counts)
        print(f"{name}: {time.monotonic() - began:.0f} s", file=sys.stderr)
    return found


def show(found: list[Series]) -> None:
    table = Table("with", "what", "unit", "at so many: so much", title="Growth")
    for series in found:
        points = ", ".join(f"{count:,}: {short(value)}" for count, value in series.points)
        table.add_row(series.of, series.what, series.unit, points)
    Console(width=None if sys.stdout.isatty() else 140).print(table)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="tests.benchmarks.growth", description=__doc__)
    parser.add_argument("only", nargs="*", help=f"which: {', '.join(GROWING)}; all if none")
    parser.add_argument("--full", action="store_true", help="up to the largest; takes its time")
    parser.add_argument("--smoke", action="store_true", help="tiny: does it work at all")
    parser.add_argument("--report", type=Path, default=REPORTS / "growth.json")
    parser.add_argument("--picture", type=Path, help="draw it here, as SVG")
    wish = parser.parse_args(arguments)
    if unknown := set(wish.only) - set(GROWING):
        parser.error(f"nothing grows by {', '.join(sorted(unknown))}")
    sizes = SMOKE if wish.smoke else FULL if wish.full else SOME
    REPORTS.mkdir(exist_ok=True)
    many_files()
    with TemporaryDirectory(dir=REPORTS, prefix="growth-") as place:
        wanted = {name: sizes[name] for name in wish.only or sizes}
        found = uvloop.run(grow(wanted, Path(place)))
    wish.report.write_text(json.dumps([vars(series) for series in found], indent=2) + "\n")
    if wish.picture is not None:
        wish.picture.write_text(draw(found))
    show(found)


if __name__ == "__main__":
    main()
