"""What a resolver found in a view and nobody has read yet: the executor reads it with
just the columns that the answer needs, or whole."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from read_side.fetching import records
from read_side.paging import Page, Rows
from read_side.rows import Row
from read_side.selection import Selection
from read_side.views import VIEWS

if TYPE_CHECKING:
    from schema.context import Context

AnyRow = TypeVar("AnyRow", bound=Row)
Node = TypeVar("Node")
Value = TypeVar("Value")
VIEW_OF: dict[type[Row], str] = {table: view.name for view in VIEWS for table in view.tables}


class Finding(Generic[AnyRow]):
    """Rows of a view, and what becomes of them. Findings that differ in nothing but whom they are
    of, and are loaded side by side, are read by one statement."""

    def __init__(
        self,
        context: "Context",
        selection: Selection[AnyRow],
        value: Callable[[Sequence[AnyRow]], Any],
        page: Page[AnyRow] | None = None,
        *,
        single: bool = False,
    ) -> None:
        self.context = context
        self.selection = selection
        self.page = page
        self.single = single
        self._value = value

    @property
    def view(self) -> str:
        return VIEW_OF[self.selection.table]

    def read(self) -> Any:
        """Its value, now."""
        return self._value(records(self.context.read(self.view), self.selection))

    async def load(self) -> Any:
        """Its value, together with those of its kind."""
        if self.selection.of is None:
            return self.read()
        return self._value(await self.context.together(self.view, self.selection))


def one(
    context: "Context", table: type[AnyRow], key: Any, make: Callable[[AnyRow], Node]
) -> Node | None:
    """The node with this key; None without a key."""
    if key is None:
        return None
    selection = Selection(table, of=(("id",), (key,)))
    finding = Finding(context, selection, lambda rows: make(rows[0]) if rows else None, single=True)
    return cast("Node | None", finding)


async def reduced(
    context: "Context", rows: Sequence[AnyRow], make: Callable[[Sequence[AnyRow]], Value]
) -> Value:
    """What is made of a whole list; of many students' lists by one statement."""
    finding = Finding(context, cast("Rows[AnyRow]", rows).selection, make)
    return cast("Value", await finding.load())


def every(context: "Context", rows: Sequence[AnyRow], make: Callable[[AnyRow], Node]) -> list[Node]:
    """All of a list that a view's query describes."""
    selection = cast("Rows[AnyRow]", rows).selection
    return cast("list[Node]", Finding(context, selection, lambda found: [make(r) for r in found]))
