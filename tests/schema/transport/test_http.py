"""GraphQL over HTTP: media types, statuses, nonsense, limits, headers."""

import asyncio
import json
import logging
from collections.abc import AsyncGenerator
from typing import Any

import httpx
import pytest

from schema.errors import MASK, ApiError
from schema.http import LEGACY, MODERN, STREAM, HttpError, is_json, negotiate
from schema.limits import Limits
from tests.schema.transport.conftest import Served, serving

Client = httpx.AsyncClient


async def ask(client: Client, query: Any, **body: Any) -> httpx.Response:
    headers = {"Accept": MODERN, **body.pop("headers", {})}
    return await client.post("/graphql", json={"query": query, **body}, headers=headers)


def code(response: httpx.Response) -> str:
    """The code of the only error; every error says which request it was."""
    (error,) = response.json()["errors"]
    assert error["extensions"]["requestId"] == response.headers["x-request-id"]
    return str(error["extensions"]["code"])


def assert_refused(response: httpx.Response, status: int, of: str = "BAD_REQUEST") -> None:
    assert response.status_code == status, response.text
    assert "data" not in response.json()
    assert code(response) == of


async def test_post_and_get(client: Client) -> None:
    response = await ask(client, "{ hello later }")
    assert response.status_code == 200
    expected = {"data": {"hello": "Hello world", "later": "later"}, "extensions": {"position": "7"}}
    assert response.json() == expected
    assert response.headers["content-type"] == f"{MODERN}; charset=utf-8"
    assert response.headers["log-position"] == "7"
    assert response.headers["cache-control"] == "no-store"

    variables = json.dumps({"name": "Ж"})
    query = "query ($name: String!) { hello(name: $name) }"
    response = await client.get("/graphql", params={"query": query, "variables": variables})
    assert response.json()["data"] == {"hello": "Hello Ж"}
    assert response.headers["content-type"] == f"{LEGACY}; charset=utf-8"


async def test_no_position_no_header(client: Client, served: Served) -> None:
    served.ledger.position = None
    response = await ask(client, "{ hello }")
    assert "log-position" not in response.headers
    assert "extensions" not in response.json()


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        (None, LEGACY),
        ("", LEGACY),
        ("*/*", LEGACY),
        ("application/*", LEGACY),
        ("application/json", LEGACY),
        (MODERN, MODERN),
        (f"{MODERN}, application/json;q=0.9", MODERN),
        (f"{MODERN};q=0.5, application/json", LEGACY),
        ("Application/JSON; charset=utf-8", LEGACY),
        (f"{MODERN}, {STREAM}, multipart/mixed", MODERN),  # urql
        (f"{STREAM}, */*;q=0.1", LEGACY),
        (STREAM, STREAM),
        (f"{STREAM}, application/json;q=0", STREAM),
    ],
)
def test_negotiation(accept: str | None, media: str) -> None:
    assert negotiate(accept) == media


@pytest.mark.parametrize("accept", ["text/html", "application/json;q=0", "nonsense;q=nan", ";;,,"])
def test_nothing_to_negotiate(accept: str) -> None:
    with pytest.raises(HttpError) as caught:
        negotiate(accept)
    assert caught.value.status == 406


def test_content_types() -> None:
    for good in (
        "application/json",
        "application/json; charset=UTF-8",
        'APPLICATION/json;charset="utf8"',
    ):
        assert is_json(good)
    for bad in (None, "", "text/plain", "application/json; charset=latin-1", "application/graphql"):
        assert not is_json(bad)


@pytest.mark.parametrize(
    "query",
    ["{", "", "{ nope }", "query ($x: Int!) { __typename }", "{ hello(name: 5) }", "{ item }"],
)
async def test_request_errors_by_media_type(client: Client, query: str) -> None:
    modern = await ask(client, query)
    legacy = await ask(client, query, headers={"Accept": LEGACY})
    assert_refused(modern, 400)
    assert_refused(legacy, 200)


async def test_cached_errors_are_new_each_time(client: Client) -> None:
    first, second = await ask(client, "{ nope }"), await ask(client, "{ nope }")
    assert code(first) == code(second) == "BAD_REQUEST"
    assert first.headers["x-request-id"] != second.headers["x-request-id"]


async def test_which_operation(client: Client) -> None:
    two = "query a { hello } query b { who }"
    assert_refused(await ask(client, two), 400)
    assert_refused(await ask(client, two, operationName="c"), 400)
    assert_refused(await ask(client, "{ hello }", operationName="c"), 400)
    assert_refused(await ask(client, "fragment F on Query { hello }"), 400)
    assert (await ask(client, two, operationName="b")).json()["data"] == {"who": "anonymous"}
    assert (await ask(client, "{ hello }", operationName="")).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'[{"query": "{ hello }"}]',
        b'"{ hello }"',
        b'{"query": "\xff\xfe"}',
        b'{"query": "{ hello }", "variables": {"x": NaN}}',
        b'{"query": "\\ud800"}',
        b'{"query": ' + b"[" * 30_000 + b"]" * 30_000 + b"}",
        b'{"query": "{ hello }", "variables": ' + b'{"a":' * 5_000 + b"1" + b"}" * 5_000 + b"}",
        b"\x00\x01\x02",
        b'{"query": 5}',
        b'{"query": null}',
        b'{"query": "{ hello }", "variables": []}',
        b'{"query": "{ hello }", "variables": "{}"}',
        b'{"query": "{ hello }", "operationName": 1}',
        b'{"query": "{ hello }", "extensions": []}',
        b'{"query": "{ hello }", "extensions": {"minPosition": 5}}',
        b'{"query": "{ hello }", "extensions": {"maxWait": "soon"}}',
        b'{"query": "{ hello }", "extensions": {"maxWait": -1}}',
    ],
)
@pytest.mark.parametrize("accept", [MODERN, LEGACY, STREAM])
async def test_nonsense_bodies(client: Client, body: bytes, accept: str) -> None:
    headers = {"Content-Type": "application/json", "Accept": accept}
    assert_refused(await client.post("/graphql", content=body, headers=headers), 400)


@pytest.mark.parametrize(
    "query",
    [
        "{" * 10_000,
        "{a" * 10_000,
        "[" * 60_000,
        '{ hello(name: "\\u0000\\uD83D") }',
        "{ hello(name: " + "[" * 190 + "]" * 190 + ") }",
        "{ connection(first: " + "9" * 5000 + ") { edges { node { number } } } }",
        "{ item { items(first: -1e400) { number } } }",
        "query ($a: [[[[Int]]]]) { hello }",
        "type Query { a: Int }",
        "extend type Query { a: Int }",
        "subscription { count(to: 1) { value } a: count(to: 1) { value } }",
        "{ ...F } fragment F on Query { ...F }",
        "{ ...F } fragment F on Query { ...G } fragment G on Query { hello ...F }",
        "\ufeff\u0000",
        "query { __schema { types { fields { type { fields { type { fields { name } } } } } } } }",
    ],
)
async def test_nonsense_documents(client: Client, query: str) -> None:
    response = await ask(client, query)
    assert response.status_code == 400, response.text[:300]
    assert "data" not in response.json()


async def test_deep_variables(client: Client) -> None:
    body = b'{"query": "query ($n: String!) { hello(name: $n) }", "variables": {"n": %s}}'
    deep = b"[" * 1000 + b"]" * 1000
    response = await client.post(
        "/graphql",
        content=body % deep,
        headers={"Content-Type": "application/json", "Accept": MODERN},
    )
    assert response.status_code == 400


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"])
async def test_methods(client: Client, method: str) -> None:
    response = await client.request(method, "/graphql")
    assert response.status_code == 405
    assert response.headers["allow"] == "GET, POST"


async def test_get_only_reads(client: Client, served: Served) -> None:
    response = await client.get("/graphql", params={"query": 'mutation { note(what: "x") }'})
    assert_refused(response, 405)
    assert response.headers["allow"] == "POST"
    assert served.ledger.counts["x"] == 0
    for bad in ("{", "[]", "5", '"x"'):
        assert_refused(
            await client.get("/graphql", params={"query": "{hello}", "variables": bad}), 400
        )
    assert_refused(await client.get("/graphql"), 400)


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
