"""GraphQL over HTTP: media types, statuses, nonsense, limits, headers."""

import json

import pytest

from schema.http import LEGACY, MODERN, STREAM, HttpError, is_json, negotiate
from tests.schema.transport.asking import Client, ask, assert_refused, code
from tests.schema.transport.conftest import Served


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
