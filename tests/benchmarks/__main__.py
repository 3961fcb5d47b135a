"""`python -m tests.benchmarks`: measure, print a table, write reports/bench.json."""

import argparse
import asyncio
import json
import sys
import time
from contextlib import AsyncExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.answering import answering
from tests.benchmarks.deciding import deciding
from tests.benchmarks.measure import FULL, QUICK, SMOKE, Book, Size
from tests.benchmarks.projecting import projecting
from tests.benchmarks.pushing import pushing
from tests.benchmarks.reading import reading
from tests.benchmarks.spreading import spreading

REPORTS = Path(__file__).parents[2] / "reports"
ALL = (deciding, answering, pushing, reading, projecting, spreading)
BENCHES = {bench.__name__: bench for bench in ALL}


async def measure(names: list[str], size: Size, place: Path) -> Book:
    """All rounds of these benchmarks, interleaved."""
    book = Book()
    async with AsyncExitStack() as stack:
        rounds = [await stack.enter_async_context(BENCHES[name](place, size)) for name in names]
        for turn in range(size.rounds):
            for name, round in zip(names, rounds, strict=True):
                print(f"round {turn + 1} of {size.rounds}: {name}", file=sys.stderr)
                await round(book)
    return book


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="tests.benchmarks", description=__doc__)
    parser.add_argument("only", nargs="*", help=f"which: {', '.join(BENCHES)}; all if none")
    parser.add_argument("--quick", action="store_true", help="one small round, under 30 seconds")
    parser.add_argument("--smoke", action="store_true", help="one tiny round: does it work at all")
    parser.add_argument("--report", type=Path, default=REPORTS / "bench.json")
    wish = parser.parse_args(arguments)
    if unknown := set(wish.only) - set(BENCHES):
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    size = SMOKE if wish.smoke else QUICK if wish.quick else FULL
    REPORTS.mkdir(exist_ok=True)
    began = time.monotonic()
    # beside the code, because /tmp may be memory: what a commit costs depends on the disk
    with TemporaryDirectory(dir=REPORTS, prefix="bench-") as place:
        book = asyncio.run(measure(wish.only or list(BENCHES), size, Path(place)))
    wish.report.parent.mkdir(parents=True, exist_ok=True)
    wish.report.write_text(json.dumps(book.document(size), indent=2) + "\n")
    book.show()
    print(f"{time.monotonic() - began:.0f} s; every round's value is in {wish.report}")


if __name__ == "__main__":
    main()
