"""A projector in a process of its own beside embedded files: what views cost, the API's interpreter
does not pay."""

import logging
import os
import pickle
import socket
import subprocess
import threading
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection

from read_side.changes import Changes, Notice

PAUSE_SECONDS = 0.5
STOP_SECONDS = 5.0
_logger = logging.getLogger("rollbook.projector")


class Apart:
    """The side of the process that serves: it starts the other, nudges it, hears what it commits,
    and starts another when it ends without having been told to.

    The two share a pair of sockets. A nudge is a byte; what comes back are notices. The other ends
    when its end is closed, so it outlives nobody.
    """

    def __init__(self, command: Sequence[str], changes: Changes) -> None:
        """`command` is run with the number of its socket behind it."""
        self._command = command
        self._changes = changes
        self._stopping = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._ours: socket.socket | None = None
        self._thread = threading.Thread(target=self._run, name="projector apart", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def nudge(self) -> None:
        """There may be more. From any thread; a lost one costs a poll."""
        if (ours := self._ours) is not None:
            with suppress(OSError):
                ours.send(b"!", socket.MSG_DONTWAIT)

    def led(self) -> Collection[str]:
        """The views that are projected for this process."""
        running = self._process is not None and self._process.poll() is None
        return self._changes.positions.keys() if running else ()

    def stop(self) -> None:
        """Return once the other process is gone."""
        self._stopping.set()
        if (ours := self._ours) is not None:
            with suppress(OSError):
                ours.shutdown(socket.SHUT_RDWR)
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._work()
            except Exception:
                # whatever it was, views that stand still for ever are worse
                _logger.exception("no projector could be started or heard; trying again")
            self._stopping.wait(PAUSE_SECONDS)

    def _work(self) -> None:
        """Start one and hear it until it ends."""
        ours, theirs = socket.socketpair()
        process: subprocess.Popen[bytes] | None = None
        try:
            with ours:
                with theirs:
                    number = theirs.fileno()
                    process = self._process = subprocess.Popen(
                        [*self._command, str(number)],
                        pass_fds=[number],
                        stdin=subprocess.DEVNULL,
                        process_group=0,  # Ctrl-C is for who serves, who then closes the socket
                    )
                self._ours = ours
                if self._stopping.is_set():
                    ours.shutdown(socket.SHUT_RDWR)
                self._hear(Connection(os.dup(ours.fileno())))
        finally:
            self._ours = None
            if process is not None:
                self._ended(process)

    def _hear(self, connection: Connection) -> None:
        with connection, suppress(EOFError, OSError):
            while True:
                self._changes.publish(pickle.loads(connection.recv_bytes()))

    def _ended(self, process: subprocess.Popen[bytes]) -> None:
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if not self._stopping.is_set():
            _logger.error("the projector ended with %d; another is started", process.returncode)


class Told(Changes):
    """The side of the process that projects: what changed is told to the other."""

    def __init__(self, socket_number: int, positions: dict[str, int]) -> None:
        super().__init__(positions)
        self._socket = socket.socket(fileno=socket_number)
        self._connection = Connection(os.dup(socket_number))
        # of what a process before this one had committed, the last may not have been told
        self.publish([Notice(view, position, None) for view, position in positions.items()])

    def publish(self, notices: list[Notice]) -> None:
        super().publish(notices)
        with suppress(OSError):  # nobody is left to tell; the end of the socket says so too
            self._connection.send_bytes(pickle.dumps(notices, pickle.HIGHEST_PROTOCOL))

    def listen_until_closed(self, nudge: Callable[[], None]) -> None:
        """Return when the other side is gone."""
        with suppress(OSError):
            while self._socket.recv(4096):
                nudge()
