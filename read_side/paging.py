"""Lists as views answer them: lazy rows, and keyset pages, where a place in an order is the key of
a row, so rows that come or go between two pages neither repeat nor hide others."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any, Generic, TypeVar, overload
from uuid import UUID

from sqlmodel import Session

from read_side.fetching import placed, records
from read_side.rows import Row
from read_side.selection import Selection, among
from read_side.window import Window, cursor

AnyRow = TypeVar("AnyRow", bound=Row)
Item = TypeVar("Item")


class Rows(Sequence[AnyRow]):
    """The rows of a selection, read when somebody looks at them."""

    def __init__(self, session: Session, selection: Selection[AnyRow]) -> None:
        self.session = session
        self.selection = selection

    @cached_property
    def _records(self) -> list[AnyRow]:
        return records(self.session, self.selection)

    def __len__(self) -> int:
        return len(self._records)

    def __iter__(self) -> Iterator[AnyRow]:
        return iter(self._records)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self._records == list(other)

    @overload
    def __getitem__(self, place: int) -> AnyRow: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[AnyRow]: ...
    def __getitem__(self, place: int | slice) -> AnyRow | Sequence[AnyRow]:
        return self._records[place]


class Page(Generic[AnyRow]):
    """Rows in the list's own order, a cursor for each, and whether there is more either way; read
    when somebody looks at them."""

    def __init__(
        self,
        session: Session,
        selection: Selection[AnyRow],
        cursor: Callable[[Sequence[Any]], str] = cursor,
    ) -> None:
        """Raises BadCursor."""
        assert selection.window is not None
        self.session = session
        self.selection = placed(selection)
        self.cursor = cursor
        self.window = selection.window

    @cached_property
    def _read(self) -> tuple[list[AnyRow], bool]:
        return cut(self.window, records(self.session, self.selection))

    @property
    def rows(self) -> Sequence[AnyRow]:
        return self._read[0]

    @property
    def cursors(self) -> Sequence[str]:
        return self.cursors_of(self.rows)

    def cursors_of(self, rows: Sequence[AnyRow]) -> Sequence[str]:
        """A cursor for each of these rows."""
        names = [order.name for order in self.selection.order]
        return [self.cursor([getattr(row, name) for name in names]) for row in rows]

    @property
    def has_next(self) -> bool:
        return more(self.window, self._read[1])[0]

    @property
    def has_previous(self) -> bool:
        return more(self.window, self._read[1])[1]


def by_id(
    session: Session, table: type[AnyRow], ids: Iterable[UUID], name: str = "id"
) -> dict[UUID, AnyRow]:
    """The rows with these keys, those that there are, by key."""
    found = Rows(session, Selection(table, where=(among(table, name, list(ids)),)))
    return {getattr(row, name): row for row in found}


def cut(window: Window, rows: Sequence[Item]) -> tuple[list[Item], bool]:
    """The page of what was fetched for it, in order, and whether there was one more."""
    beyond = len(rows) > window.size
    found = list(rows[: window.size])
    return (found[::-1] if window.backward else found), beyond


def more(window: Window, beyond: bool) -> tuple[bool, bool]:
    """Whether there is a next and a previous page: on the side one came from there is more
    whenever one came from somewhere."""
    if window.backward:
        return window.before is not None, beyond
    return beyond, window.after is not None
