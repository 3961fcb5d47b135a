"""graphql-transport-ws: streams that go on, break, and end."""

from typing import Any

import pytest
from websockets.asyncio.client import connect

from schema.errors import MASK, ApiError
from tests.schema.transport.conftest import Served, serving
from tests.schema.transport.talking import PROTOCOL, Socket, codes, data, opened

# Connecting


async def test_queries_and_mutations(served: Served, socket: Socket) -> None:
    await socket.subscribe("1", "query ($n: String!) { hello(name: $n) }", variables={"n": "Ж"})
    expected = {"data": {"hello": "Hello Ж"}, "extensions": {"position": "7"}}
    assert await socket.receive() == {"id": "1", "type": "next", "payload": expected}
    assert await socket.receive() == {"id": "1", "type": "complete"}

    await socket.subscribe("1", 'mutation { note(what: "x") }')
    assert data(await socket.receive()) == {"note": "x"}
    assert (await socket.receive())["type"] == "complete"
    assert served.ledger.counts["x"] == 1


async def test_subscription(served: Served, socket: Socket) -> None:
    await socket.subscribe("1", 'subscription { ticks(queue: "a") { value fresh } }')
    await served.ledger.until(lambda: "a" in served.ledger.queues)
    for n in range(3):
        served.ledger.position = str(n)
        served.ledger.push("a", n)
        message = await socket.receive()
        # One context per operation, made fresh after each event.
        assert data(message) == {"ticks": {"value": n, "fresh": n}}
        assert message["payload"]["extensions"] == {"position": str(n)}
    served.ledger.push("a", None)
    assert await socket.receive() == {"id": "1", "type": "complete"}
    await served.ledger.all_closed()


async def test_extensions_pass_through(socket: Socket) -> None:
    await socket.subscribe("1", "{ asked }", extensions={"minPosition": "9", "maxWait": 0.5})
    assert data(await socket.receive()) == {"asked": "9 0.5"}
    assert (await socket.receive())["type"] == "complete"
    await socket.subscribe("2", "{ asked }", extensions={"minPosition": "5000"})
    assert codes(await socket.receive(), "2") == ["STALE"]
    await socket.subscribe("2", "{ asked }", extensions={"minPosition": "garbled"})
    assert codes(await socket.receive(), "2") == ["BAD_REQUEST"]


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({"query": "{"}, "BAD_REQUEST"),
        ({"query": ""}, "BAD_REQUEST"),
        ({"query": "{ nope }"}, "BAD_REQUEST"),
        ({"query": "{ hello }", "operationName": "x"}, "BAD_REQUEST"),
        ({"query": "query a { hello } query b { hello }"}, "BAD_REQUEST"),
        ({"query": "subscription ($to: Int!) { count(to: $to) { value } }"}, "BAD_REQUEST"),
        ({"query": "{" + " ".join(f"a{n}: hello" for n in range(40)) + "}"}, None),
        ({"query": "subscription { closedToYou }"}, "FORBIDDEN"),
    ],
)
async def test_errors_leave_the_others_alone(
    served: Served, socket: Socket, payload: dict[str, Any], code: str | None
) -> None:
    await socket.subscribe("other", 'subscription { ticks(queue: "a") { value } }')
    await served.ledger.until(lambda: "a" in served.ledger.queues)
    await socket.send({"id": "1", "type": "subscribe", "payload": payload})
    assert set(codes(await socket.receive())) == {code or "TOO_COMPLEX"}
    served.ledger.push("a", 5)
    assert data(await socket.receive(), "other") == {"ticks": {"value": 5}}


async def test_a_source_that_breaks_is_no_end(served: Served, socket: Socket) -> None:
    for error, code in (
        (RuntimeError("secret"), "INTERNAL"),
        (ApiError("OVERLOADED", "Resume from 5."), "OVERLOADED"),
    ):
        served.ledger.queues.clear()
        await socket.subscribe("1", 'subscription { ticks(queue: "a") { value } }')
        await served.ledger.until(lambda: "a" in served.ledger.queues)
        served.ledger.push("a", 1)
        assert data(await socket.receive()) == {"ticks": {"value": 1}}
        served.ledger.push("a", error)
        message = await socket.receive()
        assert codes(message) == [code]
        assert message["payload"][0]["message"] in (MASK, "Resume from 5.")
        await served.ledger.all_closed()


async def test_a_field_that_fails_is_only_a_field(socket: Socket) -> None:
    await socket.subscribe("1", "{ hello broken }")
    message = await socket.receive()
    assert data(message) == {"hello": "Hello world", "broken": None}
    assert message["payload"]["errors"][0]["message"] == MASK
    assert (await socket.receive())["type"] == "complete"


async def test_refused_context(served: Served, socket: Socket) -> None:
    served.edge.refuse_contexts = ApiError("RATE_LIMITED", "Slower.", retry_after=2)
    await socket.subscribe("1", "{ hello }")
    message = await socket.receive()
    assert codes(message) == ["RATE_LIMITED"]
    assert message["payload"][0]["extensions"]["retryAfter"] == 2


async def test_ping_and_pong(socket: Socket) -> None:
    await socket.send({"type": "ping", "payload": {"n": 1}})
    assert await socket.receive() == {"type": "pong", "payload": {"n": 1}}
    await socket.send({"type": "pong"})
    await socket.send({"type": "pong", "payload": {}})
    await socket.send({"type": "ping"})
    assert await socket.receive() == {"type": "pong"}


# Ends


async def test_complete_closes_the_source(served: Served, socket: Socket) -> None:
    await socket.subscribe("1", 'subscription { ticks(queue: "a") { value } }')
    await served.ledger.until(lambda: "a" in served.ledger.queues)
    await socket.send({"id": "1", "type": "complete"})
    await served.ledger.until(lambda: served.ledger.counts["source closed"] == 1)
    await served.ledger.all_closed()
    await socket.subscribe("1", "{ hello }")  # nothing more came from the first; the id is free
    assert data(await socket.receive()) == {"hello": "Hello world"}


async def test_the_id_is_free_at_once(served: Served, socket: Socket) -> None:
    for _ in range(20):
        await socket.subscribe("1", 'subscription { ticks(queue: "a") { value } }')
        await socket.send({"id": "1", "type": "complete"})
    await socket.subscribe("1", "{ hello }")
    assert data(await socket.receive()) == {"hello": "Hello world"}
    await served.ledger.all_closed()


async def test_a_late_failure_does_not_touch_the_next_of_its_name(
    served: Served, socket: Socket
) -> None:
    ledger = served.ledger
    await socket.subscribe("1", "subscription { sulky }")
    await ledger.until(lambda: "sulky" in ledger.queues)
    await socket.send({"id": "1", "type": "complete"})
    await socket.subscribe("1", 'subscription { ticks(queue: "a") { value } }')
    await ledger.until(lambda: "a" in ledger.queues and ledger.counts["cancelled"] == 1)
    ledger.push("sulky", None)  # now its clean-up raises
    await ledger.until(lambda: ledger.counts["context closed"] == 1)
    ledger.push("a", 5)
    assert data(await socket.receive()) == {"ticks": {"value": 5}}


async def test_completing_what_does_not_run(socket: Socket) -> None:
    await socket.send({"id": "nope", "type": "complete"})
    await socket.subscribe("1", "{ hello }")
    assert data(await socket.receive()) == {"hello": "Hello world"}


async def test_duplicate_id(served: Served, socket: Socket) -> None:
    await socket.subscribe("1", 'subscription { ticks(queue: "a") { value } }')
    await socket.subscribe("1", "{ hello }")
    assert await socket.closed() == (4409, "Subscriber for 1 already exists")
    await served.ledger.all_closed()


async def test_leaving_closes_everything(served: Served) -> None:
    async with opened(served) as socket:
        for n in range(5):
            await socket.subscribe(str(n), f'subscription {{ ticks(queue: "{n}") {{ value }} }}')
        await socket.subscribe("stuck", "{ stuck }")
        await served.ledger.until(lambda: len(served.ledger.queues) == 6)
        socket.connection.transport.abort()
    await served.ledger.all_closed()
    assert served.ledger.counts["source closed"] == 6
    assert served.ledger.counts["context closed"] == 6


async def test_operations_per_socket() -> None:
    with serving(ws={"max_operations": 2}) as served:
        async with opened(served) as socket:
            for n in "12":
                await socket.subscribe(n, f'subscription {{ ticks(queue: "{n}") {{ value }} }}')
            await socket.subscribe("3", "{ hello }")
            assert codes(await socket.receive(), "3") == ["RATE_LIMITED"]
            await socket.send({"id": "1", "type": "complete"})
            await socket.subscribe("3", "{ hello }")
            assert data(await socket.receive(), "3") == {"hello": "Hello world"}
        await served.ledger.all_closed()


async def test_a_listener_that_does_not_read() -> None:
    with serving(ws={"send_timeout": 0.2}) as served:
        async with connect(
            served.ws, subprotocols=[PROTOCOL], compression=None, max_queue=1, max_size=None
        ) as connection:
            socket = Socket(connection)
            await socket.init()
            await socket.subscribe("1", "subscription { flood }")
            # The source is closed although the client stays connected and reads nothing.
            await served.ledger.until(lambda: served.ledger.counts["source closed"] == 1)
            await served.ledger.all_closed()
            assert served.ledger.counts["flooded"] < 200
            connection.transport.abort()


async def test_a_listener_that_reads_on_is_told_why() -> None:
    with serving(ws={"send_timeout": 0.5}) as served:
        async with connect(
            served.ws, subprotocols=[PROTOCOL], compression=None, max_queue=1, max_size=None
        ) as connection:
            socket = Socket(connection)
            await socket.init()
            await socket.subscribe("1", "subscription { flood }")
            await served.ledger.until(lambda: served.ledger.counts["source closed"] == 1)
            code, reason = await socket.closed()
            assert code == 4290
            assert "resume" in reason


async def test_the_server_stops() -> None:
    with serving() as served:
        connection = await connect(served.ws, subprotocols=[PROTOCOL])
        socket = Socket(connection)
        await socket.init()
        await socket.subscribe("1", 'subscription { ticks(queue: "a") { value } }')
        await served.ledger.until(lambda: "a" in served.ledger.queues)
    assert (await socket.closed())[0] == 1012
    await served.ledger.all_closed()
