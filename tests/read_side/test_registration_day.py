"""Whatever happened on registration day: live, rebuilt and folded from the log say the same."""

from collections import Counter
from pathlib import Path
from uuid import UUID

import pytest
from sqlmodel import Session, select

from read_side import follower
from read_side.changes import Notice
from read_side.projector import Projector
from read_side.views import VIEWS, waitlist
from read_side.views.catalog import CatalogSection, CatalogWindow
from read_side.views.directory import DirectoryStudent
from read_side.views.notifications import Notification
from read_side.views.standing import StandingHold, StandingPermit
from read_side.views.waitlist import WaitlistPlace
from read_side.window import Window
from tests.read_side import test_live_and_rebuilt as plain
from tests.read_side.fold import fold
from tests.read_side.house import House, projection
from tests.read_side.past import Past
from tests.read_side.queue import (
    P1,
    P2,
    gone,
    held,
    lifted,
    offered,
    permitted,
    used,
    waits,
)
from tests.read_side.rush import Rush
from tests.read_side.waiting_fold import Waiting, fold_waiting
from tests.write_side.campus import ANN, BOB, CAMPUS, A, student
from write_side.events import (
    SeatOffered,
    StudentLeftWaitlist,
    WaiterPromoted,
    WaitlistExit,
)

seed = plain.seed
PLAIN = (
    plain.roster,
    plain.schedule,
    plain.carts,
    plain.feedback,
    plain.comments,
    plain.demand,
    plain.refusals,
)


@pytest.fixture
def day(house: House, seed: int) -> House:
    """A house in which lists moved, offers came and went, and people were held up."""
    outcomes = Rush(house.office, seed).pass_by(bursts=120, most=24)
    kinds = Counter(type(r.fact) for outcome in outcomes for r in outcome.facts)
    assert kinds[StudentLeftWaitlist] >= 5 and kinds[SeatOffered] + kinds[WaiterPromoted], kinds
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
        differing = plain.differences(live[view.name], day.rows(view.name))
        assert not differing, f"{view.name}: {differing}"
    assert day.parked() == []


def test_views_say_what_a_fold_of_the_log_says(day: House) -> None:
    log = day.office.log
    facts = log.read(0, 10**6)
    folded, waiting = fold(facts, log.refused(0, 10**6)), fold_waiting(facts)
    with day.store.reading() as session:
        for told in PLAIN:
            found, expected = told(session, folded)
            assert found == expected, told.__name__
        for told in (ranks, offers, standing, news, catalog, windows, groups):
            found, expected = told(session, waiting)
            assert found == expected, told.__name__
        rows = session.exec(select(CatalogSection)).all()
        assert {r.id: r.enrolled for r in rows} == {r.id: folded.enrolled[r.id] for r in rows}


def ranks(session: Session, folded: Waiting) -> tuple[object, object]:
    found: dict[UUID, int] = {}
    for section in folded.lines:
        rows = waitlist.of_section(session, section, Window(100)).rows
        counted = waitlist.ranks(session, [row.id for row in rows])
        found |= {row.id: 0 if row.offered else counted[row.id] for row in rows}
        line = [(row.student, row.id) for row in rows]
        assert line == folded.lines[section], "the list is in another order"
    return found, folded.ranks()


def offers(session: Session, folded: Waiting) -> tuple[object, object]:
    rows = session.exec(select(WaitlistPlace)).all()
    return {row.id: row.offer_expires_at for row in rows if row.offered}, folded.offers


def standing(session: Session, folded: Waiting) -> tuple[object, object]:
    holds = {row.id: row.student for row in session.exec(select(StandingHold))}
    permits = session.exec(select(StandingPermit)).all()
    found = {row.id: (row.student, row.section, row.rule) for row in permits}
    return (holds, found), (folded.holds, folded.permits)


def news(session: Session, folded: Waiting) -> tuple[object, object]:
    rows = session.exec(select(Notification).order_by("position")).all()
    return [(row.position, row.student, row.kind) for row in rows], folded.news


def catalog(session: Session, folded: Waiting) -> tuple[object, object]:
    rows, counts = session.exec(select(CatalogSection)).all(), folded.counts()
    found = {r.id: (r.waitlisted, r.offered, r.status, seats(r)) for r in rows}
    expected = {}
    for section in found:
        closed = "CLOSED" if section in folded.closed else "OPEN"
        status = "CANCELED" if section in folded.canceled else closed
        kept = {group: n for (s, group), n in folded.reserves.items() if s == section}
        expected[section] = (
            counts[section, "waitlisted"],
            counts[section, "offered"],
            status,
            kept,
        )
    return found, expected


def seats(row: CatalogSection) -> dict[str, int]:
    return {group: kept["seats"] for group, kept in row.reserves.items()}


def windows(session: Session, folded: Waiting) -> tuple[object, object]:
    rows = session.exec(select(CatalogWindow)).all()
    return {row.group: (row.opens_at, row.closes_at) for row in rows}, folded.windows


def groups(session: Session, folded: Waiting) -> tuple[object, object]:
    rows = session.exec(select(DirectoryStudent)).all()
    return {row.id: row.groups for row in rows if row.groups}, {
        key: found for key, found in folded.groups.items() if found
    }


NOTHING: frozenset[UUID] = frozenset()
STORY = (
    *waits(ANN, P1),
    *waits(BOB, P2),
    offered(ANN, P1),
    *gone(ANN, P1, WaitlistExit.EXPIRED),
    held(ANN),
    permitted(BOB),
    lifted(ANN),
    used(BOB),
)
WOKEN = {
    # one set per fact of the story
    "waitlist": [{A, ANN}, NOTHING, {A, BOB}, NOTHING, {A, ANN}, {A, ANN}, *[NOTHING] * 5],
    "standing": [*[NOTHING] * 7, {ANN}, {BOB}, {ANN}, {BOB}],
    "notifications": [*[NOTHING] * 4, {ANN}, NOTHING, {ANN}, {ANN}, {BOB}, {ANN}, NOTHING],
    "catalog": [{A}, NOTHING, {A}, NOTHING, {A}, {A}, *[NOTHING] * 5],
    "demand": [{A}, NOTHING, {A}, *[NOTHING] * 8],
}


@pytest.mark.parametrize("name", WOKEN)
def test_a_notice_has_the_keys_that_changed_and_only_those(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(follower, "BATCH", 1)
    past = Past().tell(*CAMPUS, student(ANN), student(BOB))
    begun = past.head
    with projection(tmp_path / "views.db", past.tell(*STORY)) as shown:
        shown.projector.rebuild(name)
        assert shown.changes.until(name, past.head)[begun:] == [
            Notice(name, begun + nth, frozenset(keys)) for nth, keys in enumerate(WOKEN[name], 1)
        ]
