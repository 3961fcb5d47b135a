"""The follower: wakes at once when nudged, looks anyway when not, and never skips a fact."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import pytest

from read_side import follower
from read_side.follower import Batch, Follower
from tests.read_side.past import Past
from tests.write_side.campus import DATABASES, FALL, LATIN, A, B
from tests.write_side.office import PATIENCE, Office, office_at
from write_side.commands import AddToCart, ChangeCapacity, Command, Enroll, RegisterStudent

FOR_EVER = 3_600.0


@pytest.fixture
def _no_poll(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever depends on the poll waits until the test fails."""
    monkeypatch.setattr(follower, "POLL_SECONDS", FOR_EVER)


@contextmanager
def looking(follow: Follower) -> Iterator[list[Batch]]:
    """Somebody asks for the next batch on another thread, and has it when this ends."""
    found: list[Batch] = []
    thread = threading.Thread(target=lambda: found.append(follow.next(0, 0)), daemon=True)
    thread.start()
    yield found
    thread.join(PATIENCE)
    assert not thread.is_alive(), "it waits for ever"


@pytest.mark.usefixtures("_no_poll")
def test_what_is_there_comes_without_waiting() -> None:
    past = Past().tell(FALL, DATABASES)
    batch = Follower(past).next(0, 0)
    assert [fact.position for fact in batch.facts] == [1, 2]
    assert batch.refusals == []


@pytest.mark.usefixtures("_no_poll")
def test_a_nudge_wakes_at_once() -> None:
    looked = threading.Event()
    past = Past(looked=looked.set)
    follow = Follower(past)
    with looking(follow) as found:
        assert looked.wait(PATIENCE)
        past.tell(FALL)
        follow.nudge()
    assert [fact.position for fact in found[0].facts] == [1]


@pytest.mark.usefixtures("_no_poll")
def test_a_fact_that_comes_while_it_looks_is_not_slept_over() -> None:
    past = Past()
    follow = Follower(past)

    def just_missed() -> None:
        past.looked = lambda: None
        past.tell(FALL)
        follow.nudge()

    past.looked = just_missed
    assert [fact.position for fact in follow.next(0, 0).facts] == [1]


@pytest.mark.usefixtures("_no_poll")
def test_a_nudge_before_anybody_looks_is_kept() -> None:
    past = Past()
    follow = Follower(past)
    follow.nudge()
    with looking(follow) as found:
        pass
    assert not found[0]


@pytest.mark.usefixtures("_no_poll")
def test_a_refusal_alone_is_a_batch() -> None:
    past = Past().tell(FALL, FALL)
    batch = Follower(past).next(1, 0)
    assert batch
    assert (list(batch.facts), len(batch.refusals)) == ([], 1)


def test_a_lost_nudge_costs_at_most_a_poll(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follower, "POLL_SECONDS", 0.01)
    looked = threading.Event()
    past = Past(looked=looked.set)
    follow = Follower(past)
    assert not follow.next(0, 0), "nothing came"
    past.tell(FALL)
    assert [fact.position for fact in follow.next(0, 0).facts] == [1]


def test_many_facts_come_in_batches_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follower, "BATCH", 2)
    follow = Follower(Past().tell(FALL, DATABASES, LATIN))
    first = follow.next(0, 0)
    assert [fact.position for fact in first.facts] == [1, 2]
    assert [fact.position for fact in follow.next(2, 0).facts] == [3]
    assert not follow.pull(3, 0)


def test_it_neither_skips_nor_repeats_while_four_write(office: Office) -> None:
    follow = Follower(office.log)
    office.registrar.on_saved(follow.nudge)
    students = [office.register(f"S{nth}") for nth in range(8)]
    begun = office.log.head()

    def write(writer: int) -> int:
        """How many facts and refusals were recorded for what this writer sent."""
        sent = [office.send(wish) for wish in wishes(writer, students)]
        outcomes = [future.result(PATIENCE) for future in sent]
        return sum(len(outcome.facts) for outcome in outcomes)

    positions: list[int] = []
    serials: list[int] = []
    with ThreadPoolExecutor(4) as writers:
        busy = [writers.submit(write, writer) for writer in range(4)]
        place = (begun, 0)
        while not all(each.done() for each in busy) or place[0] < office.log.head():
            batch = follow.next(*place)
            positions += [fact.position for fact in batch.facts]
            serials += [refusal.serial for refusal in batch.refusals]
            place = ((positions or [begun])[-1], (serials or [0])[-1])
    assert positions == list(range(begun + 1, office.log.head() + 1))
    assert len(positions) == sum(each.result() for each in busy) > 200
    refused = office.rows("SELECT serial FROM receipts WHERE refusals != '[]' ORDER BY serial")
    assert serials == [serial for (serial,) in refused]
    assert serials, "nothing was refused, so nothing was shown"


def wishes(writer: int, students: list[UUID]) -> Iterator[Command]:
    for nth in range(80):
        yield RegisterStudent(f"W{writer}-{nth}", None, None)
        yield ChangeCapacity(A, nth % 40)
        yield Enroll(students[(nth + writer) % len(students)], (A, B)[nth % 2])
        yield AddToCart(students[nth % len(students)], A)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with office_at(tmp_path) as opened:
        yield opened
