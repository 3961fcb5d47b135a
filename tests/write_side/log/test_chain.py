"""The chain holds for what was recorded and breaks for whatever was done to it."""

import sqlite3
from collections.abc import Callable

import pytest

from tests.write_side.log.paper import append, capacity_changed
from tests.write_side.office import raw
from write_side.log.chain import GENESIS, link, value_hashes
from write_side.log.rows import COLUMNS, relinked
from write_side.log.sqlite import SQLiteLog

Tampering = Callable[[sqlite3.Connection], object]
FACTS = 5


@pytest.fixture
def filled(log: SQLiteLog) -> SQLiteLog:
    for version in range(1, FACTS + 1):
        append(log, capacity_changed(version, capacity=version), command_id=f"cmd-{version}")
    return log


def tampered(log: SQLiteLog, act: Tampering) -> int | None:
    """Where the chain breaks after somebody with a tool of their own was at the file."""
    with raw(log.path) as other:
        for trigger in ("facts_no_update", "facts_no_delete"):
            other.execute(f"DROP TRIGGER IF EXISTS {trigger}")
        act(other)
    return log.first_broken_link()


def test_an_untouched_log_verifies(filled: SQLiteLog) -> None:
    assert filled.first_broken_link() is None


def test_an_empty_log_verifies(log: SQLiteLog) -> None:
    assert log.first_broken_link() is None


def test_a_log_longer_than_one_batch_verifies(log: SQLiteLog) -> None:
    append(log, *map(capacity_changed, range(1, 2_502)))
    assert log.first_broken_link() is None
    assert tampered(log, lambda f: f.execute("DELETE FROM facts WHERE position = 2001")) == 2001


@pytest.mark.parametrize("position", [1, 3, FACTS])
@pytest.mark.parametrize(
    "change",
    [
        "version = version + 100",
        "topic = 'SeatTaken'",
        "stream = 'ff'",
        "at = '2026-01-01T00:00:00.000000+00:00'",
        "recorded_at = '2026-01-01T00:00:00.000000+00:00'",
        "command_id = 'other'",
        "actor = 'other'",
        "role = 'SYSTEM'",
        "channel = 'SYSTEM'",
        "correlation = 'other'",
        "state = '{\"capacity\": 999}'",
        "state = '{}'",
        "state = ''",
        "state = '[]'",
        'state = \'{"capacity": 1, "more": 1}\'',
        "salt = randomblob(16)",
        "chain = randomblob(32)",
    ],
)
def test_every_column_is_bound(filled: SQLiteLog, position: int, change: str) -> None:
    act = f"UPDATE facts SET {change} WHERE position = {position}"
    assert tampered(filled, lambda file: file.execute(act)) == position


def test_every_bit_of_a_payload_is_bound(filled: SQLiteLog) -> None:
    """Also where the flipped bit leaves no JSON at all: a broken link, not an error."""

    def put(state: bytes) -> int | None:
        act = "UPDATE facts SET state = ? WHERE position = 3"
        return tampered(filled, lambda file: file.execute(act, (state,)))

    ((state,),) = filled._read("SELECT state FROM facts WHERE position = 3")
    assert put(state) is None
    for place in range(len(state)):
        for bit in range(8):
            flipped = bytearray(state)
            flipped[place] ^= 1 << bit
            assert put(bytes(flipped)) == 3, f"bit {bit} of byte {place}"


def test_swapped_payloads_are_noticed(filled: SQLiteLog) -> None:
    def swap(file: sqlite3.Connection) -> None:
        found = dict(file.execute("SELECT position, state FROM facts WHERE position IN (2, 4)"))
        for position, other in ((2, 4), (4, 2)):
            file.execute("UPDATE facts SET state = ? WHERE position = ?", (found[other], position))

    assert tampered(filled, swap) == 2


def test_payloads_swapped_with_their_salts_are_noticed(filled: SQLiteLog) -> None:
    def swap(file: sqlite3.Connection) -> None:
        rows = "SELECT position, state, salt FROM facts WHERE position IN (2, 4)"
        found = {row[0]: row[1:] for row in file.execute(rows)}
        for position, other in ((2, 4), (4, 2)):
            change = "UPDATE facts SET state = ?, salt = ? WHERE position = ?"
            file.execute(change, (*found[other], position))

    assert tampered(filled, swap) == 2


@pytest.mark.parametrize("position", range(1, FACTS + 1))
def test_a_deleted_row_is_noticed(filled: SQLiteLog, position: int) -> None:
    act = f"DELETE FROM facts WHERE position = {position}"
    assert tampered(filled, lambda file: file.execute(act)) == position


def test_a_rewritten_row_with_a_link_of_its_own_breaks_the_next(filled: SQLiteLog) -> None:
    """The chain has no key, so anybody can compute one link; they would have to do all after it."""

    def rewrite(file: sqlite3.Connection) -> None:
        file.execute("UPDATE facts SET state = '{\"capacity\": 99}' WHERE position = 3")
        read = f"SELECT {COLUMNS} FROM facts WHERE position = ?"
        before, row = (file.execute(read, (position,)).fetchone() for position in (2, 3))
        change = "UPDATE facts SET chain = ? WHERE position = 3"
        file.execute(change, (relinked(row, before[-1]),))

    assert tampered(filled, rewrite) == 4


def test_a_gap_closed_by_moving_rows_up_is_noticed(filled: SQLiteLog) -> None:
    def close(file: sqlite3.Connection) -> None:
        file.execute("DELETE FROM facts WHERE position = 2")
        for position in range(3, FACTS + 1):
            file.execute(f"UPDATE facts SET position = {position - 1} WHERE position = {position}")

    assert tampered(filled, close) == 2


def test_a_value_can_be_blanked_later_and_the_others_still_prove_themselves() -> None:
    """A link needs only the hash of each value; equal values do not show as equal."""
    hashes = value_hashes(b'{"a":1,"b":1}', bytes(16))
    assert len(set(hashes)) == 2
    assert hashes[1] == value_hashes(b'{"a":2,"b":1}', bytes(16))[1]
    assert hashes != value_hashes(b'{"a":1,"b":1}', bytes(15) + b"x")
    assert hashes[0] != value_hashes(b'{"c":1,"b":1}', bytes(16))[0]
    assert link(GENESIS, (1,), hashes) != link(GENESIS, (1,), hashes[::-1])
