"""graphql-transport-ws over a real socket."""

import asyncio
import time
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from tests.schema.transport.conftest import Served, serving
from tests.schema.transport.talking import PROTOCOL, Socket, data, opened, raw

# Connecting


@pytest.mark.parametrize("protocol", ["graphql-ws", "graphql-transport-ws-2", None])
async def test_no_other_protocol(served: Served, protocol: str | None) -> None:
    offered = [Subprotocol(protocol)] if protocol else None
    async with connect(served.ws, subprotocols=offered) as connection:
        assert connection.subprotocol == protocol  # or browsers would break off before the code
        assert (await Socket(connection).closed())[0] == 4406


async def test_protocol_among_others(served: Served) -> None:
    offered = [Subprotocol("graphql-ws"), PROTOCOL]
    async with connect(served.ws, subprotocols=offered) as connection:
        assert connection.subprotocol == PROTOCOL


async def test_tokens(served: Served) -> None:
    async with opened(served, token="good") as socket:
        await socket.subscribe("1", "{ who }")
        assert data(await socket.receive()) == {"who": "someone"}
    async with opened(served, token=None) as socket:
        await socket.subscribe("1", "{ who }")
        assert data(await socket.receive()) == {"who": "anonymous"}


@pytest.mark.parametrize(
    ("token", "code"),
    [("bad", 4403), ("", 4403), (5, 4400), (["good"], 4400), ("busy", 1013), ("crash", 1011)],
)
async def test_bad_tokens(served: Served, token: Any, code: int) -> None:
    async with raw(served) as socket:
        await socket.send({"type": "connection_init", "payload": {"token": token}})
        assert (await socket.closed())[0] == code


async def test_init_without_payload(served: Served) -> None:
    for message in ({"type": "connection_init"}, {"type": "connection_init", "payload": None}):
        async with raw(served) as socket:
            await socket.send(message)
            assert await socket.receive() == {"type": "connection_ack"}


async def test_init_timeout() -> None:
    with serving(ws={"init_timeout": 0.05}) as served:
        async with raw(served) as socket:
            await socket.send({"type": "ping"})
            assert await socket.receive() == {"type": "pong"}
            assert (await socket.closed())[0] == 4408
        async with opened(served) as socket:  # and not once it has been acknowledged
            await socket.subscribe("1", 'subscription { ticks(queue: "a") { value } }')
            await served.ledger.until(lambda: "a" in served.ledger.queues)
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(socket.connection.recv(), 0.1)


async def test_second_init(socket: Socket) -> None:
    await socket.send({"type": "connection_init"})
    assert (await socket.closed())[0] == 4429


async def test_subscribe_before_the_acknowledgement(served: Served) -> None:
    async with raw(served) as socket:
        await socket.subscribe("1", "{ hello }")
        assert await socket.closed() == (4401, "Unauthorized")


async def test_token_expires(served: Served) -> None:
    async with opened(served, token=f"until:{time.time() + 0.2}") as socket:
        await socket.subscribe("1", 'subscription { ticks(queue: "a") { value } }')
        assert await socket.closed() == (4403, "Token expired")
    await served.ledger.all_closed()
    assert served.ledger.counts["source closed"] == 1


# Malformed messages

SUBSCRIBE: dict[str, Any] = {"id": "1", "type": "subscribe", "payload": {"query": "{ hello }"}}


@pytest.mark.parametrize(
    "message",
    [
        "",
        "{",
        "null",
        "5",
        "[]",
        '"subscribe"',
        "NaN",
        "[" * 30_000,
        {},
        {"type": None},
        {"type": 5},
        {"type": ["ping"]},
        {"type": "nonsense"},
        {"type": "connection_ack"},
        {"type": "next", "id": "1", "payload": {}},
        {"type": "error", "id": "1", "payload": []},
        {"type": "start", "id": "1", "payload": {"query": "{ hello }"}},
        {"type": "ping", "payload": "x"},
        {"type": "pong", "payload": [1]},
        {"type": "complete"},
        {"type": "complete", "id": 1},
        {"type": "complete", "id": ""},
        SUBSCRIBE | {"id": 1},
        SUBSCRIBE | {"id": None},
        SUBSCRIBE | {"id": ""},
        SUBSCRIBE | {"id": {}},
        SUBSCRIBE | {"payload": None},
        SUBSCRIBE | {"payload": "{ hello }"},
        SUBSCRIBE | {"payload": []},
        SUBSCRIBE | {"payload": {}},
        SUBSCRIBE | {"payload": {"query": 5}},
        SUBSCRIBE | {"payload": {"query": "{ hello }", "variables": []}},
        SUBSCRIBE | {"payload": {"query": "{ hello }", "operationName": 5}},
        SUBSCRIBE | {"payload": {"query": "{ hello }", "extensions": "x"}},
        SUBSCRIBE | {"payload": {"query": "{ hello }", "extensions": {"minPosition": 5}}},
        b'{"type": "ping"}',
        b"\xff",
    ],
)
async def test_malformed_messages(socket: Socket, message: Any) -> None:
    await socket.send(message)
    assert (await socket.closed())[0] == 4400


async def test_malformed_init(served: Served) -> None:
    payloads: list[Any] = ["token", [], 5]
    for payload in payloads:
        async with raw(served) as socket:
            await socket.send({"type": "connection_init", "payload": payload})
            assert (await socket.closed())[0] == 4400


async def test_large_message(socket: Socket) -> None:
    await socket.send({"type": "ping", "payload": {"x": "x" * 65_536}})
    assert (await socket.closed())[0] == 1009


async def test_large_message_in_bytes(socket: Socket) -> None:
    await socket.send('{"type": "ping", "payload": {"x": "%s"}}' % ("ж" * 40_000))
    assert (await socket.closed())[0] == 1009


async def test_long_ids_do_not_break_the_close_frame(socket: Socket) -> None:
    key = "ж" * 1000
    await socket.subscribe(key, 'subscription { ticks(queue: "a") { value } }')
    await socket.subscribe(key, "{ hello }")
    code, reason = await socket.closed()
    assert code == 4409
    assert len(reason.encode()) <= 123


# Operations
