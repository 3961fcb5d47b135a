"""Appending and reading back: all or nothing, one position after the other, on either store."""

from pathlib import Path
from uuid import UUID

import pytest
from eventsourcing.persistence import IntegrityError

from tests.stores import open_log
from tests.write_side.log.paper import STREAM, append, capacity_changed, receipt
from tests.write_side.tampering import tampering
from write_side.log.codec import StoredFact
from write_side.log.log import Log


@pytest.fixture
def filled(log: Log) -> Log:
    append(log, *map(capacity_changed, (1, 2, 3)), receipts=[receipt("cmd", 1, 2, 3)])
    return log


def test_positions_follow_each_other_over_calls(log: Log) -> None:
    assert append(log, capacity_changed(1), capacity_changed(2)) == [1, 2]
    assert append(log) == []
    assert append(log, capacity_changed(3)) == [3]
    assert (log.head(), log.max_notification_id()) == (3, 3)


def test_positions_are_never_used_again(filled: Log, tmp_path: Path) -> None:
    with tampering(tmp_path) as do:
        do("DELETE FROM facts WHERE position >= 2")
    assert append(filled, capacity_changed(2)) == [4]
    assert filled.first_broken_link() == 2


@pytest.mark.parametrize("doubled", ["version", "command"])
def test_facts_and_receipts_are_stored_together_or_not_at_all(filled: Log, doubled: str) -> None:
    version = 3 if doubled == "version" else 4
    command = "cmd" if doubled == "command" else "cmd-2"
    with pytest.raises(IntegrityError):
        append(
            filled,
            capacity_changed(1, UUID(int=1)),
            capacity_changed(version),
            command_id="cmd-2",
            receipts=[receipt("cmd-3", 1), receipt(command, 2)],
        )
    assert filled.head() == 3
    assert list(filled.receipts(["cmd", "cmd-2", "cmd-3"])) == ["cmd"]
    assert append(filled, capacity_changed(4), receipts=[receipt("cmd-2", 1)]) == [4]


@pytest.mark.parametrize("doubled", [1, 700, 1_400])
def test_of_a_large_append_as_well_nothing_is_stored_where_one_fact_is_there(
    log: Log, doubled: int
) -> None:
    """However far it had come: whoever was second must hear that, and nothing else."""
    append(log, capacity_changed(1), receipts=[receipt("cmd-0", 1)])
    streams = [UUID(int=nth) for nth in range(1, 1_401)]
    streams[doubled - 1] = STREAM
    receipts = [receipt(f"cmd-{nth}", nth) for nth in range(1, 1_401)]
    with pytest.raises(IntegrityError):
        append(log, *(capacity_changed(1, stream) for stream in streams), receipts=receipts)
    assert log.head() == 1 and list(log.receipts(["cmd-0", "cmd-1"])) == ["cmd-0"]
    assert append(log, capacity_changed(2)) == [2]


def test_receipts_are_stored_with_true_positions(filled: Log) -> None:
    facts = (capacity_changed(4), capacity_changed(5))
    append(filled, *facts, receipts=[receipt("cmd-2", 1), receipt("cmd-3", 2)])
    found = filled.receipts(["cmd-3", "cmd-2", "none"])
    assert {i: r.facts for i, r in found.items()} == {"cmd-2": (4,), "cmd-3": (5,)}
    assert [f.fact for f in filled.at([5, 4, 99])] == list(facts)
    assert filled.receipts([]) == {} and filled.at([]) == []


def test_a_stream_is_read_by_version(filled: Log) -> None:
    def versions(**which: object) -> list[int]:
        found = filled.select_events(STREAM, **which)  # type: ignore[arg-type]
        assert all(isinstance(event, StoredFact) for event in found)
        return [event.originator_version for event in found]

    assert versions() == [1, 2, 3]
    assert versions(gt=1) == [2, 3]
    assert versions(lte=2) == [1, 2]
    assert versions(lte=0) == []
    assert versions(desc=True, limit=1) == [3]
    assert versions(limit=0) == []
    assert filled.streams_after(0) == {STREAM} and filled.streams_after(3) == set()


def test_the_librarys_notifications_are_ours(filled: Log) -> None:
    def ids(*args: object, **which: object) -> list[int]:
        found = filled.select_notifications(*args, **which)  # type: ignore[arg-type]
        return [int(notification.id) for notification in found]

    assert ids(None, 10) == [1, 2, 3]
    assert ids(1, 10) == [1, 2, 3]
    assert ids(2, 10) == [2, 3]
    assert ids(2, 10, inclusive_of_start=False) == [3]
    assert ids(1, 10, 2) == [1, 2]
    assert ids(1, 1) == [1]
    assert ids(1, 10, topics=["SeatTaken"]) == []
    with pytest.raises(NotImplementedError):
        filled.subscribe()


@pytest.mark.usefixtures("filled")
def test_a_log_opened_for_reading_only_reads(tmp_path: Path) -> None:
    reader = open_log(tmp_path / "log.db", writing=False)
    assert reader.head() == 3
    with pytest.raises(RuntimeError, match="opened for reading"):
        append(reader, capacity_changed(4))
    reader.close()
