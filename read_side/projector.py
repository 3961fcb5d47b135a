"""The projector: gives each batch of the log to each view, rows and position in one commit."""

import logging
import threading
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Set
from contextlib import contextmanager
from datetime import UTC, datetime
from heapq import merge
from uuid import UUID

from sqlalchemy import event
from sqlalchemy.exc import InterfaceError, InternalError, OperationalError, ProgrammingError
from sqlmodel import Session

from read_side.changes import Changes, Notice
from read_side.follower import Batch, Follower, LogSource
from read_side.store import NotLeading, ParkedFact, Place, Row, View, ViewPosition, ViewStore
from write_side.events import Recorded, RefusedCommand

TRIES = 3
PAUSE_SECONDS = 1.0
AWAY = (OperationalError, InterfaceError, InternalError, ProgrammingError, NotLeading)
"""The store's trouble, not the fact's: nothing is parked for it."""
_logger = logging.getLogger("rollbook.projector")


class Projector:
    """One thread that keeps all views at the log's head.

    A view that fails at a fact is tried again, then the fact is parked for that view alone with an
    alarm in the log and in `views`; the other views go on.
    """

    def __init__(self, store: ViewStore, source: LogSource, changes: Changes | None = None) -> None:
        self._store = store
        self.follower = Follower(source)
        self.changes = changes or changes_of(store)
        self._led: set[str] = set()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="projector", daemon=True)

    def start(self) -> None:
        self._thread.start()

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
        one = (self._store.views[view],)
        place = self._store.positions()[view]
        while batch := self.follower.pull(*place.at):
            self._project(place.at, batch, one)
            place = self._store.positions()[view]
            progress(place.position)
        return place.position

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._next()
            except Exception:
                self._led = set()
                # the stores may be busy or full for a while: what is not projected now will be
                _logger.exception("projection stopped; trying again")
                self._stopping.wait(PAUSE_SECONDS)

    def _next(self) -> None:
        """Give each view what is next for it; a view that is behind holds up no other."""
        groups: dict[Place, list[View]] = defaultdict(list)
        self._led = led = self._store.database.led(self._store.views)
        if not led:
            self._stopping.wait(PAUSE_SECONDS)  # standing by
            return
        for name, place in self._store.positions().items():
            if name in led:
                groups[place.at].append(self._store.views[name])
        look = self.follower.next if len(groups) == 1 else self.follower.pull
        for at, views in sorted(groups.items(), key=lambda group: group[0], reverse=True):
            if batch := look(*at):
                self._project(at, batch, tuple(views))

    def _project(self, at: Place, batch: Batch, views: tuple[View, ...]) -> None:
        notices: list[Notice] = []
        busy: Exception | None = None
        try:
            for view in views:
                try:
                    # one by one: what was committed before a failure is announced all the same
                    for notice in self._taken(at, batch, view):
                        notices.append(notice)
                except AWAY as error:
                    busy = error
        finally:
            if not self._store.database.announces:
                self.changes.publish(notices)
        if busy is not None:
            raise busy

    def _taken(self, at: Place, batch: Batch, view: View) -> Iterator[Notice]:
        with self._writing(view, at) as (session, place):
            try:
                notice = self._commit(session, view, place, batch)
            except AWAY:
                raise
            except Exception:
                session.rollback()
            else:
                yield notice
                return
        yield from self._one_by_one(at, batch, view)

    @contextmanager
    def _writing(self, view: View, at: Place) -> Iterator[tuple[Session, ViewPosition]]:
        """Write to a view that is still where it was when the batch was asked for: a crash of its
        server may have taken commits back, another process may have led it meanwhile."""
        with self._store.writing(view.name) as session:
            place = session.get_one(ViewPosition, view.name)
            if place.at != at:
                raise NotLeading(f"the view {view.name} was moved from {at} to {place.at}")
            yield session, place

    def _one_by_one(self, at: Place, batch: Batch, view: View) -> Iterator[Notice]:
        """Find the fact a view stumbles over and park it, so that the rest goes on."""
        position, serial = at
        for what in _in_order(batch):
            if isinstance(what, Recorded):
                yield self._try((position, serial), Batch([what], []), view)
                position = what.position
            else:
                yield self._try((position, serial), Batch([], [what]), view)
                serial = what.serial

    def _try(self, at: Place, one: Batch, view: View) -> Notice:
        error: Exception | None = None
        for _ in range(TRIES):
            with self._writing(view, at) as (session, place):
                try:
                    return self._commit(session, view, place, one)
                except AWAY:
                    raise
                except Exception as failure:
                    error = failure
        return self._park(at, one, view, error)

    def _park(self, at: Place, one: Batch, view: View, error: Exception | None) -> Notice:
        position = one.facts[0].position if one.facts else -one.refusals[0].serial
        _logger.error("view %s parked %d", view.name, position, exc_info=error)
        with self._writing(view, at) as (session, place):
            session.merge(
                ParkedFact(
                    view=view.name,
                    position=position,
                    # the type and no more: a message may quote what a view must not show
                    error=type(error).__name__,
                    at=datetime.now(UTC),
                )
            )
            return self._moved(session, place, one)

    def _commit(self, session: Session, view: View, place: ViewPosition, batch: Batch) -> Notice:
        """Rows and position together; the notice comes out of the same commit."""
        keys: set[UUID] = set()

        @event.listens_for(session, "before_flush")
        def _collect(flushed: Session, *_: object) -> None:
            for row in (*flushed.new, *flushed.dirty, *flushed.deleted):
                if isinstance(row, Row):
                    keys.update(row.keys())

        for what in _in_order(batch):
            if isinstance(what, Recorded):
                view.project(what, session)
            elif view.project_refusal is not None:
                view.project_refusal(what, session)
        return self._moved(session, place, batch, keys)

    def _moved(
        self, session: Session, place: ViewPosition, batch: Batch, keys: Set[UUID] = frozenset()
    ) -> Notice:
        if batch.facts:
            place.position = batch.facts[-1].position
        if batch.refusals:
            place.serial = batch.refusals[-1].serial
        session.flush()
        notice = Notice(place.view, place.position, frozenset(keys))
        self._store.database.announce(session, notice)
        session.commit()
        return notice


def _in_order(batch: Batch) -> Iterable[Recorded | RefusedCommand]:
    """As they happened: a refusal right behind the last fact it was decided on."""
    return merge(
        batch.facts,
        batch.refusals,
        key=lambda w: (w.position, 0) if isinstance(w, Recorded) else (w.log_position, 1),
    )


def changes_of(store: ViewStore) -> Changes:
    """A meeting point that begins where the views are."""
    return Changes({name: place.position for name, place in store.positions().items()})
