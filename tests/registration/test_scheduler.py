"""The scheduler: what is due happens on a moved clock, over restarts, each thing once."""

from concurrent.futures import Future
from datetime import timedelta
from threading import Event
from typing import Any
from uuid import UUID

import pytest

from tests.registration.campus import DAY, INSTANT, A, L, section
from tests.registration.clockwork import (
    Killed,
    Mortal,
    later,
    offers,
    receipts,
    scheduler,
    waiting_for,
)
from tests.registration.town import happened, inspect, log_of, students
from tests.write_side.office import PATIENCE, Office
from write_side.commands import (
    AcceptOffer,
    CancelSection,
    Enroll,
    JoinWaitlist,
    ReserveSeats,
)
from write_side.events import (
    EnrollmentCanceled,
    OfferExpired,
    ReservedSeatsReleased,
    SeatOffered,
    SeatTaken,
    StudentLeftWaitlist,
)
from write_side.refusals import RefusalCode as R
from write_side.scheduler import Scheduler
from write_side.submission import Outcome, Overloaded


def test_nothing_is_due_yet(town: Office) -> None:
    offers(town)
    before = receipts(town)
    scheduler(town).run_due()
    town.now += DAY - INSTANT
    scheduler(town).run_due()
    assert receipts(town) == before


def test_an_offer_expires_at_its_deadline_and_the_seat_goes_on(town: Office) -> None:
    first, second, third = offers(town)
    clockwork = scheduler(town)
    for _ in range(2):
        town.now += DAY
        clockwork.run_due()
    assert [fact.student for fact in happened(town, SeatOffered)] == [first, second, third]
    assert [fact.student for fact in happened(town, OfferExpired)] == [first, second]
    last = log_of(town)[-1].envelope
    assert (last.actor, last.role, last.channel) == ("scheduler", "SYSTEM", "SYSTEM")
    assert town.ask(AcceptOffer(third, A)).refusals == ()
    town.now += DAY
    before = receipts(town)
    clockwork.run_due()
    assert receipts(town) == before
    inspect(town)


def test_what_became_due_while_the_service_was_down(town: Office) -> None:
    first, second, _ = offers(town)
    with later(town, 3 * DAY) as again:
        refused = again.ask(AcceptOffer(first, A)).refusals
        assert [refusal.code for refusal in refused] == [R.OFFER_EXPIRED]
        clockwork = scheduler(again)
        clockwork.start()
        try:
            assert [fact.student for fact in happened(again, SeatOffered)] == [first, second]
            assert happened(again, SeatOffered)[-1].expires_at == again.now + DAY
            assert again.ask(AcceptOffer(second, A)).refusals == ()
        finally:
            clockwork.stop()
        inspect(again)


def test_overdue_offers_come_before_anything_else(town: Office) -> None:
    offers(town)
    town.accept(section("LAT-1", "L", 3))
    town.accept(*(Enroll(each, L) for each in students_of(town)), CancelSection(L, "no teacher"))
    with later(town, 2 * DAY) as again:
        scheduler(again).run_due()
        order = [type(recorded.fact) for recorded in log_of(again)]
        assert order.index(OfferExpired) < order.index(EnrollmentCanceled)
        inspect(again)


def students_of(office: Office) -> list[UUID]:
    return list(office.section(A).waitlist.waiters)


def test_reserved_seats_are_released_on_their_date(town: Office) -> None:
    (who,) = students(town, 1)
    town.accept(section("CS-101", "A", 1), ReserveSeats(A, "HON", 1, town.now + 2 * DAY))
    town.accept(JoinWaitlist(who, A))
    clockwork = scheduler(town)
    town.now += 2 * DAY - INSTANT
    clockwork.run_due()
    assert not happened(town, ReservedSeatsReleased)
    town.now += INSTANT
    clockwork.run_due()
    assert [fact.student for fact in happened(town, SeatTaken)] == [who]


def test_a_date_that_was_moved_is_the_one_that_counts(town: Office) -> None:
    town.accept(section("CS-101", "A", 1), ReserveSeats(A, "HON", 1, town.now + DAY))
    town.accept(ReserveSeats(A, "HON", 1, town.now + 3 * DAY))
    clockwork = scheduler(town)
    town.now += DAY
    clockwork.run_due()
    assert not happened(town, ReservedSeatsReleased)
    town.accept(ReserveSeats(A, "HON", 1))
    town.now += 2 * DAY
    before = receipts(town)
    clockwork.run_due()
    assert receipts(town) == before
    town.accept(ReserveSeats(A, "HON", 1, town.now + DAY))
    town.now += DAY
    clockwork.run_due()
    assert len(happened(town, ReservedSeatsReleased)) == 1


@pytest.mark.parametrize("lives", range(5))
def test_a_canceled_section_is_emptied_over_kills(town: Office, lives: int) -> None:
    """250 students leave in three steps; the process dies before any of them and after."""
    town.accept(section("CS-101", "A", 200, 50))
    for nth, who in enumerate(students(town, 250)):
        town.send(Enroll(who, A) if nth < 200 else JoinWaitlist(who, A))
    town.accept(CancelSection(A, "no room"))
    if lives < 4:
        with pytest.raises(Killed):
            scheduler(town, lives).run_due()
    with later(town, DAY) as again:
        scheduler(again).run_due()
        assert not again.section(A).seats and not again.section(A).waitlist.waiters
        for kind, many in ((EnrollmentCanceled, 200), (StudentLeftWaitlist, 50)):
            left = [fact.originator_id for fact in happened(again, kind)]
            assert len(left) == len(set(left)) == many
        inspect(again)


def test_restarts_leave_no_trace(town: Office) -> None:
    offers(town)
    town.accept(section("LAT-1", "L", 3), *(Enroll(each, L) for each in students_of(town)))
    town.accept(CancelSection(L, "no teacher"), ReserveSeats(A, "HON", 0, town.now + DAY))
    town.now += DAY
    scheduler(town).run_due()
    before = receipts(town), town.log.head()
    for _ in range(3):
        with later(town, timedelta(minutes=1)) as again:
            scheduler(again).run_due()
            assert (receipts(again), again.log.head()) == before


def test_a_nudge_wakes_it(town: Office) -> None:
    offers(town)
    with waiting_for(town, OfferExpired) as expired:
        clockwork = scheduler(town)
        clockwork.start()
        try:
            town.now += DAY
            clockwork.nudge()
            assert expired.wait(PATIENCE)
        finally:
            clockwork.stop()


def test_new_facts_and_a_nudge_are_all_it_needs(town: Office) -> None:
    clockwork = scheduler(town)
    clockwork.start()
    town.registrar.on_saved(clockwork.nudge)
    try:
        with waiting_for(town, EnrollmentCanceled) as canceled:
            (who,) = students(town, 1)
            town.accept(section("CS-101", "A", 1), Enroll(who, A), CancelSection(A, "no room"))
            assert canceled.wait(PATIENCE)
    finally:
        clockwork.stop()


def test_what_cannot_be_done_now_is_done_later(town: Office) -> None:
    """Overloaded at first; what is due stays due, and a nudge is enough to try again."""
    offers(town)
    turned_away = Event()

    class Busy(Mortal):
        def submit(self, *args: Any, **how: Any) -> "Future[Outcome]":
            if not turned_away.is_set():
                turned_away.set()
                raise Overloaded("too many commands are waiting")
            return super().submit(*args, **how)

    busy: Any = Busy(town.registrar, 9)
    clockwork = Scheduler(town.log, busy, lambda: town.now)
    with waiting_for(town, OfferExpired) as expired:
        clockwork.start()
        try:
            town.now += DAY
            clockwork.nudge()
            assert turned_away.wait(PATIENCE)
            clockwork.nudge()
            assert expired.wait(PATIENCE)
        finally:
            clockwork.stop()


def test_stopping_before_it_started(town: Office) -> None:
    scheduler(town).stop()
