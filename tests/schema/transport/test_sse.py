"""graphql-sse, distinct connections, read byte by byte."""

import asyncio
import json
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from schema.errors import MASK, ApiError
from tests.schema.transport.conftest import Served, serving

TICKS = 'subscription { ticks(queue: "a") { value fresh } }'


@asynccontextmanager
async def streaming(
    served: Served, query: str, *, headers: dict[str, str] | None = None, **body: Any
) -> AsyncGenerator[AsyncGenerator[bytes, None], None]:
    """The response as blocks of bytes, each without the blank line that ends it."""

    async def blocks(response: httpx.Response) -> AsyncGenerator[bytes, None]:
        buffer = b""
        async for chunk in response.aiter_raw():
            buffer += chunk
            *whole, buffer = buffer.split(b"\n\n")
            for block in whole:
                yield block
        assert buffer == b""

    async with (
        httpx.AsyncClient(timeout=10) as client,
        client.stream(
            "POST",
            served.http,
            json={"query": query, **body},
            headers={"Accept": "text/event-stream", **(headers or {})},
        ) as response,
    ):
        assert response.status_code == 200
        assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert response.headers["x-request-id"]
        yield blocks(response)


async def whole(served: Served, query: str, **body: Any) -> list[bytes]:
    async with streaming(served, query, **body) as blocks:
        return [block async for block in blocks]


def payload(block: bytes) -> Any:
    event, data = block.split(b"\n")
    assert event == b"event: next"
    assert data.startswith(b"data: ")
    return json.loads(data[6:])


COMPLETE = b"event: complete\ndata:"


async def test_queries_and_mutations(served: Served) -> None:
    answer, end = await whole(served, "{ hello }")
    assert payload(answer) == {"data": {"hello": "Hello world"}, "extensions": {"position": "7"}}
    assert end == COMPLETE
    answer, end = await whole(served, 'mutation { note(what: "x") }')
    assert payload(answer)["data"] == {"note": "x"}
    await served.ledger.all_closed()


async def test_subscription(served: Served) -> None:
    async with streaming(served, TICKS) as blocks:
        await served.ledger.until(lambda: "a" in served.ledger.queues)
        for n in range(3):
            served.ledger.position = str(n)
            served.ledger.push("a", n)
            message = payload(await anext(blocks))
            assert message["data"] == {"ticks": {"value": n, "fresh": n}}
            assert message["extensions"] == {"position": str(n)}
        served.ledger.push("a", None)
        assert [block async for block in blocks] == [COMPLETE]
    await served.ledger.all_closed()


async def test_by_get(served: Served) -> None:
    async with httpx.AsyncClient() as client:
        response = await client.get(
            served.http,
            params={"query": "subscription { count(to: 2) { value } }"},
            headers={"Accept": "text/event-stream"},
        )
        assert response.text.count("event: next\n") == 2
        response = await client.get(
            served.http,
            params={"query": 'mutation { note(what: "x") }'},
            headers={"Accept": "text/event-stream"},
        )
        assert response.status_code == 405
    assert served.ledger.counts["x"] == 0


@pytest.mark.parametrize("query", ["{", "{ nope }", "query a { hello } query b { hello }"])
async def test_refused_documents_are_answers(served: Served, query: str) -> None:
    answer, end = await whole(served, query)
    assert payload(answer)["errors"][0]["extensions"]["code"] == "BAD_REQUEST"
    assert "data" not in payload(answer)
    assert end == COMPLETE


async def test_refusals_keep_their_status(served: Served) -> None:
    async with httpx.AsyncClient() as client:
        for headers, status in (
            ({"Authorization": "Bearer bad"}, 401),
            ({"Min-Position": "5000"}, 503),
            ({"Min-Position": "garbled"}, 400),
        ):
            response = await client.post(
                served.http,
                json={"query": TICKS},
                headers={"Accept": "text/event-stream", **headers},
            )
            assert response.status_code == status
            assert response.headers["content-type"].startswith("application/json")
            assert response.json()["errors"]
    await served.ledger.all_closed()


async def test_a_source_that_breaks_is_no_end(served: Served) -> None:
    for error in (RuntimeError("secret"), ApiError("OVERLOADED", "Resume from 5.")):
        served.ledger.queues.clear()
        async with streaming(served, TICKS) as blocks:
            await served.ledger.until(lambda: "a" in served.ledger.queues)
            served.ledger.push("a", error)
            # No `complete`: the client connects anew.
            (answer,) = [block async for block in blocks]
            assert payload(answer)["errors"][0]["message"] in (MASK, "Resume from 5.")
    answer, end = await whole(served, "subscription { closedToYou }")
    assert payload(answer)["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert end == COMPLETE  # asking again would not help
    await served.ledger.all_closed()


async def test_leaving_closes_the_source(served: Served) -> None:
    async with streaming(served, TICKS):
        await served.ledger.until(lambda: "a" in served.ledger.queues)
    await served.ledger.all_closed()
    assert served.ledger.counts["source closed"] == 1


async def test_token_expires(served: Served) -> None:
    headers = {"Authorization": f"Bearer until:{time.time() + 0.2}"}
    async with streaming(served, TICKS, headers=headers) as blocks:
        (answer,) = [block async for block in blocks]
    assert payload(answer)["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    await served.ledger.all_closed()


async def test_keep_alive() -> None:
    with serving(http={"keep_alive": 0.05}) as served:
        async with streaming(served, TICKS) as blocks:
            assert await anext(blocks) == b":"
            assert await anext(blocks) == b":"
            served.ledger.push("a", 1)
            rest = [block async for block in _until_next(blocks)]
            assert payload(rest[-1])["data"]["ticks"]["value"] == 1


async def _until_next(blocks: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    async for block in blocks:
        yield block
        if block != b":":
            return


async def test_a_listener_that_does_not_read() -> None:
    with serving(http={"send_timeout": 0.2}) as served:
        _, writer = await asyncio.open_connection("127.0.0.1", served.port, limit=1024)
        body = json.dumps({"query": "subscription { flood }"}).encode()
        writer.write(
            b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            b"Accept: text/event-stream\r\nContent-Length: %d\r\n\r\n" % len(body) + body
        )
        await served.ledger.until(lambda: served.ledger.counts["source closed"] == 1)
        await served.ledger.all_closed()
        assert served.ledger.counts["flooded"] < 200
        writer.close()
