"""What reading one's own write costs: the wait that Min-Position adds to the very next query."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import orjson

from tests.benchmarks.answering import COUNT, Target
from tests.benchmarks.measure import Book, Round, Size
from tests.benchmarks.pushing import ENROLL
from tests.benchmarks.serving import served
from tests.benchmarks.wire import Wire, body, open_loop


@asynccontextmanager
async def reading(place: Path, size: Size) -> AsyncIterator[Round]:
    async with served("service", place / "reading", size) as at:
        target = Target("Rollbook", at)
        own = target.spread(ENROLL)

        async def pairs(book: Book, bench: str) -> None:
            """Write, then read at once; by turns with and without asking for the position."""
            wire = await Wire.open(at.port, at.token)
            waits: dict[bool, list[float]] = {True: [], False: []}
            stale = 0
            for number in range(size.reads * 2):
                content = next(own)
                section = orjson.loads(content)["variables"]["section"]
                position = (await wire.ask(content))["enroll"]["position"]
                asking = number % 2 == 0
                headers = f"Min-Position: {position}\r\n" if asking else ""
                began = time.perf_counter()
                answer = orjson.loads(await wire.post(body(COUNT, section=section), headers))
                waits[asking].append(time.perf_counter() - began)
                behind = int(answer["extensions"]["position"]) < int(position)
                assert not (asking and behind), "Min-Position was not kept"
                stale += behind
            wire.close()
            book.note_times(bench, "next query, whatever it sees", waits[False])
            plain = "next query, whatever it sees"
            book.note_times(bench, "next query, Min-Position", waits[True], against=plain)
            share = 100 * stale / len(waits[False])
            book.note(bench, "of the former, saw an older state", share, "%")

        async def round(book: Book) -> None:
            await pairs(book, "read your own write, nobody else")
            rate = size.writes_per_second
            seconds = size.push_seconds
            others = open_loop(at.port, at.token, 8, rate, seconds, target.spread(ENROLL))
            writing = asyncio.create_task(others)
            await pairs(book, f"read your own write, {rate} other writes/s")
            await writing

        yield round
