"""Views that stand at the same place move in one commit; one that stumbles is left out of it."""

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import Field, select

from read_side import projector as projecting
from read_side.projector import Projector
from read_side.rows import Row
from read_side.store import View, ViewStore
from read_side.views import VIEWS
from read_side.writing import Writing
from tests.read_side.house import Projection, projection
from tests.read_side.past import Past
from tests.read_side.stored import rows_of
from tests.read_side.taster import Taster, Trouble, raising
from tests.read_side.test_writing import counted
from tests.scenario import fact
from tests.stores import open_views
from tests.write_side.campus import ANN, BOB, CAMPUS, A, enrolled, student
from write_side.commands import Enroll
from write_side.events import CapacityChanged, Recorded

POISON = ValueError("poison")
LOCKED = OperationalError("INSERT", {}, Exception("database is locked"))
NAMES = [view.name for view in VIEWS]


class Tallied(Row, table=True):
    """How many facts there were of each type."""

    __tablename__ = "tallied"
    type: str = Field(primary_key=True)
    count: int = 0


@dataclass
class Tally:
    """A view that counts: a fact that it took twice, or on top of old rows, shows."""

    trouble: dict[int, Trouble] = field(default_factory=dict)

    @property
    def view(self) -> View:
        return View("tally", (Tallied,), self.project)

    def project(self, recorded: Recorded, session: Writing) -> None:
        topic = recorded.fact.TOPIC
        row = session.get(Tallied, topic) or session.add(Tallied, type=topic)
        row.count += 1
        self.trouble.get(recorded.position, lambda: None)()


def tallied(store: ViewStore) -> dict[str, int]:
    with store.reading() as session:
        return {row.type: row.count for row in session.exec(select(Tallied))}


def told(past: Past) -> Counter[str]:
    return Counter(recorded.fact.TOPIC for recorded in past.facts)


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator["Opened"]:
    monkeypatch.setattr(projecting, "PAUSE_SECONDS", 0.01)
    with ExitStack() as stack:
        yield Opened(tmp_path / "views.db", stack)


@dataclass
class Opened:
    path: Path
    stack: ExitStack

    def __call__(self, past: Past, *views: View) -> Projection:
        return self.stack.enter_context(projection(self.path, past, *views))


def all_once(shown: Projection, past: Past) -> Projector:
    """The whole past in one batch, given to all views."""
    projector = Projector(shown.store, past, shown.changes)
    projector._next()
    return projector


def test_one_batch_is_one_commit_of_all_views(opened: Opened) -> None:
    past = Past().tell(*CAMPUS, student(ANN), *enrolled(ANN, BOB))
    shown = opened(past)
    shown.store.database.led(NAMES)  # on a server the leases are asked for now, and only now
    with counted(shown.store) as sent:
        all_once(shown, past)
    assert sum("UPDATE view_position" in statement for statement in sent) == 1
    assert {place.at for place in shown.store.positions().values()} == {(past.head, 0)}
    shown.reach(past.head)
    assert sorted(notice.view for notice in shown.changes.notices) == sorted(NAMES)


def test_a_view_that_stumbles_takes_no_other_out_of_the_common_commit(opened: Opened) -> None:
    past = Past().tell(*CAMPUS, student(ANN), Enroll(ANN, A))
    taster = Taster({past.head: raising(last=POISON)})
    shown = opened(past, *VIEWS[:4], taster.view, *VIEWS[4:])
    with counted(shown.store) as sent:
        all_once(shown, past)
    shown.reach(past.head)
    # the ten together, and the one fact by fact
    assert sum("UPDATE view_position" in statement for statement in sent) == 1 + past.head
    assert shown.parked() == [("taster", past.head, "ValueError")]
    told_of = Counter(notice.view for notice in shown.changes.notices)
    assert told_of == dict.fromkeys(NAMES, 1) | {"taster": past.head}


def test_rows_are_those_of_a_day_on_which_nobody_stumbled(opened: Opened) -> None:
    past = Past().tell(*CAMPUS, student(ANN), *enrolled(ANN, BOB), Enroll(ANN, A))
    taster = Taster({nth: raising(last=POISON) for nth in (1, 5, past.head)})
    shown = opened(past, taster.view, *VIEWS)
    all_once(shown, past)
    live = {view.name: rows_of(shown.path, view) for view in VIEWS}
    assert any(live["schedule"].values())
    for view in VIEWS:
        Projector(shown.store, past).rebuild(view.name)
        assert rows_of(shown.path, view) == live[view.name]


@pytest.mark.parametrize("error", [POISON, LOCKED])
@pytest.mark.parametrize("times", [1, 3, 6])
def test_what_was_rolled_back_is_not_remembered(
    opened: Opened, error: Exception, times: int
) -> None:
    """Rows that were changed in memory for a commit that failed must be read again."""
    past = Past().tell(*CAMPUS)
    tally, taster = Tally(), Taster({nth: raising(*[error] * times) for nth in (2, 9, 10)})
    shown = opened(past, tally.view, taster.view)
    shown.projector.start()
    for person in (ANN, BOB):
        shown.reach(past.head)
        past.tell(student(person), *enrolled(person, person))
        shown.projector.follower.nudge()
    shown.reach(past.head)
    assert tallied(shown.store) == told(past)


@pytest.mark.parametrize("error", [POISON, LOCKED])
def test_a_view_does_not_remember_its_own_failed_rows(opened: Opened, error: Exception) -> None:
    past = Past().tell(*CAMPUS)
    tally = Tally({past.head: raising(error), past.head + 1: raising(error)})
    shown = opened(past, tally.view, *VIEWS)
    shown.projector.start()
    shown.reach(past.head)
    past.tell(student(ANN), student(BOB))
    shown.projector.follower.nudge()
    shown.reach(past.head)
    assert tallied(shown.store) == told(past)


def test_a_view_that_fails_only_when_it_is_written_is_found_as_well(opened: Opened) -> None:
    past, tally = Past().tell(*CAMPUS), Tally()

    def project(recorded: Recorded, session: Writing) -> None:
        tally.project(recorded, session)
        if recorded.position == 4:
            session.get_one(Tallied, recorded.fact.TOPIC).count = None  # type: ignore[assignment]

    careless = View("tally", (Tallied,), project)
    shown = opened(past, *VIEWS[:2], careless, *VIEWS[2:])
    all_once(shown, past)
    assert [(view, error) for view, _, error in shown.parked()] == [("tally", "IntegrityError")]
    assert {place.at for place in shown.store.positions().values()} == {(past.head, 0)}
    assert len(rows_of(shown.path, VIEWS[0])["catalog_section"]) == 3


def test_two_that_take_turns_do_not_trust_what_they_remember(tmp_path: Path) -> None:
    past, tally = Past().tell(*CAMPUS), Tally()
    store = open_views(tmp_path / "views.db", (tally.view,))
    one, other = Projector(store, past), Projector(store, past)
    for projector in (one, other, other, one, one, other):
        past.tell(fact(CapacityChanged, A, capacity=past.head))
        projector._places.clear()
        projector._next()
    assert tallied(store) == told(past)
    store.close()
