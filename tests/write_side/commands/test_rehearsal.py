"""A rehearsal: every command sees what those before it would do, and nothing is left behind."""

from tests.scenario import Scenario, scenario
from tests.write_side.campus import ANN, BOB, CAMPUS, NOBODY, A, B, L, student
from tests.write_side.office import Office
from write_side.commands import CancelEnrollment, ChangeCapacity, Enroll
from write_side.commands.rehearsal import Rehearsal
from write_side.events import CancellationReason, SeatFreed, SeatTaken, StudentEnrolled
from write_side.refusals import RefusalCode as R

LEAVE = CancelEnrollment(ANN, A, CancellationReason.OTHER)


def answers(rehearsal: Rehearsal) -> list[object]:
    """Per command the codes it is refused by, or the facts it would leave."""
    return [
        [refusal.code for refusal in each.refusals] or [type(fact) for fact in each.facts]
        for each in rehearsal.rehearsed
    ]


def one_seat() -> Scenario:
    return scenario(*CAMPUS, ChangeCapacity(A, 1), student(ANN), student(BOB))


def test_the_second_finds_the_seat_taken_until_the_first_leaves() -> None:
    story = one_seat()
    rehearsal = Rehearsal((Enroll(ANN, A), Enroll(BOB, A), LEAVE, Enroll(BOB, A)))
    story.when(rehearsal)
    enrolled = [StudentEnrolled, SeatTaken]
    assert answers(rehearsal)[:2] == [enrolled, [R.SECTION_FULL]]
    assert SeatFreed in answers(rehearsal)[2] and answers(rehearsal)[3] == enrolled


def test_each_fact_is_one_command_s() -> None:
    story = one_seat()
    rehearsal = Rehearsal((Enroll(ANN, A), Enroll(NOBODY, A), Enroll(BOB, B), Enroll(ANN, L)))
    story.when(rehearsal)
    assert answers(rehearsal)[1::2] == [[R.NOT_FOUND], [R.CREDIT_LIMIT_EXCEEDED]]
    told = [fact for each in rehearsal.rehearsed for fact in each.facts]
    assert sorted(map(id, told)) == sorted(map(id, story.facts))
    assert {fact.originator_id for fact in rehearsal.rehearsed[2].facts} == {BOB, B}


def test_decided_again_it_answers_again() -> None:
    """As a registrar does when another process was first."""
    rehearsal = Rehearsal((Enroll(ANN, A), Enroll(BOB, A)))
    for _ in range(2):
        rehearsal.decide(one_seat().desk)
    assert len(rehearsal.rehearsed) == 2


def test_in_a_dry_run_nothing_happens(office: Office) -> None:
    ann, bob = office.register("1"), office.register("2")
    office.accept(ChangeCapacity(A, 1))
    rehearsal, head = Rehearsal((Enroll(ann, A), Enroll(bob, A))), office.log.head()
    outcome = office.ask(rehearsal, dry_run=True)
    assert answers(rehearsal)[1] == [R.SECTION_FULL] and not outcome.refusals
    assert [recorded.fact for recorded in outcome.facts] == list(rehearsal.rehearsed[0].facts)
    assert office.log.head() == head and not office.section(A).seats
