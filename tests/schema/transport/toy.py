"""A small service behind the transports: a schema, viewers and contexts that keep a ledger."""

import asyncio
import threading
from collections import Counter
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from typing import Any

import strawberry
from strawberry.scalars import JSON

from schema.errors import ApiError, new_request_id


class Ledger:
    """What the service did, seen from the test's thread."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self.counts: Counter[str] = Counter()
        self.queues: dict[str, tuple[asyncio.AbstractEventLoop, asyncio.Queue[Any]]] = {}
        self.position: str | None = "7"

    def note(self, what: str) -> None:
        with self._changed:
            self.counts[what] += 1
            self._changed.notify_all()

    def open_queue(self, name: str) -> asyncio.Queue[Any]:
        queue: asyncio.Queue[Any] = asyncio.Queue()
        with self._changed:
            self.queues[name] = asyncio.get_running_loop(), queue
            self._changed.notify_all()
        return queue

    def push(self, name: str, value: Any) -> None:
        loop, queue = self.queues[name]
        loop.call_soon_threadsafe(queue.put_nowait, value)

    async def until(self, predicate: Callable[[], Any]) -> None:
        def wait() -> bool:
            with self._changed:
                return bool(self._changed.wait_for(predicate, timeout=10))

        assert await asyncio.to_thread(wait), (self.counts, list(self.queues))

    async def all_closed(self) -> None:
        """Every context and every source is closed again."""
        counts = self.counts
        await self.until(
            lambda: (
                counts["context closed"] == counts["context opened"]
                and counts["source closed"] == counts["source opened"]
            )
        )


@dataclass
class ToyViewer:
    name: str
    expires_at: float | None = None


class ToyContext:
    def __init__(self, ledger: Ledger, viewer: ToyViewer, min_position: str | None) -> None:
        self.ledger = ledger
        self.viewer = viewer
        self.min_position = min_position
        self.request_id = new_request_id()
        self.freshened = 0
        ledger.note("context opened")

    @property
    def position(self) -> str | None:
        return self.ledger.position

    async def ready(self) -> None:
        if self.min_position is not None and int(self.min_position) > 1000:
            raise ApiError("STALE", "The views are not there yet.")

    def follow(self) -> None:
        self.followed = True

    def fresh(self) -> None:
        self.freshened += 1

    def close(self) -> None:
        self.ledger.note("context closed")


class ToyEdge:
    def __init__(self) -> None:
        self.ledger = Ledger()
        self.refuse_contexts: ApiError | None = None

    def authenticate(self, token: str | None) -> ToyViewer:
        if token is None:
            return ToyViewer("anonymous")
        if token.startswith("until:"):
            return ToyViewer("passing", float(token[6:]))
        if token == "crash":
            raise RuntimeError("the key store is gone")
        if token == "busy":
            raise ApiError("OVERLOADED", "Come back later.", retry_after=3)
        if token != "good":
            raise ApiError("UNAUTHENTICATED", "Unknown token.")
        return ToyViewer("someone")

    def context(
        self, viewer: Any, *, min_position: str | None, max_wait: float | None
    ) -> ToyContext:
        if self.refuse_contexts:
            raise self.refuse_contexts
        if min_position is not None and not min_position.isdigit():
            raise ApiError("BAD_REQUEST", "Garbled position.")
        context = ToyContext(self.ledger, viewer, min_position)
        context.max_wait = max_wait  # type: ignore[attr-defined]
        return context


Info = strawberry.Info[Any, Any]


@strawberry.type
class Item:
    number: int

    @strawberry.field
    def items(self, first: int | None = None, last: int | None = None) -> list["Item"]:
        return [Item(number=n) for n in range(first or last or 0)]

    @strawberry.field
    def plain(self) -> list["Item"]:
        return [Item(number=1)]

    @strawberry.field
    def parent(self) -> "Item":
        return self


@strawberry.type
class Edge:
    node: Item


@strawberry.type
class Connection:
    edges: list[Edge]


@strawberry.type
class Query:
    @strawberry.field
    def hello(self, name: str = "world") -> str:
        return f"Hello {name}"

    @strawberry.field
    async def later(self) -> str:
        await asyncio.sleep(0)
        return "later"

    @strawberry.field
    def who(self, info: Info) -> str:
        return str(info.context.viewer.name)

    @strawberry.field
    def asked(self, info: Info) -> str:
        return f"{info.context.min_position} {info.context.max_wait}"

    @strawberry.field
    def item(self) -> Item | None:
        return Item(number=1)

    @strawberry.field
    def connection(self, first: int | None = None, last: int | None = None) -> Connection:
        return Connection(edges=[Edge(node=Item(number=1))] * (first or last or 0))

    @strawberry.field
    def nodes(self, ids: list[strawberry.ID]) -> list[Item]:
        return [Item(number=1) for _ in ids]

    @strawberry.field
    def broken(self) -> str | None:
        raise RuntimeError("secret: alice@example.com")

    @strawberry.field
    def never_null(self) -> str:
        raise RuntimeError("secret")

    @strawberry.field
    def forbidden(self) -> str | None:
        raise ApiError("FORBIDDEN", "Not yours.")

    @strawberry.field
    def overloaded(self) -> str | None:
        raise ApiError("OVERLOADED", "Too much to do.", retry_after=2.5)

    @strawberry.field
    def odd(self, kind: str) -> JSON | None:
        odd: dict[str, Any] = {
            "nan": {"x": float("nan"), "y": float("inf")},
            "huge": {"x": 2**70},
            "object": {"x": object()},
            "surrogate": {"x": "\ud800"},
        }
        return odd[kind]  # type: ignore[no-any-return]

    @strawberry.field
    def number(self) -> float | None:
        return float("nan")

    @strawberry.field
    async def stuck(self, info: Info) -> str:
        queue = info.context.ledger.open_queue("stuck")
        info.context.ledger.note("source opened")
        try:
            return str(await queue.get())
        finally:
            info.context.ledger.note("source closed")


@strawberry.type
class Mutation:
    @strawberry.mutation
    def note(self, info: Info, what: str) -> str:
        info.context.ledger.note(what)
        return what


@strawberry.type
class Tick:
    value: int

    @strawberry.field
    def fresh(self, info: Info) -> int:
        return int(info.context.freshened)


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def count(self, to: int) -> AsyncGenerator[Tick, None]:
        for value in range(to):
            yield Tick(value=value)

    @strawberry.subscription
    async def ticks(self, info: Info, queue: str) -> AsyncGenerator[Tick, None]:
        """What the test pushes; an exception is raised, None is the end."""
        ledger = info.context.ledger
        ledger.note("source opened")
        values = ledger.open_queue(queue)
        try:
            while (value := await values.get()) is not None:
                if isinstance(value, Exception):
                    raise value
                yield Tick(value=value)
        finally:
            ledger.note("source closed")

    @strawberry.subscription
    async def flood(self, info: Info) -> AsyncGenerator[str, None]:
        ledger = info.context.ledger
        ledger.note("source opened")
        try:
            while True:
                yield "x" * 200_000
                ledger.note("flooded")
        finally:
            ledger.note("source closed")

    @strawberry.subscription
    async def sulky(self, info: Info) -> AsyncGenerator[int, None]:
        """Cancelled, it takes until the test says so and then raises."""
        queue = info.context.ledger.open_queue("sulky")
        try:
            yield await queue.get()
        except asyncio.CancelledError:
            info.context.ledger.note("cancelled")
            await queue.get()
            raise RuntimeError("cannot clean up") from None

    @strawberry.subscription
    async def closed_to_you(self) -> AsyncGenerator[int, None]:
        raise ApiError("FORBIDDEN", "Not yours.")
        yield 1


def toy_schema() -> strawberry.Schema:
    return strawberry.Schema(query=Query, mutation=Mutation, subscription=Subscription)
