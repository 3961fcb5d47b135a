"""A lean HTTP/1.1 client: what is measured should be the service, not the one who asks."""

import asyncio
import math
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle, islice
from typing import Any, NamedTuple

import orjson

from tests.benchmarks.meter import Meter

PATIENCE = 120.0
"""Seconds after which a load is given up: a server that hangs must not hang whoever measures."""


def body(document: str, **variables: Any) -> bytes:
    """A request's body."""
    return orjson.dumps({"query": document, "variables": variables})


class Answer(NamedTuple):
    status: int
    head: bytes
    content: bytes

    def header(self, name: str) -> str | None:
        for line in self.head.split(b"\r\n")[1:]:
            key, _, value = line.partition(b":")
            if key.strip().lower() == name.encode():
                return value.strip().decode()
        return None


class Wire(asyncio.Protocol):
    """One kept-alive connection; one request at a time."""

    def __init__(self, port: int, head: bytes) -> None:
        self._port, self._head = port, head
        self._transport: Any = None
        self._got = bytearray()
        self._answer: asyncio.Future[Answer] | None = None

    @classmethod
    async def open(cls, port: int, token: str = "", path: str = "/graphql") -> "Wire":
        head = f"{path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
        wire = cls(port, head.encode())
        await wire._connect()
        return wire

    async def _connect(self) -> None:
        self._got.clear()
        loop = asyncio.get_running_loop()
        await loop.create_connection(lambda: self, "127.0.0.1", self._port)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._got += data
        end = self._got.find(b"\r\n\r\n")
        if end < 0 or self._answer is None:
            return
        head = bytes(self._got[:end]).lower()
        start = head.find(b"content-length:")
        length = int(head[start + 15 :].partition(b"\r")[0]) if start >= 0 else 0
        whole = end + 4 + length
        if len(self._got) < whole:
            return
        if b"transfer-encoding:" in head:
            raise RuntimeError("this client reads no chunks")
        answer = Answer(int(head[9:12]), bytes(self._got[:end]), bytes(self._got[end + 4 : whole]))
        self._got.clear()
        waiting, self._answer = self._answer, None
        if not waiting.done():
            waiting.set_result(answer)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(ConnectionError("the server hung up"))

    async def send(self, request: bytes) -> Answer:
        """Any request, already as bytes; once more where the server ended a connection that was
        idle, as clients of kept-alive connections have to."""
        try:
            return await self._sent(request)
        except ConnectionError:
            await self._connect()
            return await self._sent(request)

    async def _sent(self, request: bytes) -> Answer:
        if self._transport.is_closing():
            raise ConnectionError("the server has hung up")
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answer

    def get(self, headers: str = "") -> bytes:
        """The bytes of a GET of the wire's path."""
        return b"GET " + self._head + headers.encode() + b"\r\n"

    async def post(self, content: bytes, headers: str = "") -> bytes:
        """The answer's body; RuntimeError unless it is a 200."""
        length = (
            f"{headers}Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
        )
        answer = await self.send(b"POST " + self._head + length.encode() + content)
        if answer.status != 200:
            raise RuntimeError(f"{answer.status}: {answer.content.decode()}")
        return answer.content

    async def ask(self, content: bytes, headers: str = "") -> dict[str, Any]:
        """The answer's data; RuntimeError if it has errors."""
        answer = orjson.loads(await self.post(content, headers))
        if answer.get("errors"):
            raise RuntimeError(str(answer["errors"]))
        data: dict[str, Any] = answer["data"]
        return data

    def close(self) -> None:
        self._transport.close()


@dataclass
class Load:
    """What came of a load: how long it took, each request's wait, and how many answers were as
    wished. `client` is the seconds of CPU that asking itself cost, `server` what answering cost
    the process that was asked."""

    seconds: float = 0.0
    client: float = 0.0
    server: float = 0.0
    good: int = 0
    waits: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return len(self.waits) / self.seconds

    @property
    def all_good(self) -> bool:
        return self.good == len(self.waits) > 0


Judge = Callable[[bytes], bool]


def has_data(answer: bytes) -> bool:
    return b'"errors"' not in answer


async def closed_loop(
    at: int | Sequence[int],
    token: str,
    clients: int,
    bodies: Iterable[bytes],
    path: str = "/graphql",
    *,
    seconds: float = math.inf,
    judge: Judge = has_data,
    server: Meter | None = None,
) -> Load:
    """So many clients, each sending its next request as soon as it has an answer, until the bodies
    or the seconds are used up; at one port, or spread over several."""
    load, waiting = Load(), iter(bodies)
    ports = cycle([at] if isinstance(at, int) else at)
    wires = [await Wire.open(port, token, path) for port in islice(ports, clients)]
    clock = time.perf_counter

    async def client(wire: Wire, bodies: Iterator[bytes], until: float) -> None:
        while (sent := clock()) < until and (content := next(bodies, None)) is not None:
            answer = await wire.post(content)
            load.waits.append(clock() - sent)
            load.good += judge(answer)

    spent = server.cpu() if server else 0.0
    began, used = clock(), time.process_time()
    async with asyncio.timeout(PATIENCE):
        await asyncio.gather(*(client(wire, waiting, began + seconds) for wire in wires))
    load.seconds, load.client = clock() - began, time.process_time() - used
    load.server = server.cpu() - spent if server else 0.0
    for wire in wires:
        wire.close()
    return load


async def open_loop(
    port: int,
    token: str,
    clients: int,
    rate: float,
    seconds: float,
    bodies: Iterator[bytes],
    path: str = "/graphql",
    *,
    judge: Judge = has_data,
) -> Load:
    """Requests at a steady rate whatever the answers do, each on the next free connection; a wait
    begins when the request was due."""
    load = Load()
    free: asyncio.Queue[Wire] = asyncio.Queue()
    for _ in range(clients):
        free.put_nowait(await Wire.open(port, token, path))
    loop, clock = asyncio.get_running_loop(), time.perf_counter
    began, used = clock(), time.process_time()

    async def send(content: bytes, due: float) -> None:
        wire = await free.get()
        answer = await wire.post(content)
        load.waits.append(clock() - due)
        load.good += judge(answer)
        free.put_nowait(wire)

    async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as sending:
        for number in range(int(rate * seconds)):
            due = began + number / rate
            pause = loop.create_future()
            loop.call_later(max(0.0, due - clock()), pause.set_result, None)
            await pause
            sending.create_task(send(next(bodies), due))
    load.seconds, load.client = clock() - began, time.process_time() - used
    while not free.empty():
        free.get_nowait().close()
    return load
