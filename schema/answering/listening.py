"""A socket's part in what many listen to: the newest of a state, every item of a feed."""

from collections.abc import Callable
from typing import Protocol

from schema.answering.feed import Feed, Place
from schema.answering.group import Group, Valued
from schema.answering.live import Live, place_asked
from schema.execution import Operation, Viewer
from schema.outbox import Outbox

Fail = Callable[[Exception], None]


class Listening(Protocol):
    def begin(self) -> None:
        """Once whoever runs it knows of it."""

    def leave(self) -> None: ...


def listen(
    live: Live, operation: Operation, viewer: Viewer, outbox: Outbox, start: str, fail: Fail
) -> Listening | None:
    """One more who listens to what others may listen to already; None where it cannot be shared.
    Messages are `start`, the answer and a bracket."""
    group = live.group(operation, viewer)
    if group is not None:
        return Watching(group, outbox, start, fail)
    feed = live.feed(operation, viewer)
    if feed is not None:
        return Following(feed, place_asked(operation), live.head(), outbox, start, fail)
    return None


class Watching:
    """A state: shows the newest value, and skips what came while the socket was busy."""

    __slots__ = ("_group", "_last", "_outbox", "_start", "_waiting", "fail")

    def __init__(self, group: Group, outbox: Outbox, start: str, fail: Fail) -> None:
        self._group = group
        self._outbox = outbox
        self._start = start
        self._last = 0
        self._waiting: Valued | None = None
        self.fail = fail

    def begin(self) -> None:
        self._group.join(self)

    def leave(self) -> None:
        self._waiting = None
        self._group.leave(self)

    def show(self, value: Valued) -> None:
        if value[0] < self._last:
            return
        if self._outbox.busy:
            if self._waiting is None:
                self._outbox.when_ready(self._show_waiting)
            self._waiting = value
            return
        self._last = value[0]
        self._outbox.put(self._start + value[1] + "}")

    def _show_waiting(self) -> None:
        value, self._waiting = self._waiting, None
        if value is not None:
            self.show(value)


class Following:
    """A feed: every item once and in order, as fast as the socket takes them."""

    __slots__ = ("_after", "_asked", "_feed", "_head", "_outbox", "_place", "_start", "fail")

    def __init__(
        self, feed: Feed, after: int | None, head: int, outbox: Outbox, start: str, fail: Fail
    ) -> None:
        self._feed = feed
        self._after = after
        self._head = head
        self._outbox = outbox
        self._start = start
        self._asked = False
        self._place: Place | None = None
        self.fail = fail

    def begin(self) -> None:
        seen = self._head if self._after is None else self._after
        self._place = self._feed.place(self, seen)
        self._place.begin(alone=seen > self._head)

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
        self._outbox.put(self._start + value[1] + "}")

    def _go_on(self) -> None:
        self._asked = False
        if self._place is not None:
            self._place.go_on()
