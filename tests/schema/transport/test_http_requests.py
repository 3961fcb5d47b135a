"""GraphQL over HTTP: what a request must look like, and what becomes of nonsense."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from typing import Any

import httpx
import pytest

from schema.errors import MASK, ApiError
from schema.http import LEGACY, MODERN, STREAM
from schema.limits import Limits
from tests.schema.transport.asking import Client, ask, assert_refused, code
from tests.schema.transport.conftest import Served, serving


async def test_media_refused(client: Client) -> None:
    body = b'{"query": "{ hello }"}'
    for content_type in ("text/plain", "application/x-www-form-urlencoded", "application/graphql"):
        response = await client.post(
            "/graphql", content=body, headers={"Content-Type": content_type}
        )
        assert_refused(response, 415)
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    assert_refused(await client.post("/graphql", content=body, headers=headers), 415)
    assert_refused(await client.get("/graphql", headers={"Accept": "text/html"}), 406)


async def test_subscription_by_plain_post(client: Client) -> None:
    for accept in (MODERN, LEGACY, f"{LEGACY}, {STREAM}"):
        response = await ask(
            client, "subscription { count(to: 1) { value } }", headers={"Accept": accept}
        )
        assert_refused(response, 400)


async def test_body_cap(client: Client, served: Served) -> None:
    fits = {"query": "{ hello }", "extensions": {"pad": "x" * 65_000}}
    assert (await client.post("/graphql", json=fits)).status_code == 200
    fits["extensions"] = {"pad": "x" * 65_536}
    assert_refused(await client.post("/graphql", json=fits), 413)

    async def endless() -> AsyncGenerator[bytes, None]:
        while True:
            yield b" " * 10_000

    # Without a declared length; the server answers while the client is still sending.
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    writer.write(
        b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n"
    )
    for _ in range(8):
        writer.write(b"2710\r\n" + b" " * 10_000 + b"\r\n")
    assert b" 413 " in await asyncio.wait_for(reader.readline(), 10)
    writer.close()


async def test_query_string_cap() -> None:
    with serving(limits=Limits(max_bytes=1000)) as served:
        async with httpx.AsyncClient() as client:
            params = {"query": "{ hello }" + " " * 1000}
            assert_refused(await client.get(served.http, params=params), 414)


async def test_slow_body() -> None:
    with serving(http={"body_timeout": 0.05}) as served:
        reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
        writer.write(
            b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            b"Content-Length: 100\r\n\r\n{"
        )
        assert b" 408 " in await asyncio.wait_for(reader.readline(), 10)
        writer.close()


async def test_client_leaves_in_the_body(served: Served, client: Client) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", served.port)
    writer.write(
        b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        b"Content-Length: 100\r\n\r\n{"
    )
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    assert (await ask(client, "{ hello }")).status_code == 200


async def test_authentication(client: Client) -> None:
    async def who(authorization: str) -> httpx.Response:
        return await ask(client, "{ who }", headers={"Authorization": authorization})

    assert (await who("Bearer good")).json()["data"] == {"who": "someone"}
    assert (await who("bearer  good")).json()["data"] == {"who": "someone"}
    for bad in ("Bearer bad", "Bearer", "Basic good", "good", ""):
        response = await who(bad)
        assert_refused(response, 401, "UNAUTHENTICATED")
        assert response.headers["www-authenticate"] == "Bearer"


async def test_refusals_before_execution(client: Client, served: Served) -> None:
    busy = await ask(client, "{ who }", headers={"Authorization": "Bearer busy"})
    assert_refused(busy, 503, "OVERLOADED")
    assert busy.headers["retry-after"] == "3"
    assert busy.json()["errors"][0]["extensions"]["retryAfter"] == 3

    served.edge.refuse_contexts = ApiError("RATE_LIMITED", "Slower.", retry_after=0.2)
    limited = await ask(client, "{ who }")
    assert_refused(limited, 429, "RATE_LIMITED")
    assert limited.headers["retry-after"] == "1"


async def test_crash_before_execution(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    response = await ask(client, "{ who }", headers={"Authorization": "Bearer crash"})
    assert_refused(response, 500, "INTERNAL")
    assert response.json()["errors"][0]["message"] == MASK
    assert response.headers["x-request-id"] in caplog.text


async def test_positions(client: Client, served: Served) -> None:
    async def asked(extensions: Any = None, **headers: str) -> Any:
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        response = await ask(client, "{ asked }", headers=headers, extensions=extensions)
        return response.json()["data"]["asked"]

    assert await asked() == "None None"
    assert await asked(Min_Position="12", Max_Wait="0.5") == "12 0.5"
    assert await asked({"minPosition": "13", "maxWait": 2}) == "13 2.0"
    assert await asked({"minPosition": "13"}, Min_Position="12") == "13 None"

    for headers in ({"Min-Position": "garbled"}, {"Max-Wait": "nan"}, {"Max-Wait": "x"}):
        assert_refused(await ask(client, "{ asked }", headers=headers), 400)
    stale = await ask(client, "{ asked }", headers={"Min-Position": "5000"})
    assert_refused(stale, 503, "STALE")
    assert stale.headers["retry-after"] == "1"
    await served.ledger.all_closed()


async def test_errors_in_execution(client: Client) -> None:
    response = await ask(client, "{ hello forbidden }")
    assert response.status_code == 200
    assert response.json()["data"] == {"hello": "Hello world", "forbidden": None}
    assert code(response) == "FORBIDDEN"
    assert response.json()["errors"][0]["path"] == ["forbidden"]

    response = await ask(client, "{ neverNull }")
    assert response.status_code == 200
    assert response.json()["data"] is None
    assert code(response) == "INTERNAL"

    response = await ask(client, "{ overloaded }")
    assert response.status_code == 200
    assert code(response) == "OVERLOADED"
    assert response.headers["retry-after"] == "3"


async def test_masked_errors_are_logged_without_values(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "rollbook.api")
    query = 'query Leak($n: String!) { hello(name: "literal") a: hello(name: $n) broken }'
    response = await ask(client, query, variables={"n": "variable"})
    assert code(response) == "INTERNAL"
    assert response.json()["errors"][0]["message"] == MASK
    assert "alice@example.com" not in response.text
    (record,) = caplog.records
    text = record.getMessage()
    assert response.headers["x-request-id"] in text
    assert "operation Leak" in text
    assert "RuntimeError" in text
    assert "in broken" in text
    assert "literal" not in text
    assert "variable" not in text


async def test_expected_errors_are_not_logged(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    await ask(client, "{ forbidden overloaded }")
    await ask(client, "{ nope }")
    await ask(client, "{")
    assert not caplog.records


@pytest.mark.parametrize("kind", ["nan", "huge", "object", "surrogate"])
async def test_what_is_no_json(client: Client, kind: str) -> None:
    response = await ask(client, "query ($k: String!) { odd(kind: $k) }", variables={"k": kind})
    assert response.status_code == 200
    if kind == "nan":
        assert response.json()["data"] == {"odd": {"x": None, "y": None}}
    else:
        assert code(response) == "INTERNAL"
        assert response.json()["data"] is None


async def test_float_that_is_none(client: Client) -> None:
    response = await ask(client, "{ number hello }")
    assert response.json()["data"] == {"number": None, "hello": "Hello world"}
    assert code(response) == "INTERNAL"


async def test_too_complex_says_which_limit_and_by_how_much(client: Client) -> None:
    response = await ask(client, "{" + " ".join(f"a{n}: hello" for n in range(12)) + "}")
    assert_refused(response, 400, "TOO_COMPLEX")
    error = response.json()["errors"][0]
    assert error["message"] == (
        "Too complex: the document's root fields is 12, the limit is 10: 2 too many."
    )
    assert (error["extensions"]["found"], error["extensions"]["allowed"]) == (12, 10)


async def test_every_context_is_closed(client: Client, served: Served) -> None:
    for query in ("{ hello }", "{ broken }", "{ neverNull }", 'mutation { note(what: "x") }'):
        await ask(client, query)
    await ask(client, "{ who }", headers={"Min-Position": "5000"})
    await served.ledger.all_closed()
    assert served.ledger.counts["context opened"] == 5
