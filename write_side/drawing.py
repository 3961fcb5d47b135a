"""Random ids and salts, drawn from the system in bulk: each draw lets go of the interpreter's
lock, and whoever does so with every command waits for a busy neighbor with every command."""

import os
from collections import deque
from uuid import UUID

AT_ONCE = 256
_drawn: deque[bytes] = deque()
# two processes must not go on with the same ids
os.register_at_fork(after_in_child=_drawn.clear)


def draw() -> UUID:
    """As `uuid4`, from any thread."""
    return UUID(bytes=draw_bytes(), version=4)


def draw_bytes() -> bytes:
    """16 random bytes, from any thread."""
    while True:
        try:
            return _drawn.pop()
        except IndexError:
            some = os.urandom(16 * AT_ONCE)
            _drawn.extend(some[place : place + 16] for place in range(0, len(some), 16))
