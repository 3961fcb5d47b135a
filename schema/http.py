"""GraphQL over HTTP at /graphql: POST and GET, and the way into event streams."""

import asyncio
from collections.abc import Hashable
from functools import lru_cache
from typing import Any

import orjson
from graphql import OperationType
from starlette.datastructures import QueryParams
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from schema.answering.audience import Audience
from schema.answering.listening import fetched
from schema.answering.live import Live
from schema.answering.shared import Answers, tag_of
from schema.documents import Chosen
from schema.errors import ApiError, Code, Failure, Fault
from schema.exchange import LEGACY, MODERN, STREAM, Http, Media, retry_after
from schema.execution import Context, Edge, Executor, Operation, Request, Viewer
from schema.sse import answer_events, refusal_events, send_events

JSON_TYPES: dict[str, Media] = {
    MODERN: MODERN,
    LEGACY: LEGACY,
    "application/*": LEGACY,
    "*/*": LEGACY,
}
STATUS: dict[Code, int] = {
    "UNAUTHENTICATED": 401,
    "FORBIDDEN": 403,
    "BAD_REQUEST": 400,
    "TOO_COMPLEX": 400,
    "RATE_LIMITED": 429,
    "OVERLOADED": 503,
    "STALE": 503,
    "INTERNAL": 500,
}


class HttpError(Exception):
    """A request that is wrong as HTTP, before it is GraphQL."""

    def __init__(self, status: int, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.fault: Fault = {"message": message, "extensions": {"code": "BAD_REQUEST"}}
        self.headers = headers


class GraphQLHTTP:
    """An ASGI endpoint at /graphql. Times in seconds; with `answers`, equal queries may share."""

    def __init__(
        self,
        executor: Executor,
        edge: Edge,
        answers: Answers | None = None,
        live: Live | None = None,
        *,
        body_timeout: float = 15.0,
        keep_alive: float = 15.0,
        send_timeout: float = 30.0,
    ) -> None:
        self.executor = executor
        self.edge = edge
        self.answers = answers
        self.live = live
        self.body_timeout = body_timeout
        self.keep_alive = keep_alive
        self.send_timeout = send_timeout

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        http = Http(scope, receive, send)
        try:
            if http.method not in ("GET", "POST"):
                raise HttpError(405, "Only GET and POST are allowed.", {"Allow": "GET, POST"})
            http.media = negotiate(http.header("accept"))
            viewer = self.edge.authenticate(bearer(http.header("authorization")))
            request = await self._read(http)
            await self._respond(http, viewer, request)
        except ClientDisconnect:
            return
        except HttpError as error:
            await http.refuse(error.status, [error.fault], error.headers)
        except ApiError as error:
            await http.refuse(STATUS[error.code], [error.fault()])
        except Failure as failure:
            # Well-formed HTTP, but a document that cannot be run. Clients of `application/json`
            # look for errors in the body of a 200 only.
            status = STATUS[failure.faults[0]["extensions"]["code"]]
            await http.refuse(status if http.media == MODERN else 200, failure.faults)
        except Exception as error:
            if http.started:
                raise
            await http.refuse(500, self.executor.failure(error, http.request_id).faults)

    async def _respond(self, http: Http, viewer: Viewer, request: Request) -> None:
        try:
            chosen = self.executor.choose(request)
            self._allow(chosen, http)
            key = self._key(http, viewer, request, chosen)
            if key is not None and request.min_position is None and await self._give(http, key):
                return
            operation = self.executor.prepare(request, chosen)
        except Failure as failure:
            if http.media != STREAM:
                raise
            await self._stream(refusal_events(failure, http.request_id), http, viewer)
            return
        if chosen.audience is Audience.EVERYBODY and key is not None:
            viewer = self.edge.authenticate(None)
        context = self.edge.context(
            viewer, min_position=request.min_position, max_wait=request.max_wait
        )
        http.request_id = context.request_id
        try:
            await context.ready()
            if http.media == STREAM:
                shared = None
                if self.live is not None and request.min_position is None:
                    shared = fetched(self.live, operation, viewer)
                events = answer_events(self.executor, operation, context, shared)
                await self._stream(events, http, viewer)
            elif key is None or not await self._give(http, key):
                await self._execute(http, operation, context, key)
        finally:
            context.close()

    def _key(self, http: Http, viewer: Viewer, request: Request, chosen: Chosen) -> Hashable | None:
        """What an answer depends on beside the views; None where nobody else may have it."""
        query = chosen.node.operation is OperationType.QUERY
        if self.answers is None or not query or http.media == STREAM:
            return None
        if chosen.audience is Audience.NOBODY:
            return None
        who = None if chosen.audience is Audience.EVERYBODY else viewer.identity
        variables = orjson.dumps(request.variables, option=orjson.OPT_SORT_KEYS)
        return request.query, request.operation_name, variables, who

    async def _give(self, http: Http, key: Hashable) -> bool:
        """Answer with what is kept, if anything is."""
        assert self.answers is not None
        kept = self.answers.find(key)
        if kept is not None:
            await http.answer(kept.body, kept.position, kept.tag if http.method == "GET" else None)
        return kept is not None

    def _allow(self, chosen: Chosen, http: Http) -> None:
        kind = chosen.node.operation
        if kind is OperationType.SUBSCRIPTION and http.media != STREAM:
            raise HttpError(
                400, "A subscription needs a WebSocket, or `Accept: text/event-stream` alone."
            )
        if http.method == "GET" and kind is OperationType.MUTATION:
            raise HttpError(405, "Mutations must be sent by POST.", {"Allow": "POST"})

    async def _execute(
        self, http: Http, operation: Operation, context: Context, key: Hashable | None
    ) -> None:
        stand = self.answers.stand() if self.answers and key is not None else None
        answer = await self.executor.execute(operation, context)
        body = self.executor.encode(answer, context.request_id, operation)
        tag = None
        if "errors" not in answer:
            if self.answers and stand is not None and (views := context.views) is not None:
                self.answers.keep(key, body, context.position, views, stand)
            if http.method == "GET":
                tag = tag_of(body)
        retries = [
            error
            for error in answer.get("errors", ())
            if error["extensions"]["code"] in ("OVERLOADED", "RATE_LIMITED")
        ]
        more = {"Retry-After": retry_after(retries[-1])} if retries else None
        await http.answer(body, context.position, tag, more)

    async def _stream(self, events: Any, http: Http, viewer: Viewer) -> None:
        http.started = True
        await send_events(
            events,
            http.receive,
            http.send,
            request_id=http.request_id,
            expires_at=viewer.expires_at,
            keep_alive=self.keep_alive,
            send_timeout=self.send_timeout,
        )

    async def _read(self, http: Http) -> Request:
        body = self._query(http) if http.method == "GET" else await self._body(http)
        return self.executor.read(body, http.header("min-position"), http.header("max-wait"))

    def _query(self, http: Http) -> dict[str, Any]:
        if len(http.scope["query_string"]) > self.executor.limits.max_bytes:
            raise HttpError(414, "The query string is too long.")
        body: dict[str, Any] = dict(QueryParams(http.scope["query_string"]))
        for name in ("variables", "extensions"):
            if body.get(name):
                body[name] = load(body[name].encode("utf-8", "replace"), f"`{name}`")
            else:
                body.pop(name, None)
        return body

    async def _body(self, http: Http) -> object:
        if not is_json(http.header("content-type")):
            raise HttpError(415, "The body must be application/json in UTF-8.")
        if (http.header("content-encoding") or "identity") != "identity":
            raise HttpError(
                415, "The body must not be compressed.", {"Accept-Encoding": "identity"}
            )
        most = self.executor.limits.max_bytes
        # The rest of the body is not read: the connection cannot serve another request.
        too_large = HttpError(413, f"The body may have {most:,} bytes.", {"Connection": "close"})
        declared = http.header("content-length") or ""
        if declared.isdigit() and (len(declared) > 18 or int(declared) > most):
            raise too_large
        body = bytearray()
        try:
            async with asyncio.timeout(self.body_timeout):
                async for chunk in http.body():
                    body += chunk
                    if len(body) > most:
                        raise too_large
        except TimeoutError:
            raise HttpError(408, "The body took too long.", {"Connection": "close"}) from None
        return load(body, "The body")


def load(data: bytes | bytearray, what: str) -> object:
    try:
        # Refuses NaN, invalid UTF-8 and more than 1,024 nested brackets.
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        raise HttpError(400, f"{what} is not valid JSON.") from None


def bearer(header: str | None) -> str | None:
    if header is None:
        return None
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise ApiError("UNAUTHENTICATED", "Authorization must be `Bearer` and a token.")
    return token.strip()


@lru_cache(maxsize=256)
def negotiate(accept: str | None) -> Media:
    """The media type to answer in; an event stream only if no JSON is acceptable.

    Some clients (urql) name `text/event-stream` on every request.
    """
    if accept is None or not accept.strip():
        return LEGACY
    best: Media | None = None
    best_quality, stream = 0.0, False
    for part in accept.split(","):
        name, quality = weighed(part)
        if quality <= 0:
            continue
        stream = stream or name == STREAM
        if quality > best_quality and name in JSON_TYPES:
            best, best_quality = JSON_TYPES[name], quality
    if best is None and stream:
        best = STREAM
    if best is None:
        raise HttpError(406, f"Only {MODERN}, {LEGACY} and {STREAM} can be answered.")
    return best


def weighed(part: str) -> tuple[str, float]:
    name, *parameters = (piece.strip().lower() for piece in part.split(";"))
    quality = 1.0
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip() == "q":
            try:
                quality = float(value)
            except ValueError:
                quality = 0.0
    return name, quality


@lru_cache(maxsize=256)
def is_json(content_type: str | None) -> bool:
    name, *parameters = (piece.strip().lower() for piece in (content_type or "").split(";"))
    charsets = [p.partition("=")[2].strip('" ') for p in parameters if p.startswith("charset")]
    return name == LEGACY and all(charset in ("utf-8", "utf8") for charset in charsets)
