"""The run: what it records, that it can be broken off anywhere, and what it does when refused."""

from collections.abc import Callable
from concurrent.futures import Future
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.write_side.imports.university import (
    CLEAN,
    compared,
    enrollments,
    facts,
    service,
    write,
)
from write_side.aggregates import Course, Section, Term
from write_side.commands import AddCourse, Enroll, OpenTerm, RegisterStudent
from write_side.events import (
    Channel,
    EnrollmentCanceled,
    EnrollmentWithdrawn,
    Role,
    SectionScheduled,
    StudentEnrolled,
    StudentRegistered,
    TermOpened,
)
from write_side.imports.oulad import ImportProblem, OuladData, read, run, student_finder
from write_side.submission import Actor, Conflict, Outcome, Overloaded

STAFF = Actor("ada", Role.REGISTRAR, Channel.STAFF)
COMMANDS = 2 + 2 + 3 + 6 + len(CLEAN) + 5  # terms, courses, sections, students, rows, departures


@pytest.fixture
def data(tmp_path: Path) -> OuladData:
    return read(write(tmp_path / "files"))


def test_the_counts_are_those_of_the_files(tmp_path: Path, data: OuladData) -> None:
    with service(tmp_path) as (registrar, log):
        told: list[tuple[int, int]] = []
        done = run(data, registrar.submit, lambda *so_far: told.append(so_far))
        report = compared(data, done, log)
        assert (done.commands, done.position, done.refused) == (COMMANDS, log.head(), ())
    assert (told[0], told[-1]) == ((0, COMMANDS), (COMMANDS, COMMANDS))
    assert report.ok
    assert report.document["presentations"][0] == {
        "module": "AAA",
        "presentation": "2013J",
        "registrations": 4,
        "enrolled": 1,
        "canceled": 1,
        "withdrawn": 2,
        "equal": True,
    }
    days = report.document["days"]
    # from 30 days before October 2013 to 444 days after it, or to 300 after February 2014
    first, last = date(2013, 9, 1), max(date(2014, 12, 19), date(2014, 11, 28))
    assert days["checked"] == days["equal"] == 3 * ((last - first).days + 1)
    assert report.document["rows"] == {"read": 8, "reported": 0, "skipped": 0, "byReason": {}}


def test_facts_are_told_as_they_happened(tmp_path: Path, data: OuladData) -> None:
    with service(tmp_path) as (registrar, log):
        run(data, registrar.submit)
        recorded = facts(log)
    assert [f.at for f in recorded] == sorted(f.at for f in recorded)
    assert {(f.envelope.channel, f.envelope.role) for f in recorded} == {
        (Channel.IMPORT, Role.REGISTRAR)
    }
    terms = {f.fact.code: f.fact for f in recorded if isinstance(f.fact, TermOpened)}
    assert terms["2013J"].starts_on == date(2013, 10, 1)
    assert terms["2013J"].ends_on == date(2013, 10, 1) + timedelta(days=268)
    assert terms["2013J"].drop_deadline == datetime(2013, 10, 1, tzinfo=UTC)
    assert terms["2014B"].add_deadline == datetime(2014, 2, 1, tzinfo=UTC) + timedelta(days=301)
    sections = [f.fact for f in recorded if isinstance(f.fact, SectionScheduled)]
    assert {section.capacity for section in sections} == {None}
    people = [f.fact for f in recorded if isinstance(f.fact, StudentRegistered)]
    assert sorted(person.number for person in people) == list("123456")
    assert {(person.name, person.email) for person in people} == {(None, None)}
    ended = {
        f.envelope.command_id: f.at
        for f in recorded
        if isinstance(f.fact, EnrollmentCanceled | EnrollmentWithdrawn)
    }
    start = datetime(2013, 10, 1, tzinfo=UTC)
    assert ended == {
        "oulad/2013J/BBB/1/cancel": start - timedelta(days=30),
        "oulad/2013J/AAA/2/cancel": start - timedelta(days=1),
        "oulad/2013J/AAA/3/withdraw": start,
        "oulad/2013J/BBB/5/withdraw": start + timedelta(days=12),
        "oulad/2013J/AAA/4/withdraw": start + timedelta(days=444),
    }


def test_contradictory_rows_are_imported_by_the_rule(tmp_path: Path) -> None:
    rows = [
        *CLEAN,
        ("AAA", "2013J", 11, "", -3),
        ("AAA", "2013J", 12, "", ""),
        ("AAA", "2013J", 13, 9, 2),
        ("AAA", "2013J", 1, -5, -4),
        ("AAA", "2013J", 14, "?", 999),
        ("AAA", "2013J", 15, "x", ""),
        ("QQQ", "2013J", 16, 1, ""),
        ("AAA",),
    ]
    data = read(write(tmp_path / "files", rows, infos=[]))
    with service(tmp_path) as (registrar, log):
        done = run(data, registrar.submit)
        report = compared(data, done, log)
    assert report.ok
    assert done.refused == ()
    found = report.document["rows"]
    # no row has its studentInfo here, so every row is named once at least
    assert (found["read"], found["reported"], found["skipped"]) == (16, 16, 4)
    assert found["byReason"]["NO_REGISTRATION_DAY"] == 3
    assert report.document["presentations"][0] | {"equal": True} == {
        "module": "AAA",
        "presentation": "2013J",
        "registrations": 10,
        "enrolled": 2,
        "canceled": 2,
        "withdrawn": 4,
        "equal": True,
    }


def test_presentations_never_seen_before(tmp_path: Path) -> None:
    rows = [("HHH", "2031J", 1, -400, 3), ("HHH", "2032B", 1, 0, "")]
    offered = [("HHH", "2031J", 500), ("HHH", "2032B", 100), ("III", "2032B", 90)]
    data = read(write(tmp_path / "files", rows, offered=offered))
    with service(tmp_path) as (registrar, log):
        report = compared(data, run(data, registrar.submit), log)
    assert report.ok
    assert [p["registrations"] for p in report.document["presentations"]] == [1, 1, 0]


def test_a_second_file_beside_the_first(tmp_path: Path, data: OuladData) -> None:
    """Shared courses, terms and students are taken as they are; a term's days may differ."""
    rows = [("CCC", "2013J", 1, -400, 3), ("CCC", "2013J", 99, 0, "")]
    more = read(write(tmp_path / "more", rows, offered=[("CCC", "2013J", 300)]))
    with service(tmp_path) as (registrar, log):
        first = run(data, registrar.submit)
        second = run(more, registrar.submit)
        assert compared(data, first, log).ok
        assert compared(more, second, log).ok
    assert [(r.command_id, r.codes) for r in second.refused] == [
        ("oulad/term/2013J", ("INVALID_INPUT",))
    ]


def test_run_twice_is_run_once(tmp_path: Path, data: OuladData) -> None:
    with service(tmp_path) as (registrar, log):
        first = run(data, registrar.submit)
        recorded = facts(log)
        assert run(data, registrar.submit) == first
    with service(tmp_path) as (registrar, log):
        assert run(data, registrar.submit) == first
        assert facts(log) == recorded


class Killed(BaseException):
    """Stands for the end of the process."""


Submitting = Callable[..., "Future[Outcome]"]


def dying_after(sent: int, submit: Submitting) -> Submitting:
    remaining = iter(range(sent))

    def submitting(*command: Any, **envelope: Any) -> "Future[Outcome]":
        if next(remaining, None) is None:
            raise Killed
        return submit(*command, **envelope)

    return submitting


def failing_at(nth: int, submit: Submitting) -> Submitting:
    """One command fails as a full disk would let it; those behind it are decided."""
    places = count()

    def submitting(*command: Any, **envelope: Any) -> "Future[Outcome]":
        if next(places) != nth:
            return submit(*command, **envelope)
        failed: Future[Outcome] = Future()
        failed.set_exception(Conflict("too many others"))
        return failed

    return submitting


def finished(directory: Path, data: OuladData) -> bool:
    """Run to the end: is everything as if it had never been broken off?"""
    with service(directory) as (registrar, log):
        done = run(data, registrar.submit)
        recorded = facts(log)
        assert done.refused == ()
        assert len(enrollments(recorded)) == len(CLEAN)
        assert sum(isinstance(f.fact, StudentRegistered) for f in recorded) == 6
        return compared(data, done, log).ok


@pytest.mark.parametrize("nth", range(COMMANDS))
def test_killed_anywhere_and_run_again(tmp_path: Path, data: OuladData, nth: int) -> None:
    with service(tmp_path) as (registrar, _), pytest.raises(Killed):
        run(data, dying_after(nth, registrar.submit))
    assert finished(tmp_path, data)


@pytest.mark.parametrize("nth", range(COMMANDS))
def test_a_failed_command_spoils_none_behind_it(tmp_path: Path, data: OuladData, nth: int) -> None:
    with service(tmp_path) as (registrar, _), pytest.raises(ImportProblem, match="Run it again"):
        run(data, failing_at(nth, registrar.submit))
    assert finished(tmp_path, data)


def test_an_overloaded_service_is_waited_for(tmp_path: Path, data: OuladData) -> None:
    turns = count()

    def busy(*command: Any, **envelope: Any) -> "Future[Outcome]":
        if next(turns) % 3 == 2:
            raise Overloaded("too many commands are waiting")
        return registrar.submit(*command, **envelope)

    with service(tmp_path) as (registrar, log):
        assert compared(data, run(data, busy), log).ok


def test_a_service_that_takes_nothing_stops_the_import(tmp_path: Path, data: OuladData) -> None:
    with service(tmp_path) as (registrar, _):
        registrar.close()
        with pytest.raises(ImportProblem, match="the service is stopping"):
            run(data, registrar.submit)


def test_a_number_somebody_registered_by_hand(tmp_path: Path, data: OuladData) -> None:
    with service(tmp_path) as (registrar, log):
        by_hand = registrar.submit(RegisterStudent("1", None, None), STAFF).result()
        student = next(f.stream for f in by_hand.facts if isinstance(f.fact, StudentRegistered))
        without = run(data, registrar.submit)
        assert not compared(data, without, log).ok
        assert [(r.command_id, r.done) for r in without.refused] == [
            ("oulad/student/1", "Their rows were left out.")
        ]
        done = run(data, registrar.submit, find_student=student_finder(log))
        assert compared(data, done, log).ok
        assert [(r.codes, r.done) for r in done.refused] == [
            (("ALREADY_EXISTS",), "Their rows went to the student who has that number.")
        ]
        enrolled = [f.stream for f in facts(log) if isinstance(f.fact, StudentEnrolled)]
        assert enrolled.count(student) == 2


def test_a_term_and_an_enrollment_made_by_hand(tmp_path: Path) -> None:
    """Nothing is forced: what was refused is said, and the counts show it."""
    rows = [("AAA", "2013J", 1, 3, 5), ("AAA", "2013J", 2, 3, 5), ("AAA", "2013J", 3, 20, 25)]
    data = read(write(tmp_path / "files", rows))
    at = datetime(2013, 9, 1, tzinfo=UTC)
    term = OpenTerm(
        "2013J",
        "Autumn",
        date(2013, 10, 1),
        date(2014, 6, 1),
        add_deadline=datetime(2013, 10, 15, tzinfo=UTC),
        drop_deadline=datetime(2013, 10, 5, tzinfo=UTC),
    )
    with service(tmp_path) as (registrar, log):
        registrar.submit(term, STAFF, at=at).result()
        registrar.submit(AddCourse("AAA", "By hand", Decimal(30)), STAFF, at=at).result()
        nobody = read(write(tmp_path / "none", []))
        run(nobody, registrar.submit)
        by_hand = registrar.submit(RegisterStudent("2", None, None), STAFF, at=at).result()
        student = by_hand.facts[-1].stream
        section = Section.id_of(Term.id_of("2013J"), Course.id_of("AAA"), "2013J")
        registrar.submit(Enroll(student, section), STAFF, at=at).result()
        done = run(data, registrar.submit, find_student=student_finder(log))
        report = compared(data, done, log)
    assert not report.ok
    assert {r.command_id: r.codes for r in done.refused} == {
        "oulad/term/2013J": ("ALREADY_EXISTS",),
        "oulad/course/AAA": ("ALREADY_EXISTS",),
        "oulad/student/2": ("ALREADY_EXISTS",),
        "oulad/2013J/AAA/2/enroll": ("ALREADY_ENROLLED",),
        "oulad/2013J/AAA/3/enroll": ("DEADLINE_PASSED",),
    }
    doings = {r.command_id: r.done for r in done.refused}
    assert "left out" in doings["oulad/2013J/AAA/3/enroll"]
    (presentation,) = [p for p in report.document["presentations"] if not p["equal"]]
    assert (presentation["withdrawn"], presentation["expected"]["withdrawn"]) == (2, 3)
