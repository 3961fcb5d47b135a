"""From mutation to push: how long until ten listeners have it while others keep writing."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import orjson

from tests.benchmarks.campus import Plan
from tests.benchmarks.feeding import FACTS, newest
from tests.benchmarks.measure import Book, Round, Size
from tests.benchmarks.sockets import Socket, join
from tests.benchmarks.targets import Ground, Target
from tests.benchmarks.wire import Wire, open_loop

PUSH = "mutation sent to push received, 10 listeners, 200 writes/s"
STATE, FEED = "seat count (state)", "fact feed"
PROBES_PER_SECOND = 20

Probe = tuple[float, str, int]
"""When a mutation was sent, its command id, and the position it was recorded at."""


class Listener:
    """One socket with one subscription; notes when which message came."""

    def __init__(self) -> None:
        self._raw: list[tuple[float, bytes]] = []
        self._more = asyncio.Event()
        self.socket: Socket

    def hear(self, _socket: Socket, message: bytes) -> None:
        self._raw.append((time.perf_counter(), message))
        self._more.set()

    async def until(self, probe: Probe) -> None:
        """Return once a message told of it."""
        while not any(_tells(value, probe) for _, value in self.heard()):
            self._more.clear()
            await self._more.wait()

    def heard(self) -> list[tuple[float, dict[str, Any]]]:
        """Times and values; read only after the load, which they are not to disturb."""
        messages = ((at, orjson.loads(message)) for at, message in self._raw)
        return [
            (at, next(iter(message["payload"]["data"].values())))
            for at, message in messages
            if message["type"] == "next"
        ]


@asynccontextmanager
async def pushing(ground: Ground) -> AsyncIterator[Round]:
    size = ground.size
    plan = Plan(size.students, size.sections)
    async with ground.rollbook("pushing", plan, sparing=1) as target:
        # enrollments in the one section that is watched
        probes = ((student, target.at.sections[0]) for student in target.at.students)

        async def round(book: Book) -> None:
            for name, document in ((STATE, target.words.watch), (FEED, FACTS)):
                book.note_times(PUSH, name, await _round(target, size, document, probes))
                await target.settled()

        yield round


async def _round(
    target: Target, size: Size, document: str, probes: Iterator[tuple[str, str]]
) -> list[float]:
    """The waits of every listener for every probe."""
    at = target.at
    given = {"after": await newest(target)} if document == FACTS else {"section": at.sections[0]}
    listeners = [Listener() for _ in range(size.listeners)]
    for each in listeners:
        each.socket = await join(at.port, at.token, document, given, each.hear)
    rate = size.writes_per_second - PROBES_PER_SECOND
    writing = asyncio.create_task(
        open_loop(at.port, at.token, size.clients, rate, size.push_seconds, target.spread())
    )
    sent = await _send_probes(target, size.push_seconds, probes)
    await writing
    async with asyncio.timeout(30):
        for listener in listeners:
            await listener.until(sent[-1])
    for listener in listeners:
        listener.socket.close()
    waits = []
    for listener in listeners:
        heard = listener.heard()
        for probe in sent:
            waits.append(next(at for at, value in heard if _tells(value, probe)) - probe[0])
    return waits


async def _send_probes(
    target: Target, seconds: float, probes: Iterator[tuple[str, str]]
) -> list[Probe]:
    wire = await Wire.open(target.at.port, target.at.token)
    sent = []
    began, number = time.perf_counter(), 0
    while (now := time.perf_counter()) - began < seconds:
        student, section = next(probes)
        command_id = f"probe/{student}"
        answer = await wire.ask(target.enroll(student, section, id=command_id))
        sent.append((now, command_id, int(answer["enroll"]["position"])))
        number += 1
        await asyncio.sleep(max(0.0, began + number / PROBES_PER_SECOND - time.perf_counter()))
    wire.close()
    return sent


def _tells(value: dict[str, Any], probe: Probe) -> bool:
    """Whether a message tells of a probe: the feed names it, the state is as new or newer."""
    _, command_id, position = probe
    if "commandId" in value:
        return bool(value["commandId"] == command_id)
    return int(value["updatedAt"]) >= position
