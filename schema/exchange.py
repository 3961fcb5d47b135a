"""One HTTP request and its response, as ASGI has them: lean, since every read pays for it."""

import math
from collections.abc import AsyncIterator
from typing import Any, Literal

import orjson
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from schema.errors import Failure, Fault, new_request_id

MODERN: Literal["application/graphql-response+json"] = "application/graphql-response+json"
LEGACY: Literal["application/json"] = "application/json"
STREAM: Literal["text/event-stream"] = "text/event-stream"
Media = Literal["application/graphql-response+json", "application/json", "text/event-stream"]
TYPES: dict[Media, bytes] = {
    media: f"{LEGACY if media == STREAM else media}; charset=utf-8".encode()
    for media in (MODERN, LEGACY, STREAM)
}
ALWAYS = (b"vary", b"Accept, Authorization")
NO_STORE = (b"cache-control", b"no-store")
ASK_AGAIN = (b"cache-control", b"private, no-cache")


class Http:
    """`request_id` names the request in answers and logs; `media` is what it is answered in."""

    __slots__ = ("_headers", "media", "method", "receive", "request_id", "scope", "send", "started")

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope = scope
        self.receive = receive
        self.send = send
        self.method: str = scope["method"]
        self.media: Media = LEGACY
        self.request_id = new_request_id()
        self.started = False
        self._headers: dict[bytes, bytes] = dict(scope["headers"])

    def header(self, name: str) -> str | None:
        """A header's value; of several the last."""
        value = self._headers.get(name.encode())
        return None if value is None else value.decode("latin-1")

    async def body(self) -> AsyncIterator[bytes]:
        """The body in the pieces in which it comes. Raises ClientDisconnect."""
        while True:
            message = await self.receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            yield message.get("body", b"")
            if not message.get("more_body", False):
                return

    async def answer(
        self,
        body: bytes,
        position: str | None,
        tag: str | None = None,
        more: dict[str, str] | None = None,
    ) -> None:
        """An answer that was executed; with a tag, 304 and no body if the client has it."""
        headers = dict(more or {})
        if position is not None:
            headers["Log-Position"] = position
        status = 200
        if tag is not None:
            headers["ETag"] = tag
            if _has(self.header("if-none-match"), tag):
                status, body = 304, b""
        await self._respond(status, body, headers, NO_STORE if tag is None else ASK_AGAIN)

    async def refuse(
        self, status: int, faults: list[Fault] | Any, more: dict[str, str] | None = None
    ) -> None:
        """A response without data: nothing was executed."""
        headers = dict(more or {})
        if status == 401:
            headers["WWW-Authenticate"] = "Bearer"
        if status in (429, 503):
            headers["Retry-After"] = retry_after(faults[0])
        body = orjson.dumps({"errors": Failure(faults).present(self.request_id)})
        await self._respond(status, body, headers, NO_STORE)

    async def _respond(
        self, status: int, body: bytes, more: dict[str, str], cache: tuple[bytes, bytes]
    ) -> None:
        headers = [
            (b"x-request-id", self.request_id.encode()),
            ALWAYS,
            cache,
            *((name.lower().encode(), value.encode("latin-1")) for name, value in more.items()),
        ]
        if status != 304:
            headers.append((b"content-type", TYPES[self.media]))
            headers.append((b"content-length", str(len(body)).encode()))
        self.started = True
        await self.send({"type": "http.response.start", "status": status, "headers": headers})
        await self.send({"type": "http.response.body", "body": body})


def retry_after(fault: Fault) -> str:
    return str(max(1, math.ceil(fault["extensions"].get("retryAfter", 1))))


def _has(asked: str | None, tag: str) -> bool:
    """Whether `If-None-Match` names the tag; weak comparison, as it says."""
    if asked is None:
        return False
    tags = [each.strip().removeprefix("W/") for each in asked.split(",")]
    return tag in tags or "*" in tags
