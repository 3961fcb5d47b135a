"""Reading what selections describe: one of them with any columns, or many by one statement."""

from collections import namedtuple
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from typing import Any, TypeVar, cast

from sqlalchemy import ColumnElement, Integer, Select, func, literal_column, select, tuple_
from sqlalchemy.orm import aliased
from sqlmodel import Session

from read_side.rows import Row
from read_side.selection import Picked, Selection, Where, any_of, column_of
from read_side.statement import Binds, Statement, statement
from read_side.window import cursor_values

AnyRow = TypeVar("AnyRow", bound=Row)


def fetched(
    session: Session, selection: Selection[Any], picked: Picked, *, keys: bool = False
) -> tuple[Statement, list[tuple[Any, ...]]]:
    """The driver's rows with these columns, flat and depth first, and with `keys` behind them the
    values rows are ordered by; and the statement that reads them."""
    where = list(selection.where)
    if selection.of is not None:
        where.append(any_of(selection.table, selection.of[0], [selection.of[1]]))

    def build(binds: Binds) -> Select[Any]:
        columns, joins = _columns(selection.table, picked)
        if keys:
            columns += [order.by for order in selection.order]
        # SQL wants a column where nobody asks for one, but only how many rows there are
        query = select(*columns or [literal_column("1")]).select_from(selection.table)
        for target, condition in joins:
            query = query.outerjoin(target, condition)
        query = _filtered(query, where, binds).order_by(*selection.by)
        return query if selection.most is None else query.limit(binds.take(Integer()))

    found = statement(session, (picked, keys, *_shape(selection, where)), build)
    return found, found.fetch(session, _values(selection, where))


def fetched_together(
    session: Session, selections: Sequence[Selection[AnyRow]]
) -> list[list[AnyRow]]:
    """The records of each of these selections, which are of one kind, by one statement."""
    first = selections[0]
    assert first.of is not None
    names, table = first.of[0], first.table
    keys = list(dict.fromkeys(each.of[1] for each in selections if each.of))
    where = (*first.where, any_of(table, names, keys))
    columns = [column_of(table, each) for each in table.model_fields]

    def build(binds: Binds) -> Select[Any]:
        if first.most is None:
            return _filtered(select(*columns), where, binds).order_by(*first.by)
        # of each as many as a page has
        parts = [column_of(table, name) for name in names]
        place = func.row_number().over(partition_by=parts, order_by=first.by)
        inner = _filtered(select(*columns, place.label("place_")), where, binds).subquery()
        shown = [inner.c[each] for each in table.model_fields]
        within = inner.c.place_ <= binds.take(Integer())
        return select(*shown).where(within).order_by(inner.c.place_)

    found = statement(session, ("together", *_shape(first, where)), build)
    make = record_of(table)
    by_key: dict[tuple[Any, ...], list[AnyRow]] = {key: [] for key in keys}
    for row in found.read(found.fetch(session, _values(first, where))):
        record = make(row)
        by_key[tuple(getattr(record, name) for name in names)].append(record)
    return [by_key[each.of[1]] for each in selections if each.of]


def records(session: Session, selection: Selection[AnyRow]) -> list[AnyRow]:
    """All columns of the rows, as records with the attributes and properties of the table."""
    picked = Picked(tuple(selection.table.model_fields))
    found, rows = fetched(session, selection, picked)
    make = record_of(selection.table)
    return [make(row) for row in found.read(rows)]


@cache
def record_of(table: type[AnyRow]) -> Callable[[Sequence[Any]], AnyRow]:
    """Makes a record of a row's values: a tuple, since nobody changes what was read."""
    fields: Any = namedtuple(table.__name__, tuple(table.model_fields))  # type: ignore[misc]
    properties = {name: value for name, value in vars(table).items() if isinstance(value, property)}
    record: Any = type(table.__name__, (fields,), properties | {"__slots__": ()})
    return cast("Callable[[Sequence[Any]], AnyRow]", record._make)


def placed(selection: Selection[AnyRow]) -> Selection[AnyRow]:
    """With the window's cursors as conditions. Raises BadCursor."""
    window = selection.window
    if window is None or (window.after is None and window.before is None):
        return selection
    order = selection.order
    like = tuple(each.by for each in order)
    extra = []
    if window.after is not None:
        after = tuple(cursor_values(window.after, order))
        extra.append(Where("after", lambda *p: tuple_(*like) > tuple_(*p), like, after))
    if window.before is not None:
        before = tuple(cursor_values(window.before, order))
        extra.append(Where("before", lambda *p: tuple_(*like) < tuple_(*p), like, before))
    bare = replace(window, after=None, before=None)
    return replace(selection, where=(*selection.where, *extra), window=bare)


def _filtered(query: Select[Any], where: Sequence[Where], binds: Binds) -> Select[Any]:
    for each in where:
        query = query.where(each.build(*[binds.take(column.type) for column in each.like]))
    return query


def _shape(selection: Selection[Any], where: Sequence[Where]) -> tuple[Any, ...]:
    """All that the SQL depends on."""
    return (
        selection.table,
        tuple(each.name for each in where),
        tuple(each.name for each in selection.order),
        selection.descending or (selection.window is not None and selection.window.backward),
        selection.most is None,
    )


def _values(selection: Selection[Any], where: Sequence[Where]) -> list[Any]:
    values = [value for each in where for value in each.values]
    return values if selection.most is None else [*values, selection.most]


def _columns(
    table: Any, picked: Picked
) -> tuple[list[ColumnElement[Any]], list[tuple[Any, ColumnElement[bool]]]]:
    columns = [getattr(table, name) for name in picked.names]
    joins = []
    for key, target, inner in picked.joined:
        other: Any = aliased(target)
        joins.append((other, getattr(table, key) == other.id))
        more_columns, more_joins = _columns(other, inner)
        columns += more_columns
        joins += more_joins
    return columns, joins
