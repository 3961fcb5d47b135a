"""Two processes on one log, as on a server's database: each notices what the other recorded."""

from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

from tests.stores import Interrupted, open_interrupted
from tests.write_side.campus import CS, A, B, L
from tests.write_side.office import PATIENCE, Office, office_at
from write_side.aggregates import Course
from write_side.commands import (
    AddCourse,
    ChangeCapacity,
    Enroll,
    Personal,
    RegisterStudent,
    ReviseCourse,
)
from write_side.refusals import RefusalCode
from write_side.submission import Outcome


@contextmanager
def two_offices(data: Path) -> Iterator[tuple[Office, Office, Interrupted]]:
    with office_at(data, open_log=open_interrupted) as one:
        two = Office(data, open_log=open_interrupted)
        try:
            assert isinstance(one.log, Interrupted)
            yield one, two, one.log
        finally:
            two.close()


def test_what_another_process_recorded_is_noticed(tmp_path: Path) -> None:
    with two_offices(tmp_path) as (one, two, _):
        student = one.register("S1")
        one.accept(ChangeCapacity(A, 5))
        two.accept(ChangeCapacity(A, 1))
        assert len(two.ask(Enroll(student, A)).facts) == 2
        assert [r.code for r in one.ask(Enroll(one.register("S2"), A)).refusals] == [
            RefusalCode.SECTION_FULL
        ]
        assert one.ask(ChangeCapacity(A, 1)).facts == ()
        assert [r.code for r in one.ask(Enroll(student, A)).refusals] == [
            RefusalCode.ALREADY_ENROLLED
        ]


def test_no_refusal_is_given_on_what_is_no_longer_so(tmp_path: Path) -> None:
    """A refusal takes no version, so no conflict would ever tell that it was decided too late."""
    with two_offices(tmp_path) as (one, two, log):
        student = one.register("S1")
        one.accept(ChangeCapacity(A, 0), ChangeCapacity(B, 0))
        assert one.ask(Enroll(student, A)).refusals and one.ask(Enroll(student, B)).refusals
        two.accept(ChangeCapacity(A, 1))
        assert one.ask(Enroll(student, A)).refusals == ()
        log.before_save.append(lambda: two.accept(ChangeCapacity(B, 1)))
        assert one.ask(ReviseCourse(CS, "Data")).refusals == ()
        other = one.register("S2")
        assert one.ask(Enroll(other, B)).refusals == ()


def test_when_another_process_was_first_all_is_decided_again(tmp_path: Path) -> None:
    with two_offices(tmp_path) as (one, two, log):
        students = [one.register("S1"), one.register("S2")]
        one.accept(ChangeCapacity(A, 1))
        log.before_save.append(lambda: two.accept(Enroll(students[0], A)))
        with one.busy():
            lost = one.send(Enroll(students[1], A), "lost")
            beside = one.send(Enroll(students[1], L), "beside")
        assert [r.code for r in lost.result(PATIENCE).refusals] == [RefusalCode.SECTION_FULL]
        assert len(beside.result(PATIENCE).facts) == 2
        assert one.log.first_broken_link() is None
        assert one.rows("SELECT count(*) FROM facts WHERE topic = 'SeatTaken'") == [(2,)]


def test_the_same_command_in_two_processes_is_one_effect(tmp_path: Path) -> None:
    with two_offices(tmp_path) as (one, two, log):
        log.before_save.append(lambda: two.ask(ChangeCapacity(A, 5), "cmd-1"))
        first = one.ask(ChangeCapacity(A, 5), "cmd-1")
        assert first == two.ask(ChangeCapacity(A, 5), "cmd-1")
        assert one.rows("SELECT count(*) FROM facts WHERE command_id = 'cmd-1'") == [(1,)]


def test_an_address_survives_a_registration_decided_again(tmp_path: Path) -> None:
    with two_offices(tmp_path) as (one, two, log):
        log.before_save.append(lambda: two.accept(ChangeCapacity(A, 5)))
        with one.busy():
            answer = one.send(RegisterStudent("S1", None, Personal("ada@x.edu")))
            one.send(ChangeCapacity(A, 7))
        registered = {f.stream for f in answer.result(PATIENCE).facts}
        found = one.vault.find_by_email("ada@x.edu")
        assert len(found) == 1 and set(found) <= registered


def test_what_a_decision_only_looked_at_may_not_have_moved(tmp_path: Path) -> None:
    """A receipt and a refusal rest on versions as much as a fact does."""
    with two_offices(tmp_path) as (one, two, log):
        student = one.register("S1")
        one.accept(ChangeCapacity(A, 0))
        log.before_save.append(lambda: two.accept(ChangeCapacity(A, 1)))
        with one.busy():
            late = one.send(Enroll(student, A))
            one.send(ReviseCourse(CS, "Data"))
        assert late.result(PATIENCE).refusals == ()


def test_what_was_looked_for_in_vain_may_not_have_come(tmp_path: Path) -> None:
    with two_offices(tmp_path) as (one, two, log):
        log.before_save.append(lambda: two.accept(AddCourse("NEW-1", "New", Decimal(3))))
        with one.busy():
            late = one.send(ReviseCourse(Course.id_of("NEW-1"), "Newer"))
            one.send(ChangeCapacity(A, 7))
        assert late.result(PATIENCE).refusals == ()


def test_whoever_lost_once_holds_the_log_and_does_not_lose_again(tmp_path: Path) -> None:
    with two_offices(tmp_path) as (one, two, log):
        theirs: list[Future[Outcome]] = []
        log.before_save += [
            lambda: theirs.append(two.send(ChangeCapacity(A, 6))),
            lambda: two.accept(ChangeCapacity(A, 5)),
        ]
        mine = one.ask(ChangeCapacity(A, 77))
        assert not log.before_save and mine.position is not None
        assert theirs[0].result(PATIENCE).position == mine.position + 1
