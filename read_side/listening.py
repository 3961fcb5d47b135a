"""Listening to a PostgreSQL channel: told at once, looking anyway, and never deaf for long."""

import logging
import os
import selectors
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg

POLL_SECONDS = 1.0
PATIENCE_SECONDS = 3.0  # a server that does not answer for so long is gone
STOP_SECONDS = 0.5
PAUSES = (0.1, 0.2, 0.5, 1.0)
_logger = logging.getLogger("rollbook.listening")


class Listening:
    """A thread that calls `heard` with each payload and `look` every second whatever happens, and
    first of all after it has begun to listen, so that nothing falls between the two.

    A notice can be lost with a connection, so `look` has to find out by itself what is new; it is
    given the connection, behind whose answer every notice of what it sees has been heard.
    """

    def __init__(
        self,
        connection: str,
        channel: str,
        heard: Callable[[str], None],
        look: Callable[["psycopg.Connection[Any]"], object] = lambda it: it.execute("SELECT"),
    ) -> None:
        """`connection` is a libpq connection string."""
        self._connection = connection
        self._channel = channel
        self._heard = heard
        self._look = look
        self._stopping = threading.Event()
        self._wake, self._woken = socket.socketpair()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"listen {channel}", daemon=True)

    def start(self) -> None:
        """Return once it listens and has looked, or could not for a while."""
        self._thread.start()
        self._ready.wait(PATIENCE_SECONDS)

    def stop(self) -> None:
        """Return at once: a server that does not answer just now is not waited for."""
        self._stopping.set()
        self._wake.close()
        if self._thread.is_alive():
            self._thread.join(STOP_SECONDS)

    def _run(self) -> None:
        failures = 0
        with self._woken:
            while not self._stopping.is_set():
                try:
                    with self._connected() as connection:
                        with _answering(connection):
                            connection.execute(f"LISTEN {self._channel}")
                        while not self._stopping.is_set():
                            with _answering(connection):
                                self._look(connection)
                            failures = 0
                            self._ready.set()
                            self._hear(connection)
                except Exception as error:
                    pause = PAUSES[min(failures, len(PAUSES) - 1)]
                    failures += 1
                    _logger.warning("not listening (%s); again in %s s", error, pause)
                    self._stopping.wait(pause)

    def _hear(self, connection: "psycopg.Connection[Any]") -> None:
        """Until it is time to look again."""
        next_look = time.monotonic() + POLL_SECONDS
        with selectors.DefaultSelector() as either:
            either.register(connection, selectors.EVENT_READ)
            either.register(self._woken, selectors.EVENT_READ)
            while not self._stopping.is_set():
                # what came along with an answer is here already, and wakes nobody
                for payload in notices(connection):
                    self._heard(payload)
                if (left := next_look - time.monotonic()) <= 0:
                    return
                either.select(left)

    def _connected(self) -> "psycopg.Connection[Any]":
        return psycopg.connect(
            self._connection, autocommit=True, connect_timeout=int(PATIENCE_SECONDS)
        )


@contextmanager
def nudged(connection: str | None, channel: str, *nudges: Callable[[], None]) -> Iterator[None]:
    """Calls each of these whenever the channel says anything at all; without a connection there is
    nothing to hear."""
    if connection is None:
        yield
        return

    def heard(_: str) -> None:
        for nudge in nudges:
            nudge()

    listening = Listening(connection, channel, heard)
    listening.start()
    try:
        yield
    finally:
        listening.stop()


def notices(connection: "psycopg.Connection[Any]", seconds: float = 0) -> Iterator[str]:
    """What was told on this connection and not yet heard."""
    for notice in connection.notifies(timeout=seconds):
        yield notice.payload


@contextmanager
def _answering(connection: "psycopg.Connection[Any]") -> Iterator[None]:
    """Hang up on a server that does not answer: a connection of which the other half is gone
    would be waited on for ever."""
    # a descriptor of our own: the connection's may be somebody else's by the time it is needed
    with socket.socket(fileno=os.dup(connection.fileno())) as peer:

        def hang_up() -> None:
            with suppress(OSError):
                peer.shutdown(socket.SHUT_RDWR)

        timer = threading.Timer(PATIENCE_SECONDS, hang_up)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
