"""A log and the views of it without their edge: with a registrar's office, or on paper."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from read_side.changes import Changes, Notice
from read_side.follower import LogSource
from read_side.projector import Projector
from read_side.store import View, ViewStore
from read_side.views import VIEWS
from tests.read_side.stored import Rows, rows_of
from tests.stores import followed, open_views
from tests.write_side.office import PATIENCE, Office, office_at


class Overheard(Changes):
    """Changes that also keep every notice, for a test to look at."""

    def __init__(self, positions: dict[str, int]) -> None:
        super().__init__(positions)
        self.notices: list[Notice] = []

    def publish(self, notices: list[Notice]) -> None:
        self.notices += notices
        super().publish(notices)

    def until(self, view: str, position: int) -> list[Notice]:
        """All notices, once this view's of this position is among them."""

        def told() -> bool:
            return any((n.view, n.position) == (view, position) for n in self.notices)

        with self._moved:
            assert self._moved.wait_for(told, PATIENCE), self.notices
        return self.notices


@dataclass
class Projection:
    """A store and the projector that brings a log into it; a running one, once started."""

    store: ViewStore
    projector: Projector
    changes: Overheard
    path: Path

    def overheard(self) -> Overheard:
        """What is told from now on."""
        self.changes.notices.clear()
        return self.changes

    def reach(self, position: int, timeout: float = PATIENCE, *views: str) -> None:
        """Wait until these views are there, or all."""
        self.changes.wait(position, timeout, views or None)

    def rows(self, view: str) -> Rows:
        return rows_of(self.path, self.store.views[view])

    def parked(self) -> list[tuple[str, int, str]]:
        with self.store.reading() as session:
            return [(p.view, p.position, p.error) for p in self.store.parked(session)]


@contextmanager
def projection(path: Path, source: LogSource, *views: View) -> Iterator[Projection]:
    """These views at this path, or all there are; stopped and closed at the end."""
    store = open_views(path, views or VIEWS)
    changes = Overheard({name: place.position for name, place in store.positions().items()})
    projector = Projector(store, source, changes)
    try:
        with followed(path, changes):
            changes.notices.clear()
            yield Projection(store, projector, changes, path)
    finally:
        projector.stop()
        store.close()


@dataclass
class House:
    office: Office
    views: Projection

    @property
    def store(self) -> ViewStore:
        return self.views.store

    @property
    def projector(self) -> Projector:
        return self.views.projector

    @property
    def path(self) -> Path:
        return self.views.path

    @property
    def changes(self) -> Changes:
        return self.views.changes

    def settle(self) -> int:
        """Wait until every view has all facts there are, and tell up to where that is."""
        head = self.office.log.head()
        self.views.reach(head)
        return head

    def rows(self, view: str) -> Rows:
        return self.views.rows(view)

    def parked(self) -> list[tuple[str, int, str]]:
        return self.views.parked()


@contextmanager
def house_at(data: Path, views: tuple[View, ...] = VIEWS) -> Iterator[House]:
    """A house with the campus in it; nothing is projected until somebody starts the projector."""
    nudges: list[Callable[[], None]] = []
    options = {"on_saved": lambda: [nudge() for nudge in nudges]}
    with (
        office_at(data, options=options) as office,
        projection(data / "views.db", office.log, *views) as shown,
    ):
        nudges.append(shown.projector.follower.nudge)
        try:
            yield House(office, shown)
        finally:
            office.registrar.close()
