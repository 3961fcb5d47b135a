"""The projector: gives each batch of the log to each view, rows and positions in one commit."""

import logging
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

from sqlalchemy import Connection
from sqlalchemy.exc import InterfaceError, InternalError, OperationalError, ProgrammingError

from read_side.changes import Changes, Notice
from read_side.follower import Batch, Follower, LogSource
from read_side.store import NotLeading, ParkedFact, Place, View, ViewStore
from read_side.writing import Standing, Writing
from write_side.events import Recorded, RefusedCommand

TRIES = 3
PAUSE_SECONDS = 1.0
GATHER_SECONDS = 0.004
AWAY = (OperationalError, InterfaceError, InternalError, ProgrammingError, NotLeading)
"""The store's trouble, not the fact's: nothing is parked for it."""
_logger = logging.getLogger("rollbook.projector")


class Stumbled(Exception):
    """One view could not take its part of a batch; nothing of any view was written."""

    def __init__(self, view: View, error: Exception) -> None:
        super().__init__(view.name)
        self.view = view
        self.error = error


class Projector:
    """One thread that keeps all views at the log's head.

    Views that stand at the same place move together: one commit has the rows and positions of all.
    A view that fails at a fact is left out of it; the fact is tried again alone, then parked for
    that view with an alarm in the log and in `views`, and the other views go on.
    """

    def __init__(self, store: ViewStore, source: LogSource, changes: Changes | None = None) -> None:
        self._store = store
        self.follower = Follower(source)
        self.changes = changes or Changes(positions_of(store))
        self._led: set[str] = set()
        self._places: dict[str, Place] = {}
        self._rows = {name: store.rows(name) for name in store.views}
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="projector", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def nudge(self) -> None:
        """There may be more. From any thread."""
        self.follower.nudge()

    def led(self) -> Collection[str]:
        """The views this process projects, just now."""
        return self._led

    def stop(self) -> None:
        self._stopping.set()
        self.follower.nudge()
        if self._thread.is_alive():
            self._thread.join()

    def rebuild(self, view: str, progress: Callable[[int], None] = lambda _: None) -> int:
        """Make one view again from the whole log and return its position; the thread must not
        run meanwhile. `progress` is told the position after each batch."""
        self._store.clear(view)
        at: Place = 0, 0
        while batch := self.follower.pull(*at):
            self._project(at, batch, (self._store.views[view],))
            at = batch.end(at)
            progress(at[0])
        return at[0]

    def _run(self) -> None:
        while not self._stopping.is_set():
            began = time.monotonic()
            try:
                self._next()
                # a batch costs much the same for one fact as for ten: under load, gather some
                self._stopping.wait(max(0.0, began + GATHER_SECONDS - time.monotonic()))
            except Exception:
                self._led = set()
                self._places = {}
                # the stores may be busy or full for a while: what is not projected now will be
                _logger.exception("projection stopped; trying again")
                self._stopping.wait(PAUSE_SECONDS)

    def _next(self) -> None:
        """Give each view what is next for it; a view that is behind holds up no other."""
        places, self._places = self._places or self._look(), {}
        if not places:
            self._stopping.wait(PAUSE_SECONDS)  # standing by
            return
        groups: dict[Place, list[View]] = defaultdict(list)
        for name, at in places.items():
            groups[at].append(self._store.views[name])
        moved: dict[str, Place] = {}
        look = self.follower.next if len(groups) == 1 else self.follower.pull
        for at, views in sorted(groups.items(), key=lambda group: group[0], reverse=True):
            if batch := look(*at):
                self._project(at, batch, views)
                moved |= {view.name: batch.end(at) for view in views}
        if moved and len(places) == len(self._store.views):
            # as long as something comes, whoever leads all views need not ask where they are
            self._places = places | moved

    def _look(self) -> dict[str, Place]:
        """Where the views are that this process leads."""
        self._led = self._store.database.led(self._store.views)
        if not self._led:
            return {}
        places = self._store.positions().items()
        return {name: place.at for name, place in places if name in self._led}

    def _project(self, at: Place, batch: Batch, views: Sequence[View]) -> None:
        """All views together; without one that stumbles, which then finds the fact by itself."""
        left, stumbling = list(views), []
        busy: Exception | None = None
        while left:
            try:
                self._tell(self._commit(at, batch, left))
                break
            except Stumbled as stumbled:
                left.remove(stumbled.view)
                if isinstance(stumbled.error, AWAY):
                    busy = stumbled.error
                else:
                    stumbling.append(stumbled.view)
        for view in stumbling:
            try:
                self._one_by_one(at, batch, view)
            except Stumbled as stumbled:
                busy = stumbled.error
        if busy is not None:
            raise busy

    def _one_by_one(self, at: Place, batch: Batch, view: View) -> None:
        """Find the fact a view stumbles over and park it, so that the rest goes on."""
        for what in batch.in_order():
            one = Batch([what], []) if isinstance(what, Recorded) else Batch([], [what])
            self._tell([self._try(at, one, view)])
            at = one.end(at)

    def _try(self, at: Place, one: Batch, view: View) -> Notice:
        error: Exception | None = None
        for _ in range(TRIES):
            try:
                return self._commit(at, one, [view])[0]
            except Stumbled as stumbled:
                error = stumbled.error
                if isinstance(error, AWAY):
                    raise
        return self._park(at, one, view, error)

    def _park(self, at: Place, one: Batch, view: View, error: Exception | None) -> Notice:
        position = one.facts[0].position if one.facts else -one.refusals[0].serial
        _logger.error("view %s parked %d", view.name, position, exc_info=error)
        with self._writing(at, [view]) as (connection, _):
            # the type and no more: a message may quote what a view must not show
            kind = type(error).__name__
            parked = ParkedFact(view=view.name, position=position, error=kind, at=datetime.now(UTC))
            self._store.park(connection, parked)
            notice = Notice(view.name, one.end(at)[0], frozenset())
            self._moved(connection, one.end(at), [notice])
            return notice

    def _commit(self, at: Place, batch: Batch, views: Sequence[View]) -> list[Notice]:
        """Rows and positions together; the notices come out of the same commit."""
        what_came = batch.in_order()
        with self._writing(at, views) as (connection, stands):
            for view in views:
                with _stumbling(view):
                    rows = self._rows[view.name]
                    rows.begin(connection, stands[view.name])
                    _take(view, what_came, rows)
            for view in views:
                with _stumbling(view):
                    self._rows[view.name].flush()
            end = batch.end(at)
            notices = [Notice(v.name, end[0], self._rows[v.name].keys) for v in views]
            self._moved(connection, end, notices)
        for view in views:
            self._rows[view.name].committed((*end, stands[view.name][2]))
        return notices

    @contextmanager
    def _writing(
        self, at: Place, views: Sequence[View]
    ) -> Iterator[tuple[Connection, dict[str, Standing]]]:
        """Write to views that are still where they were when the batch was asked for: a crash of
        their server may have taken commits back, another process may have led them meanwhile."""
        with self._store.transaction() as (connection, stands):
            for view in views:
                with _stumbling(view):
                    if not self._store.database.leads(connection, view.name):
                        raise NotLeading(f"another process projects the view {view.name}")
                    if (now := stands[view.name][:2]) != at:
                        raise NotLeading(f"the view {view.name} was moved from {at} to {now}")
            yield connection, stands

    def _moved(self, connection: Connection, to: Place, notices: Sequence[Notice]) -> None:
        self._store.moved(connection, [notice.view for notice in notices], to)
        self._store.database.announce(connection, notices)
        connection.commit()

    def _tell(self, notices: list[Notice]) -> None:
        if not self._store.database.announces:
            self.changes.publish(notices)


def _take(view: View, batch: Sequence[Recorded | RefusedCommand], rows: Writing) -> None:
    for what in batch:
        if isinstance(what, Recorded):
            view.project(what, rows)
        elif view.project_refusal is not None:
            view.project_refusal(what, rows)


@contextmanager
def _stumbling(view: View) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        raise Stumbled(view, error) from error


def positions_of(store: ViewStore) -> dict[str, int]:
    """Where the views are."""
    return {name: place.position for name, place in store.positions().items()}
