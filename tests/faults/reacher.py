"""A process that reaches for seats of one section while others do: tells what it got, and how long
it took.

    python -m tests.faults.reacher DATABASE SHARE OF

Says when it is ready, and begins at a line on stdin.
"""

import json
import sys
from collections import Counter
from concurrent.futures import Future
from pathlib import Path
from threading import Semaphore
from time import perf_counter
from typing import Any

from eventsourcing.persistence import IntegrityError

from tests.stores import on_server
from tests.write_side.campus import A
from tests.write_side.office import STAFF, Office
from write_side.commands import Enroll
from write_side.events import StudentRegistered
from write_side.log.postgres import PostgresLog
from write_side.submission import Outcome

WAITING = 20  # commands on their way at once, as from so many browsers
PATIENCE = 120.0


class CountedLog(PostgresLog):
    """Knows how often it was asked to save, and how often somebody else had been first."""

    saves = 0
    conflicts = 0

    def insert_events(self, *args: Any, **how: Any) -> list[int]:
        self.saves += 1
        try:
            return super().insert_events(*args, **how)
        except IntegrityError:
            self.conflicts += 1
            raise


def main(url: str, share: int, of: int) -> None:
    log = CountedLog(url)
    office = Office(Path(), **{**on_server(url), "open_log": lambda _: log})
    facts = log.read(0, 1_000_000, [StudentRegistered.TOPIC])
    mine = [fact.stream for fact in facts][share::of]
    print("ready", flush=True)
    input()
    room = Semaphore(WAITING)
    took: list[float] = []
    answers: list[Future[Outcome]] = []
    for student in mine:
        assert room.acquire(timeout=PATIENCE)
        begun = perf_counter()

        def answered(_: "Future[Outcome]", begun: float = begun) -> None:
            took.append(perf_counter() - begun)
            room.release()

        answer = office.registrar.submit(Enroll(student, A), STAFF)
        answer.add_done_callback(answered)
        answers.append(answer)
    told = Counter(_spelled(answer) for answer in answers)
    office.close()
    print(json.dumps([told, sorted(took), log.saves, log.conflicts]))


def _spelled(answer: "Future[Outcome]") -> str:
    """ "enrolled", the rules that were broken, or what went wrong."""
    if (error := answer.exception(PATIENCE)) is not None:
        return repr(error)
    refusals = answer.result().refusals
    return " ".join(refusal.code.value for refusal in refusals) if refusals else "enrolled"


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
