"""Relay connections over keyset pages: `first` or `last` is mandatory, 1 to 100."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

import strawberry

from read_side.paging import Page, cut, more
from read_side.rows import Row
from read_side.window import BadCursor, Window
from schema.errors import ApiError
from schema.finding import Finding

if TYPE_CHECKING:
    from schema.context import Context

LARGEST_PAGE = 100
R = TypeVar("R", bound=Row)
T = TypeVar("T")


@strawberry.type(description="Where a page stands in its list.")
class PageInfo:
    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


@strawberry.type
class Edge(Generic[T]):
    cursor: str
    node: T


@strawberry.type
class Connection(Generic[T]):
    edges: list[Edge[T]]
    page_info: PageInfo


def window(first: int | None, after: str | None, last: int | None, before: str | None) -> Window:
    """The asked part of a list; BAD_REQUEST unless exactly one of first and last is 1 to 100."""
    if (first is None) == (last is None):
        raise ApiError("BAD_REQUEST", "Give either `first` or `last`, a number from 1 to 100.")
    size = first if first is not None else last
    assert size is not None
    if not 1 <= size <= LARGEST_PAGE:
        raise ApiError("BAD_REQUEST", f"A page has 1 to {LARGEST_PAGE} items, not {size}.")
    return Window(size, after=after, before=before, backward=first is None)


def connection(
    context: "Context", read: Callable[[], Page[R]], node: Callable[[R], T]
) -> Connection[T]:
    """A page as a connection; a cursor nobody here made is BAD_REQUEST."""
    try:
        page = read()
    except BadCursor as error:
        raise ApiError("BAD_REQUEST", f"This is {error}.") from None

    def value(rows: Sequence[R]) -> Connection[T]:
        found, beyond = cut(page.window, rows)
        cursors = page.cursors_of(found)
        has_next, has_previous = more(page.window, beyond)
        return Connection(
            edges=[Edge(cursor=c, node=node(r)) for r, c in zip(found, cursors, strict=True)],
            page_info=PageInfo(
                has_next_page=has_next,
                has_previous_page=has_previous,
                start_cursor=cursors[0] if cursors else None,
                end_cursor=cursors[-1] if cursors else None,
            ),
        )

    return cast("Connection[T]", Finding(context, page.selection, value, page))


def nothing() -> Connection[Any]:
    """The connection of a list that cannot have anything."""
    return Connection(
        edges=[],
        page_info=PageInfo(
            has_next_page=False, has_previous_page=False, start_cursor=None, end_cursor=None
        ),
    )
