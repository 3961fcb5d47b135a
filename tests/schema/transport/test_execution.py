"""The executor by itself: what it closes, and that bytes pass through."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import pytest
import strawberry

from schema.errors import ApiError, Failure
from schema.execution import Executor, Request, read_request
from schema.sse import send_events
from tests.schema.transport.toy import Ledger, Query, ToyContext, ToyViewer


class Source:
    """An event source that nothing but `aclose` closes."""

    def __init__(self) -> None:
        self.closed = False

    def __aiter__(self) -> "Source":
        return self

    async def __anext__(self) -> int:
        return 1

    async def aclose(self) -> None:
        self.closed = True


SOURCE = Source()


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def numbers(self) -> AsyncGenerator[int, None]:
        return SOURCE  # type: ignore[return-value]

    @strawberry.subscription
    async def refused(self) -> AsyncGenerator[int, None]:
        raise ApiError("FORBIDDEN", "Not yours.")

    @strawberry.subscription
    async def no_source(self) -> AsyncGenerator[int, None]:
        return 5  # type: ignore[return-value]


@pytest.fixture
def special() -> Executor:
    return Executor(strawberry.Schema(query=Query, subscription=Subscription))


@pytest.fixture
def context() -> ToyContext:
    return ToyContext(Ledger(), ToyViewer("x"), None)


async def test_a_stream_closes_its_source(special: Executor, context: ToyContext) -> None:
    SOURCE.closed = False
    operation = special.prepare(Request("subscription { numbers }", None, {}))
    async with aclosing(special.stream(operation, context)) as answers:
        answer = await anext(answers)
        assert answer["data"] == {"numbers": 1}
    assert SOURCE.closed


async def test_a_subscription_that_does_not_start(special: Executor, context: ToyContext) -> None:
    for field, code in (("refused", "FORBIDDEN"), ("noSource", "INTERNAL")):
        operation = special.prepare(Request(f"subscription {{ {field} }}", None, {}))
        with pytest.raises(Failure) as caught:
            await anext(special.stream(operation, context))
        (fault,) = caught.value.present("r1")
        assert fault["extensions"] == {"code": code, "requestId": "r1"}


async def test_one_context_value_per_operation(executor: Executor) -> None:
    names = ["a", "b", "c"]
    contexts = [ToyContext(Ledger(), ToyViewer(name), None) for name in names]
    operations = [executor.prepare(Request("{ who later }", None, {})) for _ in names]
    answers = await asyncio.gather(
        *(executor.execute(o, c) for o, c in zip(operations, contexts, strict=True))
    )
    assert [answer["data"]["who"] for answer in answers] == names


def test_bytes_pass_through(executor: Executor) -> None:
    operation = executor.prepare(Request("{ hello }", None, {}))
    assert executor.encode(b"{}", "r1", operation) == b"{}"


async def test_an_event_stream_waits_for_its_source_to_close() -> None:
    closed = False

    async def events() -> AsyncGenerator[bytes, None]:
        nonlocal closed
        try:
            await asyncio.Event().wait()
            yield b""
        finally:
            for _ in range(5):
                await asyncio.sleep(0)
            closed = True

    async def receive() -> Any:
        await asyncio.sleep(0)
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        pass

    await send_events(
        events(), receive, send, request_id="r1", expires_at=None, keep_alive=9, send_timeout=9
    )
    assert closed


def test_extensions_win_over_headers() -> None:
    body = {"query": "{ hello }", "extensions": {"minPosition": "2", "maxWait": 1}}
    request = read_request(body, "1", "9")
    assert (request.min_position, request.max_wait) == ("2", 1.0)
