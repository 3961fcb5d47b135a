"""A listener's part in what many listen to: the newest of a state, every item of a feed."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from typing import Protocol

from schema.answering.feed import Feed, Place
from schema.answering.group import Group, Valued
from schema.answering.live import Live, place_asked
from schema.execution import Operation, Viewer

Fail = Callable[[Exception], None]
Spelled = tuple[str, str]
"""What stands before and behind an answer in a message."""


class Outgoing(Protocol):
    """Where messages go; see `schema.outbox.Outbox`."""

    @property
    def busy(self) -> bool: ...

    def put(self, text: str) -> None: ...

    async def drained(self) -> None: ...

    def when_ready(self, call: Callable[[], None]) -> None: ...


class Listening(Protocol):
    def begin(self) -> None:
        """Once whoever runs it knows of it."""

    def leave(self) -> None: ...


def listen(
    live: Live,
    operation: Operation,
    viewer: Viewer,
    outbox: Outgoing,
    spelled: Spelled,
    fail: Fail,
) -> Listening | None:
    """One more who listens to what others may listen to already; None where it cannot be shared."""
    if not operation.is_subscription:
        return None
    if live.is_state(operation):
        return Watching(lambda: live.group(operation, viewer), outbox, spelled, fail)
    if live.is_feed(operation):
        after, head = place_asked(operation), live.head()
        return Following(lambda: live.feed(operation, viewer), after, head, outbox, spelled, fail)
    return None


def fetched(
    live: Live, operation: Operation, viewer: Viewer
) -> AsyncGenerator[bytes | str, None] | None:
    """The shared answers for one who fetches them; None where they cannot be shared."""
    tray = Tray()
    listening = listen(live, operation, viewer, tray, ("", ""), tray.fail)
    return None if listening is None else tray.fetched(listening)


class Tray:
    """Outgoing messages that are fetched one by one."""

    def __init__(self) -> None:
        self._text: str | None = None
        self._error: Exception | None = None
        self._filled = asyncio.Event()
        self._emptied = asyncio.Event()
        self._ready: list[Callable[[], None]] = []

    @property
    def busy(self) -> bool:
        return self._text is not None

    def put(self, text: str) -> None:
        self._text = text
        self._emptied.clear()
        self._filled.set()

    def fail(self, error: Exception) -> None:
        self._error = error
        self._filled.set()

    async def drained(self) -> None:
        while self.busy:
            await self._emptied.wait()

    def when_ready(self, call: Callable[[], None]) -> None:
        self._ready.append(call)

    async def fetched(self, listening: Listening) -> AsyncGenerator[bytes | str, None]:
        listening.begin()
        try:
            while True:
                await self._filled.wait()
                if self._text is None:
                    assert self._error is not None
                    raise self._error
                text, self._text = self._text, None
                if self._error is None:
                    self._filled.clear()
                self._emptied.set()
                ready, self._ready = self._ready, []
                for call in ready:
                    call()
                yield text
        finally:
            listening.leave()


class Watching:
    """A state: shows the newest value, and skips what came while the socket was busy."""

    __slots__ = ("_end", "_found", "_group", "_last", "_outbox", "_start", "_waiting", "fail")

    def __init__(
        self, found: Callable[[], Group], outbox: Outgoing, spelled: Spelled, fail: Fail
    ) -> None:
        self._found = found
        self._group: Group | None = None
        self._outbox = outbox
        self._start, self._end = spelled
        self._last = 0
        self._waiting: Valued | None = None
        self.fail = fail

    def begin(self) -> None:
        self._group = self._found()
        self._group.join(self)

    def leave(self) -> None:
        self._waiting = None
        if self._group is not None:
            self._group.leave(self)
            self._group = None

    def show(self, value: Valued) -> None:
        if value[0] < self._last:
            return
        if self._outbox.busy:
            if self._waiting is None:
                self._outbox.when_ready(self._show_waiting)
            self._waiting = value
            return
        self._last = value[0]
        self._outbox.put(self._start + value[1] + self._end)

    def _show_waiting(self) -> None:
        value, self._waiting = self._waiting, None
        if value is not None:
            self.show(value)


class Following:
    """A feed: every item once and in order, as fast as the socket takes them."""

    __slots__ = (
        "_asked",
        "_end",
        "_found",
        "_head",
        "_outbox",
        "_place",
        "_seen",
        "_start",
        "fail",
    )

    def __init__(
        self,
        found: Callable[[], Feed],
        after: int | None,
        head: int,
        outbox: Outgoing,
        spelled: Spelled,
        fail: Fail,
    ) -> None:
        self._found = found
        self._seen = head if after is None else after
        self._head = head
        self._outbox = outbox
        self._start, self._end = spelled
        self._asked = False
        self._place: Place | None = None
        self.fail = fail

    def begin(self) -> None:
        self._place = self._found().place(self, self._seen)
        self._place.begin(alone=self._seen > self._head)

    def leave(self) -> None:
        if self._place is not None:
            self._place.leave()
            self._place = None

    def takes(self) -> bool:
        if not self._outbox.busy:
            return True
        if not self._asked:
            self._asked = True
            self._outbox.when_ready(self._go_on)
        return False

    async def drained(self) -> None:
        await self._outbox.drained()

    def take(self, value: Valued) -> None:
        self._outbox.put(self._start + value[1] + self._end)

    def _go_on(self) -> None:
        self._asked = False
        if self._place is not None:
            self._place.go_on()
