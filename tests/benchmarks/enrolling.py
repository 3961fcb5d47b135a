"""Over real sockets: enrolling with 32 clients, spread, on one hot section, and for last seats."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count, cycle, islice

from tests.benchmarks.campus import Plan
from tests.benchmarks.measure import Book, Round
from tests.benchmarks.targets import ROLLBOOK, TWIN, Ground, Target
from tests.benchmarks.wire import Load, Wire, body, closed_loop

SPREAD, HOT, LAST = "enroll, spread", "enroll, one hot section", "enroll, the last seats of three"
LAST_SEATS = 50


@asynccontextmanager
async def enrolling(ground: Ground) -> AsyncIterator[Round]:
    size = ground.size
    last_seats = min(LAST_SEATS, size.students // 6)
    # one that everybody wants and three that many want, for each round
    hot = (*(size.hot_seats, *[last_seats] * 3) * size.rounds, size.students)
    plan = Plan(size.students, size.sections, seats=size.seats, hot=hot)
    async with ground.targets("enrolling", plan) as targets:
        turns = count()
        for target in targets:
            await _warm(ground, target)

        async def round(book: Book) -> None:
            turn = next(turns)
            # by turns first, so that nobody always finds the machine as the other left it
            for target in targets[::-1] if turn % 2 else targets:
                wanted, *three = target.at.hot[turn * 4 : turn * 4 + 4]
                await _spread(book, ground, target)
                await _hot(book, ground, target, wanted)
                await _last(book, ground, target, three, last_seats)

        yield round


async def _warm(ground: Ground, target: Target) -> None:
    """Compilers and caches have seen the documents before anything is measured."""
    size, at = ground.size, target.at
    for _, path in target.doors:
        bodies = (target.enroll(student, at.hot[-1]) for student in at.students)
        await closed_loop(at.port, at.token, size.clients, bodies, path, seconds=size.seconds)
    await target.settled()


async def _spread(book: Book, ground: Ground, target: Target) -> None:
    size, at = ground.size, target.at
    # every seat there is, shared out over the rounds and doors
    most = size.sections * size.seats // size.rounds // len(target.doors)
    for name, path in target.doors:
        bodies = islice(target.spread(), most)
        load = await closed_loop(
            *(at.port, at.token, size.clients, bodies, path),
            seconds=size.seconds,
            judge=target.accepts,
            server=target.meter,
        )
        assert load.all_good, f"{name} refused what it should have accepted"
        note_load(book, SPREAD, name, load)
        await target.settled()


async def _hot(book: Book, ground: Ground, target: Target, section: object) -> None:
    """Everybody wants one section: half of them are refused, and none has a seat twice."""
    size, at = ground.size, target.at
    bodies = (target.enroll(student, section) for student in at.students)
    load = await closed_loop(
        *(at.port, at.token, size.clients, bodies), judge=target.accepts, server=target.meter
    )
    note_load(book, HOT, target.name, load)
    await _count(book, HOT, target, section, load.good, size.hot_seats)


async def _last(
    book: Book, ground: Ground, target: Target, sections: list[object], seats: int
) -> None:
    """Each student tries one of three sections, so that all three fill up at the same time."""
    size, at = ground.size, target.at
    tries = zip(at.students, cycle(sections), strict=False)
    bodies = (target.enroll(student, section) for student, section in tries)
    load = await closed_loop(at.port, at.token, size.clients, bodies, judge=target.accepts)
    if target.name.startswith(ROLLBOOK):
        assert load.good == seats * 3, f"{load.good} were told they have one of {seats * 3} seats"
    for section in sections:
        await _count(book, LAST, target, section, None, seats)


async def _count(
    book: Book, bench: str, target: Target, section: object, accepted: int | None, seats: int
) -> None:
    """What the section itself says of its seats; a seat that was accepted must be there."""
    wire = await Wire.open(target.at.port, target.at.token)
    if target.name.startswith(ROLLBOOK):
        again = await wire.ask(target.enroll(target.at.students[0], section))
        assert again["enroll"]["refusals"], "a seat was given again"
    await target.settled()
    ((_, said),) = (await wire.ask(body(target.words.count, section=section))).items()
    wire.close()
    assert accepted is None or said["enrolled"] == accepted, f"{target.name} lost or made seats"
    assert said["enrolled"] >= seats, f"{target.name}: {said} of {seats} wanted seats are taken"
    book.note(bench, f"{target.name}, oversold", max(0, said["enrolled"] - seats), "seats")


def note_load(book: Book, bench: str, name: str, load: Load, *, against: str | None = TWIN) -> None:
    """Rate, waits, and what asking cost the machine they share."""
    against = None if name == against else against
    book.note(bench, name, load.rate, "requests/s", against=against)
    book.note_times(bench, name, load.waits, against=against)
    if load.server:
        each = 1e6 * load.server / len(load.waits)
        book.note(bench, f"{name}, CPU a request", each, "us", against=_cpu(against))
    book.note(bench, f"{name}, client", 100 * load.client / load.seconds, "% of a core")


def _cpu(against: str | None) -> str | None:
    return None if against is None else f"{against}, CPU a request"
