"""The university on real files, many students at its doors, and a look at what they did."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from threading import Barrier
from typing import Any
from uuid import UUID

from tests.registration.campus import COURSES, REQUISITES, SPRING
from tests.registration.day import agree
from tests.registration.watch import Watch
from tests.scenario import fold
from tests.stores import open_interrupted
from tests.write_side.campus import FALL
from tests.write_side.office import PATIENCE, Office
from write_side.commands import Command, RegisterStudent
from write_side.events import Fact, Recorded, StudentRegistered
from write_side.refusals import RefusalCode
from write_side.submission import Conflict, Outcome

THREADS = 8
Answer = tuple[RefusalCode, ...]


@contextmanager
def open_town(data: Path, **how: Any) -> Iterator[Office]:
    office = Office(data, **how)
    try:
        office.accept(SPRING, FALL, *COURSES, *REQUISITES)
        yield office
    finally:
        office.close()


@contextmanager
def two_towns(data: Path) -> Iterator[tuple[Office, Office]]:
    """Two registrars over one log."""
    with open_town(data, open_log=open_interrupted) as one:
        two = Office(data, open_log=open_interrupted)
        try:
            yield one, two
        finally:
            two.close()


def students(office: Office, many: int) -> list[UUID]:
    answers = [office.send(RegisterStudent(f"S{nth}", None, None)) for nth in range(many)]
    facts = [recorded for answer in answers for recorded in answer.result(PATIENCE).facts]
    return [each.stream for each in facts if isinstance(each.fact, StudentRegistered)]


def at_once(offices: Sequence[Office], commands: Sequence[Command]) -> Counter[Answer]:
    """Eight threads send these, all at one moment, to the offices in turn; the answers counted.
    Whoever is told that others were always first asks again."""
    gate = Barrier(THREADS)

    def mine(thread: int) -> list[Answer]:
        gate.wait(PATIENCE)
        own = list(enumerate(commands))[thread::THREADS]
        return [_ask(offices[nth % len(offices)], command) for nth, command in own]

    with ThreadPoolExecutor(THREADS) as pool:
        told = pool.map(mine, range(THREADS))
        return Counter(answer for answers in told for answer in answers)


def _ask(office: Office, command: Command) -> Answer:
    while True:
        try:
            outcome: Outcome = office.ask(command)
        except Conflict:
            continue
        return tuple(refusal.code for refusal in outcome.refusals)


def log_of(office: Office) -> list[Recorded]:
    return office.log.read(0, 1_000_000)


def happened(office: Office, kind: type[Fact]) -> list[Any]:
    """All facts of a kind, in order."""
    return [recorded.fact for recorded in log_of(office) if isinstance(recorded.fact, kind)]


def inspect(office: Office) -> Watch:
    """No promise was broken at any prefix of the log, both sides agree, no link is broken."""
    watch = Watch()
    told: dict[UUID, list[Fact]] = {}
    for _, group in groupby(log_of(office), key=lambda recorded: recorded.envelope.command_id):
        facts = [recorded.fact for recorded in group]
        for fact in facts:
            told.setdefault(fact.originator_id, []).append(fact)
        watch.see(facts)
        watch.check()
    agree(fold_all(told.values()))
    assert office.log.first_broken_link() is None
    return watch


def fold_all(streams: Iterable[list[Fact]]) -> list[object]:
    return [fold(facts) for facts in streams]
