"""The rows of one view as its batches change them, met once and written all together."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

from sqlalchemy import Connection, Dialect
from sqlalchemy.exc import NoResultFound

from read_side.rows import Row
from read_side.spelling import Spelling, Statement, Values

Standing = tuple[int, int, int]
"""Where a view's rows are: position, serial and generation."""
KEPT = 10_000  # rows of a table that are remembered from one batch to the next
UNASKED = 1_000  # the same of one whose rows nobody has asked for yet
_UNKNOWN: Any = object()
AnyRow = TypeVar("AnyRow", bound=Row)
Fields = ParamSpec("Fields")


class RowExists(Exception):
    """A row was added where there is one: one of the two facts is not what it seems."""


class Writing:
    """What a view's `project` has in its hands.

    Rows are as the table describes them, but no objects of the ORM: ask for one, set its
    attributes, and what has changed is written when the batch ends. A list or a dict in a row is
    replaced, never changed in place.

    A row that was met is known from then on, also in later batches, because nobody else writes the
    rows of a view that this process leads. `begin` says where the view stands; if that is not where
    the last batch left it, or a batch failed, nothing is known any more.
    """

    def __init__(self, tables: Iterable[type[Row]], dialect: Dialect) -> None:
        self._tables = {table: _Table(Spelling(table, dialect)) for table in tables}
        self._of_plain = {each.spelling.plain: each for each in self._tables.values()}
        self._left_at: Standing | None = None
        self._keys: set[UUID] = set()

    def begin(self, connection: Connection, stands: Standing) -> None:
        """In a transaction in which the view was found to stand there."""
        self._keys = set()
        nothing_yet = stands[:2] == (0, 0)
        for table in self._tables.values():
            table.connection = connection
            if self._left_at != stands:
                table.forget(complete=nothing_yet)
        self._left_at = None

    def get(self, table: type[AnyRow], key: Any) -> AnyRow | None:
        """The row with this key (several columns: a tuple), or None."""
        row: AnyRow | None = self._tables[table].get(key)
        return row

    def get_one(self, table: type[AnyRow], key: Any) -> AnyRow:
        """NoResultFound where there is none."""
        row = self.get(table, key)
        if row is None:
            raise NoResultFound(f"{table.__name__} has no row {key}")
        return row

    def where(self, table: type[AnyRow], **equal: Any) -> list[AnyRow]:
        """All rows that have these values, as this batch has made them so far."""
        return self._tables[table].where(self._keys, equal)

    def add(
        self, table: Callable[Fields, AnyRow], *_: Fields.args, **values: Fields.kwargs
    ) -> AnyRow:
        """A new row of the table."""
        known = self._tables[table]  # type: ignore[index]
        row: AnyRow = known.spelling.plain(**values)
        known.add(row)
        return row

    def put(
        self, table: Callable[Fields, AnyRow], *_: Fields.args, **values: Fields.kwargs
    ) -> AnyRow:
        """A row that replaces the one with its key, if any."""
        known = self._tables[table]  # type: ignore[index]
        row: AnyRow = known.spelling.plain(**values)
        known.put(row)
        return row

    def delete(self, row: Row) -> None:
        self._of_plain[type(row)].delete(row)

    def flush(self) -> None:
        """Write what has changed so far."""
        for table in self._tables.values():
            if table.before:
                table.flush(self._keys)

    def committed(self, stands: Standing) -> None:
        """What was written stands, and the view is here now."""
        self._left_at = stands
        for table in self._tables.values():
            table.rest()

    @property
    def keys(self) -> frozenset[UUID]:
        """What the rows written in this transaction are announced under."""
        return frozenset(self._keys)


class _Table:
    """What is known of one table: `rows` by key, None where there is none; `before` has the stored
    values of those that were met in this transaction. `complete` says that there are no others."""

    connection: Connection

    def __init__(self, spelling: Spelling) -> None:
        self.spelling = spelling
        self.rows: dict[Any, Any] = {}
        self.before: dict[Any, Values | None] = {}
        self.complete = False
        self.asked = False

    def forget(self, *, complete: bool) -> None:
        self.rows.clear()
        self.before.clear()
        self.complete = complete

    def rest(self) -> None:
        """Between two batches, with no more in memory than may stay there."""
        self.before.clear()
        most = KEPT if self.asked else UNASKED
        if len(self.rows) > most:
            self.complete = False
            for key in list(islice(self.rows, len(self.rows) - most // 2)):
                del self.rows[key]

    def get(self, key: Any) -> Any:
        self.asked = True
        row = self.rows.get(key, _UNKNOWN)
        if row is _UNKNOWN:
            row = None if self.complete else self._stored(key)
            self.rows[key] = row
        if key not in self.before:
            self.before[key] = None if row is None else self.spelling.values(row)
        return row

    def add(self, row: Any) -> None:
        key = self.spelling.key(row)
        if self.rows.get(key) is not None:
            raise RowExists(f"{self.spelling.table.__name__} has a row {key} already")
        self.rows[key] = row
        self.before.setdefault(key, None)

    def put(self, row: Any) -> None:
        key = self.spelling.key(row)
        self.get(key)
        self.rows[key] = row

    def delete(self, row: Any) -> None:
        self.rows[self.spelling.key(row)] = None

    def where(self, keys: set[UUID], equal: dict[str, Any]) -> list[Any]:
        self.flush(keys)
        statement = self.spelling.select(tuple(equal))
        return list(self._met(self._select(statement, (*equal.values(),))))

    def _met(self, stored: Iterable[Any]) -> Iterator[Any]:
        for row in stored:
            key = self.spelling.key(row)
            known = self.rows.get(key)
            if known is None:
                known = self.rows[key] = row
            self.before.setdefault(key, self.spelling.values(known))
            yield known

    def flush(self, keys: set[UUID]) -> None:
        """Deletes first: what is unique may have gone to another row."""
        spelling = self.spelling
        gone, new, changed = [], [], []
        columns: set[int] = set()
        for key, before in self.before.items():
            row = self.rows[key]
            after = None if row is None else spelling.values(row)
            if before == after:
                continue
            if before is not None:
                keys.update(spelling.wakes(before))
            if after is None:
                gone.append(_as_tuple(key))
            else:
                keys.update(spelling.wakes(after))
                if before is None:
                    new.append(after)
                else:
                    changed.append(after)
                    columns.update(i for i, was in enumerate(before) if was != after[i])
            self.before[key] = after
        if gone:
            self._write(spelling.delete, gone)
        if changed:
            names = tuple(spelling.names[i] for i in sorted(columns))
            self._write(spelling.update(names), changed)
        if new:
            self._write(spelling.insert, new)

    def _stored(self, key: Any) -> Any:
        statement = self.spelling.select(self.spelling.keys)
        found = self._select(statement, _as_tuple(key))
        return found[0] if found else None

    def _select(self, statement: Statement, values: Values) -> list[Any]:
        bound = statement.bound(values)
        return self.spelling.rows(self.connection.exec_driver_sql(statement.sql, bound))

    def _write(self, statement: Statement, rows: list[Values]) -> None:
        bound = list(map(statement.bound, rows))
        self.connection.exec_driver_sql(statement.sql, bound[0] if len(bound) == 1 else bound)


def _as_tuple(key: Any) -> Values:
    return key if isinstance(key, tuple) else (key,)
