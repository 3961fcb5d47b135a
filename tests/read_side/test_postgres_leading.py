"""Many processes, one leads: whoever goes, another takes over, and no two ever write a view."""

import signal
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from tempfile import mkdtemp

import pytest
from eventsourcing.persistence import OperationalError

from read_side.opening import ReadSide
from read_side.store import NotLeading
from read_side.views import VIEWS
from tests.postgres import serving
from tests.read_side import test_live_and_rebuilt as plain
from tests.read_side.fold import fold
from tests.read_side.leading import Scene, process_projecting, projecting, until
from tests.read_side.wishes import Day
from tests.stores import QUICK, database, on_server
from tests.write_side.campus import A
from tests.write_side.office import PATIENCE, Office, office_at
from write_side.commands import ChangeCapacity
from write_side.log.postgres import PostgresLog

SOON = 5.0
TOLD = (plain.catalog, plain.roster, plain.schedule, plain.carts, plain.feedback, plain.demand)


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(database(tmp_path))


@pytest.fixture
def office(tmp_path: Path, scene: Scene) -> Iterator[Office]:
    with office_at(tmp_path, **on_server(scene.url)) as opened:
        yield opened


def go_on(office: Office, scene: Scene, seconds: float = PATIENCE) -> float:
    """Something happens; how long it takes until every view has it."""
    office.accept(ChangeCapacity(A, office.log.head()))
    head = office.log.head()
    return until(lambda: scene.positions() == {head}, seconds)


def check(office: Office, side: ReadSide) -> None:
    """The views say what a fold of the log says."""
    log = office.log
    folded = fold(log.read(0, 10**6), log.refused(0, 10**6))
    with side.store.reading() as session:
        for told in TOLD:
            found, expected = told(session, folded)
            assert found == expected, told.__name__
        assert side.store.parked(session) == []


def test_one_leads_all_views_and_the_other_stands_by(scene: Scene, office: Office) -> None:
    with projecting(scene.url) as one, projecting(scene.url) as other:
        go_on(office, scene)
        until(lambda: one.projector.led() == {view.name for view in VIEWS})
        assert not other.projector.led()
        assert len(scene.leaders()) == 1
        one.changes.wait(office.log.head(), PATIENCE)
        other.changes.wait(office.log.head(), PATIENCE)
    assert scene.wrote_in_turn() == 1


def test_the_other_takes_over_from_one_that_stops(scene: Scene, office: Office) -> None:
    with ExitStack() as leading:
        leading.enter_context(projecting(scene.url))
        go_on(office, scene)
        with projecting(scene.url) as other:
            leading.close()
            go_on(office, scene, SOON)
            check(office, other)
    assert scene.wrote_in_turn() == 2


def test_the_other_takes_over_from_a_process_that_is_killed(scene: Scene, office: Office) -> None:
    day = Day(office, seed=7)
    with process_projecting(scene.url) as leading:
        go_on(office, scene)
        with projecting(scene.url) as standing_by:
            day.pass_by(bursts=10, most=20)
            leading.kill()
            took = go_on(office, scene, SOON)
            day.pass_by(bursts=10, most=20)
            go_on(office, scene)
            check(office, standing_by)
    print(f"taken over after {took:.1f} s")
    assert scene.wrote_in_turn() == 2
    live = scene.rows()
    assert scene.made_again(office.log) == live


def test_whoever_leads_after_its_connection_is_killed_leads_alone(
    scene: Scene, office: Office
) -> None:
    day = Day(office, seed=8)
    with projecting(scene.url), projecting(scene.url) as side:
        for _ in range(3):
            day.pass_by(bursts=5, most=20)
            go_on(office, scene)
            day.pass_by(bursts=2, most=20)
            scene.kill_leaders()
            go_on(office, scene, SOON)
        check(office, side)
    assert scene.wrote_in_turn() >= 4
    live = scene.rows()
    assert scene.made_again(office.log) == live


def test_one_that_hangs_gives_way_and_writes_no_more(scene: Scene, office: Office) -> None:
    with process_projecting(scene.url) as leading:
        go_on(office, scene)
        (leader,) = scene.leaders()
        with projecting(scene.url):
            leading.send_signal(signal.SIGSTOP)
            took = go_on(office, scene, SOON)
            leading.send_signal(signal.SIGCONT)
            for _ in range(3):
                go_on(office, scene)
            assert leader not in scene.leaders()
    print(f"taken over after {took:.1f} s")
    assert scene.wrote_in_turn() == 2


def test_a_view_is_not_made_again_while_another_process_leads_it(
    scene: Scene, office: Office
) -> None:
    with process_projecting(scene.url):
        go_on(office, scene)
        with projecting(scene.url) as side:
            side.projector.stop()
            before = scene.rows()
            with pytest.raises(NotLeading, match="another process projects the view catalog"):
                side.projector.rebuild("catalog")
            assert scene.rows() == before


def test_a_server_that_crashes_under_load_is_projected_to_again(tmp_path: Path) -> None:
    with serving(Path(mkdtemp(prefix="rollbook-postgres-")), *QUICK) as server:
        scene = Scene(server.database("crash"))
        with (
            office_at(tmp_path, **on_server(scene.url)) as office,
            projecting(scene.url) as one,
            projecting(scene.url) as other,
        ):
            day = Day(office, seed=9)
            for _ in range(2):
                day.pass_by(bursts=3, most=20)
                under_way = [office.send(day.wish()) for _ in range(200)]
                server.stop("immediate")
                server.start()
                for future in under_way:
                    with suppress(OperationalError):
                        future.result(PATIENCE)
                reopened = until(lambda: reachable(office))
                took = go_on(office, scene)
                print(f"commands again after {reopened:.1f} s, views after {took:.1f} s")
            for side in (one, other):
                side.changes.wait(office.log.head(), PATIENCE)
                check(office, side)
        scene.wrote_in_turn()
        live = scene.rows()
        with closing(PostgresLog(scene.url, writing=False)) as log:
            assert scene.made_again(log) == live


def reachable(office: Office) -> bool:
    try:
        office.ask(ChangeCapacity(A, 5))
    except OperationalError:
        return False
    return True
