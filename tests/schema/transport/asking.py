"""Requests by HTTP, and what every refused one must look like."""

from typing import Any

import httpx

from schema.http import MODERN

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
