"""A socket that takes what it is given, or is stuck until it is freed."""

import asyncio
from collections.abc import Callable


class Socket:
    """`schema.outbox.Outbox`, without a wire. While `stuck`, what is put makes it busy."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.stuck = False
        self._busy = False
        self._ready: list[Callable[[], None]] = []
        self._freed = asyncio.Event()

    @property
    def busy(self) -> bool:
        return self._busy

    def put(self, text: str) -> None:
        assert not self._busy
        self.sent.append(text)
        self._busy = self.stuck
        if self._busy:
            self._freed.clear()

    async def drained(self) -> None:
        while self._busy:
            await self._freed.wait()

    def when_ready(self, call: Callable[[], None]) -> None:
        self._ready.append(call)

    def free(self) -> None:
        self._busy = False
        self._freed.set()
        ready, self._ready = self._ready, []
        for call in ready:
            call()
