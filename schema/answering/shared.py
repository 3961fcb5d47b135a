"""Answers that are kept: equal questions to views that have not moved have equal answers."""

from collections import OrderedDict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import Protocol

MOST_BYTES = 64 * 2**20
LARGEST = 2**20


@dataclass
class Kept:
    """An answer's bytes, the position they tell, and where the views it was read from stood."""

    body: bytes
    position: str | None
    moves: Mapping[str, int]

    @cached_property
    def tag(self) -> str:
        """Its `ETag`."""
        return tag_of(self.body)


class Moving(Protocol):
    """Counts how often each view has moved: a view that has not is what it was."""

    @property
    def moves(self) -> Mapping[str, int]: ...


class Answers:
    """Bounded by the bytes kept, the least recently used out first. On the event loop only.

    An answer is kept under everything it depends on but the views: document, variables, and who
    asks if that matters. What the views had moved to is noted before they are read, so that one
    that moves meanwhile makes the answer old at once.
    """

    def __init__(self, moving: Moving, most_bytes: int = MOST_BYTES) -> None:
        self._moving = moving
        self._most = most_bytes
        self._held = 0
        self._kept: OrderedDict[Hashable, Kept] = OrderedDict()

    def stand(self) -> Mapping[str, int]:
        """Where all views stand: to be asked before an answer is read from them."""
        return dict(self._moving.moves)

    def find(self, key: Hashable) -> Kept | None:
        """The answer, if it is what reading again would give."""
        kept = self._kept.get(key)
        if kept is None:
            return None
        moves = self._moving.moves
        for view, moved in kept.moves.items():
            if moves[view] != moved:
                self._drop(key)
                return None
        self._kept.move_to_end(key)
        return kept

    def keep(
        self,
        key: Hashable,
        body: bytes,
        position: str | None,
        views: Iterable[str],
        stand: Mapping[str, int],
    ) -> Kept:
        """Keep what was read from these views after they stood there."""
        kept = Kept(body, position, {view: stand[view] for view in views})
        if len(body) <= LARGEST:
            self._drop(key)
            self._kept[key] = kept
            self._held += len(body)
            while self._held > self._most:
                self._drop(next(iter(self._kept)))
        return kept

    def _drop(self, key: Hashable) -> None:
        gone = self._kept.pop(key, None)
        if gone is not None:
            self._held -= len(gone.body)


def tag_of(body: bytes) -> str:
    """A strong entity tag."""
    return f'"{blake2b(body, digest_size=12).hexdigest()}"'
