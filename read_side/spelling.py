"""How one database spells the rows of one table: statements and conversions, made once.

The ORM's unit of work does this anew for each row; a projector writes the same few statements with
other values thousands of times a second.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, make_dataclass
from functools import cache, cached_property
from operator import attrgetter
from types import FunctionType
from typing import Any

from sqlalchemy import (
    ClauseElement,
    CursorResult,
    Dialect,
    Table,
    bindparam,
    delete,
    insert,
    select,
    update,
)

from read_side.rows import Row

Values = tuple[Any, ...]
"""A row's values in the order of its columns."""
Convert = Callable[[Any], Any] | None
_BOUND = "b_"  # a parameter must not have its column's name


@dataclass(frozen=True)
class Statement:
    """`slots` says which of the given values goes where, and how."""

    sql: str
    slots: tuple[tuple[int, Convert], ...]

    def bound(self, values: Values) -> Values:
        return tuple([values[i] if to is None else to(values[i]) for i, to in self.slots])


class Spelling:
    """`plain` makes rows as the projector has them in hand: with the table's columns, defaults and
    properties, and without the ORM's instruments, which cost a hundred times as much."""

    def __init__(self, table: type[Row], dialect: Dialect) -> None:
        self.table = table
        self._dialect = dialect
        self._sql: Table = table.__table__  # type: ignore[attr-defined]
        self.names = tuple(column.name for column in self._sql.columns)
        self.keys = tuple(column.name for column in self._sql.primary_key)
        self.plain = _plain(table)
        self.key = attrgetter(*self.keys)
        self.values = _tuple_of(self.names)
        self.wakes = _items([self.names.index(name) for name in table.WAKES])
        self._read: list[Convert] | None = None
        self._updates: dict[tuple[str, ...], Statement] = {}
        self._selects: dict[tuple[str, ...], Statement] = {}

    def rows(self, selected: CursorResult[Any]) -> list[Any]:
        """Rows in hand, of those that were selected."""
        if self._read is None:
            told = [column[1] for column in selected.cursor.description]
            self._read = [
                column.type.dialect_impl(self._dialect).result_processor(self._dialect, kind)
                for column, kind in zip(self._sql.columns, told, strict=True)
            ]
        return [self._row(stored, self._read) for stored in selected]

    @cached_property
    def insert(self) -> Statement:
        """Of a row's values."""
        return self._statement(insert(self._sql).values(_bound(self.names)), self.names)

    @cached_property
    def delete(self) -> Statement:
        """Of a key's values."""
        return self._statement(delete(self._sql).where(*self._equal(self.keys)), self.keys)

    def update(self, changed: tuple[str, ...]) -> Statement:
        """Of a row's values, these columns alone: the index of one that stays is not touched."""
        found = self._updates.get(changed)
        if found is None:
            change = update(self._sql).where(*self._equal(self.keys)).values(_bound(changed))
            found = self._updates[changed] = self._statement(change, self.names)
        return found

    def select(self, equal: tuple[str, ...]) -> Statement:
        """Of the values that these columns have in the rows one looks for."""
        found = self._selects.get(equal)
        if found is None:
            query = select(self._sql).where(*self._equal(equal))
            found = self._selects[equal] = self._statement(query, equal)
        return found

    def _row(self, stored: Sequence[Any], read: Sequence[Convert]) -> Any:
        values = [v if to is None else to(v) for v, to in zip(stored, read, strict=True)]
        return self.plain(**dict(zip(self.names, values, strict=True)))

    def _equal(self, names: Iterable[str]) -> list[Any]:
        return [self._sql.columns[name] == bindparam(_BOUND + name) for name in names]

    def _statement(self, clause: ClauseElement, given: tuple[str, ...]) -> Statement:
        compiled: Any = clause.compile(dialect=_positional(self._dialect))
        slots = []
        for bound in compiled.positiontup or ():
            name = bound.removeprefix(_BOUND)
            kind = self._sql.columns[name].type.dialect_impl(self._dialect)
            slots.append((given.index(name), kind.bind_processor(self._dialect)))
        return Statement(str(compiled), tuple(slots))


@cache
def _plain(table: type[Row]) -> type[Any]:
    """A class whose rows have a table's columns and defaults, and what else it says of its rows."""
    columns: list[Any] = []
    for name, said in table.model_fields.items():
        how: dict[str, Any] = {}
        if said.default_factory is not None:
            how = {"default_factory": said.default_factory}
        elif not said.is_required():
            how = {"default": said.default}
        columns.append((name, Any, field(**how)))
    own = {n: v for n, v in vars(table).items() if isinstance(v, property | FunctionType)}
    said_too = {name: value for name, value in own.items() if not name.startswith("__")}
    return make_dataclass(
        table.__name__, columns, kw_only=True, slots=True, eq=False, namespace=said_too
    )


def _tuple_of(names: Sequence[str]) -> Callable[[Any], Values]:
    """These attributes of an object."""
    if not names:
        return lambda _: ()
    get = attrgetter(*names)
    return get if len(names) > 1 else lambda row: (get(row),)


def _items(places: Sequence[int]) -> Callable[[Values], Iterable[Any]]:
    return lambda values: [values[place] for place in places]


@cache
def _positional(dialect: Dialect) -> Dialect:
    """The same language, with values by place: a tuple is made and bound faster than a mapping."""
    kind: Any = type(dialect)
    spelled: Dialect = kind(paramstyle="qmark" if dialect.name == "sqlite" else "format")
    return spelled


def _bound(names: Iterable[str]) -> dict[str, Any]:
    return {name: bindparam(_BOUND + name) for name in names}
