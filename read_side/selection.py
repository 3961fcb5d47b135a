"""What a view's query finds, described and not yet read: whoever reads it says which columns, and
many that are alike but for whom they are of are read by one statement."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from sqlalchemy import Boolean, ColumnElement, and_, func, or_

from read_side.store import Row
from read_side.window import Window

AnyRow = TypeVar("AnyRow", bound=Row)


@dataclass(frozen=True, slots=True)
class Where:
    """A condition: `name` stands for its SQL, `build` makes that of parameters for the values."""

    name: str
    build: Callable[..., ColumnElement[bool]]
    types: tuple[Any, ...]
    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Order:
    """An expression rows are ordered by, the smallest first, and the attribute that has it."""

    name: str
    by: ColumnElement[Any]


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
    return Where(name, lambda p: column == p, (column.type,), (value,))


def among(table: type[Row], name: str, values: Sequence[Any]) -> Where:
    """One of these. How many is part of the SQL, so they are filled up to a power of two."""
    column, given = column_of(table, name), list(values) or [None]
    given += [given[-1]] * ((1 << (len(given) - 1).bit_length()) - len(given))
    types = (column.type,) * len(given)
    return Where(f"{name} in {len(given)}", lambda *p: column.in_(p), types, tuple(given))


def any_of(table: type[Row], names: Sequence[str], keys: Sequence[tuple[Any, ...]]) -> Where:
    """These attributes have one of these combinations of values; filled up like `among`."""
    if len(names) == 1:
        return among(table, names[0], [key[0] for key in keys])
    given = list(keys) + [keys[-1]] * ((1 << (len(keys) - 1).bit_length()) - len(keys))
    alternatives = (
        both(*(equal(table, name, value) for name, value in zip(names, key, strict=True)))
        for key in given
    )
    return either(*alternatives)


def above(table: type[Row], name: str, value: Any) -> Where:
    column = column_of(table, name)
    return Where(f"{name} >", lambda p: column > p, (column.type,), (value,))


def below(table: type[Row], name: str, value: Any) -> Where:
    column = column_of(table, name)
    return Where(f"{name} <", lambda p: column < p, (column.type,), (value,))


def contains(table: type[Row], name: str, word: str) -> Where:
    column = column_of(table, name)
    for special in "/%_":
        word = word.replace(special, "/" + special)
    return Where(f"{name} has", lambda p: column.contains(p, escape="/"), (column.type,), (word,))


def whether(name: str, expression: ColumnElement[bool], value: bool) -> Where:
    """The expression is so, or is not so; what is unknown is not so."""
    # a comparison with NULL is neither true nor false
    known = func.coalesce(expression, False)
    return Where(name, lambda p: known == p, (Boolean(),), (value,))


def either(*alternatives: Where) -> Where:
    return _combined(or_, " or ", alternatives)


def both(*conditions: Where) -> Where:
    return _combined(and_, " and ", conditions)


def _combined(how: Callable[..., Any], spelled: str, parts: Sequence[Where]) -> Where:
    def build(*parameters: Any) -> ColumnElement[bool]:
        rest = iter(parameters)
        made = (each.build(*[next(rest) for _ in each.types]) for each in parts)
        return cast("ColumnElement[bool]", how(*made))

    return Where(
        "(" + spelled.join(each.name for each in parts) + ")",
        build,
        tuple(type_ for each in parts for type_ in each.types),
        tuple(value for each in parts for value in each.values),
    )


def column_of(table: type[Row], name: str) -> ColumnElement[Any]:
    return cast("ColumnElement[Any]", getattr(table, name))


def ordered(table: type[Row], *names: str) -> tuple[Order, ...]:
    return tuple(Order(name, column_of(table, name)) for name in names)
