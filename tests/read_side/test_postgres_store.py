"""Views on a server: the same rows, in the same order, as in a file."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from sqlmodel import Session, select

from read_side import postgres
from read_side import projector as projecting
from read_side.postgres import PostgresViews
from read_side.projector import Projector
from read_side.store import ViewStore
from read_side.views import VIEWS, activity, catalog, directory, roster
from read_side.views.roster import RosterEntry
from read_side.window import Window, cursor
from tests.read_side.leading import Scene, until
from tests.read_side.past import Past
from tests.read_side.taster import Tasted, Taster
from tests.scenario import NOON, fact
from tests.stores import database, views_at
from tests.write_side.campus import ANN, CAMPUS, CS, A, student
from tests.write_side.office import PATIENCE
from write_side.events import CourseRevised
from write_side.postgres import as_role

FAR = 2**40
Open = Callable[..., ViewStore]


@pytest.fixture
def url(tmp_path: Path) -> str:
    return database(tmp_path)


@pytest.fixture
def store(url: str) -> Iterator[ViewStore]:
    opened = ViewStore(PostgresViews(views_at(url)), VIEWS)
    yield opened
    opened.close()


def ask(url: str, statement: str) -> list[tuple[object, ...]]:
    writing = make_conninfo(url, options="-c default_transaction_read_only=off")
    with psycopg.connect(writing, autocommit=True) as connection:
        done = connection.execute(statement)
        return done.fetchall() if done.description else []


def project(store: ViewStore, past: Past) -> None:
    for view in store.views:
        Projector(store, past).rebuild(view)
    with store.reading() as session:
        assert store.parked(session) == []


def entry(position: int) -> RosterEntry:
    return RosterEntry(
        enrollment=ANN,
        section=A,
        student=ANN,
        status="ENROLLED",
        enrolled_at=NOON,
        position=position,
    )


@pytest.mark.usefixtures("store")
def test_no_column_is_narrower_than_in_a_file_or_sorts_by_language(url: str) -> None:
    columns = ask(
        url,
        "SELECT DISTINCT data_type, collation_name, column_default IS NOT NULL"
        " FROM information_schema.columns WHERE table_schema = 'rollbook_views'",
    )
    assert sorted(columns) == [
        ("bigint", None, False),
        ("boolean", None, False),
        ("date", None, False),
        ("double precision", None, False),
        ("json", None, False),
        ("text", "C", False),
        ("timestamp with time zone", None, False),
        ("uuid", None, False),
    ]


def test_a_log_may_grow_beyond_four_bytes(store: ViewStore) -> None:
    with store.writing() as session:
        session.add(entry(FAR))
        session.add_all(Tasted(position=FAR + nth, stream=A) for nth in range(3))
        session.commit()
    with store.reading() as session:
        for window in (Window(9, after=cursor([FAR - 1])), Window(9, before=cursor([FAR + 1]))):
            (row,) = roster.roster(session, A, window).rows
            assert row.position == FAR
        assert not roster.roster(session, A, Window(9, after=cursor([2**63 - 1]))).rows
        assert activity.entries(session, 9, above=FAR).rows == []
        assert len(session.exec(select(Tasted).where(Tasted.position >= FAR)).all()) == 3


def test_a_text_with_a_nul_in_it_stops_no_view(store: ViewStore) -> None:
    past = Past().tell(*CAMPUS)
    revised = {"title": "Data\0bases", "credits": 3, "prerequisites": (), "corequisites": ()}
    past.tell(fact(CourseRevised, CS, **revised), student(ANN))
    project(store, past)
    with store.reading() as session:
        assert catalog.course_by_code(session, "CS-101").title == "Data\ufffdbases"  # type: ignore[union-attr]
        assert len(directory.students(session, Window(9)).rows) == 1


def test_a_question_with_a_nul_in_it_finds_nothing(store: ViewStore) -> None:
    project(store, Past().tell(*CAMPUS, student(ANN)))
    nul = "CS\0"
    with store.reading() as session:
        assert catalog.course_by_code(session, nul) is None
        assert not catalog.sections(session, Window(9), search=nul).rows
        assert not catalog.sections(session, Window(9), term=nul, subject=nul).rows
        assert not directory.students(session, Window(9), number=nul).rows
        assert not directory.students(session, Window(9, before=cursor([nul]))).rows


def test_moments_come_back_in_utc_from_a_server_that_lives_elsewhere(url: str) -> None:
    name = conninfo_to_dict(url)["dbname"]
    ask(url, f"ALTER DATABASE {name} SET timezone = 'America/St_Johns'")
    store = ViewStore(PostgresViews(views_at(url)), VIEWS)
    with store.writing() as session:
        session.add(entry(1))
        session.commit()
    with store.reading() as session:
        (row,) = roster.everybody(session)
    store.close()
    assert (row.enrolled_at, row.enrolled_at.tzinfo) == (NOON, UTC)


def test_no_connection_waits_for_ever(store: ViewStore) -> None:
    names = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")

    def patience(session: Session) -> list[str]:
        return [str(session.connection().exec_driver_sql(f"SHOW {n}").scalar()) for n in names]

    with store.reading() as reading, store.writing() as writing:
        assert patience(reading) == ["30s", "10s", "30s"]
        assert patience(writing) == ["30s", "10s", "10s"]


def test_many_processes_may_open_a_new_store_at_once(url: str) -> None:
    views_at(url)
    at_once, count = threading.Barrier(6), 6

    def opened(_: int) -> set[str]:
        database = PostgresViews(as_role(url, "rollbook_views"))
        at_once.wait(PATIENCE)
        store = ViewStore(database, VIEWS)
        found = set(store.positions())
        store.close()
        return found

    with ThreadPoolExecutor(count) as processes:
        assert list(processes.map(opened, range(count))) == [{view.name for view in VIEWS}] * count


@pytest.mark.parametrize("how", ["killed", "timed out"])
def test_a_connection_lost_in_the_middle_of_a_batch_parks_nothing(
    url: str, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "STAND_BY_SECONDS", 0)
    monkeypatch.setattr(projecting, "PAUSE_SECONDS", 0.01)
    scene = Scene(url)
    if how == "timed out":
        timeout = {"idle_in_transaction_session_timeout": "300ms"}
        monkeypatch.setattr(postgres, "WRITING", timeout)
    lost: list[set[int]] = []

    def lose() -> None:
        if len(lost) < 6:
            lost.append(before := scene.leaders())
            if how == "killed":
                scene.kill_leaders()
            until(lambda: not scene.leaders() & before)

    store = ViewStore(PostgresViews(views_at(url)), (Taster({3: lose}).view,))
    past = Past().tell(*CAMPUS)
    projector = Projector(store, past)
    projector.start()
    until(lambda: store.positions()["taster"].position == past.head)
    projector.stop()
    with store.reading() as session:
        assert store.parked(session) == []
        assert len(session.exec(select(Tasted)).all()) == past.head
    store.close()
    assert len(lost) == 6


def test_a_server_that_only_reads_for_a_while_parks_nothing(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a standby does until it is promoted."""
    monkeypatch.setattr(projecting, "PAUSE_SECONDS", 0.01)
    scene, store = Scene(url), ViewStore(PostgresViews(views_at(url)), VIEWS)
    name = conninfo_to_dict(url)["dbname"]
    ask(url, f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    store.close()  # connections made from here on only read
    looks = threading.Semaphore(0)
    past = Past(looked=looks.release).tell(*CAMPUS)
    projector = Projector(store, past)
    projector.start()
    for _ in range(3):
        assert looks.acquire(timeout=PATIENCE)
    ask(url, f"ALTER DATABASE {name} RESET ALL")
    scene.kill_leaders()
    until(lambda: {at.position for at in store.positions().values()} == {past.head})
    projector.stop()
    with store.reading() as session:
        assert store.parked(session) == []
    store.close()
