"""A feed that many follow: each item is evaluated and encoded once, and who is a little behind is
served from what is remembered; who is far behind reads for themselves until they are not."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from itertools import takewhile
from typing import Protocol

from schema.answering.group import TURN, Valued

MOST_ITEMS = 256
MOST_CHARACTERS = 2**20

From = Callable[[int], AsyncGenerator[Valued, None]]
"""The items behind a position, and then as they come."""


class Follower(Protocol):
    """One who follows."""

    def takes(self) -> bool:
        """Whether it takes an item now; if not, it calls its place's `go_on` when it does."""

    async def drained(self) -> None:
        """Return once it takes an item."""

    def take(self, value: Valued) -> None:
        """The next item; only when it takes one."""

    def fail(self, error: Exception) -> None:
        """There will be no more."""


class Feed:
    """Lives from its first follower to its last; begins at a position of the log."""

    def __init__(self, items: From, head: int, ended: Callable[[], None]) -> None:
        self.items = items
        self.floor = head
        """Everything behind this position that has come is remembered."""
        self._ended = ended
        self._recent: deque[Valued] = deque()
        self._characters = 0
        self._places: set[Place] = set()
        self._task = asyncio.ensure_future(self._run())

    def __len__(self) -> int:
        return len(self._places)

    def place(self, follower: Follower, seen: int) -> "Place":
        """For one who follows from behind this position; `begin` it."""
        place = Place(self, follower, seen)
        self._places.add(place)
        return place

    def leave(self, place: "Place") -> None:
        self._places.discard(place)
        if not self._places:
            self._task.cancel()
            self._ended()

    def behind(self, position: int) -> list[Valued]:
        """What is remembered behind a position, in order."""
        newer = takewhile(lambda value: value[0] > position, reversed(self._recent))
        return list(newer)[::-1]

    async def _run(self) -> None:
        try:
            async with aclosing(self.items(self.floor)) as items:
                async for value in items:
                    self._remember(value)
                    for count, place in enumerate(list(self._places), 1):
                        if place in self._places:
                            place.go_on()
                        if count % TURN == 0:
                            await asyncio.sleep(0)
        except Exception as error:
            self._ended()
            for place in list(self._places):
                place.follower.fail(error)

    def _remember(self, value: Valued) -> None:
        self._recent.append(value)
        self._characters += len(value[1])
        while len(self._recent) > MOST_ITEMS or self._characters > MOST_CHARACTERS:
            position, text = self._recent.popleft()
            self._characters -= len(text)
            self.floor = position


class Place:
    """How far one follower is."""

    __slots__ = ("_alone", "_feed", "follower", "seen")

    def __init__(self, feed: Feed, follower: Follower, seen: int) -> None:
        self._feed = feed
        self._alone: asyncio.Task[None] | None = None
        self.follower = follower
        self.seen = seen

    def begin(self, *, alone: bool = False) -> None:
        """At first `alone` where the position is ahead of the log: the source says so."""
        if alone or self.seen < self._feed.floor:
            self._alone = asyncio.ensure_future(self._read_alone())
        else:
            self.go_on()

    def go_on(self) -> None:
        """Give the follower what it has not seen, as much as it takes."""
        if self._alone is not None:
            return
        if self.seen < self._feed.floor:
            self.begin(alone=True)
            return
        for value in self._feed.behind(self.seen):
            if not self.follower.takes():
                return
            self.give(value)

    def give(self, value: Valued) -> None:
        self.seen = value[0]
        self.follower.take(value)

    def leave(self) -> None:
        if self._alone is not None:
            self._alone.cancel()
        self._feed.leave(self)

    async def _read_alone(self) -> None:
        try:
            async with aclosing(self._feed.items(self.seen)) as items:
                async for value in items:
                    await self.follower.drained()  # what waits is in the store, not in memory
                    self.give(value)
                    if self.seen >= self._feed.floor:
                        break
        except Exception as error:
            self.follower.fail(error)
            return
        self._alone = None
        self.go_on()
