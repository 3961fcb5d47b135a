"""A view's rows in the projector's hands: each asked for once, all written together."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError, NoResultFound
from sqlmodel import select

from read_side import writing
from read_side.projector import Projector
from read_side.store import ViewStore
from read_side.views import VIEWS
from read_side.views.catalog import CatalogWindow
from read_side.views.schedule import ScheduleCartItem
from read_side.writing import RowExists, Writing
from tests.read_side.past import Past
from tests.scenario import NOON, fact
from tests.stores import open_views
from tests.write_side.campus import ANN, BOB, CAMPUS, TERM, A, B, enrolled, student
from write_side.events import CapacityChanged, SectionAddedToCart, SectionRemovedFromCart


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ViewStore]:
    opened = open_views(tmp_path / "views.db", VIEWS)
    yield opened
    opened.close()


@contextmanager
def batch(store: ViewStore, view: str, rows: Writing | None = None) -> Iterator[Writing]:
    """A batch of one view, from zero unless there are rows at hand; committed at its end."""
    rows = rows or store.rows(view)
    with store.transaction() as (connection, stands):
        rows.begin(connection, stands[view])
        yield rows
        rows.flush()
        at, serial, generation = stands[view]
        store.moved(connection, [view], (at + 1, serial))
        connection.commit()
    rows.committed((at + 1, serial, generation))


def put_in(rows: Writing, term: UUID = TERM, person: UUID = ANN) -> ScheduleCartItem:
    return rows.add(ScheduleCartItem, student=person, section=A, term=term, added_at=NOON)


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
    with batch(store, "schedule") as rows:
        assert rows.get(ScheduleCartItem, (ANN, A)) is None
        row = put_in(rows)
        assert rows.get_one(ScheduleCartItem, (ANN, A)) is row
        rows.delete(row)
        assert rows.get(ScheduleCartItem, (ANN, A)) is None
        with pytest.raises(NoResultFound):
            rows.get_one(ScheduleCartItem, (ANN, A))
    assert in_cart(store) == []
    assert rows.keys == set(), "what came and went in one batch wakes nobody"


@pytest.mark.parametrize("written", [False, True])
@pytest.mark.parametrize("at_hand", [False, True])
def test_a_row_that_goes_and_comes_again_is_the_new_one(
    store: ViewStore, written: bool, at_hand: bool
) -> None:
    rows = store.rows("schedule")
    if written:
        with batch(store, "schedule", rows):
            put_in(rows)
    with batch(store, "schedule", rows if at_hand else None) as rows:
        row = rows.get_one(ScheduleCartItem, (ANN, A)) if written else put_in(rows)
        rows.delete(row)
        assert rows.get(ScheduleCartItem, (ANN, A)) is None
        put_in(rows, BOB)
    assert in_cart(store) == [BOB]
    assert rows.keys == {ANN}


def test_a_row_that_is_put_twice_is_one(store: ViewStore) -> None:
    with batch(store, "catalog") as rows:
        for hour in (NOON, NOON.replace(hour=13)):
            rows.put(CatalogWindow, term=TERM, group="all", opens_at=NOON, closes_at=hour)
    with batch(store, "catalog") as rows:
        rows.put(CatalogWindow, term=TERM, group="all", opens_at=NOON, closes_at=hour)
    assert rows.keys == set(), "nothing changed"
    with store.reading() as session:
        (row,) = session.exec(select(CatalogWindow))
        assert row.closes_at == NOON.replace(hour=13)


def test_a_row_cannot_be_added_where_there_is_one(store: ViewStore) -> None:
    with batch(store, "schedule") as rows:
        put_in(rows)
        with pytest.raises(RowExists):
            put_in(rows)
    with pytest.raises(RowExists), batch(store, "schedule", rows):
        put_in(rows)
    with pytest.raises(IntegrityError), batch(store, "schedule") as unaware:
        put_in(unaware)
    assert in_cart(store) == [TERM]


def test_a_row_needs_all_columns_and_no_others(store: ViewStore) -> None:
    with batch(store, "schedule") as rows:
        with pytest.raises(TypeError, match="added_at"):
            rows.add(ScheduleCartItem, student=ANN, section=A, term=TERM)  # type: ignore[call-arg]
        add: Any = rows.add
        with pytest.raises(TypeError, match="color"):
            add(ScheduleCartItem, student=ANN, section=A, term=TERM, added_at=NOON, color="red")
    assert in_cart(store) == []


def test_all_rows_with_a_value_are_as_the_batch_has_made_them(store: ViewStore) -> None:
    rows = store.rows("schedule")
    with batch(store, "schedule", rows):
        known, gone = put_in(rows), put_in(rows, person=BOB)
        rows.delete(gone)
        assert rows.where(ScheduleCartItem, section=A) == [known]
        known.term = BOB
        assert rows.where(ScheduleCartItem, term=TERM) == []
        assert rows.where(ScheduleCartItem, term=BOB) == [known]
    with batch(store, "schedule") as rows:
        (stored,) = rows.where(ScheduleCartItem, section=A)
        assert rows.get(ScheduleCartItem, (ANN, A)) is stored
        stored.term = TERM
    assert in_cart(store) == [TERM]


def test_what_a_query_wrote_in_between_is_announced_too(store: ViewStore) -> None:
    with batch(store, "schedule") as rows:
        put_in(rows)
        assert rows.where(ScheduleCartItem, section=B) == []
    assert rows.keys == {ANN}


@pytest.mark.parametrize("failing", [False, True])
def test_what_was_not_committed_was_never_met(store: ViewStore, failing: bool) -> None:
    rows = store.rows("schedule")
    with suppress(ZeroDivisionError), store.transaction() as (connection, stands):
        rows.begin(connection, stands["schedule"])
        put_in(rows)
        rows.flush()
        if failing:
            1 / 0  # noqa: B018
    with batch(store, "schedule", rows):
        assert rows.get(ScheduleCartItem, (ANN, A)) is None


def test_a_row_that_was_met_is_not_asked_for_again(store: ViewStore) -> None:
    rows = store.rows("schedule")
    with batch(store, "schedule", rows):
        put_in(rows)
    with counted(store) as sent:
        for _ in range(3):
            with batch(store, "schedule", rows):
                assert rows.get(ScheduleCartItem, (ANN, A)) is not None
                assert rows.get(ScheduleCartItem, (BOB, A)) is None
    assert not any("schedule_cart_item" in statement for statement in sent)


def moved(store: ViewStore) -> None:
    """Another process led the view and took one fact in."""
    with batch(store, "schedule") as rows:
        rows.delete(rows.get_one(ScheduleCartItem, (ANN, A)))


def cleared(store: ViewStore) -> None:
    """The view was made again, and is as far as before."""
    place = store.positions()["schedule"].at
    store.clear("schedule")
    with store.transaction() as (connection, _):
        store.moved(connection, ["schedule"], place)
        connection.commit()


@pytest.mark.parametrize("meanwhile", [moved, cleared])
def test_rows_that_others_may_have_changed_are_read_again(
    store: ViewStore, meanwhile: Callable[[ViewStore], None]
) -> None:
    rows = store.rows("schedule")
    with batch(store, "schedule", rows):
        put_in(rows)
    meanwhile(store)
    with batch(store, "schedule", rows):
        assert rows.get(ScheduleCartItem, (ANN, A)) is None


def test_what_is_remembered_has_an_end(store: ViewStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "KEPT", 20)
    rows, people = store.rows("schedule"), [UUID(int=nth) for nth in range(1, 101)]
    for person in people:
        with batch(store, "schedule", rows):
            assert rows.get(ScheduleCartItem, (person, A)) is None
            put_in(rows, person=person)
    with counted(store) as sent, batch(store, "schedule", rows):
        for person in people:
            assert rows.get_one(ScheduleCartItem, (person, A)).term == TERM
    asked = sum("schedule_cart_item" in statement for statement in sent)
    assert 80 <= asked < 100, "nothing was forgotten, or all"


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
    # a view that begins knows that it has no rows yet
    assert numbers[1] == numbers[0]


def test_a_batch_asks_once_for_each_row_it_has_not_met(store: ViewStore) -> None:
    past = Past().tell(*CAMPUS)
    Projector(store, past).rebuild("schedule")
    for person in (UUID(int=nth) for nth in range(1, 61)):
        past.tell(student(person), *enrolled(person, person))
    newcomer = Projector(store, past)
    at = store.positions()["schedule"].at
    with counted(store) as sent:
        newcomer._project(at, newcomer.follower.pull(*at), [store.views["schedule"]])
    # whether the section was in the cart; on enrolling nothing else is asked
    assert sum("schedule_cart_item" in statement for statement in sent) == 60
    assert sum(statement.startswith("INSERT") for statement in sent) == 1
