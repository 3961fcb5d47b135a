"""What a student hears of: what others or the service did about them, each fact once."""

from collections.abc import Sequence
from datetime import time
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from read_side.views import notifications
from read_side.views.notifications import Notification
from tests.read_side.conftest import Given
from tests.read_side.past import Past, minutes
from tests.read_side.queue import (
    E1,
    E2,
    P1,
    P2,
    TOMORROW,
    accepted,
    gone,
    held,
    lifted,
    offered,
    permitted,
    promoted,
    skipped,
    used,
    waits,
)
from tests.scenario import Told
from tests.write_side.campus import (
    ANN,
    BOB,
    CAMPUS,
    LAT,
    NOBODY,
    A,
    B,
    enrolled,
    left,
    section_id,
    student,
)
from write_side.commands import (
    AcceptOffer,
    CancelEnrollment,
    CancelSection,
    ChangeCapacity,
    EmptySection,
    Enroll,
    JoinWaitlist,
    ReviseCourse,
    ScheduleSection,
    SwapEnrollment,
)
from write_side.events import (
    CancellationReason,
    EnrollmentCanceled,
    EnrollmentWithdrawn,
    Meeting,
    Promotion,
    Role,
    WaitlistExit,
    Weekday,
)

VIEW = notifications.VIEW
BEGIN = (*CAMPUS, student(ANN), student(BOB))
SWAP, CANCELED = CancellationReason.SWAP, CancellationReason.SECTION_CANCELED
OWN = CancellationReason.WORKLOAD


def ends(
    reason: CancellationReason, how: type[EnrollmentCanceled | EnrollmentWithdrawn]
) -> tuple[Told, ...]:
    return left(how, ANN, E1, reason=reason, comment=None)


WAITS, SITS, OFFERED = waits(ANN, P1), enrolled(ANN, E1), offered(ANN, P1)
# what there was, what happens, what Ann hears when others did it and when she did it herself
HEARD: list[tuple[Sequence[Told], Sequence[Told], list[str], list[str]]] = [
    ((), SITS, ["ENROLLED"], []),
    (SITS, ends(OWN, EnrollmentCanceled), ["ENROLLMENT_ENDED"], []),
    (SITS, ends(OWN, EnrollmentWithdrawn), ["ENROLLMENT_ENDED"], []),
    (SITS, ends(CANCELED, EnrollmentCanceled), ["SECTION_CANCELED"], ["SECTION_CANCELED"]),
    (SITS, ends(SWAP, EnrollmentCanceled), ["SWAPPED_OUT"], []),
    # whoever frees a seat may be a student, and sets others moving
    (WAITS, promoted(ANN, P1, E1), ["PROMOTED"], ["PROMOTED"]),
    (WAITS, [OFFERED], ["SEAT_OFFERED"], ["SEAT_OFFERED"]),
    ((*WAITS, OFFERED), accepted(ANN, P1, E1), ["ENROLLED"], []),
    ((*WAITS, OFFERED), gone(ANN, P1, WaitlistExit.DECLINED), [], []),
    ((*WAITS, OFFERED), gone(ANN, P1, WaitlistExit.EXPIRED), ["OFFER_EXPIRED"], ["OFFER_EXPIRED"]),
    (
        (*WAITS, OFFERED),
        gone(ANN, P1, WaitlistExit.REVOKED),
        ["REMOVED_FROM_WAITLIST"],
        ["REMOVED_FROM_WAITLIST"],
    ),
    (
        WAITS,
        gone(ANN, P1, WaitlistExit.REMOVED),
        ["REMOVED_FROM_WAITLIST"],
        ["REMOVED_FROM_WAITLIST"],
    ),
    (WAITS, gone(ANN, P1, WaitlistExit.LEFT), [], []),
    (WAITS, gone(ANN, P1, WaitlistExit.ENROLLED), [], []),
    ((), WAITS, [], []),
    (WAITS, [skipped(ANN, P1, "HOLD")], [], []),
    ((), [held(ANN)], ["HOLD_PLACED"], ["HOLD_PLACED"]),
    ([held(ANN)], [lifted(ANN)], ["HOLD_LIFTED"], ["HOLD_LIFTED"]),
    ((), [permitted(ANN)], ["PERMIT_GRANTED"], ["PERMIT_GRANTED"]),
    ([permitted(ANN)], [used(ANN)], [], []),
]
SAID = [f"{'+'.join(t.kind.__name__ for t in what)}" for _, what, _, _ in HEARD]


@pytest.mark.parametrize("own", [False, True], ids=["by others", "by herself"])
@pytest.mark.parametrize(("before", "what", "others", "herself"), HEARD, ids=SAID)
def test_what_is_heard_of(
    given: Given,
    before: Sequence[Told],
    what: Sequence[Told],
    others: list[str],
    herself: list[str],
    own: bool,
) -> None:
    story = given(*BEGIN, *before)
    with story.reading() as session:
        known = len(notifications.notifications(session, ANN, 0, 99))
    if own:
        story.past.acting(Role.STUDENT)
    story.and_then(*what)
    with story.reading() as session:
        heard = notifications.notifications(session, ANN, 0, 99)[known:]
        assert [row.kind for row in heard] == (herself if own else others)
        assert notifications.notifications(session, BOB, 0, 99) == []


def test_a_notification_says_where_when_and_until_when(given: Given) -> None:
    given(*BEGIN, *WAITS, OFFERED, held(BOB)).then(
        Notification,
        {
            "position": 11,
            "student": ANN,
            "kind": "SEAT_OFFERED",
            "section": A,
            "at": minutes(10),
            "expires_at": TOMORROW,
        },
        {
            "position": 12,
            "student": BOB,
            "kind": "HOLD_PLACED",
            "section": None,
            "at": minutes(11),
            "expires_at": None,
        },
    )


def heard(past: Past, person: UUID, story: Any) -> list[str]:
    with story.reading() as session:
        found = notifications.notifications(session, person, 0, 999)
        positions = [row.position for row in found]
        assert positions == sorted(set(positions))
        assert all(1 <= position <= past.head for position in positions)
        return [row.kind for row in found]


@pytest.mark.parametrize("mode", Promotion)
def test_one_act_of_one_student_tells_each_of_the_others_once(
    given: Given, mode: Promotion
) -> None:
    """Decided by the commands, so that what is heard is of what a log really has."""
    section = ScheduleSection("2026FA", "CS-101", "A", 1, 9, mode)
    story = given(*CAMPUS[:3], section, student(ANN), student(BOB))
    story.past.acting(Role.STUDENT)
    story.and_then(Enroll(ANN, A), *waits(BOB, P2), CancelEnrollment(ANN, A, OWN))
    expected = "PROMOTED" if mode is Promotion.AUTO_ENROLL else "SEAT_OFFERED"
    assert heard(story.past, ANN, story) == []
    assert heard(story.past, BOB, story) == [expected]


@pytest.mark.parametrize("mode", Promotion)
@pytest.mark.parametrize("role", [Role.STUDENT, Role.REGISTRAR])
def test_a_promotion_that_gives_up_a_section_says_both(
    given: Given, mode: Promotion, role: Role
) -> None:
    """Bob holds B and waits for A with it; whoever frees A, it befalls him, unless he says yes to
    an offer himself."""
    sections = (ScheduleSection("2026FA", "CS-101", code, 1, 9, mode) for code in "AB")
    story = given(*CAMPUS[:3], *sections, student(ANN), student(BOB))
    story.past.acting(Role.STUDENT)
    story.and_then(Enroll(ANN, A), Enroll(BOB, B), SwapEnrollment(BOB, B, A, True))
    assert heard(story.past, BOB, story) == []
    story.past.acting(role)
    story.and_then(CancelEnrollment(ANN, A, OWN))
    if mode is Promotion.AUTO_ENROLL:
        assert heard(story.past, BOB, story) == ["PROMOTED", "SWAPPED_OUT"]
    else:
        story.and_then(AcceptOffer(BOB, A))
        by_staff = ["SWAPPED_OUT", "ENROLLED"] if role is Role.REGISTRAR else []
        assert sorted(heard(story.past, BOB, story)) == sorted(["SEAT_OFFERED", *by_staff])


def test_one_s_own_swap_is_no_news_but_what_it_sets_moving_is(given: Given) -> None:
    """Ann swaps B for A; that ends the conflict that kept her from L, where a seat is free."""
    morning = Meeting((Weekday.MONDAY,), time(9), time(10))
    sections = (
        ScheduleSection("2026FA", "CS-101", "A", 1),
        ScheduleSection("2026FA", "CS-101", "B", 1, meetings=(morning,)),
        ScheduleSection("2026FA", "LAT-1", "L", 0, 9, meetings=(morning,)),
    )
    latin = section_id(sections[2])
    light = ReviseCourse(LAT, credits=Decimal(3))
    story = given(*CAMPUS[:3], light, *sections, student(ANN), student(BOB))
    story.past.acting(Role.STUDENT)
    story.and_then(Enroll(ANN, B), JoinWaitlist(ANN, latin)).past.acting(Role.REGISTRAR)
    story.and_then(ChangeCapacity(latin, 1)).past.acting(Role.STUDENT)
    assert heard(story.past, ANN, story) == []
    story.and_then(SwapEnrollment(ANN, B, A))
    with story.reading() as session:
        (row,) = notifications.notifications(session, ANN, 0, 99)
        assert (row.kind, row.section) == ("PROMOTED", latin)


def test_a_canceled_section_tells_everybody_inside_once(given: Given) -> None:
    section = ScheduleSection("2026FA", "CS-101", "A", 1, 9, Promotion.OFFER)
    story = given(*CAMPUS[:3], section, student(ANN), student(BOB))
    story.past.acting(Role.STUDENT)
    story.and_then(Enroll(ANN, A), *waits(BOB, P2), ChangeCapacity(A, 2))
    assert heard(story.past, BOB, story) == ["SEAT_OFFERED"]
    story.and_then(CancelSection(A, "no teacher"), EmptySection(A), EmptySection(A))
    assert heard(story.past, ANN, story) == ["SECTION_CANCELED"]
    assert heard(story.past, BOB, story) == ["SEAT_OFFERED", "REMOVED_FROM_WAITLIST"]


def test_notifications_are_read_behind_a_position_one_s_own_only(given: Given) -> None:
    story = given(*BEGIN, held(ANN), held(BOB, E2), lifted(ANN), permitted(ANN), held(ANN, P1))
    with story.reading() as session:
        assert [n.position for n in notifications.notifications(session, ANN, 0, 2)] == [9, 11]
        assert [n.position for n in notifications.notifications(session, ANN, 9, 9)] == [11, 12, 13]
        assert [n.position for n in notifications.notifications(session, ANN, 13, 9)] == []
        assert [n.position for n in notifications.notifications(session, BOB, 0, 9)] == [10]
        assert notifications.notifications(session, NOBODY, 0, 9) == []
