"""A file that an older Rollbook made is taken further, once and whole."""

import sqlite3
from pathlib import Path

import pytest

from write_side.sqlite import upgrade

STEPS = ["CREATE TABLE IF NOT EXISTS words (word TEXT);"]
LATER = [*STEPS, "ALTER TABLE words ADD COLUMN said INTEGER NOT NULL DEFAULT 7;"]


@pytest.fixture
def file(tmp_path: Path) -> sqlite3.Connection:
    return sqlite3.connect(tmp_path / "words.db", isolation_level=None)


def test_a_file_takes_the_steps_it_lacks_once(file: sqlite3.Connection) -> None:
    upgrade(file, STEPS)
    file.execute("INSERT INTO words VALUES ('word')")
    for _ in range(2):
        upgrade(file, LATER)
        upgrade(file, STEPS)
    assert file.execute("SELECT * FROM words").fetchall() == [("word", 7)]


def test_a_file_of_before_steps_were_counted_takes_them_all(file: sqlite3.Connection) -> None:
    file.executescript("CREATE TABLE words (word TEXT); INSERT INTO words VALUES ('old');")
    upgrade(file, LATER)
    assert file.execute("SELECT * FROM words").fetchall() == [("old", 7)]


def test_a_step_that_fails_takes_the_others_with_it(file: sqlite3.Connection) -> None:
    upgrade(file, STEPS)
    with pytest.raises(sqlite3.OperationalError):
        upgrade(file, [*LATER, "CREATE TABLE words (word TEXT);"])
    assert file.execute("PRAGMA table_info(words)").fetchall()[-1][1] == "word"
    upgrade(file, LATER)
    assert file.execute("PRAGMA table_info(words)").fetchall()[-1][1] == "said"
