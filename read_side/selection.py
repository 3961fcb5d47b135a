"""What a view's query finds, described and not yet read: whoever reads it says which columns, and
many that are alike but for whom they are of are read by one statement."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, Generic, TypeVar, cast

from sqlalchemy import ColumnElement, Integer, column, func, or_, tuple_
from sqlalchemy import values as values_

from read_side.rows import Row
from read_side.window import Window

AnyRow = TypeVar("AnyRow", bound=Row)


@dataclass(frozen=True, slots=True)
class Where:
    """A condition: `name` stands for its SQL, `build` makes that of parameters for the values;
    these are of the types of the columns they are `like`."""

    name: str
    build: Callable[..., ColumnElement[bool]]
    like: tuple[ColumnElement[Any], ...]
    values: tuple[Any, ...]


@dataclass(frozen=True)
class Order:
    """An expression rows are ordered by, the smallest first, and the attribute that has it."""

    name: str
    by: ColumnElement[Any]

    @cached_property
    def is_number(self) -> bool:
        return isinstance(self.by.type, Integer)


@dataclass(frozen=True, slots=True)
class Picked:
    """Which columns: attributes of the table, and of the rows its foreign keys point at."""

    names: tuple[str, ...]
    joined: tuple[tuple[str, type[Row], "Picked"], ...] = ()


@dataclass(frozen=True, slots=True)
class Selection(Generic[AnyRow]):
    """Rows of one table. `of` are the attributes, and their values, in which selections that are
    asked for side by side differ; `order` is together unique where there is a window."""

    table: type[AnyRow]
    order: tuple[Order, ...] = ()
    where: tuple[Where, ...] = ()
    of: tuple[tuple[str, ...], tuple[Any, ...]] | None = None
    window: Window | None = None
    limit: int | None = None
    descending: bool = False

    @property
    def most(self) -> int | None:
        """How many rows are read: of a page one more, to know whether there is one."""
        return self.limit if self.window is None else self.window.size + 1

    @property
    def by(self) -> list[Any]:
        """In which order rows are read: those of a backward page come backward."""
        turned = self.descending or (self.window is not None and self.window.backward)
        return [order.by.desc() if turned else order.by for order in self.order]

    @property
    def kind(self) -> tuple[Any, ...]:
        """The same for selections that differ in nothing but `of`."""
        of = None if self.of is None else self.of[0]
        order = tuple(each.name for each in self.order)  # the same SQL may be another object
        where = tuple((each.name, each.values) for each in self.where)
        return (self.table, order, where, of, self.window, self.limit, self.descending)


def equal(table: type[Row], name: str, value: Any) -> Where:
    column = column_of(table, name)
    return Where(name, lambda p: column == p, (column,), (value,))


def among(table: type[Row], name: str, values: Sequence[Any]) -> Where:
    """One of these. How many is part of the SQL, so they are filled up to a power of two."""
    column, given = column_of(table, name), _filled(list(values) or [None])
    like = (column,) * len(given)
    return Where(f"{name} in {len(given)}", lambda *p: column.in_(p), like, tuple(given))


def any_of(table: type[Row], names: Sequence[str], keys: Sequence[tuple[Any, ...]]) -> Where:
    """These attributes have one of these combinations of values; filled up like `among`."""
    if len(names) == 1:
        return among(table, names[0], [key[0] for key in keys])
    columns, given, width = [column_of(table, name) for name in names], _filled(keys), len(names)

    def build(*parameters: Any) -> ColumnElement[bool]:
        # as a table: SQLite nests a thousand ORs and no more
        rows = [parameters[n : n + width] for n in range(0, len(parameters), width)]
        heads = (column(n, each.type) for n, each in zip(names, columns, strict=True))
        wanted = values_(*heads, name="wanted")
        return tuple_(*columns).in_(wanted.data(rows))

    like = tuple(columns) * len(given)
    name = f"({', '.join(names)}) in {len(given)}"
    return Where(name, build, like, tuple(value for key in given for value in key))


def above(table: type[Row], name: str, value: Any) -> Where:
    column = column_of(table, name)
    return Where(f"{name} >", lambda p: column > p, (column,), (value,))


def below(table: type[Row], name: str, value: Any) -> Where:
    column = column_of(table, name)
    return Where(f"{name} <", lambda p: column < p, (column,), (value,))


def contains(table: type[Row], name: str, word: str) -> Where:
    column = column_of(table, name)
    for special in "/%_":
        word = word.replace(special, "/" + special)
    return Where(f"{name} has", lambda p: column.contains(p, escape="/"), (column,), (word,))


def whether(name: str, expression: ColumnElement[bool], value: bool) -> Where:
    """The expression is so, or is not so; what is unknown is not so."""
    # a comparison with NULL is neither true nor false
    known = func.coalesce(expression, False)
    return Where(name, lambda p: known == p, (known,), (value,))


def either(*alternatives: Where) -> Where:
    def build(*parameters: Any) -> ColumnElement[bool]:
        rest = iter(parameters)
        return or_(*(each.build(*[next(rest) for _ in each.like]) for each in alternatives))

    return Where(
        "(" + " or ".join(each.name for each in alternatives) + ")",
        build,
        tuple(column for each in alternatives for column in each.like),
        tuple(value for each in alternatives for value in each.values),
    )


def _filled(given: Sequence[Any]) -> list[Any]:
    return [*given, *[given[-1]] * ((1 << (len(given) - 1).bit_length()) - len(given))]


@cache
def column_of(table: type[Row], name: str) -> ColumnElement[Any]:
    return cast("ColumnElement[Any]", getattr(table, name))


@cache
def ordered(table: type[Row], *names: str) -> tuple[Order, ...]:
    return tuple(Order(name, column_of(table, name)) for name in names)
