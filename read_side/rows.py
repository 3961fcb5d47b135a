"""What a view's tables are described by: rows, and the keys their changes are announced under."""

from datetime import UTC, datetime
from typing import ClassVar

from sqlalchemy import DateTime, Dialect, TypeDecorator
from sqlmodel import SQLModel


class Instant(TypeDecorator[datetime]):
    """A moment in UTC: SQLite forgets time zones, so they are put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=UTC)


class Row(SQLModel):
    """A row of a view. `WAKES` names the columns whose values are the keys that a change of this
    row is announced under."""

    WAKES: ClassVar[tuple[str, ...]] = ()
