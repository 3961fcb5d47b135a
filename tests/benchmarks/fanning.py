"""One change to many sockets: when the last of them has it, and what that costs the server."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from itertools import count

from tests.benchmarks.campus import Plan
from tests.benchmarks.crowd import Crowd, Wish, crowd
from tests.benchmarks.measure import Book, Round
from tests.benchmarks.meter import Meter
from tests.benchmarks.serving import Served, served
from tests.benchmarks.targets import TWIN, Ground, Target
from tests.benchmarks.wire import Wire

FAN = "one change to 1,000 subscribers"
RAW = "one encoded message, broadcast"
KIB = 1024
LONGEST = 4.0
"""Seconds that changes go on, for those who do not reach the number of waves."""

Change = Callable[[], Awaitable[str]]
"""Changes what the crowd watches; answers a text that the message about it has in it."""


@asynccontextmanager
async def fanning(ground: Ground) -> AsyncIterator[Round]:
    size = ground.size
    plan = Plan(size.students, 2)
    async with (
        ground.targets("fanning", plan) as targets,
        served("limits", "", Plan(0, 0)) as limits,
    ):
        turns, bare = count(), Meter(limits.pid)
        watched = {target.name: Watched(target) for target in targets}

        async def round(book: Book) -> None:
            for target in targets[::-1] if next(turns) % 2 else targets:
                wish = watched[target.name].wish(size.subscribers)
                await fan(book, FAN, target.name, ground, wish, target.meter, watched[target.name])
            wish = Wish(limits.port, "", size.subscribers)
            await fan(book, FAN, RAW, ground, wish, bare, Broadcast(limits))

        yield round


class Watched:
    """One section, changed by one enrollment after the other; others may watch it."""

    def __init__(self, target: Target, section: int = 0) -> None:
        self._target = target
        self._section = target.at.sections[section]
        self._taken = count(1)
        self._students: Iterator[object] = iter(target.at.students)

    def wish(self, subscribers: int) -> Wish:
        at = self._target.at
        document = self._target.words.watch
        return Wish(at.port, at.token, subscribers, document, {"section": self._section})

    async def __call__(self, wire: Wire) -> str:
        answer = await wire.post(self._target.enroll(next(self._students), self._section))
        assert self._target.accepts(answer), answer
        return f'"enrolled":{next(self._taken)}'


class Broadcast:
    """The same for the bare server: a message of the same form, posted to it."""

    def __init__(self, at: Served) -> None:
        self._taken = count(1)

    async def __call__(self, wire: Wire) -> str:
        taken = next(self._taken)
        told = f'"enrolled":{taken}'
        content = f'{{"id":"1","type":"next","payload":{{"data":{{"section":{{{told},'
        content += (
            f'"seatsAvailable":null,"updatedAt":"{taken}"}}}},"extensions":{{"position":"1"}}}}}}'
        )
        await wire.post(content.encode())
        return told


async def fan(
    book: Book,
    bench: str,
    name: str,
    ground: Ground,
    wish: Wish,
    meter: Meter,
    change: Callable[[Wire], Awaitable[str]],
) -> None:
    """Everybody joins, then one change after the other: each when all have the one before."""
    waits: list[float] = []
    path = "/broadcast" if wish.document is None else "/graphql"
    wire = await Wire.open(wish.port, wish.token, path)
    meter.grown()
    cpu = meter.cpu()
    async with crowd(wish) as listening:
        await listening.until_joined()
        await _until_heard(listening, wire, change)
        joined = meter.cpu() - cpu
        memory = meter.grown()
        cpu, heard, began = meter.cpu(), listening.cpu, time.perf_counter()
        # slow ones get fewer, so that a round does not take minutes
        while len(waits) < ground.size.waves and time.perf_counter() - began < LONGEST:
            sent = time.perf_counter()
            told = await change(wire)
            waits.append(await listening.received(told) - sent)
        cpu, heard = meter.cpu() - cpu, listening.cpu - heard
    wire.close()
    against = None if name == TWIN else TWIN
    book.note_times(bench, name, waits, against=against)
    delivery = cpu / len(waits) / wish.count
    book.note(
        bench,
        f"{name}, CPU a delivery",
        delivery * 1e6,
        "us",
        against=_of(against, "CPU a delivery"),
    )
    client = heard / len(waits) / wish.count * 1e6
    book.note(bench, f"{name}, client, CPU a delivery", client, "us")
    book.note(bench, f"{name}, memory a subscriber", memory / wish.count / KIB, "KiB")
    book.note(bench, f"{name}, CPU to connect", joined / wish.count * 1e3, "ms")


async def _until_heard(
    listening: Crowd, wire: Wire, change: Callable[[Wire], Awaitable[str]]
) -> None:
    """Return once a change reached everybody: not every server says when a subscription began."""
    for _ in range(20):
        told = await change(wire)
        try:
            await listening.received(told, patience=15)
        except TimeoutError:
            continue
        return
    raise RuntimeError("a change never reached everybody")


def _of(other: str | None, what: str) -> str | None:
    return None if other is None else f"{other}, {what}"
