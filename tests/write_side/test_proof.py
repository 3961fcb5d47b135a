"""Searching for values: in every spelling, across the borders of what is read at once."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from write_side.vault.proof import (
    CHUNK,
    Values,
    content,
    files,
    gathered,
    is_sqlite,
    rows,
)
from write_side.vault.proof import (
    given as given_in,
)

ANNE = "Anne Müller"


@pytest.mark.parametrize(
    "kept",
    [
        ANNE.encode(),
        ANNE.upper().encode(),
        ANNE.lower().encode(),
        ANNE.encode("utf-16-le"),
        json.dumps(ANNE).encode(),
        "Anne Mu\N{COMBINING DIAERESIS}ller".encode(),
    ],
)
def test_a_value_is_found_in_any_spelling(kept: bytes) -> None:
    assert Values([ANNE]).count([b"before " + kept + b" behind"])[1] == 1


@given(st.integers(0, 40), st.lists(st.integers(1, 30), min_size=1))
def test_it_is_found_once_wherever_reading_is_cut(at: int, cuts: list[int]) -> None:
    text = b"x" * at + ANNE.encode() + b"y" * 20 + b"1001-22" + b"z" * 9
    chunks, rest = [], text
    for cut in cuts:
        chunks.append(rest[:cut])
        rest = rest[cut:]
    assert Values([ANNE, "1001-22"]).count([*chunks, rest]) == (len(text), 2)


def test_nothing_is_found_where_nothing_is() -> None:
    assert Values([ANNE]).count([b"Anne Muller", b"", b"Ann", b"e Mill"]) == (20, 0)


@pytest.mark.parametrize("values", [["Anne", "Li"], []])
def test_what_would_prove_nothing_is_refused_without_being_told(values: list[str]) -> None:
    with pytest.raises(ValueError, match="value") as refused:
        Values(values)
    assert "Li" not in str(refused.value)


def test_files_are_read_whole_also_in_folders(tmp_path: Path) -> None:
    deep = tmp_path / "copies" / "old"
    deep.mkdir(parents=True)
    (deep / "log.db").write_bytes(b"." * (CHUNK - 3) + ANNE.encode())
    (found,) = files(tmp_path)
    assert Values([ANNE]).count(content(found)) == (CHUNK - 3 + len(ANNE.encode()), 1)


def test_a_value_that_sqlite_splits_over_pages_is_found(tmp_path: Path) -> None:
    """Of a long row a page has the beginning and where the rest is: reading bytes is not enough."""
    path = tmp_path / "some.db"
    with closing(sqlite3.connect(path)) as file:
        file.execute("PRAGMA page_size = 512")
        file.execute('CREATE TABLE "of ""people" (v TEXT, b BLOB)')
        for behind in range(600):
            long = "x" * 300 + ANNE + "y" * behind
            file.execute('INSERT INTO "of ""people" VALUES (?, ?)', (long, b"1001-22"))
        file.commit()

    whole = Values([ANNE]).count(content(path))[1]
    each = Values([ANNE]).count(gathered(rows(path)))[1]

    assert is_sqlite(path)
    assert each == 600 > whole, "or this test sees nothing"
    assert Values(["1001-22"]).count(gathered(rows(path)))[1] == 600


def test_values_are_lines_or_what_an_export_has() -> None:
    values = [{"label": "a", "text": ANNE}, {"label": "b", "text": "two\nlines"}]
    values.append({"label": "c", "text": "ok"})

    assert given_in(f"\n {ANNE} \nLi\n") == ([ANNE, "Li"], 0)
    assert given_in(json.dumps({"personalValues": values})) == ([ANNE, "two\nlines"], 1)
    for other in ('{"a": 1}', "{broken", '{"personalValues": [1]}'):
        with pytest.raises(ValueError, match="export-person"):
            given_in(other)
