"""Windows on an ordered list, and cursors: opaque places in it."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import orjson


class BadCursor(ValueError):
    """A cursor nobody here made."""


class Ordering(Protocol):
    """One of the expressions that a list is ordered by."""

    @property
    def is_number(self) -> bool: ...


@dataclass(frozen=True)
class Window:
    """Which part of an ordered list: the `size` rows after a cursor, or before one if `backward`.

    Cursors are opaque to clients: `Page.cursors` made them."""

    size: int
    after: str | None = None
    before: str | None = None
    backward: bool = False


def cursor(values: Any) -> str:
    """An opaque place in an order."""
    return base64.urlsafe_b64encode(orjson.dumps(list(values))).decode().rstrip("=")


def cursor_values(text: str, order: Sequence[Ordering]) -> list[Any]:
    """The values a cursor stands for; BadCursor unless they are of the order's types."""
    try:
        values = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (binascii.Error, ValueError):
        raise BadCursor(f"not a cursor: {text[:40]!r}") from None
    types = [int if each.is_number else str for each in order]
    if not isinstance(values, list) or [type(value) for value in values] != types:
        raise BadCursor(f"not a cursor of this list: {text[:40]!r}")
    if any(isinstance(value, int) and abs(value) >= 2**63 for value in values):
        raise BadCursor(f"not a cursor of this list: {text[:40]!r}")
    return values
