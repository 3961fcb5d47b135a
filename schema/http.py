"""GraphQL over HTTP at /graphql: POST and GET, and the way into event streams."""

import asyncio
import math
from functools import lru_cache
from typing import Any, Literal

import orjson
from starlette.requests import ClientDisconnect
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from schema.errors import ApiError, Code, Failure, Fault, new_request_id
from schema.execution import Context, Edge, Executor, Operation, Request, Viewer, read_request
from schema.sse import answer_events, refusal_events, send_events

MODERN: Literal["application/graphql-response+json"] = "application/graphql-response+json"
LEGACY: Literal["application/json"] = "application/json"
STREAM: Literal["text/event-stream"] = "text/event-stream"
Media = Literal["application/graphql-response+json", "application/json", "text/event-stream"]
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
    """An ASGI endpoint: `Route("/graphql", GraphQLHTTP(executor, edge))`. Times in seconds."""

    def __init__(
        self,
        executor: Executor,
        edge: Edge,
        *,
        body_timeout: float = 15.0,
        keep_alive: float = 15.0,
        send_timeout: float = 30.0,
    ) -> None:
        self.executor = executor
        self.edge = edge
        self.body_timeout = body_timeout
        self.keep_alive = keep_alive
        self.send_timeout = send_timeout

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        http = HttpRequest(scope, receive)
        request_id = new_request_id()
        media: Media = LEGACY
        response: Response | None
        try:
            if http.method not in ("GET", "POST"):
                raise HttpError(405, "Only GET and POST are allowed.", {"Allow": "GET, POST"})
            media = negotiate(http.headers.get("accept"))
            viewer = self.edge.authenticate(bearer(http.headers.get("authorization")))
            request = await self._read(http)
            response = await self._respond(http, send, viewer, request, media, request_id)
        except ClientDisconnect:
            return
        except HttpError as error:
            response = refusal(error.status, [error.fault], media, request_id, error.headers)
        except ApiError as error:
            response = refusal(STATUS[error.code], [error.fault()], media, request_id)
        except Failure as failure:
            # Well-formed HTTP, but a document that cannot be run. Clients of `application/json`
            # look for errors in the body of a 200 only.
            status = 400 if media == MODERN else 200
            response = refusal(status, failure.faults, media, request_id)
        except Exception as error:
            faults = self.executor.failure(error, request_id).faults
            response = refusal(500, faults, media, request_id)
        if response is not None:
            await response(scope, receive, send)

    async def _respond(
        self,
        http: HttpRequest,
        send: Send,
        viewer: Viewer,
        request: Request,
        media: Media,
        request_id: str,
    ) -> Response | None:
        """The response, or None if it was streamed."""
        try:
            operation = self.executor.prepare(request)
        except Failure as failure:
            if media != STREAM:
                raise
            events = refusal_events(failure, request_id)
            await self._stream(events, http, send, viewer, request_id)
            return None
        self._allow(operation, http.method, media)
        context = self.edge.context(
            viewer, min_position=request.min_position, max_wait=request.max_wait
        )
        try:
            try:
                await context.ready()
            except ApiError as error:
                faults = [error.fault()]
                return refusal(STATUS[error.code], faults, media, context.request_id)
            if media == STREAM:
                events = answer_events(self.executor, operation, context)
                await self._stream(events, http, send, viewer, context.request_id)
                return None
            return await self._execute(operation, context, media)
        finally:
            context.close()

    def _allow(self, operation: Operation, method: str, media: Media) -> None:
        if operation.is_subscription and media != STREAM:
            raise HttpError(
                400, "A subscription needs a WebSocket, or `Accept: text/event-stream` alone."
            )
        if method == "GET" and not (operation.is_query or operation.is_subscription):
            raise HttpError(405, "Mutations must be sent by POST.", {"Allow": "POST"})

    async def _execute(self, operation: Operation, context: Context, media: Media) -> Response:
        answer = await self.executor.execute(operation, context)
        headers = headers_for(media, context.request_id)
        if context.position is not None:
            headers["Log-Position"] = context.position
        for error in answer.get("errors", ()):
            if error["extensions"]["code"] in ("OVERLOADED", "RATE_LIMITED"):
                headers["Retry-After"] = retry_after(error)
        return Response(
            self.executor.encode(answer, context.request_id, operation), headers=headers
        )

    async def _stream(
        self, events: Any, http: HttpRequest, send: Send, viewer: Viewer, request_id: str
    ) -> None:
        await send_events(
            events,
            http.receive,
            send,
            request_id=request_id,
            expires_at=viewer.expires_at,
            keep_alive=self.keep_alive,
            send_timeout=self.send_timeout,
        )

    async def _read(self, http: HttpRequest) -> Request:
        headers = http.headers
        body = self._query(http) if http.method == "GET" else await self._body(http)
        return read_request(body, headers.get("min-position"), headers.get("max-wait"))

    def _query(self, http: HttpRequest) -> dict[str, Any]:
        if len(http.scope["query_string"]) > self.executor.limits.max_bytes:
            raise HttpError(414, "The query string is too long.")
        body: dict[str, Any] = dict(http.query_params)
        for name in ("variables", "extensions"):
            if body.get(name):
                body[name] = load(body[name].encode("utf-8", "replace"), f"`{name}`")
            else:
                body.pop(name, None)
        return body

    async def _body(self, http: HttpRequest) -> object:
        if not is_json(http.headers.get("content-type")):
            raise HttpError(415, "The body must be application/json in UTF-8.")
        if http.headers.get("content-encoding", "identity") != "identity":
            raise HttpError(
                415, "The body must not be compressed.", {"Accept-Encoding": "identity"}
            )
        most = self.executor.limits.max_bytes
        # The rest of the body is not read: the connection cannot serve another request.
        too_large = HttpError(413, f"The body may have {most:,} bytes.", {"Connection": "close"})
        declared = http.headers.get("content-length", "")
        if declared.isdigit() and (len(declared) > 18 or int(declared) > most):
            raise too_large
        body = bytearray()
        try:
            async with asyncio.timeout(self.body_timeout):
                async for chunk in http.stream():
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


def headers_for(media: Media, request_id: str) -> dict[str, str]:
    return {
        "Content-Type": f"{LEGACY if media == STREAM else media}; charset=utf-8",
        "Cache-Control": "no-store",
        "Vary": "Accept, Authorization",
        "X-Request-Id": request_id,
    }


def retry_after(fault: Fault) -> str:
    return str(max(1, math.ceil(fault["extensions"].get("retryAfter", 1))))


def refusal(
    status: int,
    faults: Any,
    media: Media,
    request_id: str,
    more_headers: dict[str, str] | None = None,
) -> Response:
    """A response without data: nothing was executed."""
    headers = headers_for(media, request_id) | (more_headers or {})
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if status in (429, 503):
        headers["Retry-After"] = retry_after(faults[0])
    errors = Failure(faults).present(request_id)
    return Response(orjson.dumps({"errors": errors}), status, headers)
