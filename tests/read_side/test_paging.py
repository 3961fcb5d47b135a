"""Pages by key: whatever comes or goes between two pages, nothing else is repeated or lost."""

import base64
from collections.abc import Iterator
from contextlib import suppress
from uuid import UUID, uuid5

import orjson
import pytest
from hypothesis import given as whatever
from hypothesis import settings
from hypothesis import strategies as st
from sqlmodel import delete

from read_side.store import ViewStore
from read_side.views import catalog, directory, roster
from read_side.views.catalog import CatalogSection
from read_side.views.roster import RosterEntry
from read_side.window import BadCursor, Window
from tests.scenario import NOON
from tests.stores import open_views

SECTION = UUID(int=0x5EC)
WORDS = st.sampled_from(["", "A", "a", "B", "Ä", "ß", "é", "10", "9", " ", "%", "日本", "😀"])
NAMES = st.tuples(WORDS, WORDS, WORDS)
Key = int | tuple[str, str, str]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ViewStore]:
    path = tmp_path_factory.mktemp("paging") / "views.db"
    opened = open_views(path, (catalog.VIEW, roster.VIEW, directory.VIEW))
    yield opened
    opened.close()


class Entries:
    """A roster: its rows are keyed by one number."""

    def __init__(self, store: ViewStore) -> None:
        self.store = store
        self.there: set[Key] = set()
        with store.writing() as session:
            session.execute(delete(RosterEntry))
            session.execute(delete(CatalogSection))
            session.commit()

    def become(self, there: set[Key]) -> None:
        with self.store.writing() as session:
            for key in self.there - there:
                session.delete(session.get_one(type(self.row(key)), self.identity(key)))
            session.flush()
            session.add_all(self.row(key) for key in there - self.there)
            session.commit()
        self.there = set(there)

    def identity(self, key: Key) -> UUID:
        assert isinstance(key, int)
        return UUID(int=key)

    def row(self, key: Key) -> RosterEntry | CatalogSection:
        assert isinstance(key, int)
        return RosterEntry(
            enrollment=self.identity(key),
            section=SECTION,
            student=SECTION,
            status="ENROLLED",
            enrolled_at=NOON,
            position=key,
        )

    def page(self, window: Window) -> tuple[list[Key], list[str], bool, bool]:
        with self.store.reading() as session:
            found = roster.roster(session, SECTION, window)
            keys: list[Key] = [row.position for row in found.rows]
        return keys, list(found.cursors), found.has_next, found.has_previous


class Sections(Entries):
    """A catalog: its rows are keyed by three texts."""

    def identity(self, key: Key) -> UUID:
        return uuid5(SECTION, repr(key))

    def row(self, key: Key) -> RosterEntry | CatalogSection:
        assert isinstance(key, tuple)
        course, code, term = key
        return CatalogSection(
            id=self.identity(key),
            term=SECTION,
            term_code=term,
            course=SECTION,
            course_code=course,
            subject="",
            code=code,
            search="",
            status="OPEN",
            capacity=None,
            waitlist_capacity=0,
            promotion="OFFER",
            meetings=[],
            updated_at=1,
        )

    def page(self, window: Window) -> tuple[list[Key], list[str], bool, bool]:
        with self.store.reading() as session:
            found = catalog.sections(session, window)
            keys: list[Key] = [(r.course_code, r.code, r.term_code) for r in found.rows]
        return keys, list(found.cursors), found.has_next, found.has_previous


KINDS = [(Entries, st.integers(0, 40)), (Sections, NAMES)]


@pytest.mark.parametrize(("kind", "keys"), KINDS)
@pytest.mark.parametrize("backward", [False, True])
def test_rows_that_come_and_go_neither_repeat_nor_hide_others(
    store: ViewStore, kind: type[Entries], keys: st.SearchStrategy[Key], backward: bool
) -> None:
    @settings(max_examples=max(40, settings().max_examples // 2))
    @whatever(st.lists(st.sets(keys, max_size=25), min_size=1, max_size=9), st.integers(1, 6))
    def walk(states: list[set[Key]], size: int) -> None:
        entries = kind(store)
        stays = set.intersection(*states) if len(states) > 1 else states[0]
        shown: list[Key] = []
        place, more, visited = None, True, 0
        while more:
            entries.become(states[min(visited, len(states) - 1)])
            visited += 1
            ends = {"before" if backward else "after": place, "backward": backward}
            found, cursors, has_next, has_previous = entries.page(Window(size, **ends))  # type: ignore[arg-type]
            assert len(found) <= size
            assert set(found) <= entries.there
            shown = [*found, *shown] if backward else [*shown, *found]
            more = has_previous if backward else has_next
            assert found or not more, "more is promised behind an empty page"
            place = (cursors[0] if backward else cursors[-1]) if found else None
        assert shown == sorted(set(shown)), "out of order, or twice"
        assert stays <= set(shown), "lost"

    walk()


@pytest.mark.parametrize(
    ("window", "shown", "has_next", "has_previous"),
    [
        ({"size": 2}, [1, 2], True, False),
        ({"size": 5}, [1, 2, 3, 4, 5], False, False),
        ({"size": 9}, [1, 2, 3, 4, 5], False, False),
        ({"size": 2, "after": 2}, [3, 4], True, True),
        ({"size": 2, "after": 3}, [4, 5], False, True),
        ({"size": 2, "after": 5}, [], False, True),
        ({"size": 2, "backward": True}, [4, 5], False, True),
        ({"size": 5, "backward": True}, [1, 2, 3, 4, 5], False, False),
        ({"size": 2, "before": 4, "backward": True}, [2, 3], True, True),
        ({"size": 2, "before": 3, "backward": True}, [1, 2], True, False),
        ({"size": 2, "before": 1, "backward": True}, [], True, False),
        ({"size": 9, "after": 1, "before": 5}, [2, 3, 4], False, True),
        ({"size": 2, "after": 1, "before": 5}, [2, 3], True, True),
        ({"size": 2, "after": 1, "before": 5, "backward": True}, [3, 4], True, True),
        ({"size": 0}, [], True, False),
    ],
)
def test_a_window_is_the_first_or_last_of_what_lies_between(
    store: ViewStore,
    window: dict[str, int],
    shown: list[int],
    has_next: bool,
    has_previous: bool,
) -> None:
    entries = Entries(store)
    entries.become({1, 2, 3, 4, 5})
    _, cursors, _, _ = entries.page(Window(9))
    ends = {end: cursors[window[end] - 1] for end in ("after", "before") if end in window}
    found = entries.page(Window(window["size"], **ends, backward="backward" in window))  # type: ignore[arg-type]
    assert found[0] == shown
    assert found[2:] == (has_next, has_previous)


def test_a_cursor_outlives_its_row(store: ViewStore) -> None:
    entries = Entries(store)
    entries.become({1, 2, 3, 4})
    _, cursors, _, _ = entries.page(Window(2))
    entries.become({1, 3, 4})
    assert entries.page(Window(2, after=cursors[-1]))[0] == [3, 4]


def made(value: object) -> str:
    """A cursor in our own clothes."""
    return base64.urlsafe_b64encode(orjson.dumps(value)).decode().rstrip("=")


GARBLED = [
    "",
    "x",
    "=",
    "hello",
    "ä",
    "\ud800",
    "e30",
    "12",
    "W10",
    "[1]",
    made(None),
    made(1),
    made("1"),
    made({}),
    made([]),
    made([None]),
    made([[1]]),
    made([{}]),
    made([1, 2]),
    base64.urlsafe_b64encode(b"[1").decode(),
    base64.urlsafe_b64encode(b"[NaN]").decode(),
    base64.urlsafe_b64encode(b'["\\ud800"]').decode(),
    base64.urlsafe_b64encode(b"\xff\xfe").decode(),
]
FOREIGN = [made(["CS-101"]), made([True]), made([1.5]), made([2**63]), made([2**64 - 1])]


@pytest.mark.parametrize("end", ["after", "before"])
@pytest.mark.parametrize("text", GARBLED + FOREIGN)
def test_a_cursor_of_nobodys_making_is_refused_as_such(
    store: ViewStore, text: str, end: str
) -> None:
    with store.reading() as session, pytest.raises(BadCursor):
        roster.roster(session, SECTION, Window(2, **{end: text}))  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [[5], ["1", "2"], [5.0], [False]])
def test_a_cursor_of_another_list_is_refused(store: ViewStore, value: object) -> None:
    with store.reading() as session, pytest.raises(BadCursor):
        directory.students(session, Window(2, after=made(value)))


@whatever(st.text(max_size=30) | st.binary(max_size=30).map(lambda b: base64.b64encode(b).decode()))
def test_whatever_is_sent_as_a_cursor_is_a_place_or_refused(store: ViewStore, text: str) -> None:
    with store.reading() as session, suppress(BadCursor):
        roster.roster(session, SECTION, Window(2, after=text))
