"""Reading a finding with just what an answer shows of it: a node, a list or a page, as JSON."""

from collections.abc import Callable, Sequence
from typing import Any

from read_side.fetching import fetched
from read_side.paging import cut, more
from read_side.statement import Statement
from schema.answering.shape import shape_of
from schema.answering.shaping import Below, Fields, Shaping, Uncovered
from schema.finding import VIEW_OF, Finding

Rows = list[tuple[Any, ...]]


class Reader:
    """Made once for a field of a document: its findings' answers, by one statement each."""

    def __init__(self, noun: str, finding: Finding[Any], fields: Fields, below: Below) -> None:
        """Raises Uncovered."""
        shape = shape_of(noun, finding.selection.table)
        if shape is None:
            raise Uncovered
        self._shaping = Shaping(shape, fields, below)
        self._views = {VIEW_OF[table] for table in self._shaping.tables}

    def all(self, finding: Finding[Any]) -> list[dict[str, Any]]:
        """The objects of the answer. Raises Uncovered."""
        found, rows = self.fetch(finding, keys=False)
        return self.shape(finding, found, rows)

    def fetch(self, finding: Finding[Any], *, keys: bool) -> tuple[Statement, Rows]:
        for view in self._views:
            session = finding.context.read(view)
        return fetched(session, finding.selection, self._shaping.picked, keys=keys)

    def shape(self, finding: Finding[Any], found: Statement, rows: Rows) -> list[dict[str, Any]]:
        return self._shaping.shaped(found, rows, finding.context.viewer)

    def keys(self, found: Statement, rows: Rows) -> list[list[Any]]:
        """What the rows are ordered by, where it was fetched."""
        start = self._shaping.width
        reads = found.reads[start:]
        return [
            [
                value if read is None else read(value)
                for value, read in zip(row[start:], reads, strict=True)
            ]
            for row in rows
        ]


class PageReader:
    """The same for a connection: edges, cursors and page information."""

    def __init__(self, noun: str, finding: Finding[Any], fields: Fields, below: Below) -> None:
        """Raises Uncovered."""
        self._parts: list[tuple[str, Callable[[_Found], Any]]] = []
        self._reader: Reader | None = None
        self._keys = False
        for response, name, inner in fields:
            match name:
                case "edges":
                    part = self._edges(noun, finding, below(f"{noun}Edge", inner), below)
                case "pageInfo":
                    part = self._page_info(below("PageInfo", inner))
                case "__typename":
                    part = _constant(f"{noun}Connection")
                case _:
                    raise Uncovered
            self._parts.append((response, part))
        if self._reader is None:  # nothing of the nodes
            self._reader = Reader(noun, finding, [], below)

    def answer(self, finding: Finding[Any]) -> dict[str, Any]:
        """The connection. Raises Uncovered."""
        reader, page = self._reader, finding.page
        assert reader is not None and page is not None
        found, rows = reader.fetch(finding, keys=self._keys)
        rows, beyond = cut(page.window, rows)
        nodes = reader.shape(finding, found, rows)
        cursors = [page.cursor(key) for key in reader.keys(found, rows)] if self._keys else []
        what = _Found(nodes, cursors, more(page.window, beyond))
        return {response: part(what) for response, part in self._parts}

    def _edges(
        self, noun: str, finding: Finding[Any], fields: Fields, below: Below
    ) -> Callable[["_Found"], Any]:
        plan: list[tuple[str, str]] = []
        for response, name, inner in fields:
            if name == "node":
                if self._reader is not None:
                    raise Uncovered  # twice, under two names
                self._reader = Reader(noun, finding, below(noun, inner), below)
            self._keys = self._keys or name == "cursor"
            plan.append((response, name))
        names = [response for response, _ in plan]
        only = names[0] if [name for _, name in plan] == ["node"] else None

        def edges(what: _Found) -> list[dict[str, Any]]:
            if only is not None:  # as most ask
                return [{only: node} for node in what.nodes]
            columns = {"node": what.nodes, "cursor": what.cursors}
            typename = [f"{noun}Edge"] * len(what.nodes)
            parts = [columns.get(name, typename) for _, name in plan]
            if not parts:  # all is skipped, and still there are so many
                return [{} for _ in what.nodes]
            return [dict(zip(names, values, strict=True)) for values in zip(*parts, strict=True)]

        return edges

    def _page_info(self, fields: Fields) -> Callable[["_Found"], Any]:
        self._keys = self._keys or any(
            name in ("startCursor", "endCursor") for _, name, _ in fields
        )

        def page_info(what: _Found) -> dict[str, Any]:
            has_next, has_previous = what.more
            values = {
                "hasNextPage": has_next,
                "hasPreviousPage": has_previous,
                "startCursor": what.cursors[0] if what.cursors else None,
                "endCursor": what.cursors[-1] if what.cursors else None,
                "__typename": "PageInfo",
            }
            return {response: values[name] for response, name, _ in fields}

        return page_info


class _Found:
    """A page that was read."""

    __slots__ = ("cursors", "more", "nodes")

    def __init__(
        self, nodes: Sequence[Any], cursors: Sequence[str], more: tuple[bool, bool]
    ) -> None:
        self.nodes = nodes
        self.cursors = cursors
        self.more = more


def _constant(value: str) -> Callable[[_Found], Any]:
    return lambda _: value
