"""The registrar on real files: groups, receipts, dry runs, overload, and closing."""

import json
from concurrent.futures import Future
from threading import Thread

import pytest

from tests.stores import open_log
from tests.write_side.campus import ANN, NOBODY, A, B, seats
from tests.write_side.office import PATIENCE, SELF, Office
from write_side.commands import (
    AddToCart,
    CancelEnrollment,
    ChangeCapacity,
    Enroll,
    Personal,
    RegisterStudent,
)
from write_side.events import CancellationReason, SeatTaken, StudentEnrolled
from write_side.refusals import RefusalCode
from write_side.submission import Outcome, Overloaded


def test_an_accepted_command_answers_with_its_facts_and_leaves_a_receipt(office: Office) -> None:
    student = office.register("S1")
    outcome = office.ask(Enroll(student, A), "cmd-1", SELF, correlation="case-9")
    assert [type(f.fact) for f in outcome.facts] == [StudentEnrolled, SeatTaken]
    assert outcome.position == outcome.facts[-1].position == office.log.head()
    assert outcome.facts == tuple(office.log.read(outcome.facts[0].position - 1, 10))
    envelope = outcome.facts[0].envelope
    assert (envelope.command_id, envelope.correlation, envelope.actor, envelope.role) == (
        "cmd-1",
        "case-9",
        SELF.name,
        SELF.role,
    )
    receipt = office.registrar.receipt("cmd-1")
    assert receipt is not None
    assert receipt.facts == tuple(f.position for f in outcome.facts)
    assert (receipt.kind, receipt.refusals) == ("enroll", ())
    assert receipt.input == {"student": str(student), "section": str(A), "over_capacity": False}


def test_a_refused_command_leaves_a_receipt_and_no_fact(office: Office) -> None:
    head = office.log.head()
    outcome = office.ask(Enroll(NOBODY, A), "cmd-1")
    assert (outcome.position, outcome.facts) == (None, ())
    assert [(r.code, r.path) for r in outcome.refusals] == [(RefusalCode.NOT_FOUND, ("student",))]
    receipt = office.registrar.receipt("cmd-1")
    assert receipt is not None
    assert (receipt.facts, receipt.position, receipt.log_position) == ((), None, head)
    assert receipt.refusals == outcome.refusals
    assert office.log.head() == head
    (demand,) = office.log.refused(0, 10)
    assert (demand.kind, demand.codes) == ("enroll", ("NOT_FOUND",))


def test_nothing_to_do_is_accepted_and_leaves_a_receipt(office: Office) -> None:
    outcome = office.ask(ChangeCapacity(A, 2), "cmd-1")
    assert outcome == Outcome("cmd-1", None, (), ())
    receipt = office.registrar.receipt("cmd-1")
    assert receipt is not None and receipt.facts == () == receipt.refusals


def test_a_receipt_without_a_command_is_none(office: Office) -> None:
    assert office.registrar.receipt("never sent") is None


def test_commands_of_one_group_see_each_other(office: Office) -> None:
    students = [office.register(f"S{nth}") for nth in range(3)]
    with office.busy():
        answers = [office.send(Enroll(student, A)) for student in students]
        leave = office.send(CancelEnrollment(students[0], A, CancellationReason.OTHER))
        again = office.send(Enroll(students[2], A))
    refusals = [[r.code for r in a.result(PATIENCE).refusals] for a in (*answers, leave, again)]
    assert refusals == [[], [], [RefusalCode.SECTION_FULL], [], []]


def test_a_group_is_one_transaction_with_places_that_match(office: Office) -> None:
    with office.busy():
        for nth in range(10):
            office.send(RegisterStudent(f"S{nth}", None, None), f"cmd-{nth}")
    office.register("last")
    found = office.rows("SELECT command_id, facts, log_position FROM receipts ORDER BY serial")
    told = {command: json.loads(positions) for command, positions, _ in found}
    stored = office.rows("SELECT position, command_id FROM facts ORDER BY position")
    for position, command in stored:
        assert position in told[command]
    assert sorted(place for places in told.values() for place in places) == [
        position for position, _ in stored
    ]
    times = office.rows("SELECT count(DISTINCT recorded_at) FROM facts")
    assert times == [(1,)]  # the clock stands still in here; one group, one instant
    assert all(log == min(told[c], default=log + 1) - 1 for c, _, log in found)


def test_a_dry_run_says_what_would_be_and_records_nothing(office: Office) -> None:
    student = office.register("S1")
    before = office.rows("SELECT * FROM receipts"), office.log.head()
    would = office.ask(Enroll(student, A), "cmd-1", dry_run=True)
    assert [type(f.fact) for f in would.facts] == [StudentEnrolled, SeatTaken]
    assert (would.position, {f.position for f in would.facts}) == (None, {0})
    wont = office.ask(Enroll(NOBODY, A), dry_run=True)
    assert [r.code for r in wont.refusals] == [RefusalCode.NOT_FOUND]
    assert (office.rows("SELECT * FROM receipts"), office.log.head()) == before
    assert office.registrar.receipt("cmd-1") is None
    assert len(office.ask(Enroll(student, A), "cmd-1").facts) == 2


def test_a_dry_run_leaves_what_is_cached_untouched(office: Office) -> None:
    office.accept(ChangeCapacity(A, 1))
    one, two = office.register("S1"), office.register("S2")
    for student in (one, two, one, two):
        assert office.ask(Enroll(student, A), dry_run=True).refusals == ()
    assert office.section(A).seats == {}
    assert office.ask(Enroll(two, A)).refusals == ()
    assert [r.code for r in office.ask(Enroll(one, A), dry_run=True).refusals] == [
        RefusalCode.SECTION_FULL
    ]


def test_a_dry_run_of_a_registration_leaves_no_key_and_no_address(office: Office) -> None:
    ada = RegisterStudent("S1", Personal("Ada"), Personal("ada@x.edu"))
    assert office.ask(ada, dry_run=True).refusals == ()
    office.register("S2")
    assert office.vault.find_by_email("ada@x.edu") == []
    assert office.ask(ada).refusals == ()


def test_too_many_waiting_commands_are_turned_away_and_the_taken_are_answered(
    office: Office,
) -> None:
    office.options["queue_size"] = 3
    narrow = office.restart()
    try:
        with narrow.busy():
            taken = [narrow.send(AddToCart(ANN, A)) for _ in range(3)]
            with pytest.raises(Overloaded):
                narrow.send(AddToCart(ANN, A))
        assert all(answer.result(PATIENCE).refusals for answer in taken)
        assert narrow.ask(ChangeCapacity(B, 9)).refusals == ()
    finally:
        narrow.close()


def test_closing_answers_everything_handed_in(office: Office) -> None:
    closing = Thread(target=office.registrar.close)
    with office.busy():
        taken = [office.send(RegisterStudent(f"S{nth}", None, None)) for nth in range(600)]
        closing.start()
        assert office.registrar.closing.wait(PATIENCE)
        with pytest.raises(Overloaded):
            office.register("late")
    closing.join(PATIENCE)
    assert all(answer.result(0).position for answer in taken)


def test_handing_in_while_closing_is_answered_or_refused_but_never_lost(office: Office) -> None:
    """A submission that passed the door before it closed must not land behind the last one."""
    taken: list[Future[Outcome]] = []
    put = office.registrar._intake._queue.put_nowait

    def slowly(item: object) -> None:
        closer.start()
        closer.join(0.2)
        put(item)  # type: ignore[arg-type]

    closer = Thread(target=office.registrar.close)
    office.registrar._intake._queue.put_nowait = slowly  # type: ignore[method-assign]
    try:
        taken.append(office.send(RegisterStudent("S1", None, None)))
    except Overloaded:
        return
    finally:
        closer.join(PATIENCE)
    assert taken[0].result(1).position


def test_a_canceled_wait_is_not_decided(office: Office) -> None:
    with office.busy():
        given_up = office.send(RegisterStudent("S1", None, None), "cmd-1")
        assert given_up.cancel()
    office.register("S2")
    assert office.registrar.receipt("cmd-1") is None


def test_whoever_listens_is_told_after_each_group(office: Office) -> None:
    heads: list[int] = []
    other = open_log(office.data / "log.db", writing=False)
    office.options["on_saved"] = lambda: heads.append(other.head())
    listening = office.restart()
    try:
        outcome = listening.ask(ChangeCapacity(A, 7))
        listening.ask(ChangeCapacity(A, -1))
        assert heads == [outcome.position, outcome.position]
    finally:
        listening.close()
        other.close()


def test_a_small_cache_is_slower_and_never_wrong(office: Office) -> None:
    students = [office.register(f"S{nth}") for nth in range(6)]
    office.options["cached_aggregates"] = 1
    small = office.restart()
    try:
        with small.busy():
            answers = [small.send(Enroll(student, B)) for student in students]
        codes = [[r.code for r in answer.result(PATIENCE).refusals] for answer in answers]
        assert codes == [[], [], *[[RefusalCode.SECTION_FULL]] * 4]
    finally:
        small.close()


def test_a_second_office_finds_what_the_first_recorded(office: Office) -> None:
    student = office.register("S1")
    office.accept(Enroll(student, A))
    later = office.restart()
    try:
        assert [r.code for r in later.ask(Enroll(student, B)).refusals] == [
            RefusalCode.DUPLICATE_COURSE
        ]
        assert [r.code for r in later.ask(seats(9)).refusals] == [RefusalCode.ALREADY_EXISTS]
    finally:
        later.close()


def test_an_office_can_be_closed_twice(office: Office) -> None:
    office.registrar.close()
    office.registrar.close()
