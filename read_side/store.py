"""The read store: one database of view tables, written by the projector, read by everybody."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar, Protocol
from uuid import UUID

from sqlalchemy import DateTime, Dialect, Engine, TypeDecorator, delete, event, inspect
from sqlalchemy.exc import InterfaceError, NoResultFound, OperationalError
from sqlalchemy.orm import Mapper
from sqlmodel import Field, Session, SQLModel, select

from read_side.changes import Notice
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


Place = tuple[int, int]
"""How far a view is: position and serial."""


class ViewPosition(SQLModel, table=True):
    """How far a view is: the last fact and the last receipt it has taken in."""

    __tablename__ = "view_position"
    view: str = Field(primary_key=True)
    position: int = 0
    serial: int = 0
    generation: int = 1

    @property
    def at(self) -> Place:
        return self.position, self.serial


class ParkedFact(SQLModel, table=True):
    """A fact (or, with a negative position, a refusal) that a view could not take in."""

    __tablename__ = "parked_fact"
    view: str = Field(primary_key=True)
    position: int = Field(primary_key=True)
    error: str
    at: datetime = Field(sa_type=Instant)


class Writing(Session):
    """A session that knows the rows it has met, whatever became of them: it asks for each once and
    writes them all together. Rows come and go one by one, never by a statement about many."""

    def __init__(self, writer: Engine) -> None:
        super().__init__(writer, expire_on_commit=False)
        self._met: dict[Any, Any] = {}

    def get(self, entity: Any, ident: Any, **how: Any) -> Any:
        place = entity, ident if isinstance(ident, tuple) else (ident,)
        if place not in self._met:
            with self.no_autoflush:
                self._met[place] = super().get(entity, ident, **how)
        return self._met[place]

    def get_one(self, entity: Any, ident: Any, **how: Any) -> Any:
        found = self.get(entity, ident, **how)
        if found is None:
            raise NoResultFound(f"{entity.__name__} has no row {ident}")
        return found

    def delete(self, row: object) -> None:
        if row in self.new:
            self.expunge(row)
        else:
            super().delete(row)
        self._met[_place(row)] = None


@event.listens_for(Writing, "transient_to_pending")
def _added(session: Writing, row: object) -> None:
    session._met[_place(row)] = row


@event.listens_for(Writing, "after_transaction_end")
def _ended(session: Writing, _: object) -> None:
    session._met.clear()


def _place(row: object) -> tuple[type, tuple[Any, ...]]:
    mapper: Mapper[Any] = inspect(type(row))
    return type(row), tuple(mapper.primary_key_from_instance(row))


class NotLeading(RuntimeError):
    """Another process projects this view; this one stands by."""


class Database(Protocol):
    """Where views are kept: `writer` is one connection, `reader` gives snapshots."""

    writer: Engine
    reader: Engine
    announces: bool
    """Whether `announce` reaches this process as well."""

    @property
    def replicas(self) -> Sequence[Engine]:
        """Copies that may be behind, the next one to ask first."""

    def led(self, views: Iterable[str]) -> set[str]:
        """The views this process projects, of these; others are asked for by and by."""

    def alone(self, session: Session) -> None:
        """Until this writing session commits, no other process makes tables."""

    def leads(self, session: Session, view: str) -> bool:
        """Whether this writing session is the one that projects the view."""

    def announce(self, session: Session, notice: Notice) -> None:
        """Tell other processes of a change, in the transaction that makes it."""


class ViewStore:
    """The views' tables; dropping them loses nothing the log does not still say."""

    def __init__(self, database: Database, views: tuple[View, ...]) -> None:
        self.views = {view.name: view for view in views}
        self.database = database
        with self.writing() as session:
            database.alone(session)
            SQLModel.metadata.create_all(session.connection())
            for view in views:
                if session.get(ViewPosition, view.name) is None:
                    session.add(ViewPosition(view=view.name))
            session.commit()

    @contextmanager
    def writing(self, view: str | None = None) -> Iterator[Session]:
        """A session of the one writer; commit it yourself, or nothing happened. NotLeading where
        another process projects this view."""
        with Writing(self.database.writer) as session:
            if view is not None and not self.database.leads(session, view):
                raise NotLeading(f"another process projects the view {view}")
            yield session

    def reading(self, at_least: int | None = None) -> Session:
        """A session that sees one state of all views from its first read until closed.

        With a position a replica may serve it that has taken in at least that much; without one it
        is the newest state there is. Not every replica has what its server has, so whoever tells a
        position reads it in this session.
        """
        if at_least is not None:
            for replica in self.database.replicas:
                session = _reading(replica)
                with suppress(OperationalError, InterfaceError):  # it is away: others read for it
                    if min(at.position for at in self.positions(session).values()) >= at_least:
                        return session
                session.close()
        return _reading(self.database.reader)

    def positions(self, session: Session | None = None) -> dict[str, ViewPosition]:
        """How far each view is, as this session sees it."""
        if session is None:
            with self.reading() as fresh:
                return self.positions(fresh)
        rows = session.exec(select(ViewPosition))
        return {row.view: row for row in rows if row.view in self.views}

    def places(self, session: Session) -> dict[str, int]:
        """The position of each view, as this session sees it: what every answer begins with."""
        cursor = session.connection().connection.cursor()
        try:
            cursor.execute("SELECT view, position FROM view_position")
            return {view: place for view, place in cursor.fetchall() if view in self.views}
        finally:
            cursor.close()

    def parked(self, session: Session) -> Sequence[ParkedFact]:
        """The facts views could not take in, oldest first."""
        row = ParkedFact
        oldest = (_column(row.at), _column(row.view), _column(row.position))
        return session.exec(select(row).order_by(*oldest)).all()

    def clear(self, view: str) -> None:
        """Empty a view and send it back to the beginning of the log."""
        with self.writing(view) as session:
            for table in self.views[view].tables:
                session.execute(delete(table))
            session.execute(delete(ParkedFact).where(_column(ParkedFact.view) == view))
            place = session.get_one(ViewPosition, view)
            place.position, place.serial = 0, 0
            place.generation += 1
            session.commit()

    def close(self) -> None:
        for engine in (self.database.writer, self.database.reader, *self.database.replicas):
            engine.dispose()


def _reading(engine: Engine) -> Session:
    return Session(engine, expire_on_commit=False, autoflush=False)


def _column(attribute: Any) -> Any:
    """SQLModel types class attributes as values; SQL needs them as columns."""
    return attribute
