"""The scheduler on a clock that is set back: no deadline is lost, and none acted on twice."""

from datetime import datetime, timedelta

from tests.registration.campus import DAY, A, section
from tests.registration.clockwork import offers, receipts, scheduler
from tests.registration.town import happened, inspect
from tests.write_side.office import Office
from write_side.commands import ReserveSeats
from write_side.events import OfferExpired, ReservedSeatsReleased, SeatOffered
from write_side.scheduler import Scheduler


class Erratic:
    """A clock that is set back as soon as the scheduler has read it."""

    def __init__(self, office: Office, by: timedelta) -> None:
        self.office, self.by = office, by

    def __call__(self) -> datetime:
        read = self.office.now
        self.office.now -= self.by
        return read


def test_a_clock_set_back_between_two_looks_costs_no_deadline(town: Office) -> None:
    """What was found due is done as of then: too early, it would leave an empty receipt, and its
    id be spent when the moment comes again."""
    first, second, _ = offers(town)
    due = town.now + DAY
    town.now = due
    Scheduler(town.log, town.registrar, Erratic(town, 2 * DAY)).run_due()
    assert town.now < due
    (expired,) = happened(town, OfferExpired)
    assert (expired.student, expired.timestamp) == (first, due)
    assert [fact.student for fact in happened(town, SeatOffered)] == [first, second]
    before = receipts(town)
    town.now = due
    scheduler(town).run_due()
    assert receipts(town) == before
    inspect(town)


def test_a_clock_set_back_lets_a_date_come_again(town: Office) -> None:
    """The same seats are reserved until the same date a second time, and released twice."""
    date = town.now + DAY
    town.accept(section("CS-101", "A", 1), ReserveSeats(A, "HON", 1, date))
    clockwork = scheduler(town)
    for many in (1, 2):
        town.now = date
        clockwork.run_due()
        assert len(happened(town, ReservedSeatsReleased)) == many
        town.now = date - DAY
        town.accept(ReserveSeats(A, "HON", 1, date))
