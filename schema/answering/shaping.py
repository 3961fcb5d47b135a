"""A selection of a noun's fields as the columns it needs and the function that shapes rows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from read_side.selection import Picked
from read_side.statement import Statement
from schema.answering.shape import Leaf, Shape, To, shape_of
from schema.policy import Rule, everybody, rule_for
from schema.viewer import Viewer

MOST_JOINED = 30
"""SQLite joins 64 tables; aliases can ask for more."""

Fields = Sequence[tuple[str, str, Any]]
"""Response name, field name, and what stands below it."""


class Uncovered(Exception):
    """The plan does not cover this: resolvers have to."""


class Below(Protocol):
    """Gives the fields that a selection has of a noun; `below` is what came with its field."""

    def __call__(self, noun: str, below: Any) -> Fields: ...


@dataclass(frozen=True)
class _About:
    """What a policy asks of an object: whom it is about."""

    about: UUID | None


class Shaping:
    """Compiled once for a selection of a document. Columns are flat, the noun's own first and then
    those of the rows it points at, in the order of `Picked`."""

    def __init__(self, shape: Shape, fields: Fields, below: Below) -> None:
        """Raises Uncovered."""
        self._checks: list[tuple[Rule, int | None]] = []
        self._whole: list[int] = []  # the places of keys that say whether a joined row is there
        self._constants: list[Callable[..., Any]] = []
        self._width = 0
        self.tables = {shape.table}
        self.picked, self._source = self._node(shape, fields, below)
        self._makers: dict[Statement, Callable[[Sequence[Any]], Any]] = {}

    @property
    def width(self) -> int:
        """How many columns are the plan's; what a statement has behind them is not."""
        return self._width

    def shaped(
        self, found: Statement, rows: list[tuple[Any, ...]], viewer: Viewer
    ) -> list[dict[str, Any]]:
        """The answer's objects, of rows as the driver gives them. Raises Uncovered where the policy
        says no, or a row points at one that is not there: resolvers say so at the right place."""
        for place in self._whole:
            if any(row[place] is None for row in rows):
                raise Uncovered
        self._check(found, rows, viewer)
        make = self._makers.get(found)
        if make is None:
            make = self._makers[found] = self._maker(found)
        return [make(row) for row in rows]

    def _check(self, found: Statement, rows: list[tuple[Any, ...]], viewer: Viewer) -> None:
        for rule, place in self._checks:
            if place is None:
                allowed = rule(viewer, _About(None))
            elif viewer.staff and rule(viewer, _About(None)):
                allowed = True
            else:
                read = found.reads[place] or (lambda value: value)
                allowed = all(rule(viewer, _About(read(row[place]))) for row in rows)
            if not allowed:
                raise Uncovered

    def _node(self, shape: Shape, fields: Fields, below: Below) -> tuple[Picked, str]:
        names: list[str] = []
        start = self._width
        joins: list[tuple[str, To, Fields]] = []
        spelled: list[tuple[str, str | To]] = []

        def column(name: str) -> int:
            if name not in names:
                names.append(name)
            return start + names.index(name)

        for response, name, inner in fields:
            if name == "__typename":
                spelled.append((response, repr(shape.noun)))
                continue
            self._allow(shape, name, column)
            field = shape.fields.get(name)
            if isinstance(field, Leaf):
                spelled.append((response, self._leaf(field, [column(n) for n in field.names])))
            elif isinstance(field, To):
                joins.append((response, field, below(field.noun, inner)))
                spelled.append((response, field))
            else:
                raise Uncovered
        self._width += len(names)
        return self._with_joins(names, joins, spelled, below)

    def _with_joins(
        self,
        names: list[str],
        joins: list[tuple[str, To, Fields]],
        spelled: list[tuple[str, str | To]],
        below: Below,
    ) -> tuple[Picked, str]:
        joined, inside = [], {}
        for response, to, fields in joins:
            target = shape_of(to.noun, to.table)
            if target is None:
                raise Uncovered
            if len(self._whole) == MOST_JOINED:
                raise Uncovered
            self.tables.add(to.table)
            self._whole.append(self._width)
            self._width += 1
            picked, inside[response] = self._node(target, fields, below)
            joined.append((to.key, to.table, Picked(("id", *picked.names), picked.joined)))
        parts = (
            f"{response!r}: {inside[response] if isinstance(source, To) else source}"
            for response, source in spelled
        )
        return Picked(tuple(names), tuple(joined)), "{" + ", ".join(parts) + "}"

    def _allow(self, shape: Shape, name: str, column: Callable[[str], int]) -> None:
        rule = rule_for(f"{shape.noun}.{name}")
        if rule is None:
            raise Uncovered
        if rule is not everybody:
            check = rule, None if shape.about is None else column(shape.about)
            if check not in self._checks:
                self._checks.append(check)

    def _leaf(self, leaf: Leaf, places: list[int]) -> str:
        values = ", ".join(f"row[{p}]" if leaf.raw else f"read({p})" for p in places)
        if leaf.make is None:
            return values
        self._constants.append(leaf.make)
        return f"make{len(self._constants) - 1}({values})"

    def _maker(self, found: Statement) -> Callable[[Sequence[Any]], Any]:
        """Written out and compiled, as dataclasses are: the inner loop of every list."""
        known: dict[str, Any] = {f"make{n}": make for n, make in enumerate(self._constants)}
        source = self._source
        for place, read in enumerate(found.reads):
            spelled = f"row[{place}]" if read is None else f"read{place}(row[{place}])"
            source = source.replace(f"read({place})", spelled)
            known[f"read{place}"] = read
        made: Callable[[Sequence[Any]], Any] = eval(f"lambda row: {source}", known)
        return made
