"""Offers: a seat held for one until a moment, on the service's clock, then for the next."""

from collections.abc import Generator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.schema.campus import Campus, Data, broken, campus_at, seat
from tests.schema.listening import listening
from tests.schema.scenes import OFFERING, full

COUNTS = "section { enrolled offered waitlisted seatsAvailable }"
ENTRIES = "query($s: ID!) { student(id: $s) { waitlistEntries { status offerExpiresAt } } }"
HOUR = timedelta(hours=1)
LEAVING: Data = {"reason": "OTHER"}


@dataclass
class Clock:
    now: datetime

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock(datetime.now(UTC))


@pytest.fixture(scope="module")
def campus(tmp_path_factory: pytest.TempPathFactory, clock: Clock) -> Generator[Campus, None, None]:
    with campus_at(tmp_path_factory.mktemp("offers"), clock=clock) as campus:
        yield campus


def offering(campus: Campus, **input: Any) -> tuple[str, str, str]:
    """A section whose one seat is offered to the first, with a second who waits."""
    section, holder, first = full(campus, **OFFERING, **input)
    second = campus.student()
    campus.made("joinWaitlist", **seat(second, section))
    campus.made("cancelEnrollment", **seat(holder, section), **LEAVING)
    return section, first, second


def counts(campus: Campus, section: str) -> tuple[int, int, int]:
    query = f"query($s: ID!) {{ {COUNTS.replace('section', 'section(id: $s)')} }}"
    found: Data = campus.ask(query, s=section)["section"]
    return found["enrolled"], found["offered"], found["waitlisted"]


def test_a_freed_seat_is_offered_and_held(campus: Campus, clock: Clock) -> None:
    section, first, _ = offering(campus, offerHours=5)

    assert counts(campus, section) == (0, 1, 1)
    (entry,) = campus.ask(ENTRIES, campus.registrar, s=first)["student"]["waitlistEntries"]
    assert entry["status"] == "OFFERED"
    assert datetime.fromisoformat(entry["offerExpiresAt"]) == clock.now + 5 * HOUR
    outsider = campus.do("enroll", **seat(campus.student(), section))
    assert broken(outsider) == [("SECTION_FULL", None)]
    assert broken(campus.do("enroll", **seat(first, section))) == [("ALREADY_WAITLISTED", None)]


def test_accepting_takes_the_seat_that_was_held(campus: Campus) -> None:
    section, first, _ = offering(campus)
    nodes = f"enrollment {{ status section {{ id }} }} {COUNTS}"

    payload = campus.made("acceptOffer", nodes, campus.student_token(first), **seat(first, section))

    assert payload["enrollment"] == {"status": "ENROLLED", "section": {"id": section}}
    assert payload["section"]["enrolled"] == 1 and payload["section"]["offered"] == 0
    again = campus.do("acceptOffer", **seat(first, section))
    assert broken(again) == [("NO_OFFER", None)]


def test_declining_hands_the_seat_on_in_the_same_step(campus: Campus) -> None:
    section, first, second = offering(campus)

    payload = campus.made("declineOffer", COUNTS, **seat(first, section))

    assert [fact["type"] for fact in payload["facts"]] == [
        "StudentLeftWaitlist",
        "OfferDeclined",
        "SeatOffered",
    ]
    assert payload["section"]["offered"] == 1 and payload["section"]["waitlisted"] == 0
    assert campus.made("acceptOffer", **seat(second, section))["position"]


def test_waiting_is_no_offer(campus: Campus) -> None:
    section, _, second = offering(campus)

    for command in ("acceptOffer", "declineOffer"):
        assert broken(campus.do(command, **seat(second, section))) == [("NO_OFFER", None)]


def test_an_offer_expires_by_the_clock_and_the_next_one_gets_it(
    campus: Campus, clock: Clock
) -> None:
    section, first, second = offering(campus, offerHours=1)
    campus.service.catch_up()
    with listening(campus.ws, campus.student_token(second)) as socket:
        socket.subscribe(ENTRIES.replace("query", "subscription"), s=second)
        assert socket.value("student")["waitlistEntries"][0]["status"] == "WAITLISTED"
        clock.now += HOUR
        campus.service.scheduler.nudge()
        socket.until(lambda data: data["student"]["waitlistEntries"][0]["status"] == "OFFERED")

    assert counts(campus, section) == (0, 1, 0)
    assert broken(campus.do("acceptOffer", **seat(first, section))) == [("NO_OFFER", None)]
    assert campus.made("acceptOffer", **seat(second, section))["position"]


@pytest.mark.parametrize("late", [0, 1])
def test_nothing_is_accepted_too_late_even_if_the_scheduler_is(
    campus: Campus, clock: Clock, late: int
) -> None:
    """To the microsecond; whether the scheduler has looked by then is left open."""
    section, first, _ = offering(campus, offerHours=1)
    clock.now += HOUR - timedelta(microseconds=1 - late)

    payload = campus.do("acceptOffer", **seat(first, section))

    codes = [code for code, _ in broken(payload)]
    assert codes in ([["OFFER_EXPIRED"], ["NO_OFFER"]] if late else [[]])


def test_what_the_scheduler_did_is_the_system_s(campus: Campus, clock: Clock) -> None:
    section, first, _ = offering(campus, offerHours=1)
    before, feed = campus.head, 'types: ["OfferExpired"]'
    with listening(campus.ws, campus.registrar) as socket:
        socket.subscribe(
            f"subscription($a: Position, $s: ID) {{ facts(after: $a, stream: $s, {feed}) {{"
            " ... on Fact { type actor { name role channel } } } }",
            a=str(before),
            s=section,
        )
        clock.now += HOUR
        campus.service.scheduler.nudge()
        fact = socket.value("facts")

    assert fact["actor"] == {"name": "scheduler", "role": "SYSTEM", "channel": "SYSTEM"}
    assert first


def test_reserved_seats_open_to_all_when_their_day_comes(campus: Campus, clock: Clock) -> None:
    section, student = campus.section(capacity=1), campus.student()
    until = (clock.now + HOUR).isoformat()
    campus.made("reserveSeats", section=section, group="honors", seats=1, releasesOn=until)
    refused = campus.do("enroll", **seat(student, section))
    assert broken(refused) == [("RESERVED_SEATS_ONLY", None)]
    campus.service.catch_up()
    with listening(campus.ws) as socket:
        socket.subscribe(
            "subscription($s: ID!) { section(id: $s) { reservedSeats { group } } }", s=section
        )
        assert socket.value("section") == {"reservedSeats": [{"group": "honors"}]}
        clock.now += HOUR
        campus.service.scheduler.nudge()
        socket.until(lambda data: data["section"]["reservedSeats"] == [])

    assert campus.enroll(student, section)["position"]
