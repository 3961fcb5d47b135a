"""Change notices: which keys of which view changed, and how far each view is, as it happens.

The projector publishes from its thread right after each commit; whoever waits for a position or
listens for a key does so here, by condition and never by looking again and again.
"""

import asyncio
import threading
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class Notice:
    """One commit of one view: how far it is now and the keys of the rows it changed, None where
    that is not known and may be any."""

    view: str
    position: int
    keys: frozenset[UUID] | None


ANY = UUID(int=0)
"""The key that stands for every change of a view."""


class Listener:
    """Wakes when one of its keys changed; changes that come while it is busy are one wake-up."""

    def __init__(self, changes: "Changes", topics: Iterable[tuple[str, UUID]]) -> None:
        self._changes = changes
        self._topics = frozenset(topics)
        self._woken = asyncio.Event()

    def listen(self, topics: Iterable[tuple[str, UUID]]) -> None:
        """Listen to these from now on; read after this, not before."""
        before, self._topics = self._topics, frozenset(topics)
        self._changes._add(self, self._topics - before)
        self._changes._remove(self, before - self._topics)

    def __enter__(self) -> "Listener":
        self._changes._add(self, self._topics)
        return self

    def __exit__(self, *_: object) -> None:
        self._changes._remove(self, self._topics)

    async def changed(self) -> None:
        """Return once something changed since the last call."""
        await self._woken.wait()
        self._woken.clear()

    def wake(self) -> None:
        self._woken.set()


class Changes:
    """The meeting point of one process's projector and its event loop."""

    def __init__(self, positions: Mapping[str, int]) -> None:
        self._positions = dict(positions)
        self._moves = dict.fromkeys(positions, 0)
        self._moved = threading.Condition()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiters: dict[asyncio.Future[None], tuple[int, tuple[str, ...]]] = {}
        self._listeners: dict[tuple[str, UUID], set[Listener]] = defaultdict(set)

    @property
    def positions(self) -> Mapping[str, int]:
        """How far each view is, in this process."""
        return self._positions

    @property
    def moves(self) -> Mapping[str, int]:
        """How often each view has moved, as far as this process knows."""
        return self._moves

    def publish(self, notices: list[Notice]) -> None:
        """Called on the projector's thread after a commit."""
        with self._moved:
            for notice in notices:
                self._positions[notice.view] = notice.position
                self._moves[notice.view] = self._moves.get(notice.view, 0) + 1
            self._moved.notify_all()
            loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._deliver, notices)

    def listen(self, topics: Iterable[tuple[str, UUID]]) -> Listener:
        """A listener for these (view, key) pairs; use it as a context manager on the loop."""
        return Listener(self, topics)

    async def reached(self, position: int, views: Iterable[str], timeout: float) -> None:
        """Return once all these views are at the position or later; TimeoutError otherwise."""
        names = tuple(views)
        loop = self._on_loop()
        with self._moved:
            if self._is_at(position, names):
                return
            future: asyncio.Future[None] = loop.create_future()
            self._waiters[future] = (position, names)
        try:
            await asyncio.wait_for(future, timeout)
        finally:
            with self._moved:
                self._waiters.pop(future, None)

    def wait(self, position: int, timeout: float, views: Iterable[str] | None = None) -> None:
        """The same for a thread without a loop; all views unless some are named."""
        names = tuple(self._positions if views is None else views)
        with self._moved:
            if not self._moved.wait_for(lambda: self._is_at(position, names), timeout):
                raise TimeoutError(f"the views are not at {position} after {timeout} s")

    def _is_at(self, position: int, views: tuple[str, ...]) -> bool:
        return all(self._positions[view] >= position for view in views)

    def _on_loop(self) -> asyncio.AbstractEventLoop:
        loop = asyncio.get_running_loop()
        self._loop = loop
        return loop

    def _deliver(self, notices: list[Notice]) -> None:
        with self._moved:
            ready = [f for f, wanted in self._waiters.items() if self._is_at(*wanted)]
            for future in ready:
                del self._waiters[future]
        for future in ready:
            if not future.done():
                future.set_result(None)
        woken: set[Listener] = set()
        for notice in notices:
            woken.update(*self._concerned(notice))
        for listener in woken:
            listener.wake()

    def _concerned(self, notice: Notice) -> Iterable[set[Listener]]:
        if notice.keys is None:
            return [each for (view, _), each in self._listeners.items() if view == notice.view]
        topics = ((notice.view, key) for key in (*notice.keys, ANY))
        return [self._listeners[topic] for topic in topics if topic in self._listeners]

    def _add(self, listener: Listener, topics: Iterable[tuple[str, UUID]]) -> None:
        self._on_loop()
        for topic in topics:
            self._listeners[topic].add(listener)

    def _remove(self, listener: Listener, topics: Iterable[tuple[str, UUID]]) -> None:
        for topic in topics:
            self._listeners[topic].discard(listener)
            if not self._listeners[topic]:
                del self._listeners[topic]
