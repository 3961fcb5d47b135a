"""The read store: one database of view tables, written by the projector, read by everybody."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Connection, Engine, delete, inspect, update
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlmodel import Field, Session, SQLModel, select

from read_side.changes import Notice
from read_side.rows import Instant, Row
from read_side.writing import Standing, Writing
from write_side.events import Recorded, RefusedCommand


@dataclass(frozen=True)
class View:
    """One question and the tables that answer it.

    `project` changes rows by one fact and ignores the facts that are none of its business;
    `project_refusal`, where given, does the same for refused commands.
    """

    name: str
    tables: tuple[type[Row], ...]
    project: Callable[[Recorded, Writing], None]
    project_refusal: Callable[[RefusedCommand, Writing], None] | None = None


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


_STANDINGS = "SELECT view, position, serial, generation FROM view_position"


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

    def leads(self, connection: Connection, view: str) -> bool:
        """Whether this writing connection is the one that projects the view."""

    def announce(self, connection: Connection, notices: Sequence[Notice]) -> None:
        """Tell other processes of changes, in the transaction that makes them."""


class ViewStore:
    """The views' tables; dropping them loses nothing the log does not still say."""

    def __init__(self, database: Database, views: tuple[View, ...], *, making: bool = True) -> None:
        """Makes what tables are missing; without `making` another process has, and nothing is
        written."""
        self.views = {view.name: view for view in views}
        self.database = database
        if not making:
            return
        with self.writing() as session:
            database.alone(session)
            outgrown = [view for view in views if _lacks_columns(session.connection(), view)]
            for view in outgrown:
                tables = [SQLModel.metadata.tables[str(each.__tablename__)] for each in view.tables]
                SQLModel.metadata.drop_all(session.connection(), tables)
            SQLModel.metadata.create_all(session.connection())
            for view in views:
                place = session.get(ViewPosition, view.name)
                if place is None:
                    session.add(ViewPosition(view=view.name))
                elif view in outgrown:
                    self._begin_again(session, place)
            session.commit()

    @contextmanager
    def writing(self, view: str | None = None) -> Iterator[Session]:
        """A session of the one writer; commit it yourself, or nothing happened. NotLeading where
        another process projects this view."""
        with Session(self.database.writer, expire_on_commit=False) as session:
            if view is not None and not self.database.leads(session.connection(), view):
                raise NotLeading(f"another process projects the view {view}")
            yield session

    @contextmanager
    def transaction(self) -> Iterator[tuple[Connection, dict[str, Standing]]]:
        """The one writer's connection and where the views stand in its transaction; commit it
        yourself, or nothing happened."""
        with self.database.writer.connect() as connection:
            found = connection.exec_driver_sql(_STANDINGS)
            yield connection, {view: (at, serial, nth) for view, at, serial, nth in found}

    def moved(self, connection: Connection, views: Iterable[str], to: Place) -> None:
        """These views are there now, in this transaction."""
        row = ViewPosition
        which = update(row).where(_column(row.view).in_(list(views)))
        connection.execute(which.values(position=to[0], serial=to[1]))

    def park(self, connection: Connection, fact: "ParkedFact") -> None:
        """In place of what was parked there before, if anything."""
        row = SQLModel.metadata.tables[str(ParkedFact.__tablename__)]
        there = (row.c.view == fact.view) & (row.c.position == fact.position)
        connection.execute(row.delete().where(there))
        connection.execute(row.insert().values(fact.model_dump()))

    def rows(self, view: str) -> Writing:
        """A view's rows in the hands of whoever projects it."""
        return Writing(self.views[view].tables, self.database.writer.dialect)

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
            self._begin_again(session, session.get_one(ViewPosition, view))
            session.commit()

    def _begin_again(self, session: Session, place: ViewPosition) -> None:
        session.execute(delete(ParkedFact).where(_column(ParkedFact.view) == place.view))
        place.position, place.serial = 0, 0
        place.generation += 1

    def close(self) -> None:
        for engine in (self.database.writer, self.database.reader, *self.database.replicas):
            engine.dispose()


def _lacks_columns(connection: Connection, view: View) -> bool:
    """Whether an older Rollbook made this view's tables, which are then made from the log again.
    Columns that are too many are a newer one's, beside which this one goes on."""
    there = inspect(connection)
    for each in view.tables:
        name = str(each.__tablename__)
        if there.has_table(name):
            columns = {column["name"] for column in there.get_columns(name)}
            if not columns.issuperset(SQLModel.metadata.tables[name].columns.keys()):
                return True
    return False


def _reading(engine: Engine) -> Session:
    return Session(engine, expire_on_commit=False, autoflush=False)


def _column(attribute: Any) -> Any:
    """SQLModel types class attributes as values; SQL needs them as columns."""
    return attribute
