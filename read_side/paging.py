"""Keyset pages: a place in an order is the key of a row, so rows that come or go between two
pages neither repeat nor hide others."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import orjson
from sqlalchemy import Integer, Select, tuple_
from sqlmodel import Session

AnyRow = TypeVar("AnyRow")


class BadCursor(ValueError):
    """A cursor nobody here made."""


@dataclass(frozen=True)
class Window:
    """Which part of an ordered list: the `size` rows after a cursor, or before one if `backward`.

    Cursors are opaque to clients: `Page.cursors` made them."""

    size: int
    after: str | None = None
    before: str | None = None
    backward: bool = False


@dataclass(frozen=True)
class Page(Generic[AnyRow]):
    """Rows in the list's own order, a cursor for each, and whether there is more either way."""

    rows: Sequence[AnyRow]
    cursors: Sequence[str]
    has_next: bool
    has_previous: bool


def page(
    session: Session,
    query: Select[Any],
    keys: Sequence[tuple[str, Any]],
    window: Window,
) -> Page[Any]:
    """One page of `query` ordered by `keys`: pairs of a row's attribute and its column, together
    unique. Raises BadCursor."""
    columns = [column for _, column in keys]
    place = tuple_(*columns)
    if window.after is not None:
        query = query.where(place > tuple_(*_values(window.after, columns)))
    if window.before is not None:
        query = query.where(place < tuple_(*_values(window.before, columns)))
    order = [column.desc() for column in columns] if window.backward else columns
    rows = session.scalars(query.order_by(*order).limit(window.size + 1)).all()
    more = len(rows) > window.size
    rows = rows[: window.size]
    if window.backward:
        rows = rows[::-1]
    return Page(
        rows=rows,
        cursors=[cursor(getattr(row, name) for name, _ in keys) for row in rows],
        # on the side one came from there is more whenever one came from somewhere
        has_next=window.before is not None if window.backward else more,
        has_previous=more if window.backward else window.after is not None,
    )


def cursor(values: Any) -> str:
    """An opaque place in an order."""
    return base64.urlsafe_b64encode(orjson.dumps(list(values))).decode().rstrip("=")


def _values(text: str, columns: Sequence[Any]) -> list[Any]:
    try:
        values = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (binascii.Error, ValueError):
        raise BadCursor(f"not a cursor: {text[:40]!r}") from None
    types = [int if isinstance(column.type, Integer) else str for column in columns]
    if not isinstance(values, list) or [type(value) for value in values] != types:
        raise BadCursor(f"not a cursor of this list: {text[:40]!r}")
    if any(isinstance(value, int) and abs(value) >= 2**63 for value in values):
        raise BadCursor(f"not a cursor of this list: {text[:40]!r}")
    return values
