"""A command that breaks, a save that fails, a listener that stumbles: nobody else is harmed."""

import logging
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import time
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from eventsourcing.persistence import OperationalError, StoredEvent

from tests.stores import open_as, open_log, open_vault
from tests.write_side.campus import CAMPUS, SECTION_A, A, B
from tests.write_side.office import MASTER_KEY, PATIENCE, STAFF, Office, office_at
from write_side.aggregates import Section
from write_side.commands import (
    AddCourse,
    ChangeCapacity,
    ChangeContact,
    Command,
    Enroll,
    Personal,
    RegisterStudent,
)
from write_side.commands.command import Desk, not_found
from write_side.events import Meeting, Weekday
from write_side.log.log import Log
from write_side.refusals import RefusalCode, Refused
from write_side.registrar import Registrar


@dataclass(frozen=True)
class BreakHalfway(Command):
    """Takes a step and then meets a bug, or a rule it should have asked before."""

    section: UUID
    late_refusal: bool

    def decide(self, desk: Desk) -> None:
        section = desk.find(Section, self.section)
        assert section is not None
        section.change_capacity(desk.at, 77)
        if self.late_refusal:
            raise Refused(not_found("reason to do this", "section"))
        raise ZeroDivisionError("a bug")


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)


@pytest.mark.parametrize("place", [0, 2, 4])
def test_a_command_that_breaks_halfway_harms_no_other(office: Office, place: int) -> None:
    others: list[Command] = [
        ChangeCapacity(A, 1),
        RegisterStudent("S1", None, None),
        ChangeCapacity(A, 2),
        ChangeCapacity(B, 9),
    ]
    with office.busy():
        sent = [office.send(c, f"cmd-{nth}") for nth, c in enumerate(others[:place])]
        broken = office.send(BreakHalfway(A, late_refusal=False), "broken")
        late = office.send(BreakHalfway(B, late_refusal=True), "late")
        sent += [office.send(c, f"cmd-{nth}") for nth, c in enumerate(others[place:], place)]
    assert [len(a.result(PATIENCE).facts) for a in sent] == [1, 2, 1, 1]
    with pytest.raises(ZeroDivisionError):
        broken.result(PATIENCE)
    assert [r.code for r in late.result(PATIENCE).refusals] == [RefusalCode.NOT_FOUND]
    assert office.rows("SELECT count(*) FROM facts WHERE command_id IN ('broken', 'late')") == [
        (0,)
    ]
    assert office.registrar.receipt("broken") is None
    assert office.registrar.receipt("late") is not None
    assert office.section(A).capacity == 2
    assert office.log.first_broken_link() is None
    assert versions_without_gap(office)


def versions_without_gap(office: Office) -> bool:
    found = office.rows("SELECT count(*), max(version) FROM facts GROUP BY stream")
    return all(count == newest for count, newest in found)


def test_what_a_late_refusal_had_begun_is_not_so(office: Office) -> None:
    with office.busy():
        late = office.send(BreakHalfway(A, late_refusal=True))
        same = office.send(ChangeCapacity(A, 77))
    assert late.result(PATIENCE).refusals
    assert len(same.result(PATIENCE).facts) == 1
    assert versions_without_gap(office)


def test_a_broken_command_is_decided_anew_when_it_is_sent_again(office: Office) -> None:
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            office.ask(BreakHalfway(A, late_refusal=False), "broken")
    assert len(office.ask(ChangeCapacity(A, 3), "broken").facts) == 1


def test_a_broken_dry_run_answers_with_its_error(office: Office) -> None:
    with pytest.raises(ZeroDivisionError):
        office.ask(BreakHalfway(A, late_refusal=False), dry_run=True)
    assert office.section(A).capacity == 2


@dataclass(frozen=True)
class LoseTheLog(ChangeCapacity):
    """Meets a log that is away when it looks for its section, the first time."""

    met: list[UUID] = field(default_factory=list)

    def decide(self, desk: Desk) -> None:
        super().decide(desk)
        if not self.met:
            self.met.append(self.section)
            raise OperationalError("the server is away")


@pytest.mark.parametrize("dry", [False, True])
def test_a_log_that_is_away_for_a_moment_is_nobodys_answer(office: Office, dry: bool) -> None:
    with office.busy():
        before = office.send(ChangeCapacity(A, 8))
        lost = office.send(LoseTheLog(A, 9), dry_run=dry)
        after = office.send(ChangeCapacity(A, 10))
    assert [len(a.result(PATIENCE).facts) for a in (before, lost, after)] == [1, 1, 1]
    assert office.section(A).capacity == 10
    assert versions_without_gap(office)


def test_a_registration_decided_twice_leaves_one_address(office: Office) -> None:
    """Deciding again draws another id; the address must not lead to the one nobody has."""
    ada = RegisterStudent("S1", Personal("Ada"), Personal("ada@x.edu"))
    with office.busy():
        answer = office.send(ada)
        office.send(BreakHalfway(A, late_refusal=False))
    registered = {f.stream for f in answer.result(PATIENCE).facts}
    found = office.vault.find_by_email("ada@x.edu")
    assert len(found) == 1 and set(found) <= registered


HALF = "half a character \ud83d"
ONE_O_CLOCK, TWO_O_CLOCK = time(13), time(14)


@pytest.mark.parametrize(
    "poison",
    [
        AddCourse("X-1", HALF, Decimal(1)),
        AddCourse(HALF, "X", Decimal(1)),
        AddCourse("X-1", "\0", Decimal(1)),
        RegisterStudent("S1", Personal(HALF), None),
        RegisterStudent("S1", Personal("\0"), None),
        RegisterStudent("S1", None, None, (HALF,)),
        RegisterStudent("S1", None, None, ("\0",)),
        replace(
            SECTION_A,
            code="Z",
            meetings=(Meeting((Weekday.MONDAY,), ONE_O_CLOCK, TWO_O_CLOCK, HALF),),
        ),
        replace(SECTION_A, term="\0", course="\0"),
        ChangeCapacity(A, 2**70),
        ChangeCapacity(UUID(int=1), -(2**70)),
    ],
    ids=repr,
)
def test_a_command_that_no_store_can_take_harms_no_other(office: Office, poison: Command) -> None:
    with office.busy():
        before = office.send(ChangeCapacity(A, 8))
        poisoned = office.send(poison)
        after = office.send(ChangeCapacity(B, 9))
    assert len(before.result(PATIENCE).facts) == len(after.result(PATIENCE).facts) == 1
    assert {r.code for r in poisoned.result(PATIENCE).refusals} <= {
        RefusalCode.INVALID_INPUT,
        RefusalCode.NOT_FOUND,
    }
    assert poisoned.result().refusals


@pytest.mark.parametrize("poison", ["\0", "a\0b", HALF, "\ud83d", "x" * 501, "𝄞" * 501])
@pytest.mark.parametrize("place", ["command_id", "correlation", "actor"])
def test_a_name_that_no_store_can_take_harms_no_other(
    office: Office, place: str, poison: str
) -> None:
    """Of a command, of what it belongs to, or of whoever sent it."""
    how: dict[str, Any] = {
        place: replace(STAFF, name=poison) if place == "actor" else poison,
    }
    receipts = office.rows("SELECT count(*) FROM receipts")
    with office.busy():
        before = office.send(ChangeCapacity(A, 8))
        poisoned = [office.send(ChangeCapacity(A, 5), **how) for _ in range(2)]
        would = office.send(ChangeCapacity(A, 5), dry_run=True, **how)
        after = office.send(ChangeCapacity(B, 9))
    assert len(before.result(PATIENCE).facts) == len(after.result(PATIENCE).facts) == 1
    for answer in (*poisoned, would):
        outcome = answer.result(PATIENCE)
        (refusal,) = outcome.refusals
        assert (outcome.position, outcome.facts) == (None, ())
        assert refusal.code is RefusalCode.INVALID_INPUT
        assert refusal.path == ("commandId" if place == "command_id" else place,)
    assert office.rows("SELECT count(*) FROM receipts") == [(receipts[0][0] + 2,)]


def test_the_longest_names_are_kept(office: Office) -> None:
    """In the largest characters and without repetition, so that nothing makes them smaller."""
    longest = "".join(chr(0x20000 + 37 * nth) for nth in range(500))
    actor = replace(STAFF, name=longest)
    outcome = office.ask(ChangeCapacity(A, 5), longest, actor, correlation=longest)
    assert outcome.facts and office.ask(ChangeCapacity(A, 5), longest, actor) == outcome
    (fact,) = office.log.at([f.position for f in outcome.facts])
    envelope = fact.envelope
    assert {envelope.command_id, envelope.actor, envelope.correlation} == {longest}


class FailingLog(Log):
    """A log on a disk that is full while `full` says so."""

    full = False

    def insert_events(self, stored_events: Sequence[StoredEvent], **more: Any) -> list[int]:
        if self.full:
            raise sqlite3.OperationalError("database or disk is full")
        return super().insert_events(stored_events, **more)


def failing(path: Path) -> FailingLog:
    return open_as(FailingLog, path)


def test_when_saving_fails_everyone_hears_and_nothing_is_believed(tmp_path: Path) -> None:
    with office_at(tmp_path, open_log=failing) as office:
        student = office.register("S1")
        head = office.log.head()
        assert isinstance(office.log, FailingLog)
        office.log.full = True
        with office.busy():
            waiting = [
                office.send(ChangeCapacity(A, 1)),
                office.send(Enroll(student, A)),
                office.send(Enroll(student, UUID(int=1)), "refused"),
                office.send(RegisterStudent("S2", None, None)),
            ]
        for answer in waiting:
            with pytest.raises(sqlite3.OperationalError):
                answer.result(PATIENCE)
        assert office.log.head() == head and office.registrar.receipt("refused") is None
        office.log.full = False
        assert len(office.ask(Enroll(student, A)).facts) == 2
        assert office.section(A).capacity == 2
        assert office.register("S2")


def test_a_failed_registration_leaves_no_address(tmp_path: Path) -> None:
    with office_at(tmp_path, open_log=failing) as office:
        assert isinstance(office.log, FailingLog)
        office.log.full = True
        with pytest.raises(sqlite3.OperationalError):
            office.ask(RegisterStudent("S1", None, Personal("ada@x.edu")))
        office.log.full = False
        office.register("S1")
        assert office.vault.find_by_email("ada@x.edu") == []


def test_a_failed_change_of_address_leaves_the_one_that_was(tmp_path: Path) -> None:
    with office_at(tmp_path, open_log=failing) as office:
        assert isinstance(office.log, FailingLog)
        office.ask(RegisterStudent("S1", None, Personal("ada@x.edu")))
        (ada,) = office.vault.find_by_email("ada@x.edu")
        office.log.full = True
        with pytest.raises(sqlite3.OperationalError):
            office.ask(ChangeContact(ada, None, Personal("new@x.edu")))
        with pytest.raises(sqlite3.OperationalError):
            office.ask(ChangeCapacity(A, 9))
        assert office.vault.find_by_email("ada@x.edu") == [ada]
        assert office.vault.find_by_email("new@x.edu") == []


def test_a_listener_that_fails_does_not_unsay_what_is_recorded(tmp_path: Path) -> None:
    log, vault = open_log(tmp_path / "log.db"), open_vault(tmp_path / "vault.db", MASTER_KEY)

    def stumble() -> None:
        raise ZeroDivisionError("a bug in a listener")

    registrar = Registrar(log, vault, on_saved=stumble)
    try:
        outcome = registrar.submit(CAMPUS[1], STAFF).result(PATIENCE)
        assert outcome.position == log.head() == 1
    finally:
        registrar.close()
        vault.close()
        log.close()
