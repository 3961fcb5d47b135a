"""A feed whose connection breaks again and again loses nothing and repeats nothing, in order."""

import asyncio
import json
import threading
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from random import Random

from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from tests.schema.campus import Campus, seat
from tests.schema.listening import PROTOCOL
from write_side.events import Role

CUTS = 20
FEED = """subscription($after: Position) { facts(after: $after) {
  ... on Fact { position type commandId } ... on Reset { position reason } } }"""


class Proxy:
    """Passes bytes to the service and back, and breaks each connection after so many of them,
    in the middle of whatever they belong to."""

    def __init__(self, target: int, allowances: list[int]) -> None:
        self.target = target
        self.allowances = allowances
        self.cuts = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        back, forth = await asyncio.open_connection("127.0.0.1", self.target)
        allowance = self.allowances.pop() if self.allowances else None
        both = asyncio.gather(self.pump(reader, forth, None), self.pump(back, writer, allowance))
        with suppress(OSError, asyncio.CancelledError):
            await both
        for each in (writer, forth):
            each.transport.abort()

    async def pump(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, allowance: int | None
    ) -> None:
        while data := await source.read(256 if allowance is None else min(256, allowance)):
            sink.write(data)
            await sink.drain()
            if allowance is not None:
                allowance -= len(data)
                if allowance <= 0:
                    self.cuts += 1
                    raise ConnectionResetError("cut")
        raise ConnectionResetError("ended")


@asynccontextmanager
async def proxied(target: int, allowances: list[int]) -> AsyncGenerator[tuple[Proxy, int], None]:
    proxy = Proxy(target, allowances)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    try:
        yield proxy, server.sockets[0].getsockname()[1]
    finally:
        server.close()


class Follower:
    """Reads the feed to its end, resuming behind the last fact it has seen."""

    def __init__(self, port: int, token: str, after: int) -> None:
        self.address = f"ws://127.0.0.1:{port}/graphql"
        self.token = token
        self.after = after
        self.seen: list[tuple[int, str]] = []
        self.resets = 0

    async def read_to(self, last: "asyncio.Future[int]") -> None:
        while not (last.done() and self.after >= last.result()):
            with suppress(OSError, WebSocketException, EOFError, TimeoutError):
                await self.read_once(last)

    async def read_once(self, last: "asyncio.Future[int]") -> None:
        async with connect(
            self.address, subprotocols=[PROTOCOL], compression=None, close_timeout=0.2
        ) as socket:
            await socket.send(
                json.dumps({"type": "connection_init", "payload": {"token": self.token}})
            )
            await socket.recv()
            payload = {"query": FEED, "variables": {"after": str(self.after)}}
            await socket.send(json.dumps({"id": "f", "type": "subscribe", "payload": payload}))
            while not (last.done() and self.after >= last.result()):
                async with asyncio.timeout(10):
                    message = json.loads(await socket.recv())
                fact = message["payload"]["data"]["facts"]
                self.resets += "reason" in fact
                self.after = int(fact["position"])
                self.seen.append((self.after, fact.get("type", "Reset")))


async def test_twenty_cuts_cost_no_fact(campus: Campus) -> None:
    student, section = campus.student(), campus.section()
    start, random = campus.head, Random(7)
    # the handshake is some 200 bytes: some cuts come before the first fact
    allowances = [
        random.choice([150, 260, 500, 1_500, 4_000]) + random.randrange(99) for _ in range(CUTS)
    ]
    loop = asyncio.get_running_loop()
    last: asyncio.Future[int] = loop.create_future()

    def come_and_go() -> None:
        for _ in range(120):
            campus.made("enroll", **seat(student, section))
            campus.made("cancelEnrollment", **seat(student, section, reason="OTHER"))
        loop.call_soon_threadsafe(last.set_result, campus.head)

    acting = threading.Thread(target=come_and_go)
    acting.start()
    async with proxied(campus.port, allowances) as (proxy, port):
        follower = Follower(port, campus.token(Role.LISTENER), start)
        async with asyncio.timeout(40):
            await follower.read_to(last)
    acting.join()

    recorded = [(r.position, r.fact.TOPIC) for r in campus.service.log.read(start, 10_000)]
    assert proxy.cuts == CUTS
    assert follower.resets == 0
    assert follower.seen == recorded
    assert len(recorded) == 480
