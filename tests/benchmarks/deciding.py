"""The registrar without any edge: commands one by one, in groups, and by the plain library."""

import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

from tests.benchmarks.campus import OFFICE, Pairs, Plan, found
from tests.benchmarks.library import open_application
from tests.benchmarks.measure import Book, Round
from tests.benchmarks.targets import Ground
from tests.stores import open_log, open_vault
from write_side.commands import Enroll
from write_side.registrar import Registrar

BENCH = "enroll, no HTTP (SQLite, FULL)"
PLAIN = "plain library, one by one"


@asynccontextmanager
async def deciding(ground: Ground) -> AsyncIterator[Round]:
    """Two facts a command, on two aggregates; ours adds receipt, envelope and chain."""
    size, folder = ground.size, ground.place / "deciding"
    log, vault = open_log(folder / "log.db"), open_vault(folder / "vault.db", bytes(32))
    registrar = Registrar(log, vault)
    plain = open_application(folder / "plain.db")
    campus = found(registrar, Plan(size.students, size.sections))
    ours = Pairs(campus.students, campus.sections)
    theirs = Pairs(*plain.found(size.students, size.sections))

    def one_by_one() -> None:
        for _ in range(size.one_by_one):
            student, section = next(ours)
            registrar.submit(Enroll(student, section), OFFICE).result()

    def grouped() -> None:
        waiting = [
            registrar.submit(Enroll(*next(ours)), OFFICE) for _ in range(min(size.grouped, 9_000))
        ]
        assert not any(answer.result().refusals for answer in waiting)

    def by_library() -> None:
        for _ in range(size.one_by_one):
            plain.enroll(*next(theirs))

    async def round(book: Book) -> None:
        commits = _commits(folder / "commits.db", size.one_by_one)
        book.note(BENCH, "one-row commits of SQLite here", commits, "commits/s")
        for name, work, number in (
            (PLAIN, by_library, size.one_by_one),
            ("Rollbook, one by one", one_by_one, size.one_by_one),
            ("Rollbook, as many as wait", grouped, size.grouped),
        ):
            began = time.perf_counter()
            work()
            rate = number / (time.perf_counter() - began)
            against = None if name == PLAIN else PLAIN
            book.note(BENCH, name, rate, "commands/s", against=against)

    try:
        yield round
    finally:
        registrar.close()
        plain.close()
        vault.close()
        log.close()


def _commits(path: Path, number: int) -> float:
    """The yardstick: what this disk lets anybody do."""
    with closing(sqlite3.connect(path, isolation_level=None)) as store:
        store.execute("PRAGMA journal_mode = WAL")
        store.execute("PRAGMA synchronous = FULL")
        store.execute("CREATE TABLE IF NOT EXISTS one (x INTEGER)")
        began = time.perf_counter()
        for each in range(number):
            store.execute("INSERT INTO one VALUES (?)", (each,))
        return number / (time.perf_counter() - began)
