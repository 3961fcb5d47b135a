"""Over real sockets: enrolling with 32 clients, spread and on one hot section, and lists."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import count, islice
from pathlib import Path

import orjson

from tests.benchmarks.campus import Pairs
from tests.benchmarks.measure import Book, Round, Size
from tests.benchmarks.serving import Served, served
from tests.benchmarks.wire import Wire, body, closed_loop

ENROLL = (
    "mutation Enroll($student: ID!, $section: ID!) {"
    " enroll(input: { student: $student, section: $section }) { refusals { code } } }"
)
ENROLL_AND_READ = ENROLL.replace("refusals { code }", "refusals { code } section { enrolled }")
LIST = "{ sections(first: 100) { edges { node { id code capacity enrolled seatsAvailable } } } }"
COUNT = "query Count($section: ID!) { section(id: $section) { enrolled } }"

OURS, TWIN, CACHED = "Rollbook", "CRUD twin", "CRUD twin, caches on"


class Target:
    """One server under load, and the pairs it was not asked for yet."""

    def __init__(self, name: str, at: Served, *, sparing: int = 0) -> None:
        """`sparing`: so many of the first sections are for somebody else."""
        self.name, self.at = name, at
        self._pairs = Pairs(at.students, at.sections[sparing:])

    @property
    def doors(self) -> list[tuple[str, str]]:
        """Names and paths: the twin is asked as it comes, and with its caches on."""
        cached = [(CACHED, "/cached")] if self.name == TWIN else []
        return [(self.name, "/graphql"), *cached]

    def spread(self, document: str) -> Iterator[bytes]:
        return (body(document, student=s, section=c) for s, c in self._pairs)


@asynccontextmanager
async def answering(place: Path, size: Size) -> AsyncIterator[Round]:
    async with (
        served("service", place / "answering", size) as ours,
        served("twin", place / "twin", size) as theirs,
    ):
        targets = [Target(TWIN, theirs), Target(OURS, ours)]
        turns = count()

        async def round(book: Book) -> None:
            turn = next(turns)
            # by turns first, so that neither always finds the machine as the other left it
            order = targets[::-1] if turn % 2 else targets
            await _spread(book, order, size, "section not read", ENROLL)
            await _spread(book, order, size, "section read back", ENROLL_AND_READ)
            for target in order:
                await _hot(book, target, size, turn)
            await _lists(book, order, size)

        yield round


async def _spread(book: Book, targets: list[Target], size: Size, kind: str, document: str) -> None:
    bench = f"HTTP enroll, {size.clients} clients, {size.sections} sections, {kind}"
    for target in targets:
        for name, path in target.doors:
            bodies = islice(target.spread(document), size.enrolls)
            load = await closed_loop(target.at.port, target.at.token, size.clients, bodies, path)
            assert all(b'"refusals":[]' in a.replace(b" ", b"") for a in load.answers)
            _note(book, bench, name, load.rate, load.waits)


async def _hot(book: Book, target: Target, size: Size, turn: int) -> None:
    """Everybody wants one section; the ones who got it must be exactly its seats."""
    at, section = target.at, target.at.hot[turn]
    bodies = (body(ENROLL, student=s, section=section) for s in at.students[: size.enrolls])
    load = await closed_loop(at.port, at.token, size.clients, bodies)
    taken = sum(not orjson.loads(a)["data"]["enroll"]["refusals"] for a in load.answers)
    assert taken == min(size.hot_seats, len(load.answers)), f"{target.name}: {taken} got a seat"
    if target.name == OURS:
        wire = await Wire.open(at.port, at.token)
        again = {"student": at.students[0], "section": section}
        assert (await wire.ask(body(ENROLL_AND_READ, **again)))["enroll"]["refusals"]
        assert (await wire.ask(body(COUNT, section=section)))["section"]["enrolled"] == taken
        wire.close()
    bench = f"HTTP enroll, {size.clients} clients, one section of {size.hot_seats} seats"
    _note(book, bench, target.name, load.rate, load.waits)


async def _lists(book: Book, targets: list[Target], size: Size) -> None:
    for target in targets:
        at = target.at
        rows = min(100, len(at.sections) + len(at.hot))
        bench = f"HTTP list, {rows} sections x 5 fields, 8 clients"
        for name, path in target.doors:
            bodies = (body(LIST) for _ in range(size.lists))
            load = await closed_loop(at.port, at.token, 8, bodies, path)
            assert load.answers[0].count(b"enrolled") == rows
            _note(book, bench, name, load.rate, load.waits)


def _note(book: Book, bench: str, name: str, rate: float, waits: list[float]) -> None:
    against = None if name == TWIN else TWIN
    book.note(bench, name, rate, "requests/s", against=against)
    book.note_times(bench, name, waits, against=against)
