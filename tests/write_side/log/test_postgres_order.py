"""Many write to PostgreSQL at once, and whoever follows misses nothing."""

import os
import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from threading import Barrier, Event
from uuid import UUID

import psycopg
import pytest

from tests.stores import database
from tests.write_side.log.paper import append, capacity_changed, receipt
from write_side.log.postgres import PostgresLog

WRITERS = 50
FACTS = int(os.environ.get("ORDERED_FACTS", "20000"))
EACH = FACTS // WRITERS
MOST_AT_ONCE = 40
PATIENCE = 600.0


@pytest.fixture
def url(tmp_path: Path) -> str:
    return database(tmp_path)


@pytest.fixture
def logs(url: str) -> Iterator[list[PostgresLog]]:
    """One for each writer, as so many processes would have."""
    with ExitStack() as opened:
        logs = [PostgresLog(url) for _ in range(WRITERS)]
        for log in logs:
            opened.callback(log.close)
        yield logs


def write(log: PostgresLog, mine: int, gate: Barrier) -> list[tuple[int, int]]:
    """Append this writer's stream in pieces; where each version came to stand."""
    chance = random.Random(mine)
    stream, written = UUID(int=mine + 1), list[tuple[int, int]]()
    gate.wait(60)
    while (begun := len(written)) < EACH:
        size = min(chance.randint(1, MOST_AT_ONCE), EACH - begun)
        versions = range(begun + 1, begun + size + 1)
        positions = append(
            log,
            *(capacity_changed(version, stream) for version in versions),
            command_id=f"{mine}-{begun}",
            receipts=[receipt(f"{mine}-{begun}", *range(1, size + 1))],
        )
        written += zip(versions, positions, strict=True)
    return written


def follow(log: PostgresLog, done: Event, limit: int) -> list[int]:
    """Positions in the order in which they were seen, until all that was written is there."""
    seen: list[int] = []
    while True:
        finished = done.is_set()
        batch = log.read(seen[-1] if seen else 0, limit)
        seen += [recorded.position for recorded in batch]
        if finished and not batch:
            return seen


def glance(url: str, done: Event) -> int:
    """How often the newest position was looked at; each time all below it was there."""
    times = 0
    with psycopg.connect(url, autocommit=True) as connection:
        while not done.is_set():
            row = connection.execute(
                "SELECT count(*), coalesce(max(position), 0) FROM rollbook_log.facts"
            ).fetchone()
            assert row is not None and row[0] == row[1], "a position came before one below it"
            times += 1
    return times


@pytest.mark.slow
def test_no_position_ever_appears_below_one_that_was_seen(
    url: str, logs: list[PostgresLog]
) -> None:
    done, gate = Event(), Barrier(WRITERS)
    with ThreadPoolExecutor(WRITERS + 4) as pool:
        followers = [pool.submit(follow, logs[0], done, limit) for limit in (1, 7, 1_000)]
        glances = pool.submit(glance, url, done)
        try:
            writers = [pool.submit(write, log, nth, gate) for nth, log in enumerate(logs)]
            written = [writer.result(PATIENCE) for writer in writers]
        finally:
            done.set()
        expected = list(range(1, WRITERS * EACH + 1))
        assert [follower.result(PATIENCE) == expected for follower in followers] == [True] * 3
        assert glances.result(PATIENCE) > 10
    given = sorted(position for pieces in written for _, position in pieces)
    assert given == expected
    in_turn = [sorted(pieces) == sorted(pieces, key=lambda each: each[1]) for pieces in written]
    assert all(in_turn), "a stream's versions are not in the order of their positions"
    assert logs[0].first_broken_link() is None
    assert mixed(logs[0]), "they wrote one after the other, which proves nothing"


def mixed(log: PostgresLog) -> bool:
    """Whether everybody wrote among the others: before another had ended, after one had begun."""
    places: dict[UUID, list[int]] = {}
    for position, stream in log._read("SELECT position, stream FROM facts"):
        places.setdefault(UUID(stream), []).append(position)
    begun = max(min(found) for found in places.values())
    ended = min(max(found) for found in places.values())
    return len(places) == WRITERS and begun < ended
