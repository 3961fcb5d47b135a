"""Conditions: what is looked for, whatever it has in it, and how many are alike."""

from collections.abc import Iterator
from uuid import UUID

import pytest
from sqlalchemy import func

from read_side.paging import Rows
from read_side.selection import (
    Order,
    Selection,
    Where,
    above,
    among,
    any_of,
    below,
    column_of,
    contains,
    either,
    equal,
    ordered,
    whether,
)
from read_side.store import ViewStore
from read_side.views import catalog
from read_side.views.catalog import CatalogCourse
from tests.stores import open_views

TITLES = ("100% of it", "a_b", "a/b", "a%b", "axb", "Ünïcode", "quote's")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ViewStore]:
    opened = open_views(tmp_path_factory.mktemp("selection") / "views.db", (catalog.VIEW,))
    with opened.writing() as session:
        for n, title in enumerate(TITLES):
            row = {"code": f"C {n}", "subject": "C", "title": title, "credits": n}
            session.add(CatalogCourse(id=UUID(int=n), **row))
        session.commit()
    yield opened
    opened.close()


def found(store: ViewStore, *where: Where) -> list[str]:
    with store.reading() as session:
        selection = Selection(CatalogCourse, ordered(CatalogCourse, "code"), where)
        return [row.title for row in Rows(session, selection)]


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("%", ["100% of it", "a%b"]),
        ("_", ["a_b"]),
        ("/", ["a/b"]),
        ("a/b", ["a/b"]),
        ("a%b", ["a%b"]),
        ("/%", []),
        ("'", ["quote's"]),
        ("", list(TITLES)),
    ],
)
def test_a_word_is_looked_for_as_it_is_written(
    store: ViewStore, word: str, expected: list[str]
) -> None:
    assert found(store, contains(CatalogCourse, "title", word)) == expected


def test_one_of_none_is_nothing(store: ViewStore) -> None:
    assert found(store, among(CatalogCourse, "id", [])) == []
    assert found(store, among(CatalogCourse, "id", [UUID(int=1), UUID(int=99)])) == ["a_b"]


@pytest.mark.parametrize(("given", "asked"), [(1, 1), (2, 2), (3, 4), (5, 8), (8, 8), (9, 16)])
def test_how_many_are_looked_for_is_a_power_of_two(given: int, asked: int) -> None:
    where = among(CatalogCourse, "code", [f"C {n}" for n in range(given)])
    assert (len(where.values), len(where.like)) == (asked, asked)
    assert set(where.values) == {f"C {n}" for n in range(given)}
    pairs = any_of(CatalogCourse, ("code", "title"), [(f"C {n}", "t") for n in range(given)])
    assert len(pairs.values) == 2 * asked


def test_combined(store: ViewStore) -> None:
    keys = [("C 1", "a_b"), ("C 2", "a_b"), ("C 6", "quote's")]
    assert found(store, any_of(CatalogCourse, ("code", "title"), keys)) == ["a_b", "quote's"]
    outside = either(below(CatalogCourse, "credits", 1), above(CatalogCourse, "credits", 5))
    assert found(store, outside) == ["100% of it", "quote's"]
    inside = above(CatalogCourse, "credits", 0), below(CatalogCourse, "credits", 2)
    assert found(store, *inside) == found(store, equal(CatalogCourse, "code", "C 1")) == ["a_b"]


def test_what_is_unknown_is_not_so(store: ViewStore) -> None:
    credits = column_of(CatalogCourse, "credits")
    unknown = func.nullif(credits, credits) > 0
    assert found(store, whether("unknown", unknown, True)) == []
    assert found(store, whether("unknown", unknown, False)) == list(TITLES)


def test_of_one_kind_are_those_that_differ_in_whom_they_are_of() -> None:
    def of(key: int) -> Selection[CatalogCourse]:
        descending = Order("title", column_of(CatalogCourse, "title").desc())
        return Selection(CatalogCourse, (descending,), of=(("id",), (UUID(int=key),)))

    assert of(1).kind == of(2).kind
    assert Selection(CatalogCourse, limit=1).kind != Selection(CatalogCourse, limit=2).kind
