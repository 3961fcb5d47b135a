"""Opening the read side: on an embedded file, or on a PostgreSQL server and its replicas."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from read_side.apart import Apart, Told
from read_side.changes import Changes
from read_side.follower import LogSource
from read_side.postgres import PostgresViews, follow
from read_side.projector import Projector, positions_of
from read_side.sqlite import SQLiteViews, only_writer
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
    """The views, what tells of their changes, and the projector, which may be at rest while
    another process or nobody projects; `working` is who does it for this one."""

    store: ViewStore
    changes: Changes
    projector: Projector
    working: Projector | Apart


def open_views(place: ReadPlace) -> ViewStore:
    """To read only, while another process keeps them."""
    if place.server is None:
        return ViewStore(SQLiteViews(place.file), VIEWS, making=False)
    return ViewStore(PostgresViews(place.server, place.replicas), VIEWS, making=False)


@contextmanager
def open_read_side(
    place: ReadPlace,
    source: LogSource,
    *,
    projecting: bool = True,
    apart: Sequence[str] = (),
    beside: int | None = None,
) -> Iterator[ReadSide]:
    """With `projecting` this process keeps the views at the log's head, or stands by to do so;
    with a command `apart` it has a process of its own do it where the views are a file, which is
    given the number of a socket and is the one opened `beside` that socket."""
    with ExitStack() as held:
        working: Projector | Apart | None = None
        if place.server is None:
            writing = held.enter_context(ExitStack())
            writing.enter_context(only_writer(place.file))
            store = ViewStore(SQLiteViews(place.file), VIEWS)
            if apart:  # the other process is the writer from here on
                store.database.writer.dispose()
                writing.close()
            positions = positions_of(store)
            changes = Changes(positions) if beside is None else Told(beside, positions)
            working = Apart(apart, changes) if apart else None
        else:
            store = ViewStore(PostgresViews(place.server, place.replicas), VIEWS)
            changes = Changes(positions_of(store))
            listening = follow(place.server, changes)
            listening.start()
            held.callback(listening.stop)
        held.callback(store.close)
        projector = Projector(store, source, changes)
        working = working or projector
        held.callback(working.stop)
        if projecting:
            working.start()
        yield ReadSide(store, changes, projector, working)
