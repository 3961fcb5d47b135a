"""`python -m tests.benchmarks`: measure, print a table, write reports/bench.json."""

import argparse
import json
import sys
import time
from contextlib import AsyncExitStack, ExitStack
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import uvloop

from tests.benchmarks import goals
from tests.benchmarks.chaining import chaining
from tests.benchmarks.crowd import many_files
from tests.benchmarks.crowding import crowding
from tests.benchmarks.deciding import deciding
from tests.benchmarks.enrolling import enrolling
from tests.benchmarks.fanning import fanning
from tests.benchmarks.feeding import feeding
from tests.benchmarks.looking import looking
from tests.benchmarks.measure import FULL, QUICK, SMOKE, Book
from tests.benchmarks.peer import open_peers
from tests.benchmarks.picture import draw
from tests.benchmarks.projecting import projecting
from tests.benchmarks.pushing import pushing
from tests.benchmarks.reading import reading
from tests.benchmarks.spreading import spreading
from tests.benchmarks.targets import Ground

REPORTS = Path(__file__).parents[2] / "reports"
ALL = (
    deciding,
    chaining,
    enrolling,
    looking,
    fanning,
    feeding,
    crowding,
    pushing,
    reading,
    projecting,
    spreading,
)
BENCHES = {bench.__name__: bench for bench in ALL}


async def measure(names: list[str], ground: Ground) -> Book:
    """All rounds of these benchmarks, interleaved."""
    book, rounds = Book(), ground.size.rounds
    async with AsyncExitStack() as stack:
        ready = []
        for name in names:
            print(f"preparing {name}", file=sys.stderr)
            ready.append(await stack.enter_async_context(BENCHES[name](ground)))
        for turn in range(rounds):
            for name, round in zip(names, ready, strict=True):
                began = time.monotonic()
                await round(book)
                took = f"{time.monotonic() - began:.1f} s"
                print(f"round {turn + 1} of {rounds}: {name}, {took}", file=sys.stderr)
    return book


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="tests.benchmarks", description=__doc__)
    parser.add_argument("only", nargs="*", help=f"which: {', '.join(BENCHES)}; all if none")
    parser.add_argument("--quick", action="store_true", help="one small round")
    parser.add_argument("--smoke", action="store_true", help="one tiny round: does it work at all")
    parser.add_argument("--rounds", type=int, help="so many rounds of the size")
    parser.add_argument("--peers", action="store_true", help="PostGraphile and PostgreSQL as well")
    parser.add_argument("--report", type=Path, default=REPORTS / "bench.json")
    parser.add_argument("--picture", type=Path, help="draw how far the goals are, as SVG")
    wish = parser.parse_args(arguments)
    if unknown := set(wish.only) - set(BENCHES):
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    size = SMOKE if wish.smoke else QUICK if wish.quick else FULL
    if wish.rounds:
        size = replace(size, rounds=wish.rounds)
    REPORTS.mkdir(exist_ok=True)
    many_files()
    began = time.monotonic()
    # beside the code, because /tmp may be memory: what a commit costs depends on the disk
    with TemporaryDirectory(dir=REPORTS, prefix="bench-") as place, ExitStack() as stack:
        peers = stack.enter_context(open_peers()) if wish.peers else None
        ground = Ground(Path(place), size, peers)
        book = uvloop.run(measure(wish.only or list(BENCHES), ground))
    wish.report.parent.mkdir(parents=True, exist_ok=True)
    wish.report.write_text(
        json.dumps(book.document(size) | {"goals": goals.document(book)}, indent=2) + "\n"
    )
    if wish.picture is not None:
        wish.picture.write_text(draw(list(goals.judged(book))))
    book.show()
    goals.show(book)
    print(f"{time.monotonic() - began:.0f} s; every round's value is in {wish.report}")


if __name__ == "__main__":
    main()
