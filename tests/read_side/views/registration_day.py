"""What the facts of registration day read as in the activity view; see test_activity.py."""

from datetime import timedelta
from typing import Any

from tests.read_side.queue import (
    E1,
    P1,
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
from tests.scenario import NOON, fact
from tests.write_side.campus import ANN, TERM, A, B
from write_side.commands import (
    CancelSection,
    ChangeGroups,
    CloseSection,
    ReleaseReservedSeats,
    ReopenSection,
    ReserveSeats,
)
from write_side.events import HoldKind, RegistrationWindowSet, WaitlistExit

OPENS = NOON + timedelta(hours=1)
WINDOW = fact(RegistrationWindowSet, TERM, group="seniors", opens_at=OPENS, closes_at=TOMORROW)
NAME = "CS-101 A (2026FA)"
WAITS, OFFERED = waits(ANN, P1), (*waits(ANN, P1), offered(ANN, P1))
ENDED = f"A student's place on the waitlist of {NAME} ended"

TOLD: list[tuple[tuple[Any, ...], list[str]]] = [
    ((CloseSection(A),), [f"Section {NAME} was closed to adds"]),
    ((CloseSection(A), ReopenSection(A)), [f"Section {NAME} was reopened"]),
    ((CancelSection(A, "no teacher"),), [f"Section {NAME} was canceled by the school"]),
    ((ReserveSeats(A, "seniors", 2),), [f"2 seats of {NAME} were reserved for seniors"]),
    (
        (ReserveSeats(A, "seniors", 2), ReleaseReservedSeats(A, "seniors")),
        [f"The reserved seats of {NAME} for seniors were opened to all"],
    ),
    ((WINDOW,), ["The registration window of seniors for 2026FA was set"]),
    ((ChangeGroups(ANN, ("seniors",)),), ["A student's groups changed"]),
    (
        WAITS,
        [f"Somebody joined the waitlist of {NAME}", f"A student joined the waitlist of {NAME}"],
    ),
    (
        (*WAITS, *gone(ANN, P1, WaitlistExit.LEFT)),
        [f"Somebody left the waitlist of {NAME}", f"{ENDED} (left)"],
    ),
    (
        (*WAITS, skipped(ANN, P1, "HOLD", "TIME_CONFLICT")),
        [f"A seat of {NAME} passed a waiter by (hold, time conflict)"],
    ),
    (
        (*WAITS, *promoted(ANN, P1, E1)),
        [
            f"The first eligible waiter of {NAME} was promoted",
            f"A seat of {NAME} was taken",
            f"{ENDED} (promoted)",
            f"A student enrolled in {NAME}",
        ],
    ),
    (OFFERED, [f"A seat of {NAME} was offered to a waiter"]),
    (
        (*OFFERED, *accepted(ANN, P1, E1)),
        [
            f"The offer of a seat of {NAME} was accepted",
            f"{ENDED} (accepted)",
            f"A seat of {NAME} was taken",
            f"A student enrolled in {NAME}",
        ],
    ),
    *[
        (
            (*OFFERED, *gone(ANN, P1, how)),
            [f"The offer of a seat of {NAME} {said}", f"{ENDED} ({how.value.lower()})"],
        )
        for how, said in (
            (WaitlistExit.DECLINED, "was declined"),
            (WaitlistExit.EXPIRED, "expired"),
            (WaitlistExit.REVOKED, "was revoked"),
        )
    ],
    ((held(ANN),), ["A hold was placed on a student (all)"]),
    ((held(ANN, kind=HoldKind.ADDS_ONLY),), ["A hold was placed on a student (adds only)"]),
    ((held(ANN), lifted(ANN)), ["A hold on a student was lifted"]),
    ((permitted(ANN),), [f"A student got a permit for {NAME} (section full)"]),
    (
        (permitted(ANN, section=B, rule="TIME_CONFLICT"),),
        ["A student got a permit for CS-101 B (2026FA) (time conflict)"],
    ),
    ((permitted(ANN), used(ANN)), [f"A student used a permit for {NAME}"]),
]
