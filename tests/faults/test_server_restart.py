"""PostgreSQL crashes under load and comes back: nothing confirmed is lost, all are answered."""

import os
import random
import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from threading import Condition, Semaphore, Thread

import pytest

from tests.faults.inspection import check, check_the_whole
from tests.faults.writer import commands, told
from tests.postgres import Server, serving
from tests.stores import on_server
from tests.write_side.campus import A
from tests.write_side.office import Office, office_at
from write_side.commands import ChangeCapacity, Command
from write_side.submission import Outcome

RESTARTS = int(os.environ.get("SERVER_RESTARTS", "3"))
THREADS, WAITING_EACH = 4, 50
PATIENCE = 120.0


@pytest.fixture
def server() -> Iterator[Server]:
    """Its disk is trusted with everything (fsync, full pages); but it is set up to forget its last
    commits in a crash, which is not for the server to decide."""
    folder = Path(tempfile.mkdtemp(prefix="rollbook-"))  # a socket's path may not be long
    with serving(folder / "server", "synchronous_commit = off") as started:
        yield started
    shutil.rmtree(folder)


class Senders:
    """Threads that each keep some commands on their way; `answers` as they come."""

    def __init__(self, office: Office, sent: dict[str, Command]) -> None:
        self._office = office
        self.answers: dict[str, Future[Outcome]] = {}
        self._told = Condition()
        self._answered = 0
        parts = [list(sent.items())[nth::THREADS] for nth in range(THREADS)]
        self._threads = [Thread(target=self._send, args=(part,)) for part in parts]
        for thread in self._threads:
            thread.start()

    def _send(self, sent: list[tuple[str, Command]]) -> None:
        room = Semaphore(WAITING_EACH)

        def count(_: "Future[Outcome]") -> None:
            room.release()
            with self._told:
                self._answered += 1
                self._told.notify_all()

        for command_id, command in sent:
            assert room.acquire(timeout=PATIENCE)
            answer = self._office.send(command, command_id)
            self.answers[command_id] = answer
            answer.add_done_callback(count)

    def wait(self, number: int) -> None:
        """Until so many were answered."""
        with self._told:
            assert self._told.wait_for(lambda: self._answered >= number, PATIENCE)

    def outcomes(self) -> list[Outcome]:
        """All of them, in the end."""
        for thread in self._threads:
            thread.join(PATIENCE)
        return [answer.result(PATIENCE) for answer in self.answers.values()]


@pytest.mark.slow
def test_a_server_that_crashes_under_load_loses_nothing(server: Server, tmp_path: Path) -> None:
    seed = int(os.environ.get("RESTART_SEED", random.randrange(2**32)))
    print(f"repeat by RESTART_SEED={seed}")
    chance = random.Random(seed)
    cut_short = 0
    with office_at(tmp_path, **on_server(server.url())) as office:
        office.accept(ChangeCapacity(A, 30))
        for turn in range(RESTARTS):
            sent = commands(office.log, turn)
            senders = Senders(office, sent)
            senders.wait(chance.randrange(len(sent) // 2))
            server.stop("immediate")
            before = [answer for answer in senders.answers.values() if answer.done()]
            cut_short += len(senders.answers) - len(before)
            acknowledged = [told(answer.result(0)) for answer in before]
            server.start()
            outcomes = senders.outcomes()
            assert len(outcomes) == len(sent)
            check(office, acknowledged, sent)
            check(office, [told(outcome) for outcome in outcomes], sent)
            check_the_whole(office)
    assert cut_short, "nothing was under way when the server went: no load at all"


@pytest.mark.slow
def test_many_offices_outlive_a_crash(server: Server, tmp_path: Path) -> None:
    """Each has its own connections to find broken, and the others' facts to notice."""
    with office_at(tmp_path, **on_server(server.url())) as one:
        one.accept(ChangeCapacity(A, 30))
        others = [Office(tmp_path, **on_server(server.url())) for _ in range(2)]
        offices = [one, *others]
        try:
            sent = [commands(one.log, turn) for turn in range(len(offices))]
            senders = [Senders(*each) for each in zip(offices, sent, strict=True)]
            senders[0].wait(len(sent[0]) // 4)
            server.stop("immediate")
            server.start()
            with ThreadPoolExecutor() as pool:
                answers = list(pool.map(Senders.outcomes, senders))
            for outcomes, theirs in zip(answers, sent, strict=True):
                assert len(outcomes) == len(theirs)
                check(one, [told(outcome) for outcome in outcomes], theirs)
            check_the_whole(one)
        finally:
            for other in others:
                other.close()
