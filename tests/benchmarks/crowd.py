"""Subscribers in a process of their own: they tell when the last of them has received a message.

python -m tests.benchmarks.crowd '{"port": ..., "token": ..., "document": ..., ...}'
"""

import asyncio
import json
import resource
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from typing import Any

import uvloop

from tests.benchmarks.sockets import Socket, join
from tests.benchmarks.wire import PATIENCE

AT_ONCE = 50
"""So many connect at the same time."""


@dataclass(frozen=True)
class Wish:
    """Who joins what. Without a document they only open a socket at `/broadcast`."""

    port: int
    token: str
    count: int
    document: str | None = None
    variables: dict[str, Any] = field(default_factory=dict)


class Crowd:
    """The crowd as its parent sees it."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.cpu = 0.0
        """Seconds of CPU that hearing has cost the crowd, when it last said something."""

    async def _line(self) -> Any:
        assert self._process.stdout is not None
        said = await self._process.stdout.readline()
        if not said:
            raise RuntimeError("the crowd went away")
        told = json.loads(said)
        self.cpu = told["cpu"]
        return told

    async def until_joined(self) -> None:
        """Return once all of them are connected."""
        async with asyncio.timeout(PATIENCE):
            await self._line()

    async def received(self, telling: str, patience: float = PATIENCE) -> float:
        """When the last of them had a message with this text in it; on the same clock as
        `time.perf_counter` here. TimeoutError where not all of them get it."""
        async with asyncio.timeout(patience):
            while telling not in (said := await self._line()).get("message", ""):
                pass
        return float(said["last"])


@asynccontextmanager
async def crowd(wish: Wish) -> AsyncIterator[Crowd]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", __name__, json.dumps(asdict(wish))),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield Crowd(process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        try:
            async with asyncio.timeout(10):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


class Ear:
    """Counts who has which message; says so when it is all of them."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._heard: dict[bytes, int] = {}

    def hear(self, socket: Socket, message: bytes) -> None:
        if message == socket.last:
            return
        if b'"error' in message:
            raise SystemExit(f"the server answered {message.decode()[:500]}")
        socket.last = message
        heard = self._heard[message] = self._heard.get(message, 0) + 1
        if heard == self._count:
            last = time.perf_counter()
            del self._heard[message]
            said = {"message": message.decode(), "last": last, "cpu": time.process_time()}
            print(json.dumps(said), flush=True)


async def gather(wish: Wish) -> None:
    ear, places = Ear(wish.count), asyncio.Semaphore(AT_ONCE)

    async def one() -> Socket:
        async with places:
            if wish.document is None:
                return await Socket.connect(wish.port, ear.hear, "/broadcast")
            return await join(wish.port, wish.token, wish.document, wish.variables, ear.hear)

    sockets = await asyncio.gather(*(one() for _ in range(wish.count)))
    print(json.dumps({"cpu": time.process_time()}), flush=True)
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    loop.add_reader(sys.stdin.fileno(), ended.set)  # nothing is ever said but the end
    await ended.wait()
    if any(socket.lost for socket in sockets):
        print("a socket was lost", file=sys.stderr)
    for socket in sockets:
        socket.close()


def many_files() -> None:
    """As many open files as this process may have."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


if __name__ == "__main__":
    many_files()
    uvloop.run(gather(Wish(**json.loads(sys.argv[1]))))
