"""5,000 subscribers in one process: what others who ask it meanwhile have to wait."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import cycle

from tests.benchmarks.campus import Plan
from tests.benchmarks.crowd import Crowd, crowd
from tests.benchmarks.fanning import KIB, Watched
from tests.benchmarks.measure import Book, Round
from tests.benchmarks.targets import Ground, Target
from tests.benchmarks.wire import Wire, body, open_loop

BENCH = "5,000 subscribers in one process"
IDLE, CONNECTED, CHANGING = "HTTP without them", "HTTP beside them", "HTTP while all get a change"
MEMORY, JOINING = "memory a subscriber", "CPU to connect"
ASKED_PER_SECOND, CHANGES_PER_SECOND = 50, 1.0


@asynccontextmanager
async def crowding(ground: Ground) -> AsyncIterator[Round]:
    size = ground.size
    plan = Plan(size.students, 20)
    async with ground.rollbook("crowding", plan) as target:
        watched, beside = Watched(target, 0), Watched(target, 1)

        async def round(book: Book) -> None:
            at, meter = target.at, target.meter
            # the same questions and the same writes, to a section nobody watches
            book.note_times(BENCH, IDLE, await _asked(target, size.many_seconds, beside, None))
            meter.grown()
            cpu = meter.cpu()
            async with crowd(watched.wish(size.many)) as listening:
                await listening.until_joined()
                wire = await Wire.open(at.port, at.token)
                await listening.received(await watched(wire))
                wire.close()
                joined, memory = meter.cpu() - cpu, meter.grown()
                waits = await _asked(target, size.many_seconds, beside, None)
                book.note_times(BENCH, CONNECTED, waits, against=IDLE)
                last: list[float] = []
                waits = await _asked(target, size.many_seconds, watched, listening, last)
            book.note_times(BENCH, CHANGING, waits, against=IDLE)
            book.note_times(BENCH, "change to last receipt", last)
            book.note(BENCH, MEMORY, memory / size.many / KIB, "KiB")
            book.note(BENCH, JOINING, joined / size.many * 1e3, "ms")

        yield round


async def _asked(
    target: Target,
    seconds: float,
    change: Watched,
    listening: Crowd | None,
    last: list[float] | None = None,
) -> list[float]:
    """The waits of small questions at a steady rate, beside a change a second."""
    at = target.at
    sections = cycle(body(target.words.count, section=section) for section in at.sections[2:])
    asking = asyncio.create_task(
        open_loop(at.port, at.token, 16, ASKED_PER_SECOND, seconds, sections)
    )
    wire = await Wire.open(at.port, at.token)
    began, number = time.perf_counter(), 0
    while not asking.done():
        sent = time.perf_counter()
        told = await change(wire)
        if listening is not None and last is not None:
            last.append(await listening.received(told) - sent)
        number += 1
        due = began + number / CHANGES_PER_SECOND
        await asyncio.wait({asking}, timeout=max(0.0, due - time.perf_counter()))
    wire.close()
    load = await asking
    assert load.all_good
    return load.waits
