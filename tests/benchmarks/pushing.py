"""From mutation to push: how long until ten listeners have it while others keep writing."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import orjson
from websockets.asyncio.client import ClientConnection, connect

from tests.benchmarks.answering import Target
from tests.benchmarks.measure import Book, Round, Size
from tests.benchmarks.serving import Served, served
from tests.benchmarks.wire import Wire, body, open_loop

ENROLL = (
    "mutation Enroll($student: ID!, $section: ID!, $id: ID) {"
    " enroll(input: { student: $student, section: $section, commandId: $id })"
    " { position refusals { code } } }"
)
STATE = "subscription ($section: ID!) { section(id: $section) { enrolled updatedAt } }"
FEED = (
    "subscription ($after: Position) {"
    ' facts(after: $after, types: ["SeatTaken"]) { ... on Fact { commandId } } }'
)
PROBES_PER_SECOND = 20

Probe = tuple[float, str, int]
"""When a mutation was sent, its command id, and the position it was recorded at."""


class Listener:
    """One socket with one subscription; notes when which message came."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self.heard: list[tuple[float, dict[str, Any]]] = []
        self._more = asyncio.Event()

    async def listen(self) -> None:
        async for message in self._socket:
            at = time.perf_counter()
            data = orjson.loads(message)
            if data["type"] == "next":
                ((_, value),) = data["payload"]["data"].items()
                self.heard.append((at, value))
                self._more.set()

    async def until(self, probe: "Probe") -> None:
        """Return once a message told of it."""
        while not any(_tells(value, probe) for _, value in self.heard):
            self._more.clear()
            await self._more.wait()

    @classmethod
    async def start(cls, at: Served, document: str, after: str) -> "Listener":
        socket = await connect(
            f"ws://127.0.0.1:{at.port}/graphql",
            subprotocols=["graphql-transport-ws"],  # type: ignore[list-item]
            compression=None,
        )
        init = {"type": "connection_init", "payload": {"token": at.token}}
        await socket.send(orjson.dumps(init).decode())
        await socket.recv()
        request = {"query": document, "variables": {"section": at.sections[0], "after": after}}
        subscribe = {"id": "1", "type": "subscribe", "payload": request}
        await socket.send(orjson.dumps(subscribe).decode())
        return cls(socket)

    async def close(self) -> None:
        await self._socket.close()


@asynccontextmanager
async def pushing(place: Path, size: Size) -> AsyncIterator[Round]:
    async with served("service", place / "pushing", size) as at:
        target = Target("Rollbook", at, sparing=1)
        probes = _probes(at)

        async def round(book: Book) -> None:
            bench = (
                f"mutation sent to push received, {size.subscribers} listeners,"
                f" {size.writes_per_second} writes/s"
            )
            for name, document in (("seat count (state)", STATE), ("fact feed", FEED)):
                waits = await _round(at, target, size, document, probes)
                book.note_times(bench, name, waits)

        yield round


def _probes(at: Served) -> Iterator[tuple[str, str]]:
    """Enrollments in the one section that is watched."""
    return ((student, at.sections[0]) for student in at.students)


async def _round(
    at: Served, target: Target, size: Size, document: str, probes: Iterator[tuple[str, str]]
) -> list[float]:
    """The waits of every listener for every probe."""
    wire = await Wire.open(at.port, at.token)
    after = (await wire.ask(body("{ views { position } }")))["views"][0]["position"]
    listeners = [await Listener.start(at, document, after) for _ in range(size.subscribers)]
    listening = [asyncio.create_task(listener.listen()) for listener in listeners]
    others = target.spread(ENROLL)
    rate = size.writes_per_second - PROBES_PER_SECOND
    writing = asyncio.create_task(
        open_loop(at.port, at.token, size.clients, rate, size.push_seconds, others)
    )
    sent = await _send_probes(wire, size.push_seconds, probes)
    await writing
    async with asyncio.timeout(10):
        for listener in listeners:
            await listener.until(sent[-1])
    for listener, task in zip(listeners, listening, strict=True):
        task.cancel()
        await listener.close()
    wire.close()
    return [
        next(at for at, value in listener.heard if _tells(value, probe)) - probe[0]
        for listener in listeners
        for probe in sent
    ]


async def _send_probes(
    wire: Wire, seconds: float, probes: Iterator[tuple[str, str]]
) -> list[Probe]:
    sent = []
    began, number = time.perf_counter(), 0
    while (now := time.perf_counter()) - began < seconds:
        student, section = next(probes)
        command_id = f"probe/{student}"
        request = body(ENROLL, student=student, section=section, id=command_id)
        position = (await wire.ask(request))["enroll"]["position"]
        sent.append((now, command_id, int(position)))
        number += 1
        await asyncio.sleep(max(0.0, began + number / PROBES_PER_SECOND - time.perf_counter()))
    return sent


def _tells(value: dict[str, Any], probe: Probe) -> bool:
    """Whether a message tells of a probe: the feed names it, the state is as new or newer."""
    _, command_id, position = probe
    if "commandId" in value:
        return bool(value["commandId"] == command_id)
    return int(value["updatedAt"]) >= position
