"""Rules that span streams hold when many act at once, also from two processes on one log."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from threading import Thread
from uuid import UUID

import pytest

from tests.registration.campus import MORNING, offering, section, section_at
from tests.registration.town import (
    THREADS,
    at_once,
    happened,
    inspect,
    open_town,
    students,
    two_towns,
)
from tests.stores import Interrupted
from tests.write_side.office import Office
from write_side.commands import (
    AcceptOffer,
    AddCourse,
    CancelEnrollment,
    ChangeCapacity,
    Command,
    Enroll,
    ExpireOffers,
    JoinWaitlist,
    LiftHold,
    Personal,
    PlaceHold,
)
from write_side.events import (
    CancellationReason,
    HoldKind,
    HoldPlaced,
    OfferAccepted,
    OfferExpired,
    SeatTaken,
)
from write_side.refusals import RefusalCode as R

Offices = list[Office]


@pytest.fixture(params=["one registrar", "two registrars"])
def offices(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Offices]:
    if request.param == "one registrar":
        with open_town(tmp_path) as office:
            yield [office]
    else:
        with two_towns(tmp_path) as towns:
            yield list(towns)


def courses(office: Office, credits: int, *meetings: object) -> list[UUID]:
    """Eight courses with a section each."""
    codes = [f"X-{nth}" for nth in range(THREADS)]
    office.accept(*(AddCourse(code, code, Decimal(credits)) for code in codes))
    office.accept(*(section(code, "A", None, 0, *meetings) for code in codes))  # type: ignore[arg-type]
    return [section_at(code, "A") for code in codes]


def accepted(answers: Counter[tuple[R, ...]]) -> int:
    return answers.pop((), 0)


def test_the_credit_limit_of_one_student(offices: Offices) -> None:
    sections = courses(offices[0], 3)
    for student in students(offices[0], 10):
        answers = at_once(offices, [Enroll(student, each) for each in sections])
        assert accepted(answers) == 3
        assert answers == {(R.CREDIT_LIMIT_EXCEEDED,): 5}
    inspect(offices[0])


def test_the_time_of_one_student(offices: Offices) -> None:
    sections = courses(offices[0], 0, MORNING)
    for student in students(offices[0], 10):
        answers = at_once(offices, [Enroll(student, each) for each in sections])
        assert accepted(answers) == 1
        assert answers == {(R.TIME_CONFLICT,): 7}
    inspect(offices[0])


def test_one_course_for_one_student(offices: Offices) -> None:
    codes = "ABCDEFGH"
    offices[0].accept(*(section("ART-1", code, None, 0) for code in codes))
    for student in students(offices[0], 10):
        wishes = [Enroll(student, section_at("ART-1", code)) for code in codes]
        answers = at_once(offices, wishes)
        assert accepted(answers) == 1
        assert answers == {(R.DUPLICATE_COURSE,): 7}
    inspect(offices[0])


def test_the_last_seat(offices: Offices) -> None:
    many = students(offices[0], 40)
    for nth in range(5):
        offices[0].accept(section("LAT-1", f"L{nth}", 1, 0))
        seat = section_at("LAT-1", f"L{nth}")
        answers = at_once(
            offices, [Enroll(student, seat) for student in many[nth * 8 : nth * 8 + 8]]
        )
        assert accepted(answers) == 1
        assert answers == {(R.SECTION_FULL,): 7}
    inspect(offices[0])


def test_the_limit_of_a_waitlist(offices: Offices) -> None:
    offices[0].accept(section("LAT-1", "L", 0, 5))
    many = students(offices[0], 40)
    answers = at_once(offices, [JoinWaitlist(who, section_at("LAT-1", "L")) for who in many])
    assert accepted(answers) == 5
    assert answers == {(R.WAITLIST_FULL,): 35}
    inspect(offices[0])


def test_capacity_moves_while_people_come_and_go(offices: Offices) -> None:
    offices[0].accept(section("LAT-1", "L", 20, 30))
    seats, why = section_at("LAT-1", "L"), CancellationReason.OTHER
    many = students(offices[0], 60)
    wishes: list[Command] = []
    for nth, who in enumerate(many):
        wishes += [
            Enroll(who, seats),
            JoinWaitlist(who, seats),
            CancelEnrollment(who, seats, why),
        ]
        if nth % 5 == 0:
            wishes.append(ChangeCapacity(seats, (nth * 7) % 23))
    at_once(offices, wishes)
    watch = inspect(offices[0])
    room = watch.rooms[seats]
    assert room.capacity is not None
    assert room.held >= room.capacity or not room.line, "a free seat beside a waitlist"


def test_an_offer_is_accepted_or_expires(offices: Offices) -> None:
    """One answers as the clock strikes; whoever comes first, the offer ends once."""
    first = offices[0]
    for nth, (who, behind) in enumerate(zip(*[iter(students(first, 20))] * 2, strict=True)):
        first.accept(offering("LAT-1", f"L{nth}", 0))
        seat, deadline = section_at("LAT-1", f"L{nth}"), first.now + timedelta(days=1)
        first.accept(JoinWaitlist(who, seat), JoinWaitlist(behind, seat), ChangeCapacity(seat, 1))
        for office in offices:
            office.now = deadline - timedelta(microseconds=1)

        def strike(moment: datetime = deadline) -> None:
            for office in offices:
                office.now = moment

        clock = Thread(target=strike)
        clock.start()
        at_once(offices, [AcceptOffer(who, seat), ExpireOffers(seat)] * 4)
        clock.join()
        at_once(offices, [ExpireOffers(seat)])
        ends = [type(f) for f in happened(first, OfferAccepted) + happened(first, OfferExpired)]
        assert len(ends) == nth + 1
    inspect(first)


@pytest.mark.parametrize(
    ("setting", "broken"),
    [
        (("LAT-1", "ART-1", MORNING), R.TIME_CONFLICT),
        (("LAT-1", "LAT-1", None), R.DUPLICATE_COURSE),
    ],
)
def test_what_another_process_did_between_decision_and_saving(
    tmp_path: Path, setting: tuple[str, str, object], broken: R
) -> None:
    with two_towns(tmp_path) as (one, two):
        mine, theirs, time = setting
        meetings = (time,) if time else ()
        one.accept(section(mine, "M", 1, 0, *meetings))  # type: ignore[arg-type]
        one.accept(section(theirs, "T", 1, 0, *meetings))  # type: ignore[arg-type]
        (student,) = students(one, 1)
        assert isinstance(one.log, Interrupted)
        there = Enroll(student, section_at(theirs, "T"))
        one.log.before_save.append(lambda: two.accept(there))
        late = one.ask(Enroll(student, section_at(mine, "M")))
        assert [refusal.code for refusal in late.refusals] == [broken]
        assert [taken.student for taken in happened(one, SeatTaken)] == [student]
        inspect(one)


def test_expired_between_decision_and_saving(tmp_path: Path) -> None:
    with two_towns(tmp_path) as (one, two):
        one.accept(offering("LAT-1", "L", 0))
        seat = section_at("LAT-1", "L")
        (student,) = students(one, 1)
        one.accept(JoinWaitlist(student, seat), ChangeCapacity(seat, 1))
        two.now = one.now + timedelta(days=1)
        assert isinstance(one.log, Interrupted)
        one.log.before_save.append(lambda: two.accept(ExpireOffers(seat)))
        late = one.ask(AcceptOffer(student, seat))
        assert [refusal.code for refusal in late.refusals] == [R.NO_OFFER]
        assert not happened(one, SeatTaken) and len(happened(one, OfferExpired)) == 1
        inspect(one)


def test_a_waiter_freed_of_a_hold_while_a_seat_is_freed(tmp_path: Path) -> None:
    """One process passes the waiter by, the other sees no seat: together they leave a free seat
    beside somebody who may have it."""
    with two_towns(tmp_path) as (one, two):
        seat = section_at("LAT-1", "L")
        one.accept(section("LAT-1", "L", 1))
        leaver, waiter = students(one, 2)
        one.accept(Enroll(leaver, seat), JoinWaitlist(waiter, seat))
        one.accept(PlaceHold(waiter, HoldKind.ADDS_ONLY, Personal("x")))
        (placed,) = happened(one, HoldPlaced)
        assert isinstance(one.log, Interrupted)
        one.log.before_save.append(lambda: two.accept(LiftHold(waiter, placed.hold)))
        one.accept(CancelEnrollment(leaver, seat, CancellationReason.OTHER))
        assert [taken.student for taken in happened(one, SeatTaken)] == [leaver, waiter]
        inspect(one)
