"""The projector: rows and position in one commit, and the change notices out of it."""

import threading
from pathlib import Path
from uuid import UUID

import pytest
from sqlmodel import col, delete, select

from read_side import follower
from read_side.changes import Notice
from read_side.store import ViewPosition
from read_side.views import VIEWS, catalog, roster
from tests.read_side.house import House, projection
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

    past = Past().tell(*CAMPUS)
    with projection(tmp_path / "views.db", past, Taster({3: wait}).view) as shown:
        shown.projector.start()
        assert half.wait(PATIENCE)
        with shown.store.reading() as session:
            assert session.exec(select(Tasted)).all() == []
            assert shown.store.positions(session)["taster"].position == 0
            assert shown.changes.positions["taster"] == 0
            go_on.set()
            shown.reach(past.head)
            assert session.exec(select(Tasted)).all() == [], "a reader's snapshot moved"
        with shown.store.reading() as session:
            assert len(session.exec(select(Tasted)).all()) == past.head
            assert shown.store.positions(session)["taster"].position == past.head


def test_a_projector_goes_on_where_the_last_one_stopped(tmp_path: Path) -> None:
    taster, past = Taster(), Past()
    for thing in (*CAMPUS, student(ANN)):
        past.tell(thing)
        with projection(tmp_path / "views.db", past, taster.view) as shown:
            shown.projector.start()
            shown.reach(past.head)
    assert taster.visits == dict.fromkeys(range(1, 8), 1), "projected twice, or never"


def test_a_new_view_catches_up_from_the_beginning(tmp_path: Path) -> None:
    path, past = tmp_path / "views.db", Past().tell(*CAMPUS, student(ANN), *STORY)
    for views in ((catalog.VIEW,), (catalog.VIEW, roster.VIEW)):
        with projection(path, past, *views) as shown:
            shown.projector.start()
            shown.reach(past.head)
    assert len(rows_of(path, roster.VIEW)["roster_entry"]) == 1
    assert len(rows_of(path, catalog.VIEW)["catalog_section"]) == 3


def test_commits_that_a_crash_took_back_are_made_again(tmp_path: Path) -> None:
    """A server may forget its last moments, and the projector has asked for what came after."""
    past = Past().tell(*CAMPUS)
    with projection(tmp_path / "views.db", past, Taster().view) as shown:

        def crash() -> None:
            past.looked = lambda: None
            with shown.store.writing() as session:
                session.execute(delete(Tasted).where(col(Tasted.position) > 3))
                session.get_one(ViewPosition, "taster").position = 3
                session.commit()
            past.tell(student(ANN))

        shown.projector.start()
        shown.reach(past.head)
        past.looked = crash
        shown.projector.follower.nudge()
        shown.reach(past.head + 1)
        with shown.store.reading() as session:
            assert [row.position for row in session.exec(select(Tasted))] == [1, 2, 3, 4, 5, 6, 7]


def test_a_view_that_is_no_more_does_not_hold_up_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follower, "BATCH", 3)
    path, past = tmp_path / "views.db", Past()
    for views, things in ((VIEWS, CAMPUS), (VIEWS[:-1], (student(ANN), *STORY))):
        past.tell(*things)
        with projection(path, past, *views) as shown:
            shown.projector.start()
            shown.reach(past.head, 3, *[view.name for view in views])


def test_a_view_with_far_to_go_holds_up_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follower, "BATCH", 3)
    path, past = tmp_path / "views.db", Past().tell(*CAMPUS, student(ANN), *STORY)
    with projection(path, past, catalog.VIEW) as shown:
        shown.projector.rebuild("catalog")
    past.tell(student(BOB))
    catalog_was_at: list[int] = []
    taster = Taster(
        {past.head: lambda: catalog_was_at.append(shown.store.positions()["catalog"].position)}
    )
    with projection(path, past, taster.view, catalog.VIEW) as shown:
        shown.projector.start()
        shown.reach(past.head)
    assert catalog_was_at == [past.head], "it waited for the new view to have read the whole log"


def test_stopping_before_starting_and_twice_is_stopping(tmp_path: Path) -> None:
    with projection(tmp_path / "views.db", Past()) as shown:
        shown.projector.stop()
    with projection(tmp_path / "views.db", Past()) as shown:
        shown.projector.start()
        shown.projector.stop()
        shown.projector.stop()


def test_a_rebuild_tells_how_far_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follower, "BATCH", 4)
    told: list[int] = []
    with projection(tmp_path / "views.db", Past().tell(*CAMPUS)) as shown:
        assert shown.projector.rebuild("catalog", told.append) == 6
        assert told == [4, 6]
    with projection(tmp_path / "views.db", Past()) as shown:
        assert shown.projector.rebuild("catalog") == 0


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
    past = Past().tell(*CAMPUS, student(ANN))
    begun = past.head
    with projection(tmp_path / "views.db", past.tell(*STORY)) as shown:
        shown.projector.rebuild(name)
        assert shown.changes.until(name, past.head)[begun:] == [
            Notice(name, begun + nth, frozenset(keys)) for nth, keys in enumerate(WOKEN[name], 1)
        ]


def test_one_commit_is_one_notice_with_all_its_keys(tmp_path: Path) -> None:
    past = Past().tell(*CAMPUS, student(ANN), *STORY)
    with projection(tmp_path / "views.db", past) as shown:
        shown.projector.rebuild("feedback")
        assert shown.changes.until("feedback", past.head) == [
            Notice("feedback", past.head, frozenset({CS}))
        ]


def test_a_refusal_wakes_whoever_looks_at_the_section(tmp_path: Path) -> None:
    past = Past().tell(*CAMPUS, student(ANN), *enrolled(ANN, E1))
    for things in ((), (Enroll(ANN, A), student(BOB))):
        with projection(tmp_path / "views.db", past.tell(*things)) as shown:
            shown.projector.start()
            shown.reach(past.head)
            notices = shown.changes.until("demand", past.head)
    assert [notice.keys for notice in notices if notice.view == "demand"] == [{A}]


def test_commands_reach_every_view_without_anybody_asking(house: House) -> None:
    ann = house.office.register("S1")
    house.office.accept(Enroll(ann, A))
    head = house.settle()
    assert {p.position for p in house.store.positions().values()} == {head}
    assert house.parked() == []
