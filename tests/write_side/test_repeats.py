"""The same command id, however often and from wherever, has one effect and one answer."""

from concurrent.futures import Future, ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier
from uuid import UUID

import pytest

from tests.write_side.campus import CS, A, B
from tests.write_side.office import PATIENCE, Office
from write_side.commands import (
    ChangeCapacity,
    Command,
    Enroll,
    Personal,
    RegisterStudent,
    ReviseCourse,
)
from write_side.refusals import RefusalCode
from write_side.submission import Outcome

COPIES = 50


def all_at_once(office: Office, command: Command, command_id: str) -> list[Outcome]:
    gate = Barrier(COPIES)

    def send() -> Outcome:
        gate.wait(PATIENCE)
        return office.ask(command, command_id)

    with ThreadPoolExecutor(COPIES) as pool:
        sent: list[Future[Outcome]] = [pool.submit(send) for _ in range(COPIES)]
        return [answer.result(PATIENCE) for answer in sent]


def another_input(outcome: Outcome) -> bool:
    codes = [(r.code, r.path) for r in outcome.refusals]
    nothing = (outcome.facts, outcome.position) == ((), None)
    return nothing and codes == [(RefusalCode.INVALID_INPUT, ("commandId",))]


def test_fifty_copies_at_once_are_one_enrollment(office: Office) -> None:
    student = office.register("S1")
    head = office.log.head()
    first, *others = all_at_once(office, Enroll(student, A), "cmd-1")
    assert len(first.facts) == 2 and others == [first] * (COPIES - 1)
    assert office.log.head() == head + 2
    assert office.rows("SELECT count(*) FROM receipts WHERE command_id = 'cmd-1'") == [(1,)]


def test_fifty_copies_of_a_refused_command_are_one_refusal(office: Office) -> None:
    first, *others = all_at_once(office, Enroll(UUID(int=1), UUID(int=2)), "cmd-1")
    assert len(first.refusals) == 2 and others == [first] * (COPIES - 1)
    assert len(office.log.refused(0, 100)) == 1


def test_copies_in_one_group_are_one_effect(office: Office) -> None:
    ada = RegisterStudent("S1", Personal("Ada"), None)
    with office.busy():
        copies = [office.send(ada, "cmd-1") for _ in range(COPIES)]
    first, *others = [copy.result(PATIENCE) for copy in copies]
    assert len(first.facts) == 2 and others == [first] * (COPIES - 1)


def test_the_answer_is_the_same_after_a_restart(office: Office) -> None:
    student = office.register("S1")
    sent: dict[str, Command] = {
        "accepted": Enroll(student, A),
        "refused": Enroll(student, UUID(int=1)),
        "nothing": ChangeCapacity(A, 2),
        "personal": RegisterStudent("S2", Personal("Ada"), Personal("ada@x.edu")),
    }
    answers = {command_id: office.ask(command, command_id) for command_id, command in sent.items()}
    head = office.log.head()
    later = office.restart()
    try:
        assert {i: later.ask(command, i) for i, command in sent.items()} == answers
        assert later.log.head() == head
    finally:
        later.close()


def test_a_refused_command_stays_refused_even_where_it_could_work_now(office: Office) -> None:
    student = office.register("S1")
    office.accept(ChangeCapacity(A, 0))
    refused = office.ask(Enroll(student, A), "cmd-1")
    office.accept(ChangeCapacity(A, 1))
    assert office.ask(Enroll(student, A), "cmd-1") == refused
    assert office.ask(Enroll(student, A), "cmd-2").refusals == ()


def test_an_id_used_for_another_input_is_refused(office: Office) -> None:
    first = office.ask(ChangeCapacity(A, 5), "cmd-1")
    assert another_input(office.ask(ChangeCapacity(A, 6), "cmd-1"))
    assert another_input(office.ask(ChangeCapacity(B, 5), "cmd-1"))
    assert another_input(office.ask(ReviseCourse(A), "cmd-1"))
    assert office.ask(ChangeCapacity(A, 5), "cmd-1") == first


@pytest.mark.parametrize("command_id", ["\0", "a\0b", "half a character \ud83d", "x" * 501])
def test_an_id_that_no_store_can_take_has_no_receipt(office: Office, command_id: str) -> None:
    assert office.registrar.receipt(command_id) is None
    assert office.ask(ChangeCapacity(A, 5), command_id).refusals
    assert office.registrar.receipt(command_id) is None


def test_personal_values_count_as_input_though_no_receipt_holds_them(office: Office) -> None:
    office.ask(RegisterStudent("S1", Personal("Ada"), None), "cmd-1")
    assert another_input(office.ask(RegisterStudent("S1", Personal("Eve"), None), "cmd-1"))
    assert office.ask(RegisterStudent("S1", Personal(" Ada "), None), "cmd-1").position


def test_an_id_used_twice_in_one_group_serves_the_first_input_only(office: Office) -> None:
    with office.busy():
        first = office.send(ChangeCapacity(A, 5), "cmd-1")
        other = office.send(ChangeCapacity(A, 6), "cmd-1")
    assert another_input(other.result(PATIENCE))
    assert office.ask(ChangeCapacity(A, 5), "cmd-1") == first.result(PATIENCE)


def test_equal_numbers_are_one_input_in_a_group_and_after_it(office: Office) -> None:
    """3 and 3.0 credits are equal; whether they are must not depend on when they come."""
    with office.busy():
        office.send(ReviseCourse(CS, credits=Decimal("3")), "cmd-1")
        within = office.send(ReviseCourse(CS, credits=Decimal("3.0")), "cmd-1")
    later = office.ask(ReviseCourse(CS, credits=Decimal("3.0")), "cmd-1")
    assert another_input(within.result(PATIENCE)) == another_input(later)


def test_a_dry_run_of_a_known_id_is_still_a_dry_run(office: Office) -> None:
    office.ask(ChangeCapacity(A, 5), "cmd-1")
    would = office.ask(ChangeCapacity(A, 6), "cmd-1", dry_run=True)
    assert [f.position for f in would.facts] == [0]
