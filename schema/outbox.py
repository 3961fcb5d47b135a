"""What goes out on one socket, in order: at once where the socket takes it, by a task where not."""

import asyncio
import types
from collections.abc import Callable, Coroutine, Generator
from typing import Any

from starlette.types import Send


class TooSlow(Exception):
    """The client does not take what it is sent."""


class Outbox:
    """Most sends never wait, and a task for each would cost more than the message: so a send is
    run by hand until it would wait, and only then becomes a task."""

    __slots__ = ("_broken", "_ready", "_rest", "_send", "_timeout")

    def __init__(self, send: Send, timeout: float, broken: Callable[[Exception], None]) -> None:
        """`timeout` in seconds; `broken` is told what ended a send that nobody waits for."""
        self._send = send
        self._timeout = timeout
        self._broken = broken
        self._rest: asyncio.Task[None] | None = None
        self._ready: list[Callable[[], None]] = []

    @property
    def busy(self) -> bool:
        """Whether the socket has still to take what it was given."""
        return self._rest is not None

    def put(self, text: str) -> None:
        """Send now; only when not busy."""
        assert self._rest is None
        sending: Any = self._send({"type": "websocket.send", "text": text})
        try:
            waits_for = sending.send(None)
        except StopIteration:
            return
        except Exception as error:
            self._broken(error)
            return
        self._rest = asyncio.ensure_future(self._finish(sending, waits_for))

    async def send(self, text: str) -> None:
        """Send after everything that is on its way."""
        await self.drained()
        self.put(text)
        await self.drained()

    async def drained(self) -> None:
        """Return once it is not busy."""
        while self._rest is not None:
            await asyncio.wait({self._rest})

    def when_ready(self, call: Callable[[], None]) -> None:
        """Call this once, as soon as the socket takes more."""
        self._ready.append(call)

    def close(self) -> None:
        self._ready.clear()
        if self._rest is not None:
            self._rest.cancel()

    async def _finish(self, sending: Coroutine[Any, Any, None], waits_for: Any) -> None:
        try:
            async with asyncio.timeout(self._timeout):
                await _rest_of(sending, waits_for)
        except TimeoutError:
            self._broken(TooSlow())
        except Exception as error:
            self._broken(error)
        self._rest = None
        ready, self._ready = self._ready, []
        for call in ready:
            call()


@types.coroutine
def _rest_of(sending: Coroutine[Any, Any, None], waits_for: Any) -> Generator[Any, Any, None]:
    """What is left of a coroutine that was run until it waits for this."""
    try:
        yield waits_for
    except BaseException as error:
        sending.throw(error)
        raise
    yield from sending
