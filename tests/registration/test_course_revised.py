"""The scheduler after a course was revised: its sections give their free seats to the eligible."""

from uuid import UUID

from tests.registration.campus import CS2, DAY, Q, section
from tests.registration.clockwork import later, receipts, scheduler
from tests.registration.town import happened, students
from tests.write_side.office import Office
from write_side.commands import ChangeCapacity, JoinWaitlist, ReviseCourse
from write_side.events import SeatTaken

STRICT, LOOSE = (ReviseCourse(CS2, prerequisites=codes) for codes in (("CS-101",), ()))


def idle(town: Office) -> UUID:
    """A seat of Q is free beside somebody who lacks a prerequisite."""
    (who,) = students(town, 1)
    town.accept(section("CS-201", "Q", 0), ReviseCourse(CS2, prerequisites=()))
    town.accept(JoinWaitlist(who, Q), STRICT, ChangeCapacity(Q, 1))
    assert town.section(Q).waitlist.waiters[who].skipped
    return who


def test_a_revised_course_promotes_in_its_sections(town: Office) -> None:
    who = idle(town)
    clockwork = scheduler(town)
    clockwork.run_due()
    assert not happened(town, SeatTaken)
    town.accept(LOOSE)
    clockwork.run_due()
    assert [fact.student for fact in happened(town, SeatTaken)] == [who]
    before = receipts(town), town.log.head()
    clockwork.run_due()
    assert (receipts(town), town.log.head()) == before


def test_a_course_revised_before_the_service_went_down(town: Office) -> None:
    who = idle(town)
    town.accept(LOOSE, ReviseCourse(CS2, title="Plans"))
    seen = set()
    for _ in range(3):
        with later(town, DAY) as again:
            scheduler(again).run_due()
            assert [fact.student for fact in happened(again, SeatTaken)] == [who]
            seen.add((receipts(again), again.log.head()))
    assert len(seen) == 1


def test_of_many_revisions_the_last_is_acted_on(town: Office) -> None:
    idle(town)
    town.accept(*(ReviseCourse(CS2, title=f"Plans {nth}") for nth in range(5)), LOOSE)
    before = receipts(town)
    scheduler(town).run_due()
    assert receipts(town) == before + 1 and happened(town, SeatTaken)
