"""Over real sockets: a page of sections and a student with enrollments, computed and shared."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from itertools import count, cycle, repeat

from tests.benchmarks.campus import Plan
from tests.benchmarks.enrolling import note_load
from tests.benchmarks.measure import Book, Round, Size
from tests.benchmarks.meter import Meter
from tests.benchmarks.serving import Served, served
from tests.benchmarks.targets import ROLLBOOK, TWIN, Ground, Target
from tests.benchmarks.unchanged import unchanged
from tests.benchmarks.wire import Judge, Load, Wire, body, closed_loop, open_loop

ENROLLED = 5
LIST, NESTED = "list of 100 sections", "student with 5 enrollments"
COMPUTED, MOVING, SHARED = "every answer computed", "one request, positions moving", "unchanged"
STATIC = "static JSON of these bytes"
UNCHANGED = "If-None-Match"


@asynccontextmanager
async def looking(ground: Ground) -> AsyncIterator[Round]:
    size = ground.size
    plan = Plan(size.students, size.sections, seats=size.seats, enrolled=ENROLLED)
    async with (
        ground.targets("looking", plan) as targets,
        served("limits", "", Plan(0, 0)) as limits,
    ):
        shelves = [Shelf(target, size) for target in targets]
        for shelf in shelves:
            await shelf.prepare()
        turns = count()

        async def round(book: Book) -> None:
            order = shelves[::-1] if next(turns) % 2 else shelves
            for bench in (LIST, NESTED):
                for shelf in order:
                    await shelf.measure(book, bench)
                    if shelf.target.name == ROLLBOOK:
                        await _static(book, limits, size, bench, shelf.samples[bench])

        yield round


class Shelf:
    """One target, and the requests that ask it."""

    def __init__(self, target: Target, size: Size) -> None:
        self.target, self.size = target, size
        self.samples: dict[str, bytes] = {}
        self._asked: dict[str, list[bytes]] = {}
        self._writes = target.spread()

    async def prepare(self) -> None:
        """Every page that begins at another section, every student."""
        at, words = self.target.at, self.target.words
        wire = await Wire.open(at.port, at.token)
        ((_, found),) = (await wire.ask(body(words.cursors))).items()
        cursors = [edge["cursor"] for edge in found["edges"]]
        # behind each of these a whole page is left
        behind = [None, *cursors[: self.size.sections - self.rows]]
        self._asked = {
            LIST: [body(words.page, first=self.rows, after=cursor) for cursor in behind],
            NESTED: [body(words.nested, student=student) for student in at.students],
        }
        for bench, bodies in self._asked.items():
            self.samples[bench] = await wire.post(bodies[0])
            # compilers and caches have seen the documents before anything is measured
            await self._load(cycle(bodies), bench)
        wire.close()

    @property
    def rows(self) -> int:
        return min(100, self.size.sections // 2)

    def judge(self, bench: str) -> Judge:
        """Whether an answer has all rows it should."""
        text, rows = (b'"enrolled":', self.rows) if bench == LIST else (b'"title":', ENROLLED)
        return lambda answer: answer.count(text) >= rows

    async def measure(self, book: Book, bench: str) -> None:
        bodies, name = self._asked[bench], self.target.name
        # more differ than come between two writes, so that none can be answered from another
        load = await self._moving(cycle(bodies), bench)
        note_load(book, f"{bench}, {COMPUTED}", name, load)
        # who answers faster than writes come is asked the same again at one position
        again = max(0.0, 1 - len(bodies) * self.size.moving / load.rate)
        book.note(f"{bench}, {COMPUTED}", f"{name}, could be shared", 100 * again, "%")
        load = await self._load(repeat(bodies[0]), bench)
        note_load(book, f"{bench}, {SHARED}", name, load)
        if name == TWIN:
            return
        load = await self._moving(repeat(bodies[0]), bench)
        note_load(book, f"{bench}, {MOVING}", name, load)
        if name == ROLLBOOK:
            await unchanged(
                book, f"{bench}, {UNCHANGED}", name, self.target.at, bodies[0], self.size
            )

    async def _load(self, bodies: Iterable[bytes], bench: str) -> Load:
        at, size = self.target.at, self.size
        load = await closed_loop(
            *(at.port, at.token, size.clients, bodies),
            seconds=size.seconds,
            judge=self.judge(bench),
            server=self.target.meter,
        )
        assert load.all_good, f"{self.target.name}: {bench} came with rows missing"
        return load

    async def _moving(self, bodies: Iterable[bytes], bench: str) -> Load:
        """The load beside somebody who writes at a steady rate."""
        at, size = self.target.at, self.size
        writing = asyncio.create_task(
            open_loop(
                *(at.port, at.token, 8, size.moving, size.seconds, self._writes),
                judge=self.target.accepts,
            )
        )
        load = await self._load(bodies, bench)
        assert (await writing).all_good, "a write beside the reads was refused"
        await self.target.settled()
        return load


async def _static(book: Book, at: Served, size: Size, bench: str, answer: bytes) -> None:
    path = f"/static/{bench.split()[0]}"
    wire = await Wire.open(at.port)
    put = f"PUT {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(answer)}\r\n\r\n"
    await wire.send(put.encode() + answer)
    wire.close()
    asked = repeat(body("{ nothing }"))
    load = await closed_loop(
        *(at.port, "", size.clients, asked, path),
        seconds=size.seconds,
        judge=lambda got: len(got) == len(answer),
        server=Meter(at.pid),
    )
    assert load.all_good
    note_load(book, f"{bench}, {SHARED}", STATIC, load)
