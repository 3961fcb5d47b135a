"""Whatever happened: views kept live, made again from zero, and a fold of the log say the same."""

import os
import random
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import Session, select

from read_side import follower, writing
from read_side.projector import Projector
from read_side.views import VIEWS
from read_side.views.catalog import CatalogSection
from read_side.views.demand import DemandRefusal, DemandSection
from read_side.views.feedback import FeedbackComment, FeedbackCount
from read_side.views.roster import RosterEntry
from read_side.views.schedule import ScheduleCartItem, ScheduleEnrollment
from tests.read_side.fold import Folded, fold
from tests.read_side.house import House
from tests.read_side.past import Past
from tests.read_side.stored import Rows, rows_of
from tests.read_side.wishes import Day
from tests.stores import open_views
from tests.write_side.campus import ANN, BOB, CAMPUS, A, B, L, section_id, student
from write_side.commands import (
    AddToCart,
    CancelEnrollment,
    ChangeCapacity,
    Command,
    Enroll,
    RemoveFromCart,
    ScheduleSection,
)
from write_side.events import CancellationReason

LATER = ScheduleSection("2026FA", "LAT-1", "later", 1)


@pytest.fixture
def seed() -> int:
    drawn = int(os.environ.get("DAY_SEED", random.randrange(2**32)))
    print(f"repeat by DAY_SEED={drawn}")
    return drawn


@pytest.fixture
def day(house: House, seed: int) -> House:
    """A house in which all that may happen in a day did."""
    outcomes = Day(house.office, seed).pass_by(bursts=60, most=20)
    assert sum(not outcome.refusals for outcome in outcomes) > 100
    assert sum(bool(outcome.refusals) for outcome in outcomes) > 50
    # a position waited for is a fact's; what was refused before it came with the same batch
    house.office.register("the last one")
    house.settle()
    assert house.parked() == []
    return house


@pytest.mark.parametrize("batch", [1_000, 7])
def test_views_made_again_equal_those_kept_live(
    day: House, batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    day.projector.stop()
    live = {view.name: day.rows(view.name) for view in VIEWS}
    monkeypatch.setattr(follower, "BATCH", batch)
    for view in VIEWS:
        assert Projector(day.store, day.office.log).rebuild(view.name) == day.office.log.head()
        differing = differences(live[view.name], day.rows(view.name))
        assert not differing, f"{view.name}: {differing}"
    assert day.parked() == []


def differences(live: Rows, again: Rows) -> list[str]:
    return [
        f"{sign} {table} {row}"
        for table in live
        for sign, here, there in (("live", live, again), ("rebuilt", again, live))
        for row in here[table]
        if row not in there[table]
    ]


def test_views_say_what_a_fold_of_the_log_says(day: House) -> None:
    log = day.office.log
    expected = fold(log.read(0, 10**6), log.refused(0, 10**6))
    with day.store.reading() as session:
        for told in (catalog, roster, schedule, carts, feedback, comments, demand, refusals):
            found, folded = told(session, expected)
            assert found == folded, told.__name__


def catalog(session: Session, folded: Folded) -> tuple[object, object]:
    rows = session.exec(select(CatalogSection)).all()
    found = {row.id: (row.capacity, row.enrolled) for row in rows}
    return found, {s: (capacity, folded.enrolled[s]) for s, capacity in folded.capacity.items()}


def roster(session: Session, folded: Folded) -> tuple[object, object]:
    rows = session.exec(select(RosterEntry)).all()
    found = {row.enrollment: (row.section, row.student, row.status) for row in rows}
    return found, {key: episode[:3] for key, episode in folded.episodes.items()}


def schedule(session: Session, folded: Folded) -> tuple[object, object]:
    rows = session.exec(select(ScheduleEnrollment)).all()
    return {r.id: (r.section, r.student, r.status, r.reason, r.comment) for r in rows}, (
        folded.episodes
    )


def carts(session: Session, folded: Folded) -> tuple[object, object]:
    rows = session.exec(select(ScheduleCartItem)).all()
    return {(row.student, row.section) for row in rows}, folded.carts


def feedback(session: Session, folded: Folded) -> tuple[object, object]:
    rows = session.exec(select(FeedbackCount)).all()
    counts = {(r.term, r.course, r.reason, "CANCELED"): r.canceled for r in rows}
    counts |= {(r.term, r.course, r.reason, "WITHDRAWN"): r.withdrawn for r in rows}
    return {key: count for key, count in counts.items() if count}, dict(folded.left)


def comments(session: Session, folded: Folded) -> tuple[object, object]:
    found = sorted(row.comment for row in session.exec(select(FeedbackComment)).all())
    return found, sorted(comment for *_, comment in folded.episodes.values() if comment)


def demand(session: Session, folded: Folded) -> tuple[object, object]:
    wanted = ("cart_adds", "enrollments", "waitlist_joins", "refusals")
    kinds = (*wanted, "cart_removals", "promotions")
    rows = session.exec(select(DemandSection)).all()
    found = {(row.section, kind): getattr(row, kind) for row in rows for kind in kinds}
    assert all(r.wanted == sum(getattr(r, kind) for kind in wanted) for r in rows)
    return {key: count for key, count in found.items() if count}, dict(folded.wanted)


def refusals(session: Session, folded: Folded) -> tuple[object, object]:
    rows = session.exec(select(DemandRefusal)).all()
    return {(row.section, row.code): row.count for row in rows}, dict(folded.broken)


def remade(house: House, view: str) -> Rows:
    house.projector.stop()
    Projector(house.store, house.office.log).rebuild(view)
    return house.rows(view)


def test_a_refusal_counts_the_same_live_and_rebuilt_when_the_section_came_later(
    house: House,
) -> None:
    ann = house.office.register("S1")
    assert house.office.ask(Enroll(ann, section_id(LATER))).refusals
    house.office.register("S2")
    house.settle()
    house.office.accept(LATER)
    house.settle()
    live = house.rows("demand")
    assert remade(house, "demand") == live


def test_a_refusal_counts_the_same_live_and_rebuilt_far_down_the_log(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = house.office.register("S1")
    for nth in range(20):
        house.office.register(f"T{nth}")
    house.office.accept(LATER, ChangeCapacity(section_id(LATER), 0))
    house.settle()
    assert house.office.ask(Enroll(ann, section_id(LATER))).refusals
    house.office.register("S2")
    house.settle()
    live = house.rows("demand")
    assert live["demand_refusal"]
    monkeypatch.setattr(follower, "BATCH", 10)
    assert remade(house, "demand") == live


Rebuilt = Callable[[Past, bool], dict[str, Rows]]
PEOPLE, SECTIONS = st.sampled_from([ANN, BOB]), st.sampled_from([A, B, L])
REASONS = st.sampled_from(list(CancellationReason)[:3])
WISHES = st.one_of(
    st.builds(Enroll, PEOPLE, SECTIONS),
    st.builds(CancelEnrollment, PEOPLE, SECTIONS, REASONS),
    st.builds(AddToCart, PEOPLE, SECTIONS),
    st.builds(RemoveFromCart, PEOPLE, SECTIONS),
)


@pytest.fixture(scope="module")
def rebuilt(
    tmp_path_factory: pytest.TempPathFactory,
) -> Rebuilt:
    path = tmp_path_factory.mktemp("cuts") / "views.db"
    store = open_views(path, VIEWS)

    def rebuild(past: Past, together: bool) -> dict[str, Rows]:
        projector, at = Projector(store, past), (0, 0)
        for view in VIEWS:
            if together:
                store.clear(view.name)
            else:
                projector.rebuild(view.name)
        while together and (batch := projector.follower.pull(*at)):
            projector._project(at, batch, VIEWS)
            at = batch.end(at)
        with store.reading() as session:
            assert [(p.view, p.position, p.error) for p in store.parked(session)] == []
        return {view.name: rows_of(path, view) for view in VIEWS}

    return rebuild


@settings(max_examples=max(25, settings().max_examples // 4))
@given(
    wishes=st.lists(WISHES, min_size=2, max_size=14),
    batch=st.integers(1, 9),
    remembered=st.sampled_from([0, 2, 1_000]),
)
def test_rows_do_not_depend_on_where_batches_end(
    rebuilt: Rebuilt, wishes: list[Command], batch: int, remembered: int
) -> None:
    """Nor on whether views move together, nor on how much is remembered between two batches."""
    past = Past().tell(*CAMPUS, student(ANN), student(BOB), *wishes)
    alone = rebuilt(past, False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(follower, "BATCH", batch)
        patch.setattr(writing, "KEPT", remembered)
        patch.setattr(writing, "UNASKED", remembered)
        in_parts = rebuilt(past, True)
    for view in VIEWS:
        differing = differences(alone[view.name], in_parts[view.name])
        assert not differing, f"{view.name}: {differing}"
