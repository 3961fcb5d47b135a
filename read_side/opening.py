"""Opening the read side: on an embedded file, or on a PostgreSQL server and its replicas."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from read_side.changes import Changes
from read_side.follower import LogSource
from read_side.postgres import PostgresViews, follow
from read_side.projector import Projector, changes_of
from read_side.sqlite import SQLiteViews
from read_side.store import ViewStore
from read_side.views import VIEWS


@dataclass(frozen=True)
class ReadPlace:
    """Where the views are: in a file, or behind libpq connection strings."""

    file: Path
    server: str | None = None
    replicas: Sequence[str] = ()


@dataclass(frozen=True)
class ReadSide:
    """The views, what tells of their changes, and the projector, which may be at rest."""

    store: ViewStore
    changes: Changes
    projector: Projector


@contextmanager
def open_read_side(
    place: ReadPlace, source: LogSource, *, projecting: bool = True
) -> Iterator[ReadSide]:
    """With `projecting` this process keeps the views at the log's head, or stands by to do so."""
    if place.server is None:
        store = ViewStore(SQLiteViews(place.file), VIEWS)
        listening = None
        changes = changes_of(store)
    else:
        store = ViewStore(PostgresViews(place.server, place.replicas), VIEWS)
        changes = changes_of(store)
        listening = follow(place.server, changes)
        listening.start()
    projector = Projector(store, source, changes)
    if projecting:
        projector.start()
    try:
        yield ReadSide(store, changes, projector)
    finally:
        projector.stop()
        if listening is not None:
            listening.stop()
        store.close()
