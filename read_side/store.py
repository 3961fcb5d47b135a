"""The read store: one database of view tables, written by the projector, read by everybody."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import URL, DateTime, Dialect, Engine, TypeDecorator, create_engine, delete, event
from sqlmodel import Field, Session, SQLModel, select

from write_side.events import Recorded, RefusedCommand


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

    def keys(self) -> Iterator[UUID]:
        for column in self.WAKES:
            yield getattr(self, column)


@dataclass(frozen=True)
class View:
    """One question and the tables that answer it.

    `project` changes rows by one fact and ignores the facts that are none of its business;
    `project_refusal`, where given, does the same for refused commands.
    """

    name: str
    tables: tuple[type[Row], ...]
    project: Callable[[Recorded, Session], None]
    project_refusal: Callable[[RefusedCommand, Session], None] | None = None


class ViewPosition(SQLModel, table=True):
    """How far a view is: the last fact and the last receipt it has taken in."""

    __tablename__ = "view_position"
    view: str = Field(primary_key=True)
    position: int = 0
    serial: int = 0
    generation: int = 1


class ParkedFact(SQLModel, table=True):
    """A fact (or, with a negative position, a refusal) that a view could not take in."""

    __tablename__ = "parked_fact"
    view: str = Field(primary_key=True)
    position: int = Field(primary_key=True)
    error: str
    at: datetime = Field(sa_type=Instant)


class ViewStore:
    """The views' database file; dropping it loses nothing the log does not still say."""

    def __init__(self, path: Path, views: tuple[View, ...]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.views = {view.name: view for view in views}
        # what is lost at a power failure is projected again: no need to wait for the disk
        writer = URL.create("sqlite", database=str(path))
        self._writer = _engine(writer, "BEGIN IMMEDIATE", 1, 0, "synchronous = NORMAL")
        with self._writer.begin() as connection:
            SQLModel.metadata.create_all(connection)
        reader = URL.create(
            "sqlite", database=path.resolve().as_uri(), query={"mode": "ro", "uri": "true"}
        )
        # no upper bound: readers run on the event loop, where one that waits stops all others
        self._reader = _engine(reader, "BEGIN", 16, -1)
        with self.writing() as session:
            for view in views:
                if session.get(ViewPosition, view.name) is None:
                    session.add(ViewPosition(view=view.name))
            session.commit()

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session of the one writer; commit it yourself, or nothing happened."""
        with Session(self._writer, expire_on_commit=False) as session:
            yield session

    def reading(self) -> Session:
        """A session that sees one state of all views from its first read until closed."""
        return Session(self._reader, expire_on_commit=False, autoflush=False)

    def positions(self, session: Session | None = None) -> dict[str, ViewPosition]:
        """How far each view is, as this session sees it."""
        if session is None:
            with self.reading() as fresh:
                return self.positions(fresh)
        rows = session.exec(select(ViewPosition))
        return {row.view: row for row in rows if row.view in self.views}

    def parked(self, session: Session) -> Sequence[ParkedFact]:
        """The facts views could not take in, oldest first."""
        return session.exec(select(ParkedFact).order_by(_column(ParkedFact.at))).all()

    def clear(self, view: str) -> None:
        """Empty a view and send it back to the beginning of the log."""
        with self.writing() as session:
            for table in self.views[view].tables:
                session.execute(delete(table))
            session.execute(delete(ParkedFact).where(_column(ParkedFact.view) == view))
            place = session.get_one(ViewPosition, view)
            place.position, place.serial = 0, 0
            place.generation += 1
            session.commit()

    def close(self) -> None:
        self._reader.dispose()
        self._writer.dispose()


def _column(attribute: Any) -> Any:
    """SQLModel types class attributes as values; SQL needs them as columns."""
    return attribute


def _engine(url: URL, begin: str, connections: int, overflow: int, *pragmas: str) -> Engine:
    engine = create_engine(
        url,
        pool_size=connections,
        max_overflow=overflow,
        hide_parameters=True,  # an error that is logged must not quote what rows hold
        connect_args={"check_same_thread": False, "timeout": 10},
    )

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _record: Any) -> None:
        # sqlite3's own transactions begin too late to give reads one snapshot
        connection.isolation_level = None
        for pragma in (*pragmas, "journal_mode = WAL") if pragmas else ():
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begun(connection: Any) -> None:
        connection.exec_driver_sql(begin)

    return engine
