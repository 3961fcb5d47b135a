"""Answers as server-sent events: the graphql-sse protocol's "distinct connections" mode."""

import asyncio
import math
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing

import orjson
from starlette.types import Message, Receive, Send

from schema.errors import ApiError, Failure
from schema.execution import Context, Executor, Operation

COMPLETE = b"event: complete\ndata:\n\n"
KEEP_ALIVE = b":\n\n"
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),  # proxies would wait for more
]


def next_event(payload: bytes) -> bytes:
    return b"event: next\ndata: " + payload + b"\n\n"


def errors_event(failure: Failure, request_id: str) -> bytes:
    return next_event(orjson.dumps({"errors": failure.present(request_id)}))


async def answer_events(
    executor: Executor,
    operation: Operation,
    context: Context,
    shared: AsyncGenerator[bytes | str, None] | None = None,
) -> AsyncGenerator[bytes, None]:
    """The operation's answers, or those that many share; without a `complete` at the end if asking
    again may help.

    A client that sees a connection end without `complete` connects anew.
    """
    try:
        async with aclosing(shared or _encoded(executor, operation, context)) as answers:
            async for answer in answers:
                yield next_event(answer.encode() if isinstance(answer, str) else answer)
    except Exception as error:
        failure = executor.failure(error, context.request_id, operation)
        yield errors_event(failure, context.request_id)
        if failure.retryable:
            return
    yield COMPLETE


async def _encoded(
    executor: Executor, operation: Operation, context: Context
) -> AsyncGenerator[bytes | str, None]:
    async with aclosing(executor.stream(operation, context)) as answers:
        async for answer in answers:
            yield executor.encode(answer, context.request_id, operation)


async def refusal_events(failure: Failure, request_id: str) -> AsyncGenerator[bytes, None]:
    """A document that cannot be run: clients take no errors from a plain 400."""
    yield errors_event(failure, request_id)
    yield COMPLETE


async def send_events(
    events: AsyncGenerator[bytes, None],
    receive: Receive,
    send: Send,
    *,
    request_id: str,
    expires_at: float | None,
    keep_alive: float,
    send_timeout: float,
) -> None:
    """Send a whole event-stream response; `events` is closed when this returns.

    It ends with the events, when the client leaves or does not drain for `send_timeout` seconds,
    or at `expires_at` (unix seconds, the viewer's).
    """

    async def put(message: Message) -> None:
        async with asyncio.timeout(send_timeout):
            await send(message)

    async def put_body(data: bytes) -> None:
        await put({"type": "http.response.body", "body": data, "more_body": True})

    async def write() -> None:
        async with aclosing(events):
            async for event in events:
                await put_body(event)

    async def gone() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    headers = [*HEADERS, (b"x-request-id", request_id.encode())]
    await put({"type": "http.response.start", "status": 200, "headers": headers})
    writing, leaving = asyncio.ensure_future(write()), asyncio.ensure_future(gone())
    try:
        while True:
            left = expires_at - time.time() if expires_at is not None else math.inf
            wait = max(0.0, min(keep_alive, left))
            await asyncio.wait({writing, leaving}, timeout=wait, return_when="FIRST_COMPLETED")
            if leaving.done():
                return
            if writing.done():
                writing.result()
                break
            if left <= keep_alive:
                writing.cancel()
                await asyncio.wait({writing})
                expired = ApiError("UNAUTHENTICATED", "The token has expired.")
                await put_body(errors_event(Failure([expired.fault()]), request_id))
                break
            await put_body(KEEP_ALIVE)
        await put({"type": "http.response.body", "body": b"", "more_body": False})
    except TimeoutError:
        pass  # the client does not read; to return now closes the connection
    finally:
        writing.cancel()
        leaving.cancel()
        # Waits for the source's own clean-up, so that nothing outlives the request.
        await asyncio.gather(writing, leaving, return_exceptions=True)
