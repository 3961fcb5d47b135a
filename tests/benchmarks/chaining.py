"""What the chain costs: groups of enrollments with links and without, by turns."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from itertools import count
from unittest.mock import patch

from tests.benchmarks.campus import OFFICE, Pairs, Plan, found
from tests.benchmarks.measure import Book, Round
from tests.benchmarks.targets import Ground
from tests.stores import open_log, open_vault
from write_side.commands import Enroll
from write_side.log import receipts, rows
from write_side.log.chain import GENESIS
from write_side.registrar import Registrar

BENCH = "enroll, what the chain costs"
WITH, WITHOUT = "with the chain", "without"
TURNS = 8  # of each, in a round; short ones, so that a slow moment of the machine meets both


@asynccontextmanager
async def chaining(ground: Ground) -> AsyncIterator[Round]:
    """The same store, the same registrar; the links are left out by turns."""
    size, folder = ground.size, ground.place / "chaining"
    log, vault = open_log(folder / "log.db"), open_vault(folder / "vault.db", bytes(32))
    registrar = Registrar(log, vault)
    campus = found(registrar, Plan(size.students, size.sections))
    pairs = Pairs(campus.students, campus.sections)
    turns = count()
    number = max(size.grouped // TURNS, 10)

    def work() -> tuple[float, float]:
        """Commands a second by the clock, and seconds of processor time a command."""
        began, used = time.perf_counter(), time.process_time()
        waiting = [registrar.submit(Enroll(*next(pairs)), OFFICE) for _ in range(number)]
        assert not any(answer.result().refusals for answer in waiting)
        took, spent = time.perf_counter() - began, time.process_time() - used
        return number / took, spent / number

    def unlinked() -> tuple[float, float]:
        with ExitStack() as stack:
            for module, name, instead in _INSTEAD:
                stack.enter_context(patch.object(module, name, instead))
            return work()

    async def round(book: Book) -> None:
        for _ in range(TURNS):
            both: list[tuple[str, Callable[[], tuple[float, float]]]]
            both = [(WITHOUT, unlinked), (WITH, work)]
            # by turns first, so that nobody always finds the machine as the other left it
            for name, act in both[::-1] if next(turns) % 2 else both:
                rate, spent = act()
                against = None if name == WITHOUT else WITHOUT
                book.note(BENCH, name, rate, "commands/s", against=against)
                cpu = None if against is None else f"{against}, CPU"
                book.note(BENCH, f"{name}, CPU", 1e6 * spent, "us", against=cpu)

    try:
        yield round
    finally:
        registrar.close()
        vault.close()
        log.close()


_INSTEAD = (
    (rows, "link", lambda *_: GENESIS),
    (rows, "value_hashes", lambda *_: []),
    (rows, "new_salt", lambda: b""),
    (receipts, "_link", lambda *_: GENESIS),
    (receipts, "new_salt", lambda: b""),
)
