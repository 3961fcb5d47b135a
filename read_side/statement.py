"""SELECTs of a view's rows, compiled once for each shape of question and run without ceremony."""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from sqlalchemy import BindParameter, ColumnElement, Dialect, Float, Select, bindparam
from sqlmodel import Session

MOST_KEPT = 2_000
FLOAT8 = 701
"""PostgreSQL's number for `double precision`, as which it has every float of a view."""

Key = TypeVar("Key", bound=Hashable)
Read = Callable[[Any], Any]


@dataclass(frozen=True, eq=False)
class Statement:
    """A compiled SELECT. `reads` has, for each column, what makes a Python value of the driver's,
    or None where that is the same; `constants` are parameters that SQL needs and nobody gives."""

    text: str
    binds: tuple[tuple[str, Read | None], ...]
    constants: Mapping[str, Any]
    positional: tuple[str, ...] | None
    reads: tuple[Read | None, ...]

    def fetch(self, session: Session, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        """The rows as the driver gives them, in this session's snapshot."""
        given: Any = dict(self.constants)
        for value, (name, write) in zip(values, self.binds, strict=True):
            given[name] = value if write is None else write(value)
        if self.positional is not None:
            given = [given[name] for name in self.positional]
        # SQLAlchemy would spend more on the way to the driver than SQLite does on the answer
        cursor = session.connection().connection.cursor()
        try:
            cursor.execute(self.text, given)
            return cast("list[tuple[Any, ...]]", cursor.fetchall())
        finally:
            cursor.close()

    def read(self, rows: list[tuple[Any, ...]]) -> list[list[Any]]:
        """The rows' Python values."""
        reads = self.reads
        return [
            [value if read is None else read(value) for value, read in zip(row, reads, strict=True)]
            for row in rows
        ]


class Binds:
    """Hands out the parameters of a statement in the order in which values will be given."""

    def __init__(self) -> None:
        self.parameters: list[BindParameter[Any]] = []

    def take(self, type_: Any) -> BindParameter[Any]:
        parameter = bindparam(f"p{len(self.parameters)}", type_=type_)
        self.parameters.append(parameter)
        return parameter


_kept: OrderedDict[Hashable, Statement] = OrderedDict()


def statement(session: Session, key: Hashable, build: Callable[[Binds], Select[Any]]) -> Statement:
    """The statement that this key stands for: whatever differs in SQL differs in the key."""
    dialect = session.get_bind().dialect
    full = (dialect.name, key)
    known = _kept.get(full)
    if known is None:
        binds = Binds()
        known = _kept[full] = _compiled(build(binds), binds, dialect)
        if len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    return known


def _compiled(query: Select[Any], binds: Binds, dialect: Dialect) -> Statement:
    compiled = query.compile(dialect=dialect)
    names = [parameter.key for parameter in binds.parameters]
    processors = cast("Any", compiled)._bind_processors
    order = cast("Any", compiled).positiontup
    return Statement(
        text=str(compiled),
        binds=tuple((name, processors.get(name)) for name in names),
        constants={name: v for name, v in compiled.params.items() if name not in names},
        positional=None if order is None else tuple(order),
        reads=tuple(_reader(column, dialect) for column in query.selected_columns),
    )


def _reader(column: ColumnElement[Any], dialect: Dialect) -> Read | None:
    implementation = column.type.dialect_impl(dialect)
    # of a number PostgreSQL's dialect asks which of its types it comes as
    kind = FLOAT8 if isinstance(implementation, Float) else None
    return cast("Read | None", implementation.result_processor(dialect, kind))
