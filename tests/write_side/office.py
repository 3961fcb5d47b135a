"""A registrar's office on real files: opened, closed and opened again in a test's directory."""

import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from threading import Event
from typing import Any, ClassVar
from uuid import UUID

from tests.scenario import NOON
from tests.stores import open_log, open_vault
from tests.write_side.campus import CAMPUS
from write_side.aggregates import Section
from write_side.commands import Command, Personal, RegisterStudent
from write_side.commands.command import Desk
from write_side.events import Channel, Role, StudentRegistered
from write_side.log.log import Log
from write_side.registrar import Registrar
from write_side.submission import Actor, Outcome
from write_side.vault import Vault

MASTER_KEY = bytes(range(32))
STAFF = Actor("registrar-7", Role.REGISTRAR, Channel.STAFF)
SELF = Actor("student-1", Role.STUDENT, Channel.SELF)
PATIENCE = 20.0


@dataclass
class Office:
    """Everything the write side needs, in one directory, or wherever `open_log` and `open_vault`
    say."""

    data: Path
    open_log: Callable[[Path], Log] = open_log
    open_vault: Callable[[Path, bytes], Vault] = open_vault
    options: dict[str, Any] = field(default_factory=dict)
    now: datetime = NOON

    def __post_init__(self) -> None:
        self.log = self.open_log(self.data / "log.db")
        self.vault = self.open_vault(self.data / "vault.db", MASTER_KEY)
        self.registrar = Registrar(self.log, self.vault, clock=lambda: self.now, **self.options)

    def send(
        self, command: Command, command_id: str | None = None, actor: Actor = STAFF, **how: Any
    ) -> "Future[Outcome]":
        return self.registrar.submit(command, actor, command_id=command_id, **how)

    def ask(self, *args: Any, **how: Any) -> Outcome:
        """Send a command and wait for what became of it."""
        return self.send(*args, **how).result(PATIENCE)

    def accept(self, *commands: Command) -> None:
        """Send commands that must not be refused."""
        for outcome in [self.send(command) for command in commands]:
            assert outcome.result(PATIENCE).refusals == ()

    def register(self, number: str) -> UUID:
        """A new student's id."""
        found = self.ask(RegisterStudent(number, None, None)).facts
        (student,) = [f.stream for f in found if isinstance(f.fact, StudentRegistered)]
        return student

    def section(self, stream: UUID) -> Section:
        """As the registrar has it in its cache."""
        found: Section = self.registrar.repository.get(stream)
        return found

    def close(self) -> None:
        self.registrar.close()
        self.vault.close()
        self.log.close()

    def restart(self) -> "Office":
        """The same files, another process as it were."""
        self.close()
        return replace(self)

    def rows(self, statement: str, *values: Any) -> list[Any]:
        """What really stands in the log."""
        return self.log._read(statement, values)

    @contextmanager
    def busy(self) -> Iterator[None]:
        """The writer is kept from work, so that all that is sent meanwhile is one group."""
        wait = Wait("S-busy", Personal("nobody"), None)
        first = self.send(wait, dry_run=True)
        assert Wait.started.wait(PATIENCE)
        try:
            yield
        finally:
            Wait.go_on.set()
            first.result(PATIENCE)
            Wait.started.clear()
            Wait.go_on.clear()


class Wait(RegisterStudent):
    """A wish that keeps the writer waiting and wants nothing."""

    started: ClassVar[Event] = Event()
    go_on: ClassVar[Event] = Event()

    def decide(self, desk: Desk) -> None:
        del desk
        self.started.set()
        assert self.go_on.wait(PATIENCE)


@contextmanager
def raw(path: Path) -> Iterator[sqlite3.Connection]:
    """The file without our code in between."""
    connection = sqlite3.connect(path, isolation_level=None, timeout=0.2)
    try:
        yield connection
    finally:
        connection.close()


@contextmanager
def office_at(data: Path, **how: Any) -> Iterator[Office]:
    """An office with the campus in it, closed at the end."""
    office = Office(data, **how)
    try:
        office.accept(*CAMPUS)
        yield office
    finally:
        Wait.go_on.clear()
        office.close()
