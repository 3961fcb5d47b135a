"""The log's file: append-only, durable, one writing process."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from threading import Thread

import pytest

from tests.stores import sqlite_only
from tests.write_side.log.paper import append, capacity_changed, receipt
from tests.write_side.office import raw
from write_side.log.sqlite import LogInUse, SQLiteLog

pytestmark = sqlite_only


@pytest.fixture
def filled(log: SQLiteLog) -> SQLiteLog:
    append(log, *map(capacity_changed, (1, 2, 3)), receipts=[receipt("cmd", 1, 2, 3)])
    return log


COLUMNS = "position, stream, version, topic, at, recorded_at, command_id, actor, role, channel,"
COLUMNS += " correlation, state, salt, chain"
VALUES = "'x', 9, 't', 'a', 'r', 'c', 'a', 'r', 'c', 'c', 's', 's', 'c'"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE facts SET state = '{}' WHERE position = 2",
        "UPDATE facts SET position = 9 WHERE position = 3",
        "DELETE FROM facts WHERE position = 3",
        "DELETE FROM facts",
        f"INSERT OR REPLACE INTO facts ({COLUMNS}) SELECT {COLUMNS} FROM facts WHERE position = 2",
        f"REPLACE INTO facts ({COLUMNS}) VALUES (2, {VALUES})",
        f"INSERT INTO facts ({COLUMNS}) VALUES (2, {VALUES}) ON CONFLICT DO UPDATE SET state = 1",
        "UPDATE OR REPLACE facts SET position = 1 WHERE position = 3",
        "UPDATE receipts SET refusals = '[]'",
        "DELETE FROM receipts",
        "REPLACE INTO receipts SELECT * FROM receipts",
    ],
)
def test_the_log_is_append_only_even_for_its_own_writer(filled: SQLiteLog, statement: str) -> None:
    assert filled._writer is not None
    before = list(filled._writer.iterdump())
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        filled._writer.execute(statement)
    assert list(filled._writer.iterdump()) == before


def test_a_replace_from_another_connection_never_passes_the_chain(filled: SQLiteLog) -> None:
    """Recursive triggers are a connection's own setting: a foreign tool may lack it."""
    with raw(filled.path) as other:
        changed = COLUMNS.replace("state", "CAST('{}' AS BLOB)")
        found = f"SELECT {changed} FROM facts WHERE position = 2"
        other.execute(f"REPLACE INTO facts ({COLUMNS}) {found}")
    assert filled.first_broken_link() == 2


def test_commits_are_durable(log: SQLiteLog) -> None:
    assert log._writer is not None

    def pragma(name: str) -> object:
        return log._writer.execute(f"PRAGMA {name}").fetchone()[0]  # type: ignore[union-attr]

    assert (pragma("journal_mode"), pragma("synchronous")) == ("wal", 2)
    assert pragma("recursive_triggers") == 1


def test_a_transaction_is_immediate(log: SQLiteLog) -> None:
    told: list[str] = []
    assert log._writer is not None
    log._writer.set_trace_callback(told.append)
    append(log, capacity_changed(1))
    assert told[0] == "BEGIN IMMEDIATE" and told[-1] == "COMMIT"
    with log.exclusive(), raw(log.path) as other, pytest.raises(sqlite3.OperationalError):
        other.execute("BEGIN IMMEDIATE")


def test_a_second_writer_is_refused_and_a_reader_is_not(filled: SQLiteLog) -> None:
    with pytest.raises(LogInUse, match="ROLLBOOK_DATA_DIR"):
        SQLiteLog(filled.path)
    reader = SQLiteLog(filled.path, writing=False)
    assert reader.head() == 3
    reader.close()


def test_a_second_writing_process_is_refused_until_the_first_is_gone(filled: SQLiteLog) -> None:
    attempt = (
        "import sys, pathlib; from write_side.log.sqlite import LogInUse, SQLiteLog\n"
        "try: print(SQLiteLog(pathlib.Path(sys.argv[1])).head())\n"
        "except LogInUse: print('in use')"
    )

    def other_process() -> str:
        command = [sys.executable, "-c", attempt, str(filled.path)]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    assert other_process() == "in use"
    filled.close()
    assert other_process() == "3"


def test_readers_that_come_and_go_leave_no_files_open(filled: SQLiteLog) -> None:
    """A thread pool drops idle threads; their connections must not pile up."""
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(20):
        reading = Thread(target=filled.head)
        reading.start()
        reading.join()
    assert len(os.listdir("/proc/self/fd")) - before < 20


def test_closing_leaves_one_complete_file(filled: SQLiteLog, tmp_path: Path) -> None:
    filled.close()
    assert {p.name for p in tmp_path.iterdir()} == {"log.db", "log.db.lock"}
    with raw(filled.path) as other:
        assert other.execute("SELECT count(*) FROM facts").fetchone() == (3,)
