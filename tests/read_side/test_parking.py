"""A view that stumbles over a fact: tried again, parked for that view alone, told to operators."""

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy.exc import InternalError, OperationalError, ProgrammingError
from sqlmodel import select

from read_side import follower
from read_side import projector as projecting
from read_side.projector import TRIES
from read_side.store import View
from read_side.views import VIEWS, catalog, roster
from tests.read_side.house import Projection, projection
from tests.read_side.past import Past
from tests.read_side.stored import rows_of, stored_bytes
from tests.read_side.taster import Tasted, Taster, raising
from tests.stores import sqlite_only
from tests.write_side.campus import ANN, BOB, CAMPUS, FALL, student
from tests.write_side.office import PATIENCE, raw
from tests.write_side.tampering import tampering

SECRET = "quoted from a payload"
POISON = ValueError(SECRET)
LOCKED = OperationalError("INSERT", {}, Exception("database is locked"))
STANDBY = InternalError("INSERT", {}, Exception("cannot execute in a read-only transaction"))
NO_TABLE = ProgrammingError("INSERT", {}, Exception('relation "tasted" does not exist'))


@dataclass
class Bench(Projection):
    """A taster between real views over a past of seven facts."""

    taster: Taster
    past: Past

    def tasted(self) -> list[int]:
        with self.store.reading() as session:
            return sorted(row.position for row in session.exec(select(Tasted)))

    def settle(self, timeout: float = PATIENCE, views: tuple[View, ...] = ()) -> None:
        self.reach(self.past.head, timeout, *[view.name for view in views])


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Bench]]:
    monkeypatch.setattr(projecting, "PAUSE_SECONDS", 0.01)
    with ExitStack() as opened:

        def begin(trouble: dict[int, Callable[[], None]], *more: object) -> Bench:
            taster, past = Taster(trouble), Past().tell(*CAMPUS, student(ANN), *more)  # type: ignore[arg-type]
            views = (*VIEWS[:2], taster.view, *VIEWS[2:])
            shown = opened.enter_context(projection(tmp_path / "views.db", past, *views))
            shown.projector.start()
            return Bench(**vars(shown), taster=taster, past=past)

        yield begin


Begin = Callable[..., Bench]


def test_the_fact_is_parked_for_that_view_and_all_others_go_on(
    bench: Begin, caplog: pytest.LogCaptureFixture
) -> None:
    stumbling = bench({3: raising(last=POISON)})
    stumbling.settle()
    assert stumbling.tasted() == [1, 2, 4, 5, 6, 7], "the poison fact, and nothing else, is missing"
    assert stumbling.parked() == [("taster", 3, "ValueError")]
    assert {p.position for p in stumbling.store.positions().values()} == {stumbling.past.head}
    assert len(rows_of(stumbling.path, catalog.VIEW)["catalog_section"]) == 3
    alarms = [r for r in caplog.records if r.levelno == logging.ERROR]
    assert [alarm.getMessage() for alarm in alarms] == ["view taster parked 3"]


def test_it_is_tried_again_before_it_is_parked(bench: Begin) -> None:
    stumbling = bench({3: raising(last=POISON)})
    stumbling.settle()
    assert stumbling.taster.visits[3] == 1 + TRIES
    assert stumbling.taster.visits[7] == 1, "facts behind it were tried more often than needed"


@pytest.mark.parametrize("times", range(1, TRIES + 1))
def test_what_works_in_the_end_is_not_parked(bench: Begin, times: int) -> None:
    stumbling = bench({3: raising(*[POISON] * times)})
    stumbling.settle()
    assert stumbling.tasted() == [1, 2, 3, 4, 5, 6, 7]
    assert stumbling.parked() == []


def test_every_poison_fact_is_parked_and_the_batch_goes_on(bench: Begin) -> None:
    poison = raising(last=POISON)
    stumbling = bench({1: poison, 4: poison, 7: poison})
    stumbling.settle()
    assert stumbling.tasted() == [2, 3, 5, 6]
    assert [position for _, position, _ in stumbling.parked()] == [1, 4, 7]


def test_a_refusal_is_parked_too(bench: Begin) -> None:
    stumbling = bench({-8: raising(last=POISON)}, FALL, FALL, student(BOB))
    stumbling.settle()
    assert stumbling.parked() == [("taster", -8, "ValueError")]
    assert stumbling.tasted() == [-9, 1, 2, 3, 4, 5, 6, 7, 8]


def test_what_is_parked_quotes_nothing(bench: Begin) -> None:
    stumbling = bench({3: raising(last=POISON)})
    stumbling.settle()
    assert SECRET.encode() not in stored_bytes(stumbling.path)


def test_notices_of_the_other_views_and_facts_come_all_the_same(bench: Begin) -> None:
    stumbling = bench({3: raising(last=POISON)})
    stumbling.settle()
    stumbling.projector.stop()
    told = stumbling.overheard()
    stumbling.projector.rebuild("taster")
    notices = told.until("taster", stumbling.past.head)
    keys = {key for notice in notices for key in notice.keys}
    others = {fact.stream for fact in stumbling.past.facts if fact.position != 3}
    assert keys == others, "a row that was rolled back was announced, or one that stands was not"


def test_a_rebuild_after_the_repair_takes_the_fact_in_and_clears_the_alarm(bench: Begin) -> None:
    stumbling = bench({3: raising(last=POISON)})
    stumbling.settle()
    stumbling.projector.stop()
    stumbling.taster.trouble.clear()
    stumbling.projector.rebuild("taster")
    assert stumbling.tasted() == [1, 2, 3, 4, 5, 6, 7]
    assert stumbling.parked() == []


@pytest.mark.parametrize("times", [1, 2, 10])
@pytest.mark.parametrize("trouble", [LOCKED, STANDBY, NO_TABLE])
def test_a_store_that_is_in_trouble_for_a_while_parks_nothing(
    bench: Begin, trouble: Exception, times: int
) -> None:
    stumbling = bench({3: raising(*[trouble] * times)})
    stumbling.settle(3, (stumbling.taster.view,))
    assert stumbling.tasted() == [1, 2, 3, 4, 5, 6, 7]
    assert stumbling.parked() == []


def test_views_before_and_after_a_busy_one_are_announced(bench: Begin) -> None:
    stumbling = bench({3: raising(LOCKED)})
    stumbling.settle(3, VIEWS)


def test_a_store_busy_while_one_fact_is_tried_alone_loses_no_notice(bench: Begin) -> None:
    stumbling = bench({3: raising(POISON, LOCKED)})
    stumbling.settle(3)
    assert stumbling.parked() == []
    assert stumbling.tasted() == [1, 2, 3, 4, 5, 6, 7]


@pytest.mark.parametrize("batch", [1_000, 3])
def test_a_view_that_is_busy_for_ever_holds_up_no_other(
    bench: Begin, batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follower, "BATCH", batch)
    stumbling = bench({3: raising(last=LOCKED)})
    stumbling.settle(3, VIEWS)
    assert len(rows_of(stumbling.path, roster.VIEW)["roster_entry"]) == 0
    assert stumbling.parked() == []


def test_a_view_whose_table_is_broken_holds_up_no_other(bench: Begin) -> None:
    stumbling = bench({})
    stumbling.settle()
    with tampering(stumbling.path.parent, "views") as do:
        do("ALTER TABLE tasted RENAME COLUMN stream TO river")
    stumbling.past.tell(student(BOB))
    stumbling.projector.follower.nudge()
    stumbling.settle(3, VIEWS)
    assert stumbling.parked() == [], "the fact is not to blame"


@sqlite_only
def test_a_locked_file_is_waited_for(bench: Begin) -> None:
    waiting = bench({})
    waiting.settle()
    with raw(waiting.path) as connection, closing(connection.cursor()) as cursor:
        cursor.execute("BEGIN IMMEDIATE")
        waiting.past.tell(student(BOB))
        waiting.projector.follower.nudge()
        with pytest.raises(TimeoutError):
            waiting.settle(0.2)
        cursor.execute("ROLLBACK")
    waiting.settle()
    assert waiting.tasted()[-1] == waiting.past.head
    assert waiting.parked() == []
