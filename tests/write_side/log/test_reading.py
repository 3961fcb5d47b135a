"""A reader that follows the log while others write sees every position once, in order."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from uuid import UUID

from tests.stores import open_log
from tests.write_side.log.paper import append, capacity_changed
from tests.write_side.office import Office
from write_side.commands import ChangeCapacity, RegisterStudent
from write_side.log.log import Log

STREAMS, EACH = 4, 150


def follow(log: Log, done: Event, limit: int) -> list[int]:
    """Positions as read(after, limit) gave them, until all that was written is there."""
    seen: list[int] = []
    while True:
        finished = done.is_set()
        batch = log.read(seen[-1] if seen else 0, limit)
        seen += [recorded.position for recorded in batch]
        if finished and not batch:
            return seen


def test_following_while_facts_are_appended_never_skips_or_repeats(log: Log) -> None:
    done = Event()
    with ThreadPoolExecutor() as pool:
        readers = [pool.submit(follow, log, done, limit) for limit in (1, 7, 1000)]
        for version in range(1, EACH + 1):
            append(log, *(capacity_changed(version, UUID(int=nth)) for nth in range(STREAMS)))
        done.set()
        expected = list(range(1, STREAMS * EACH + 1))
        assert [reader.result(30) == expected for reader in readers] == [True] * 3


def test_following_a_busy_office_never_skips_or_repeats(office: Office) -> None:
    """Also from a log opened for reading only, as another process would."""
    other = open_log(office.data / "log.db", writing=False)
    done = Event()

    def work(mine: int) -> None:
        commands = [RegisterStudent(f"S{mine}-{nth}", None, None) for nth in range(EACH)]
        for answer in [office.send(command) for command in commands]:
            answer.result(30)

    with ThreadPoolExecutor() as pool:
        readers = [pool.submit(follow, log, done, 13) for log in (office.log, other)]
        for worker in [pool.submit(work, nth) for nth in range(STREAMS)]:
            worker.result(30)
        done.set()
        expected = list(range(1, office.log.head() + 1))
        assert len(expected) > STREAMS * EACH * 2
        assert [reader.result(30) == expected for reader in readers] == [True, True]
    other.close()


def test_refused_commands_are_read_in_order_behind_a_serial(office: Office) -> None:
    for _ in range(3):
        office.ask(ChangeCapacity(UUID(int=1), 1))
        office.accept(RegisterStudent(f"S{office.log.head()}", None, None))
    first, *rest = office.log.refused(0, 10)
    assert [demand.kind for demand in (first, *rest)] == ["changeCapacity"] * 3
    assert office.log.refused(first.serial, 10) == rest
    assert office.log.refused(first.serial, 1) == rest[:1]
    assert first.input == {"section": str(UUID(int=1)), "capacity": 1}
