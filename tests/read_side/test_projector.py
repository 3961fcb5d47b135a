"""The projector: rows and position in one commit, and the change notices out of it."""

import threading
from pathlib import Path
from uuid import UUID

import pytest
from sqlmodel import select

from read_side import follower
from read_side.changes import Notice
from read_side.projector import Projector
from read_side.store import ViewStore
from read_side.views import VIEWS, catalog, roster
from tests.read_side.house import House, overheard
from tests.read_side.past import Past
from tests.read_side.stored import rows_of
from tests.read_side.taster import Tasted, Taster
from tests.scenario import fact
from tests.write_side.campus import (
    ANN,
    BOB,
    CAMPUS,
    CS,
    TERM,
    A,
    B,
    enrolled,
    left,
    student,
)
from tests.write_side.office import PATIENCE
from write_side.commands import Enroll, ReviseCourse
from write_side.events import CancellationReason, EnrollmentCanceled, SectionAddedToCart

E1 = UUID(int=1)
LEAVING = {"reason": CancellationReason.OTHER, "comment": None}
STORY = (
    ReviseCourse(CS, title="Logs"),
    fact(SectionAddedToCart, ANN, section=A, term=TERM),
    *enrolled(ANN, E1),
    *left(EnrollmentCanceled, ANN, E1, **LEAVING),
)


def test_rows_and_position_become_visible_together(tmp_path: Path) -> None:
    half, go_on = threading.Event(), threading.Event()

    def wait() -> None:
        half.set()
        assert go_on.wait(PATIENCE)

    store = ViewStore(tmp_path / "views.db", (Taster({3: wait}).view,))
    past = Past().tell(*CAMPUS)
    projector = Projector(store, past)
    projector.start()
    assert half.wait(PATIENCE)
    with store.reading() as session:
        assert session.exec(select(Tasted)).all() == []
        assert store.positions(session)["taster"].position == 0
        assert projector.changes.positions["taster"] == 0
        go_on.set()
        projector.changes.wait(past.head, PATIENCE)
        assert session.exec(select(Tasted)).all() == [], "a reader's snapshot moved"
    with store.reading() as session:
        assert len(session.exec(select(Tasted)).all()) == past.head
        assert store.positions(session)["taster"].position == past.head
    projector.stop()
    store.close()


def test_a_projector_goes_on_where_the_last_one_stopped(tmp_path: Path) -> None:
    taster, past = Taster(), Past()
    for thing in (*CAMPUS, student(ANN)):
        past.tell(thing)
        store = ViewStore(tmp_path / "views.db", (taster.view,))
        projector = Projector(store, past)
        projector.start()
        projector.changes.wait(past.head, PATIENCE)
        projector.stop()
        store.close()
    assert taster.visits == dict.fromkeys(range(1, 8), 1), "projected twice, or never"


def test_a_new_view_catches_up_from_the_beginning(tmp_path: Path) -> None:
    path, past = tmp_path / "views.db", Past().tell(*CAMPUS, student(ANN), *STORY)
    for views in ((catalog.VIEW,), (catalog.VIEW, roster.VIEW)):
        store = ViewStore(path, views)
        projector = Projector(store, past)
        projector.start()
        projector.changes.wait(past.head, PATIENCE)
        projector.stop()
        store.close()
    assert len(rows_of(path, roster.VIEW)["roster_entry"]) == 1
    assert len(rows_of(path, catalog.VIEW)["catalog_section"]) == 3


def test_a_view_that_is_no_more_does_not_hold_up_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follower, "BATCH", 3)
    path, past = tmp_path / "views.db", Past()
    for views, things in ((VIEWS, CAMPUS), (VIEWS[:-1], (student(ANN), *STORY))):
        past.tell(*things)
        store = ViewStore(path, views)
        projector = Projector(store, past)
        projector.start()
        try:
            projector.changes.wait(past.head, 3, [view.name for view in views])
        finally:
            projector.stop()
            store.close()


def test_a_view_with_far_to_go_holds_up_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follower, "BATCH", 3)
    path, past = tmp_path / "views.db", Past().tell(*CAMPUS, student(ANN), *STORY)
    store = ViewStore(path, (catalog.VIEW,))
    Projector(store, past).rebuild("catalog")
    store.close()
    past.tell(student(BOB))
    catalog_was_at: list[int] = []
    taster = Taster(
        {past.head: lambda: catalog_was_at.append(store.positions()["catalog"].position)}
    )
    store = ViewStore(path, (taster.view, catalog.VIEW))
    projector = Projector(store, past)
    projector.start()
    projector.changes.wait(past.head, PATIENCE)
    projector.stop()
    store.close()
    assert catalog_was_at == [past.head], "it waited for the new view to have read the whole log"


def test_stopping_before_starting_and_twice_is_stopping(tmp_path: Path) -> None:
    store = ViewStore(tmp_path / "views.db", VIEWS)
    projector = Projector(store, Past())
    projector.stop()
    projector = Projector(store, Past())
    projector.start()
    projector.stop()
    projector.stop()
    store.close()


def test_a_rebuild_tells_how_far_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follower, "BATCH", 4)
    store = ViewStore(tmp_path / "views.db", VIEWS)
    told: list[int] = []
    assert Projector(store, Past().tell(*CAMPUS)).rebuild("catalog", told.append) == 6
    assert told == [4, 6]
    assert Projector(store, Past()).rebuild("catalog") == 0
    store.close()


NOTHING: frozenset[UUID] = frozenset()
WOKEN = {
    # revised, added to the cart, enrolled, seat taken, canceled, seat freed
    "catalog": [{CS, A, B}, NOTHING, NOTHING, {A}, NOTHING, {A}],
    "schedule": [NOTHING, {ANN}, {ANN, E1}, NOTHING, {ANN, E1}, NOTHING],
    "roster": [NOTHING, NOTHING, {A}, NOTHING, {A}, NOTHING],
    "feedback": [NOTHING, NOTHING, NOTHING, NOTHING, {CS}, NOTHING],
    "demand": [NOTHING, {A}, {A}, NOTHING, NOTHING, NOTHING],
    "directory": [NOTHING] * 6,
    "activity": [{CS}, {ANN}, {ANN}, {A}, {ANN}, {A}],
    "waitlist": [NOTHING] * 6,
    "standing": [NOTHING] * 6,
    # by staff, so that they are told
    "notifications": [NOTHING, NOTHING, {ANN}, NOTHING, {ANN}, NOTHING],
}


@pytest.mark.parametrize("name", [view.name for view in VIEWS])
def test_a_notice_has_the_keys_that_changed_and_only_those(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(follower, "BATCH", 1)
    store = ViewStore(tmp_path / "views.db", VIEWS)
    past = Past().tell(*CAMPUS, student(ANN))
    begun = past.head
    projector = Projector(store, past.tell(*STORY))
    notices = overheard(projector)
    projector.rebuild(name)
    assert notices[begun:] == [
        Notice(name, begun + nth, frozenset(keys)) for nth, keys in enumerate(WOKEN[name], 1)
    ]
    store.close()


def test_one_commit_is_one_notice_with_all_its_keys(tmp_path: Path) -> None:
    store = ViewStore(tmp_path / "views.db", VIEWS)
    past = Past().tell(*CAMPUS, student(ANN), *STORY)
    projector = Projector(store, past)
    notices = overheard(projector)
    projector.rebuild("feedback")
    assert notices == [Notice("feedback", past.head, frozenset({CS}))]
    store.close()


def test_a_refusal_wakes_whoever_looks_at_the_section(tmp_path: Path) -> None:
    store = ViewStore(tmp_path / "views.db", VIEWS)
    past = Past().tell(*CAMPUS, student(ANN), *enrolled(ANN, E1))
    projector = Projector(store, past)
    projector.start()
    projector.changes.wait(past.head, PATIENCE)
    projector.stop()
    past.tell(Enroll(ANN, A))
    projector = Projector(store, past)
    notices = overheard(projector)
    past.tell(student(BOB))
    projector.start()
    projector.changes.wait(past.head, PATIENCE)
    projector.stop()
    assert [notice.keys for notice in notices if notice.view == "demand"] == [{A}]
    store.close()


def test_commands_reach_every_view_without_anybody_asking(house: House) -> None:
    ann = house.office.register("S1")
    house.office.accept(Enroll(ann, A))
    head = house.settle()
    assert {p.position for p in house.store.positions().values()} == {head}
    assert house.parked() == []
