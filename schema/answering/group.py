"""A state that many watch: evaluated once a change and encoded once, whoever listens."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Protocol

Valued = tuple[int, str]
"""A position and an encoded answer that was read at it."""


class Watcher(Protocol):
    """One who watches."""

    def show(self, value: Valued) -> None:
        """The newest value; those between it and the last one shown are nobody's loss."""

    def fail(self, error: Exception) -> None:
        """There will be no more."""


class Group:
    """Lives from its first watcher to its last. `values` begins the one evaluation of all."""

    def __init__(
        self, values: Callable[[], AsyncGenerator[Valued, None]], ended: Callable[[], None]
    ) -> None:
        self._values = values
        self._ended = ended
        self._watchers: set[Watcher] = set()
        self._newest: Valued | None = None
        self._task = asyncio.ensure_future(self._run())

    def __len__(self) -> int:
        return len(self._watchers)

    def join(self, watcher: Watcher) -> None:
        """Show the newest value, and all that follow."""
        self._watchers.add(watcher)
        if self._newest is not None:
            watcher.show(self._newest)

    def leave(self, watcher: Watcher) -> None:
        self._watchers.discard(watcher)
        if not self._watchers:
            self._task.cancel()
            self._ended()

    async def _run(self) -> None:
        try:
            async with aclosing(self._values()) as values:
                async for value in values:
                    self._newest = value
                    for watcher in list(self._watchers):
                        watcher.show(value)
        except Exception as error:
            self._ended()
            for watcher in list(self._watchers):
                watcher.fail(error)
