"""The chain holds for what was recorded and breaks for whatever was done to it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.write_side.log.paper import append, capacity_changed
from tests.write_side.tampering import Hand, tampering
from write_side.log.chain import GENESIS, link, value_hashes
from write_side.log.log import Log
from write_side.log.rows import COLUMNS, relinked

Tampered = Callable[[Callable[[Hand], object]], int | None]
FACTS = 5


@pytest.fixture
def filled(log: Log) -> Log:
    for version in range(1, FACTS + 1):
        append(log, capacity_changed(version, capacity=version), command_id=f"cmd-{version}")
    return log


@pytest.fixture
def tampered(log: Log, tmp_path: Path) -> Tampered:
    """Where the chain breaks after somebody with a tool of their own was at the store."""

    def broken(act: Callable[[Hand], object]) -> int | None:
        with tampering(tmp_path) as do:
            act(do)
        return log.first_broken_link()

    return broken


def test_an_untouched_log_verifies(filled: Log) -> None:
    assert filled.first_broken_link() is None


def test_an_empty_log_verifies(log: Log) -> None:
    assert log.first_broken_link() is None


def test_a_log_longer_than_one_batch_verifies(log: Log, tampered: Tampered) -> None:
    append(log, *map(capacity_changed, range(1, 2_502)))
    assert log.first_broken_link() is None
    assert tampered(lambda do: do("DELETE FROM facts WHERE position = 2001")) == 2001


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("position", [1, 3, FACTS])
@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("version", 100),
        ("topic", "SeatTaken"),
        ("stream", "ff"),
        ("at", "2026-01-01T00:00:00.000000+00:00"),
        ("recorded_at", "2026-01-01T00:00:00.000000+00:00"),
        ("command_id", "other"),
        ("actor", "other"),
        ("role", "SYSTEM"),
        ("channel", "SYSTEM"),
        ("correlation", "other"),
        ("state", b'{"capacity": 999}'),
        ("state", b"{}"),
        ("state", b""),
        ("state", b"[]"),
        ("state", b'{"capacity": 1, "more": 1}'),
        ("salt", bytes(16)),
        ("chain", bytes(32)),
    ],
)
def test_every_column_is_bound(
    tampered: Tampered, position: int, column: str, value: object
) -> None:
    act = f"UPDATE facts SET {column} = ? WHERE position = {position}"
    assert tampered(lambda do: do(act, (value,))) == position


def test_no_column_is_left_out() -> None:
    bound = {
        column
        for mark in test_every_column_is_bound.pytestmark  # type: ignore[attr-defined]
        if mark.name == "parametrize" and mark.args[0] == ("column", "value")
        for column, _ in mark.args[1]
    }
    assert bound == set(COLUMNS.split(", ")) - {"position"}


def test_every_bit_of_a_payload_is_bound(filled: Log, tampered: Tampered) -> None:
    """Also where the flipped bit leaves no JSON at all: a broken link, not an error."""

    def put(state: bytes) -> int | None:
        return tampered(lambda do: do("UPDATE facts SET state = ? WHERE position = 3", (state,)))

    ((state,),) = filled._read("SELECT state FROM facts WHERE position = 3")
    assert put(state) is None
    for place in range(len(state)):
        for bit in range(8):
            flipped = bytearray(state)
            flipped[place] ^= 1 << bit
            assert put(bytes(flipped)) == 3, f"bit {bit} of byte {place}"


@pytest.mark.usefixtures("filled")
def test_swapped_payloads_are_noticed(tampered: Tampered) -> None:
    def swap(do: Hand) -> None:
        found = dict(do("SELECT position, state FROM facts WHERE position IN (2, 4)"))
        for position, other in ((2, 4), (4, 2)):
            do("UPDATE facts SET state = ? WHERE position = ?", (found[other], position))

    assert tampered(swap) == 2


@pytest.mark.usefixtures("filled")
def test_payloads_swapped_with_their_salts_are_noticed(tampered: Tampered) -> None:
    def swap(do: Hand) -> None:
        rows = do("SELECT position, state, salt FROM facts WHERE position IN (2, 4)")
        found = {row[0]: row[1:] for row in rows}
        for position, other in ((2, 4), (4, 2)):
            do("UPDATE facts SET state = ?, salt = ? WHERE position = ?", (*found[other], position))

    assert tampered(swap) == 2


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("position", range(1, FACTS + 1))
def test_a_deleted_row_is_noticed(tampered: Tampered, position: int) -> None:
    assert tampered(lambda do: do("DELETE FROM facts WHERE position = ?", (position,))) == position


@pytest.mark.usefixtures("filled")
def test_a_rewritten_row_with_a_link_of_its_own_breaks_the_next(tampered: Tampered) -> None:
    """The chain has no key, so anybody can compute one link; they would have to do all after it."""

    def rewrite(do: Hand) -> None:
        do("UPDATE facts SET state = ? WHERE position = 3", (b'{"capacity":99}',))
        read = f"SELECT {COLUMNS} FROM facts WHERE position IN (2, 3) ORDER BY position"
        before, row = do(read)
        do("UPDATE facts SET chain = ? WHERE position = 3", (relinked(row, before[-1]),))

    assert tampered(rewrite) == 4


@pytest.mark.usefixtures("filled")
def test_a_gap_closed_by_moving_rows_up_is_noticed(tampered: Tampered) -> None:
    def close(do: Hand) -> None:
        do("DELETE FROM facts WHERE position = 2")
        for position in range(3, FACTS + 1):
            do(f"UPDATE facts SET position = {position - 1} WHERE position = {position}")

    assert tampered(close) == 2


def test_a_value_can_be_blanked_later_and_the_others_still_prove_themselves() -> None:
    """A link needs only the hash of each value; equal values do not show as equal."""
    hashes = value_hashes(b'{"a":1,"b":1}', bytes(16))
    assert len(set(hashes)) == 2
    assert hashes[1] == value_hashes(b'{"a":2,"b":1}', bytes(16))[1]
    assert hashes != value_hashes(b'{"a":1,"b":1}', bytes(15) + b"x")
    assert hashes[0] != value_hashes(b'{"c":1,"b":1}', bytes(16))[0]
    assert link(GENESIS, (1,), hashes) != link(GENESIS, (1,), hashes[::-1])
