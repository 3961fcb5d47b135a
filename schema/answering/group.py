"""A state that many watch: evaluated once a change and encoded once, whoever listens."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Protocol

Valued = tuple[int, str]
"""A position and an encoded answer that was read at it."""
TURN = 64
"""After so many deliveries others get their turn on the loop."""


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

    async def _show(self, value: Valued) -> None:
        for count, watcher in enumerate(list(self._watchers), 1):
            if watcher in self._watchers:  # who left meanwhile is shown nothing
                watcher.show(value)
            if count % TURN == 0:
                await asyncio.sleep(0)

    async def _run(self) -> None:
        try:
            async with aclosing(self._values()) as values:
                async for value in values:
                    self._newest = value
                    await self._show(value)
        except Exception as error:
            self._ended()
            for watcher in list(self._watchers):
                watcher.fail(error)
