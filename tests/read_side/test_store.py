"""The read store: one writer, readers that each see one state."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, select

from read_side.paging import by_id
from read_side.projector import Projector
from read_side.store import ParkedFact, ViewPosition, ViewStore
from read_side.views import VIEWS, catalog, directory, roster
from read_side.views.directory import DirectoryStudent
from read_side.window import Window
from tests.read_side.house import House, projection
from tests.read_side.past import Past
from tests.read_side.stored import rows_of
from tests.scenario import NOON
from tests.stores import POSTGRES, database, open_views, sqlite_only
from tests.write_side.campus import ANN, CAMPUS, A, student
from write_side.commands import Enroll

NAMES = {view.name for view in VIEWS}


def places(store: ViewStore, session: Session) -> dict[str, int]:
    return {name: place.position for name, place in store.positions(session).items()}


def filled(store: ViewStore) -> Past:
    past = Past().tell(*CAMPUS, student(ANN))
    projector = Projector(store, past)
    for view in store.views:
        projector.rebuild(view)
    return past


def test_a_new_store_has_every_view_at_the_beginning(tmp_path: Path) -> None:
    store = open_views(tmp_path / "deep" / "down" / "views.db", VIEWS)
    places = store.positions()
    assert {name: (p.position, p.serial) for name, p in places.items()} == dict.fromkeys(
        NAMES, (0, 0)
    )
    store.close()


def test_a_store_opened_again_is_where_it_was(tmp_path: Path) -> None:
    store = open_views(tmp_path / "views.db", VIEWS)
    past = filled(store)
    before = {view.name: rows_of(tmp_path / "views.db", view) for view in VIEWS}
    store.close()
    store = open_views(tmp_path / "views.db", VIEWS)
    assert {p.position for p in store.positions().values()} == {past.head}
    assert {view.name: rows_of(tmp_path / "views.db", view) for view in VIEWS} == before
    store.close()


def test_a_view_whose_tables_an_older_rollbook_made_begins_again_and_alone(tmp_path: Path) -> None:
    store = open_views(tmp_path / "views.db", VIEWS)
    past = filled(store)
    before = {view.name: rows_of(tmp_path / "views.db", view) for view in VIEWS}
    with store.writing() as session:
        session.connection().exec_driver_sql("ALTER TABLE directory_student DROP COLUMN erased")
        session.commit()
    generation = store.positions()["directory"].generation
    store.close()
    store = open_views(tmp_path / "views.db", VIEWS)
    place = store.positions()["directory"]
    assert (place.position, place.generation) == (0, generation + 1)
    assert {p.position for n, p in store.positions().items() if n != "directory"} == {past.head}
    Projector(store, past).rebuild("directory")
    assert {view.name: rows_of(tmp_path / "views.db", view) for view in VIEWS} == before
    store.close()


def test_a_view_that_is_new_begins_at_the_beginning(tmp_path: Path) -> None:
    store = open_views(tmp_path / "views.db", (catalog.VIEW,))
    past = filled(store)
    store.close()
    store = open_views(tmp_path / "views.db", (catalog.VIEW, roster.VIEW))
    places = store.positions()
    assert (places["catalog"].position, places["roster"].position) == (past.head, 0)
    store.close()


@sqlite_only
@pytest.mark.parametrize("name", ["a b", "50%41", "#1", "what?", "käse", "a&b=c"])
def test_a_directory_may_have_any_name(tmp_path: Path, name: str) -> None:
    path = tmp_path / name / "views.db"
    store = open_views(path, VIEWS)
    filled(store)
    with store.reading() as session:
        assert len(catalog.terms(session)) == 1
    store.close()
    assert path.exists()
    assert [p.name for p in tmp_path.iterdir()] == [name], "files went elsewhere"


@sqlite_only
def test_a_store_may_be_opened_by_a_relative_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    store = open_views(Path("var/views.db"), VIEWS)
    filled(store)
    assert {p.position for p in store.positions().values()} == {7}
    store.close()


def test_what_is_written_and_not_committed_did_not_happen(tmp_path: Path) -> None:
    store = open_views(tmp_path / "views.db", VIEWS)
    with store.writing() as session:
        session.get_one(ViewPosition, "catalog").position = 5
        session.flush()
        assert store.positions()["catalog"].position == 0, "a reader sees half a transaction"
    assert store.positions()["catalog"].position == 0
    store.close()


def test_a_reader_cannot_write(tmp_path: Path) -> None:
    store = open_views(tmp_path / "views.db", VIEWS)
    with store.reading() as session:
        session.add(ViewPosition(view="mine"))
        with pytest.raises(DBAPIError, match=r"read-?only"):
            session.commit()
    store.close()


def test_clearing_a_view_leaves_the_others_alone(tmp_path: Path) -> None:
    store = open_views(tmp_path / "views.db", VIEWS)
    past = filled(store)
    with store.writing() as session:
        for view in ("catalog", "roster"):
            session.add(ParkedFact(view=view, position=3, error="ValueError", at=NOON))
        session.commit()
    before = {view.name: rows_of(tmp_path / "views.db", view) for view in VIEWS}
    generation = store.positions()["catalog"].generation
    store.clear("catalog")
    place = store.positions()["catalog"]
    assert (place.position, place.serial, place.generation) == (0, 0, generation + 1)
    assert set(map(len, rows_of(tmp_path / "views.db", catalog.VIEW).values())) == {0}
    for view in VIEWS:
        if view.name != "catalog":
            assert rows_of(tmp_path / "views.db", view) == before[view.name]
            assert store.positions()[view.name].position == past.head
    with store.reading() as session:
        assert [(p.view, p.position) for p in store.parked(session)] == [("roster", 3)]
    store.close()


def test_parked_facts_are_listed_oldest_first(tmp_path: Path) -> None:
    store = open_views(tmp_path / "views.db", VIEWS)
    with store.writing() as session:
        for minute, position in ((2, 1), (0, 3), (1, 2)):
            at = NOON + timedelta(minutes=minute)
            session.add(ParkedFact(view="roster", position=position, error="E", at=at))
        session.commit()
    with store.reading() as session:
        assert [parked.position for parked in store.parked(session)] == [3, 2, 1]
    store.close()


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 9, 1, 12, tzinfo=UTC),
        datetime(2026, 9, 1, 12, 0, 0, 123456, tzinfo=UTC),
        datetime(2026, 3, 29, 2, 30, tzinfo=timezone(timedelta(hours=2))),
        datetime(1999, 12, 31, 23, 59, 59, 999999, tzinfo=timezone(timedelta(hours=-11))),
    ],
)
def test_a_moment_comes_back_as_the_same_moment_in_utc(tmp_path: Path, moment: datetime) -> None:
    store = open_views(tmp_path / "views.db", VIEWS)
    with store.writing() as session:
        session.add(
            DirectoryStudent(
                id=ANN, number="1", name=None, email=None, registered_at=moment, updated_at=1
            )
        )
        session.commit()
    with store.reading() as session:
        (found,) = session.exec(select(DirectoryStudent)).all()
        assert found.registered_at == moment
        assert found.registered_at.tzinfo is UTC
        # also when compared inside SQL, where it is text
        assert session.exec(
            select(DirectoryStudent).where(DirectoryStudent.registered_at == moment)
        ).all()
    store.close()


def test_a_reader_sees_one_state_over_several_reads_while_the_projector_commits(
    house: House,
) -> None:
    ann = house.office.register("S1")
    house.settle()
    everything = Window(100)
    with house.store.reading() as before:
        first = places(house.store, before)
        house.office.accept(Enroll(ann, A))
        bob = house.office.register("S2")
        house.settle()
        with house.store.reading() as after:
            assert by_id(after, catalog.CatalogSection, [A])[A].enrolled == 1
            assert len(roster.roster(after, A, everything).rows) == 1
            assert set(by_id(after, directory.DirectoryStudent, [ann, bob])) == {ann, bob}
        assert by_id(before, catalog.CatalogSection, [A])[A].enrolled == 0
        assert roster.roster(before, A, everything).rows == []
        assert set(by_id(before, directory.DirectoryStudent, [ann, bob])) == {ann}
        assert places(house.store, before) == first


def test_dropping_the_store_loses_nothing(house: House) -> None:
    ann = house.office.register("S1")
    house.office.accept(Enroll(ann, A))
    head = house.settle()
    before = {view.name: house.rows(view.name) for view in VIEWS}
    house.projector.stop()
    house.store.close()
    drop(house.path)
    with projection(house.path, house.office.log) as again:
        again.projector.start()
        again.reach(head)
        assert {view.name: again.rows(view.name) for view in VIEWS} == before


def drop(path: Path) -> None:
    if not POSTGRES:
        for file in path.parent.glob(f"{path.name}*"):
            file.unlink()
        return
    with psycopg.connect(database(path.parent)) as server:
        server.execute("DROP SCHEMA rollbook_views CASCADE")
