"""How many facts a second the views take in from the whole log: each alone, and all together."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import service
from read_side.changes import Changes
from read_side.projector import Projector, positions_of
from tests.benchmarks.campus import OFFICE, Pairs, Plan, found
from tests.benchmarks.measure import Book, Round
from tests.benchmarks.serving import SECRETS
from tests.benchmarks.targets import Ground
from tests.benchmarks.wire import PATIENCE
from write_side.commands import AddToCart, CancelEnrollment, Command, Enroll
from write_side.events import CancellationReason

BENCH = "projection by rebuild"


@asynccontextmanager
async def projecting(ground: Ground) -> AsyncIterator[Round]:
    """A log in which people put sections into the cart, enroll, and one in five cancels."""
    size, place = ground.size, ground.place / "projecting"
    settings = service.Settings(data_dir=place, **SECRETS)
    with service.open_service(settings, projecting=False) as parts:
        campus = found(parts.registrar, Plan(size.students // 4, size.sections))
        pairs, number = Pairs(campus.students, campus.sections), 0
        while parts.log.head() < size.facts:
            waiting = []
            for _ in range(min(200, len(campus.students))):
                (student, section), number = next(pairs), number + 1
                commands: list[Command] = [AddToCart(student, section), Enroll(student, section)]
                if number % 5 == 0:
                    commands.append(CancelEnrollment(student, section, CancellationReason.OTHER))
                waiting += [parts.registrar.submit(command, OFFICE) for command in commands]
            for answer in waiting:
                answer.result()
        head = parts.log.head()

        async def round(book: Book) -> None:
            total = 0.0
            for view in parts.store.views:
                began = time.perf_counter()
                assert parts.projector.rebuild(view) == head
                seconds = time.perf_counter() - began
                total += seconds
                book.note(BENCH, view, head / seconds, "facts/s")
            book.note(BENCH, "all views, one after the other", head / total, "facts/s")
            book.note(BENCH, "all views together", head / _together(parts, head), "facts/s")

        yield round


def _together(parts: service.Service, head: int) -> float:
    """The seconds that a running projector takes from nothing to the head of the log."""
    for view in parts.store.views:
        parts.store.clear(view)
    projector = Projector(parts.store, parts.log, Changes(positions_of(parts.store)))
    began = time.perf_counter()
    projector.start()
    projector.changes.wait(head, PATIENCE)
    seconds = time.perf_counter() - began
    projector.stop()
    return seconds
