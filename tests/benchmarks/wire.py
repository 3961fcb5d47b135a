"""A lean HTTP/1.1 client: what is measured should be the service, not the one who asks."""

import asyncio
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle, islice
from typing import Any, Self

import orjson

PATIENCE = 60.0
"""Seconds after which a load is given up: a server that hangs must not hang whoever measures."""


def body(document: str, **variables: Any) -> bytes:
    """A request's body."""
    return orjson.dumps({"query": document, "variables": variables})


class Wire:
    """One kept-alive connection; one request at a time."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: bytes
    ) -> None:
        self._reader, self._writer, self._head = reader, writer, head

    @classmethod
    async def open(cls, port: int, token: str, path: str = "/graphql") -> Self:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            f"Authorization: Bearer {token}\r\n"
        )
        return cls(reader, writer, head.encode())

    async def post(self, content: bytes, headers: str = "") -> bytes:
        """The answer's body; RuntimeError unless it is a 200."""
        length = f"{headers}Content-Length: {len(content)}\r\n\r\n".encode()
        self._writer.write(self._head + length + content)
        head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        start = head.index(b"content-length:") + 15
        answer = await self._reader.readexactly(int(head[start : head.index(b"\r", start)]))
        if b" 200 " not in head[:20]:
            raise RuntimeError(answer.decode())
        return answer

    async def ask(self, content: bytes, headers: str = "") -> dict[str, Any]:
        """The answer's data; RuntimeError if it has errors."""
        answer = orjson.loads(await self.post(content, headers))
        if answer.get("errors"):
            raise RuntimeError(str(answer["errors"]))
        data: dict[str, Any] = answer["data"]
        return data

    def close(self) -> None:
        self._writer.close()


@dataclass
class Load:
    """What came of a load: how long it took, each request's wait, and the answers' bodies."""

    seconds: float = 0.0
    waits: list[float] = field(default_factory=list)
    answers: list[bytes] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return len(self.waits) / self.seconds


async def closed_loop(
    at: int | Sequence[int],
    token: str,
    clients: int,
    bodies: Iterable[bytes],
    path: str = "/graphql",
) -> Load:
    """So many clients, each sending its next request as soon as it has an answer; at one port, or
    spread over several."""
    load, waiting = Load(), iter(bodies)
    ports = cycle([at] if isinstance(at, int) else at)
    wires = [await Wire.open(port, token, path) for port in islice(ports, clients)]

    async def client(wire: Wire, bodies: Iterator[bytes]) -> None:
        for content in bodies:
            sent = time.perf_counter()
            load.answers.append(await wire.post(content))
            load.waits.append(time.perf_counter() - sent)

    began = time.perf_counter()
    async with asyncio.timeout(PATIENCE):
        await asyncio.gather(*(client(wire, waiting) for wire in wires))
    load.seconds = time.perf_counter() - began
    for wire in wires:
        wire.close()
    return load


async def open_loop(
    port: int, token: str, clients: int, rate: int, seconds: float, bodies: Iterator[bytes]
) -> Load:
    """Requests at a steady rate whatever the answers do, each on the next free connection."""
    load = Load()
    free: asyncio.Queue[Wire] = asyncio.Queue()
    for _ in range(clients):
        free.put_nowait(await Wire.open(port, token))

    async def send(content: bytes) -> None:
        sent = time.perf_counter()
        wire = await free.get()
        load.answers.append(await wire.post(content))
        load.waits.append(time.perf_counter() - sent)
        free.put_nowait(wire)

    loop, began = asyncio.get_running_loop(), time.perf_counter()
    async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as sending:
        for number in range(int(rate * seconds)):
            due = loop.create_future()
            pause = began + number / rate - time.perf_counter()
            loop.call_later(max(0.0, pause), due.set_result, None)
            await due
            sending.create_task(send(next(bodies)))
    load.seconds = time.perf_counter() - began
    while not free.empty():
        free.get_nowait().close()
    return load
