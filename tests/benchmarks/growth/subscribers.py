"""How cost grows with the number of subscribers of one section."""

from pathlib import Path

from tests.benchmarks.campus import Plan
from tests.benchmarks.fanning import FAN, Watched, fan
from tests.benchmarks.growth.series import Notes, Series
from tests.benchmarks.measure import FULL, SMOKE, Book
from tests.benchmarks.targets import Ground

UNITS = {
    "p50": ("change to last receipt, p50", "ms"),
    "p99": ("change to last receipt, p99", "ms"),
    "CPU a delivery": ("CPU a delivery", "us"),
    "memory a subscriber": ("memory a subscriber", "KiB"),
    "CPU to connect": ("CPU to connect", "ms"),
}


async def grow_subscribers(place: Path, counts: tuple[int, ...]) -> list[Series]:
    notes = Notes("subscribers")
    ground = Ground(place, FULL if max(counts) >= 100 else SMOKE)
    async with ground.rollbook("growing", Plan(ground.size.students, 1)) as target:
        watched = Watched(target)
        for count in counts:
            book = Book()
            await fan(book, FAN, target.name, ground, watched.wish(count), target.meter, watched)
            for name, (what, unit) in UNITS.items():
                line = book.line(FAN, f"{target.name}, {name}")
                assert line is not None
                notes.note(what, unit, count, line.value)
    return notes.series
