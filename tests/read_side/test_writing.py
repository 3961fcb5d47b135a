"""The writer's session: it asks for each row of a batch once and writes all of them together."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import event
from sqlalchemy.exc import NoResultFound
from sqlmodel import select

from read_side.projector import Projector
from read_side.store import ViewStore
from read_side.views import VIEWS
from read_side.views.catalog import CatalogWindow
from read_side.views.schedule import ScheduleCartItem
from tests.read_side.past import Past
from tests.scenario import NOON, fact
from tests.stores import open_views
from tests.write_side.campus import ANN, BOB, CAMPUS, TERM, A, enrolled, student
from write_side.events import CapacityChanged, SectionAddedToCart, SectionRemovedFromCart


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ViewStore]:
    opened = open_views(tmp_path / "views.db", VIEWS)
    yield opened
    opened.close()


def item(term: object = TERM) -> ScheduleCartItem:
    return ScheduleCartItem(student=ANN, section=A, term=term, added_at=NOON)


@contextmanager
def counted(store: ViewStore) -> Iterator[list[str]]:
    """The statements the writer is sent."""
    sent: list[str] = []

    def send(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    event.listen(store.database.writer, "before_cursor_execute", send)
    yield sent
    event.remove(store.database.writer, "before_cursor_execute", send)


def in_cart(store: ViewStore) -> list[object]:
    with store.reading() as session:
        return [row.term for row in session.exec(select(ScheduleCartItem))]


def test_a_row_is_there_from_when_it_was_added_to_when_it_is_deleted(store: ViewStore) -> None:
    with store.writing() as session:
        assert session.get(ScheduleCartItem, (ANN, A)) is None
        session.add(row := item())
        assert session.get_one(ScheduleCartItem, (ANN, A)) is row
        session.delete(row)
        assert session.get(ScheduleCartItem, (ANN, A)) is None
        with pytest.raises(NoResultFound):
            session.get_one(ScheduleCartItem, (ANN, A))
        session.commit()
    assert in_cart(store) == []


@pytest.mark.parametrize("written", [False, True])
def test_a_row_that_goes_and_comes_again_is_the_new_one(store: ViewStore, written: bool) -> None:
    with store.writing() as session:
        session.add(row := item())
        if written:
            session.commit()
            row = session.get_one(ScheduleCartItem, (ANN, A))
        session.delete(row)
        assert session.get(ScheduleCartItem, (ANN, A)) is None
        session.add(item(BOB))
        session.commit()
    assert in_cart(store) == [BOB]


def test_a_row_that_is_merged_twice_is_one(store: ViewStore) -> None:
    with store.writing() as session:
        for hour in (NOON, NOON.replace(hour=13)):
            session.merge(CatalogWindow(term=TERM, group="all", opens_at=NOON, closes_at=hour))
        session.commit()
    with store.reading() as session:
        (row,) = session.exec(select(CatalogWindow))
        assert row.closes_at == NOON.replace(hour=13)


def test_what_was_rolled_back_was_never_met(store: ViewStore) -> None:
    with store.writing() as session:
        session.add(item())
        session.rollback()
        assert session.get(ScheduleCartItem, (ANN, A)) is None


@pytest.mark.parametrize("view", ["catalog", "schedule", "demand"])
def test_a_long_batch_takes_as_many_statements_as_a_short_one(store: ViewStore, view: str) -> None:
    numbers: set[int] = set()
    store.clear(view)  # on a server the lease is asked for now, and only now
    for times in (1, 50):
        carts = [
            fact(kind, person, section=A, term=TERM)
            for _ in range(times)
            for person in (ANN, BOB)
            for kind in (SectionAddedToCart, SectionRemovedFromCart)
        ]
        seats = [fact(CapacityChanged, A, capacity=nth) for nth in range(times)]
        past = Past().tell(*CAMPUS, student(ANN), student(BOB), *carts, *seats)
        with counted(store) as sent:
            Projector(store, past).rebuild(view)
        numbers.add(len(sent))
    assert len(numbers) == 1, numbers


def test_a_batch_asks_once_for_each_row_and_writes_none_in_between(store: ViewStore) -> None:
    numbers: list[int] = []
    store.clear("schedule")
    for people in (10, 60):
        past = Past().tell(*CAMPUS)
        for person in (UUID(int=nth) for nth in range(1, people + 1)):
            past.tell(student(person), *enrolled(person, person))
        with counted(store) as sent:
            Projector(store, past).rebuild("schedule")
        numbers.append(len(sent))
    # whether the section was in the cart; on enrolling nothing else is asked
    assert numbers[1] - numbers[0] == 50
