"""Relay connections over keyset pages: `first` or `last` is mandatory, 1 to 100."""

from collections.abc import Callable
from typing import Generic, TypeVar

import strawberry

from read_side.paging import BadCursor, Page, Window
from schema.errors import ApiError

LARGEST_PAGE = 100
R = TypeVar("R")
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


def connection(read: Callable[[], Page[R]], node: Callable[[R], T]) -> Connection[T]:
    """A page as a connection; a cursor nobody here made is BAD_REQUEST."""
    try:
        page = read()
    except BadCursor as error:
        raise ApiError("BAD_REQUEST", f"This is {error}.") from None
    edges = [
        Edge(cursor=cursor, node=node(row))
        for row, cursor in zip(page.rows, page.cursors, strict=True)
    ]
    return Connection(
        edges=edges,
        page_info=PageInfo(
            has_next_page=page.has_next,
            has_previous_page=page.has_previous,
            start_cursor=edges[0].cursor if edges else None,
            end_cursor=edges[-1].cursor if edges else None,
        ),
    )
