"""The projector: gives each batch of the log to each view, rows and position in one commit."""

import logging
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from heapq import merge
from typing import Any

from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from read_side.changes import Changes, Notice
from read_side.follower import Batch, Follower, LogSource
from read_side.store import ParkedFact, Row, View, ViewPosition, ViewStore
from write_side.events import Recorded, RefusedCommand

TRIES = 3
PAUSE_SECONDS = 1.0
_logger = logging.getLogger("rollbook.projector")


class Projector:
    """One thread that keeps all views at the log's head.

    A view that fails at a fact is tried again, then the fact is parked for that view alone with an
    alarm in the log and in `views`; the other views go on.
    """

    def __init__(self, store: ViewStore, source: LogSource) -> None:
        self._store = store
        self.follower = Follower(source)
        self.changes = Changes({n: p.position for n, p in store.positions().items()})
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="projector", daemon=True)

    def start(self) -> None:
        self._thread.start()

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
        while batch := self.follower.pull(place.position, place.serial):
            self._project(batch, one)
            place = self._store.positions()[view]
            progress(place.position)
        return place.position

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._next()
            except Exception:
                # the stores may be busy or full for a while: what is not projected now will be
                _logger.exception("projection stopped; trying again")
                self._stopping.wait(PAUSE_SECONDS)

    def _next(self) -> None:
        """Give each view what is next for it; a view that is behind holds up no other."""
        groups: dict[tuple[int, int], list[View]] = defaultdict(list)
        for name, place in self._store.positions().items():
            groups[place.position, place.serial].append(self._store.views[name])
        look = self.follower.next if len(groups) == 1 else self.follower.pull
        for at, views in sorted(groups.items(), key=lambda group: group[0], reverse=True):
            if batch := look(*at):
                self._project(batch, tuple(views))

    def _project(self, batch: Batch, views: tuple[View, ...]) -> None:
        notices: list[Notice] = []
        busy: OperationalError | None = None
        try:
            for view in views:
                try:
                    # one by one: what was committed before a failure is announced all the same
                    for notice in self._taken(batch, view):
                        notices.append(notice)
                except OperationalError as error:
                    busy = error
        finally:
            self.changes.publish(notices)
        if busy is not None:
            raise busy

    def _taken(self, batch: Batch, view: View) -> Iterator[Notice]:
        with self._store.writing() as session:
            place = session.get_one(ViewPosition, view.name)
            facts = [fact for fact in batch.facts if fact.position > place.position]
            refusals = [r for r in batch.refusals if r.serial > place.serial]
            if not facts and not refusals:
                return
            try:
                notice = _commit(session, view, place, facts, refusals)
            except OperationalError:
                raise
            except Exception:
                session.rollback()
            else:
                yield notice
                return
        yield from self._one_by_one(view, facts, refusals)

    def _one_by_one(
        self, view: View, facts: list[Recorded], refusals: list[RefusedCommand]
    ) -> Iterator[Notice]:
        """Find the fact a view stumbles over and park it, so that the rest goes on."""
        for what in _in_order(facts, refusals):
            if isinstance(what, Recorded):
                yield self._try(view, [what], [])
            else:
                yield self._try(view, [], [what])

    def _try(self, view: View, facts: list[Recorded], refusals: list[RefusedCommand]) -> Notice:
        error: Exception | None = None
        for _ in range(TRIES):
            with self._store.writing() as session:
                place = session.get_one(ViewPosition, view.name)
                try:
                    return _commit(session, view, place, facts, refusals)
                except OperationalError:
                    raise
                except Exception as failure:
                    error = failure
        return self._park(view, facts, refusals, error)

    def _park(
        self,
        view: View,
        facts: list[Recorded],
        refusals: list[RefusedCommand],
        error: Exception | None,
    ) -> Notice:
        position = facts[0].position if facts else -refusals[0].serial
        _logger.error("view %s parked %d", view.name, position, exc_info=error)
        with self._store.writing() as session:
            session.merge(
                ParkedFact(
                    view=view.name,
                    position=position,
                    # the type and no more: a message may quote what a view must not show
                    error=type(error).__name__,
                    at=datetime.now(UTC),
                )
            )
            place = session.get_one(ViewPosition, view.name)
            _move(place, facts, refusals)
            session.commit()
            return Notice(view.name, place.position, frozenset())


def _commit(
    session: Session,
    view: View,
    place: ViewPosition,
    facts: list[Recorded],
    refusals: list[RefusedCommand],
) -> Notice:
    """Rows and position together; the notice comes out of the same commit."""
    keys: set[Any] = set()

    @event.listens_for(session, "before_flush")
    def _collect(flushed: Session, *_: object) -> None:
        for row in (*flushed.new, *flushed.dirty, *flushed.deleted):
            if isinstance(row, Row):
                keys.update(row.keys())

    for what in _in_order(facts, refusals):
        if isinstance(what, Recorded):
            view.project(what, session)
        elif view.project_refusal is not None:
            view.project_refusal(what, session)
    _move(place, facts, refusals)
    session.commit()
    return Notice(view.name, place.position, frozenset(keys))


def _in_order(
    facts: list[Recorded], refusals: list[RefusedCommand]
) -> Iterable[Recorded | RefusedCommand]:
    """As they happened: a refusal right behind the last fact it was decided on."""
    return merge(
        facts,
        refusals,
        key=lambda w: (w.position, 0) if isinstance(w, Recorded) else (w.log_position, 1),
    )


def _move(place: ViewPosition, facts: list[Recorded], refusals: list[RefusedCommand]) -> None:
    if facts:
        place.position = facts[-1].position
    if refusals:
        place.serial = refusals[-1].serial
