"""Reading a selection, alone with any columns or together with others of its kind."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from read_side.fetching import fetched, fetched_together, placed, records
from read_side.paging import Page
from read_side.selection import Picked, Selection, equal, ordered
from read_side.store import ViewStore
from read_side.views import catalog, feedback, roster
from read_side.views.catalog import CatalogCourse, CatalogSection
from read_side.views.feedback import FeedbackComment
from read_side.views.roster import RosterEntry
from read_side.window import BadCursor, Window
from tests.stores import open_views

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
ROSTERS = {UUID(int=1): 5, UUID(int=2): 2, UUID(int=3): 0}
OF = ("term", "course", "reason")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ViewStore]:
    views = catalog.VIEW, roster.VIEW, feedback.VIEW
    opened = open_views(tmp_path_factory.mktemp("fetching") / "views.db", views)
    with opened.writing() as session:
        session.add(CatalogCourse(id=UUID(int=7), code="C 7", subject="C", title="T", credits=4.5))
        session.add(_section(UUID(int=1), UUID(int=7)))
        session.add(_section(UUID(int=2), UUID(int=8)))
        for section, size in ROSTERS.items():
            for n in range(size):
                session.add(_entry(section, n))
        for n in range(6):
            key = dict(zip(OF, _key(n % 2), strict=True))
            session.add(
                FeedbackComment(**key, at=NOON, student=UUID(int=n), comment=f"c{n}", position=n)
            )
        session.commit()
    yield opened
    opened.close()


def _section(id: UUID, course: UUID) -> CatalogSection:
    codes = {"term_code": "T", "course_code": "C", "code": f"A{id.int}", "subject": "C"}
    rest: dict[str, Any] = {"status": "OPEN", "promotion": "OFFER", "search": "", "meetings": []}
    numbers = {"capacity": 1, "waitlist_capacity": 0, "updated_at": 1}
    return CatalogSection(id=id, term=UUID(int=9), course=course, **codes, **rest, **numbers)


def _entry(section: UUID, n: int) -> RosterEntry:
    key, place = UUID(int=section.int * 100 + n), section.int * 10 + n
    at = NOON + timedelta(microseconds=n)
    who = {"section": section, "student": UUID(int=n), "status": "ENROLLED"}
    return RosterEntry(enrollment=key, **who, enrolled_at=at, position=place)


def _key(n: int) -> tuple[UUID, UUID, str]:
    return UUID(int=5), UUID(int=n), "OTHER"


def _of(section: UUID, window: Window | None = None) -> Selection[RosterEntry]:
    of = ("section",), (section,)
    return Selection(RosterEntry, ordered(RosterEntry, "position"), of=of, window=window)


def test_columns_are_flat_with_those_of_joined_rows_behind(store: ViewStore) -> None:
    course = Picked(("id", "credits"))
    picked = Picked(("code", "consent_required"), (("course", CatalogCourse, course),))
    selection = Selection(CatalogSection, ordered(CatalogSection, "code"))
    with store.reading() as session:
        found, rows = fetched(session, selection, picked, keys=True)
        read = found.read(rows)
    # the second is of a course that is not there
    assert read == [
        ["A1", False, UUID(int=7), 4.5, "A1"],
        ["A2", False, None, None, "A2"],
    ]


@pytest.mark.parametrize("keys", [True, False])
def test_as_many_rows_as_there_are_where_nobody_asks_for_a_column(
    store: ViewStore, keys: bool
) -> None:
    with store.reading() as session:
        _, rows = fetched(session, _of(UUID(int=1)), Picked(()), keys=keys)
    assert len(rows) == 5


def test_the_same_sql_serves_other_values(store: ViewStore) -> None:
    with store.reading() as session:
        picked = Picked(("position",))
        first, five = fetched(session, _of(UUID(int=1)), picked)
        again, two = fetched(session, _of(UUID(int=2)), picked)
        other, _ = fetched(session, _of(UUID(int=2)), Picked(("status",)))
    assert first is again and first is not other
    assert (len(five), len(two)) == (5, 2)


@pytest.mark.parametrize("backward", [False, True])
@pytest.mark.parametrize("cursor", [None, 1, 3])
def test_pages_read_together_are_those_read_alone(
    store: ViewStore, backward: bool, cursor: int | None
) -> None:
    with store.reading() as session:
        at = None
        if cursor is not None:
            at = Page(session, _of(UUID(int=1), Window(9))).cursors[cursor]
        where = {"before" if backward else "after": at}
        window = Window(2, backward=backward, **where)
        selections = [placed(_of(section, window)) for section in ROSTERS]
        assert len({each.kind for each in selections}) == 1
        together = fetched_together(session, selections)
        assert together == [records(session, each) for each in selections]
        if cursor is None:
            assert [len(rows) for rows in together] == [3, 2, 0]  # one more than the page has
        first = [row.position for row in together[0]]
        assert first == sorted(first, reverse=backward)


def test_lists_of_several_keys_and_with_a_limit(store: ViewStore) -> None:
    newest = ordered(FeedbackComment, "position")
    selections = [
        Selection(FeedbackComment, newest, of=(OF, _key(n)), limit=2, descending=True)
        for n in (0, 1, 2, 1)
    ]
    with store.reading() as session:
        together = fetched_together(session, selections)
        assert together == [records(session, each) for each in selections]
    assert [[row.position for row in rows] for rows in together] == [[4, 2], [5, 3], [], [5, 3]]


def test_as_many_keys_as_a_large_school_has(store: ViewStore) -> None:
    newest = ordered(FeedbackComment, "position")
    selections = [Selection(FeedbackComment, newest, of=(OF, _key(n))) for n in range(1_500)]
    with store.reading() as session:
        together = fetched_together(session, selections)
    assert [len(rows) for rows in together[:3]] == [3, 3, 0]


def test_records_have_the_properties_of_their_table(store: ViewStore) -> None:
    with store.reading() as session:
        selection = Selection(CatalogSection, where=(equal(CatalogSection, "code", "A1"),))
        (row,) = records(session, selection)
    assert (row.id, row.seats_available, row.meetings, row.reserves) == (UUID(int=1), 1, [], {})
    with pytest.raises(AttributeError):
        row.code = "B"


def test_a_cursor_of_another_list_is_refused() -> None:
    window = Window(1, after="garbled")
    with pytest.raises(BadCursor):
        placed(replace(_of(UUID(int=1)), window=window))
