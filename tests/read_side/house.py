"""The whole embedded service without its edge: a registrar's office and the views of its log."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from read_side.changes import Changes, Notice
from read_side.projector import Projector
from read_side.store import View, ViewStore
from read_side.views import VIEWS
from tests.read_side.stored import Rows, rows_of
from tests.write_side.office import PATIENCE, Office, office_at


class Overheard(Changes):
    """Changes that also keep every notice, for a test to look at."""

    def __init__(self, positions: dict[str, int]) -> None:
        super().__init__(positions)
        self.notices: list[Notice] = []

    def publish(self, notices: list[Notice]) -> None:
        self.notices += notices
        super().publish(notices)


@dataclass
class House:
    office: Office
    store: ViewStore
    projector: Projector
    path: Path
    nudges: list[Callable[[], None]] = field(default_factory=list)

    @property
    def changes(self) -> Changes:
        return self.projector.changes

    def settle(self) -> int:
        """Wait until every view has all facts there are, and tell up to where that is."""
        head = self.office.log.head()
        self.changes.wait(head, PATIENCE)
        return head

    def rows(self, view: str) -> Rows:
        return rows_of(self.path, self.store.views[view])

    def parked(self) -> list[tuple[str, int, str]]:
        with self.store.reading() as session:
            return [(p.view, p.position, p.error) for p in self.store.parked(session)]


@contextmanager
def house_at(data: Path, views: tuple[View, ...] = VIEWS) -> Iterator[House]:
    """A house with the campus in it; nothing is projected until somebody starts the projector."""
    nudges: list[Callable[[], None]] = []
    options = {"on_saved": lambda: [nudge() for nudge in nudges]}
    with office_at(data, options=options) as office:
        store = ViewStore(data / "views.db", views)
        projector = Projector(store, office.log)
        nudges.append(projector.follower.nudge)
        try:
            yield House(office, store, projector, data / "views.db", nudges)
        finally:
            office.registrar.close()
            projector.stop()
            store.close()


def overheard(projector: Projector) -> list[Notice]:
    """Every notice the projector will give from now on."""
    changes = Overheard(dict(projector.changes.positions))
    projector.changes = changes
    return changes.notices
