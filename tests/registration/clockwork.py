"""A scheduler over a town: on its clock, killed after so many commands, or back after a while."""

from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import timedelta
from threading import Event
from typing import Any
from uuid import UUID

from tests.registration.campus import A, offering
from tests.registration.town import happened, students
from tests.write_side.office import Office
from write_side.commands import ChangeCapacity, JoinWaitlist
from write_side.events import Fact
from write_side.registrar import Registrar
from write_side.scheduler import Scheduler
from write_side.submission import Outcome


class Killed(Exception):
    """The process is gone."""


class Mortal:
    """A registrar that takes so many commands and no more."""

    def __init__(self, registrar: Registrar, lives: int) -> None:
        self.registrar, self.lives = registrar, lives

    def submit(self, *args: Any, **how: Any) -> "Future[Outcome]":
        if not self.lives:
            raise Killed
        self.lives -= 1
        return self.registrar.submit(*args, **how)


def scheduler(office: Office, lives: int = 1_000_000) -> Scheduler:
    mortal: Any = Mortal(office.registrar, lives)
    return Scheduler(office.log, mortal, lambda: office.now)


def receipts(office: Office) -> int:
    return int(office.rows("SELECT count(*) FROM receipts")[0][0])


def offers(town: Office) -> list[UUID]:
    """A seat of A is offered to the first of three; the others wait."""
    who = students(town, 3)
    town.accept(offering("CS-101", "A", 0))
    town.accept(*(JoinWaitlist(each, A) for each in who), ChangeCapacity(A, 1))
    return who


@contextmanager
def later(office: Office, by: timedelta) -> Iterator[Office]:
    """Another process on the same files, after the first one ended and some time went by."""
    again = office.restart()
    again.now = office.now + by
    try:
        yield again
    finally:
        again.close()


@contextmanager
def waiting_for(office: Office, kind: type[Fact]) -> Iterator[Event]:
    """Set once a fact of this kind is in the log."""
    seen = Event()

    def look() -> None:
        if happened(office, kind):
            seen.set()

    office.registrar.on_saved(look)
    look()
    yield seen
