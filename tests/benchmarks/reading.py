"""What reading one's own write costs: the wait that Min-Position adds to the very next query."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import orjson

from tests.benchmarks.campus import Plan
from tests.benchmarks.measure import Book, Round, percentile
from tests.benchmarks.targets import Ground
from tests.benchmarks.wire import Wire, body, open_loop

PLAIN, OWN, ADDED = "next query, whatever it sees", "next query, Min-Position", "added, p99"
ALONE, LOADED = "read your own write, nobody else", "read your own write, 200 other writes/s"


@asynccontextmanager
async def reading(ground: Ground) -> AsyncIterator[Round]:
    size = ground.size
    async with ground.rollbook("reading", Plan(size.students, size.sections)) as target:
        at = target.at

        async def pairs(book: Book, bench: str) -> None:
            """Write, then read at once; by turns with and without asking for the position."""
            wire = await Wire.open(at.port, at.token)
            waits: dict[bool, list[float]] = {True: [], False: []}
            stale = 0
            for number in range(size.reads * 2):
                student, section = next(target.pairs)
                answer = await wire.ask(target.enroll(student, section))
                position = answer["enroll"]["position"]
                asking = number % 2 == 0
                headers = f"Min-Position: {position}\r\n" if asking else ""
                content = body(target.words.count, section=section)
                began = time.perf_counter()
                read = await wire.post(content, headers)
                waits[asking].append(time.perf_counter() - began)
                behind = int(orjson.loads(read)["extensions"]["position"]) < int(position)
                assert not (asking and behind), "Min-Position was not kept"
                stale += behind
            wire.close()
            book.note_times(bench, PLAIN, waits[False])
            book.note_times(bench, OWN, waits[True], against=PLAIN)
            added = percentile(waits[True], 0.99) - percentile(waits[False], 0.99)
            book.note(bench, ADDED, added * 1_000, "ms")
            share = 100 * stale / len(waits[False])
            book.note(bench, "of the former, saw an older state", share, "%")

        async def round(book: Book) -> None:
            await pairs(book, ALONE)
            rate, seconds = size.writes_per_second, size.push_seconds
            while_reading = open_loop(at.port, at.token, 8, rate, seconds, target.spread())
            writing = asyncio.create_task(while_reading)
            await pairs(book, LOADED)
            await writing
            await target.settled()

        yield round
