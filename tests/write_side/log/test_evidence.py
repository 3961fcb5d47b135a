"""Whatever was done to a log is found, and nothing is found in one that was left alone."""

import os
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from random import Random

import pytest

from tests.read_side.wishes import Day
from tests.scenario import NOON
from tests.stores import POSTGRES, open_log, sqlite_only
from tests.write_side.log.mutations import COLUMNS, KEYS, mutate
from tests.write_side.log.paper import append, capacity_changed, envelope, receipt
from tests.write_side.office import office_at
from tests.write_side.tampering import Hand, tampering
from write_side.log.codec import FactMapper, StoredFact
from write_side.log.evidence import Evidence, verify
from write_side.log.log import Log
from write_side.log.sqlite import SQLiteLog

EXAMPLES = int(os.environ.get("ROLLBOOK_MUTATIONS", 20 if POSTGRES else 60))
SEED = int(os.environ.get("ROLLBOOK_MUTATIONS_SEED", 2026))


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a log of a day in which commands were accepted and refused."""
    folder = tmp_path_factory.mktemp("day")
    with office_at(folder) as office:
        outcomes = Day(office, SEED).pass_by(bursts=20, most=20)
        assert any(outcome.refusals for outcome in outcomes)
    return folder


def found(folder: Path) -> Evidence:
    with closing(open_log(folder / "log.db", writing=False)) as log:
        return verify(log)


@contextmanager
def mutilated(day: Path, tmp_path: Path) -> Iterator[tuple[Path, Hand]]:
    """A log to do something to; on a server it is put right again afterwards."""
    if POSTGRES:
        with tampering(day) as do:
            tables = [*KEYS, "head"]
            for table in tables:
                do(f"CREATE TEMP TABLE kept_{table} AS SELECT * FROM {table}")
            try:
                yield day, do
            finally:
                for table in tables:
                    do(f"DELETE FROM {table}")
                    do(f"INSERT INTO {table} SELECT * FROM kept_{table}")
        return
    shutil.copy(day / "log.db", tmp_path / "log.db")
    with tampering(tmp_path) as do:
        yield tmp_path, do


@pytest.mark.slow
def test_random_mutations_are_all_found(day: Path, tmp_path: Path) -> None:
    chance, missed = Random(SEED), []
    for nth in range(EXAMPLES):
        with mutilated(day, tmp_path) as (folder, do):
            assert found(folder).wrong is None, f"a false alarm before mutation {nth}"
            done = mutate(chance, do)
            if found(folder).wrong is None:
                missed.append(done)
    assert missed == []
    assert found(day).wrong is None


@pytest.mark.parametrize("table", KEYS)
def test_every_column_of_facts_and_receipts_is_bound(day: Path, tmp_path: Path, table: str) -> None:
    for column in COLUMNS[table][1:]:
        with mutilated(day, tmp_path) as (folder, do):
            ((value,),) = do(f"SELECT {column} FROM {table} WHERE {KEYS[table]} = 7")
            other = value + 1 if isinstance(value, int) else value + value[:1] + value[-1:]
            do(f"UPDATE {table} SET {column} = ? WHERE {KEYS[table]} = 7", (other,))
            wrong = found(folder).wrong
            assert wrong is not None and re.search(r"(position|receipt) 7$", wrong.place), column


def test_an_untouched_log_tells_counts_and_heads(day: Path) -> None:
    with closing(open_log(day / "log.db", writing=False)) as log:
        said: list[tuple[int, int]] = []
        evidence = verify(log, progress=lambda done, of: said.append((done, of)))
        standing = log.standing()
    assert evidence.wrong is None
    assert (evidence.facts, evidence.receipts) == (standing.position, standing.serial)
    assert said[-1] == (standing.position + standing.serial,) * 2
    assert len(evidence.head) == len(evidence.receipts_head) == 32


def test_facts_may_come_from_elsewhere(day: Path) -> None:
    with closing(open_log(day / "log.db", writing=False)) as log:
        kept = list(log.fact_rows(10**9))
        with_archives = verify(log, facts=lambda upto: iter(kept[:upto]))
        one_gone = verify(log, facts=lambda _: iter(kept[:10] + kept[11:]))
    assert with_archives.wrong is None
    assert str(one_gone.wrong) == "position 11: there is no fact; one was taken out"


def test_the_first_wrong_place_is_told(day: Path, tmp_path: Path) -> None:
    with mutilated(day, tmp_path) as (folder, do):
        for position in (30, 12, 25):
            do(f"UPDATE facts SET actor = 'somebody' WHERE position = {position}")
        do("UPDATE receipts SET actor = 'somebody' WHERE serial = 3")
        wrong = found(folder).wrong
    assert wrong is not None and wrong.place == "position 12"


def test_a_refusal_made_an_acceptance_is_found(day: Path, tmp_path: Path) -> None:
    with mutilated(day, tmp_path) as (folder, do):
        ((serial,),) = do("SELECT min(serial) FROM receipts WHERE refusals != '[]'")
        do("UPDATE receipts SET refusals = '[]' WHERE serial = ?", (serial,))
        wrong = found(folder).wrong
    assert wrong is not None and wrong.place == f"receipt {serial}"


def test_a_receipt_that_tells_of_facts_that_are_not_there(log: Log) -> None:
    append(log, capacity_changed(1), receipts=[receipt("cmd", 1)])
    append(log, receipts=[receipt("cmd-2", 1)])
    assert str(verify(log).wrong) == "receipt 2: it tells of fact 2, which is not there"
    append(log, capacity_changed(2), command_id="another")
    assert str(verify(log).wrong) == "receipt 2: fact 2 is another command's"


def test_a_topic_that_no_code_knows_is_no_reason_to_complain(log: Log) -> None:
    known = FactMapper().to_stored_event(capacity_changed(1))
    unknown = StoredFact(known.originator_id, 1, "FromTheFuture", known.state, known.at)
    log.insert_events([unknown], envelopes=[envelope("cmd")], recorded_at=NOON)
    assert verify(log).wrong is None


@sqlite_only
@pytest.mark.parametrize("part", [0.999, 0.7, 0.4, 0.1])
def test_a_file_that_was_cut_off_is_damaged(day: Path, tmp_path: Path, part: float) -> None:
    whole = (day / "log.db").read_bytes()
    (tmp_path / "log.db").write_bytes(whole[: int(len(whole) * part)])
    wrong = found(tmp_path).wrong
    assert wrong is not None and (part > 0.9 or wrong.place == "the store")


@sqlite_only
def test_bytes_that_are_no_text_are_found_where_they_are(day: Path, tmp_path: Path) -> None:
    with mutilated(day, tmp_path) as (folder, do):
        do("UPDATE facts SET actor = CAST(x'ff41' AS TEXT) WHERE position = 9")
        wrong = found(folder).wrong
    assert wrong is not None and wrong.place == "position 9"


@sqlite_only
def test_a_log_of_before_receipts_had_links_is_taken_further(day: Path, tmp_path: Path) -> None:
    """Only its own receipts may lack links; those that come have them."""
    shutil.copy(day / "log.db", tmp_path / "log.db")
    with closing(sqlite3.connect(tmp_path / "log.db")) as old:
        for what in ("TRIGGER receipts_no_update", "TABLE receipts_chain"):
            old.execute(f"DROP {what}")
        for column in ("salt", "chain"):
            old.execute(f"ALTER TABLE receipts DROP COLUMN {column}")
        old.execute("PRAGMA user_version = 1")
    before = found(tmp_path)
    assert before.wrong is None and before.receipts_head == bytes(32)
    with closing(SQLiteLog(tmp_path / "log.db")) as log:
        for nth in range(3):
            append(log, receipts=[receipt(f"new-{nth}")])
        after = verify(log)
        assert after.wrong is None and after.receipts == before.receipts + 3
        assert after.receipts_head != bytes(32)
    with tampering(tmp_path) as do:
        last = after.receipts
        do(f"UPDATE receipts SET salt = NULL, chain = NULL WHERE serial > {last - 3}")
    wrong = found(tmp_path).wrong
    assert wrong is not None and wrong.place == f"receipt {last - 2}"
