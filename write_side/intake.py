"""The intake: a bounded queue that hands waiting commands on in groups."""

import queue
import threading
from collections.abc import Iterator

from write_side.submission import Overloaded, Submission

GROUP_SIZE = 256


class Intake:
    """Many threads put, one takes. After `close` nothing comes in, and what is in is handed on."""

    def __init__(self, size: int) -> None:
        self._queue: queue.Queue[Submission | None] = queue.Queue(size)
        self._door = threading.Lock()
        self._closed = False

    @property
    def waiting(self) -> int:
        """How many wait, about."""
        return self._queue.qsize()

    def put(self, submission: Submission) -> None:
        """Overloaded where too many wait already, or after the close."""
        with self._door:
            if self._closed:
                raise Overloaded("the service is stopping")
            try:
                self._queue.put_nowait(submission)
            except queue.Full:
                raise Overloaded("too many commands are waiting") from None

    def close(self) -> None:
        with self._door:
            if self._closed:
                return
            self._closed = True
        self._queue.put(None)

    def groups(self) -> Iterator[list[Submission]]:
        """All that waits, again and again, up to GROUP_SIZE at once; ends after the close."""
        while (first := self._queue.get()) is not None:
            group = [first]
            while len(group) < GROUP_SIZE:
                try:
                    more = self._queue.get_nowait()
                except queue.Empty:
                    break
                if more is None:
                    yield group
                    return
                group.append(more)
            yield group
