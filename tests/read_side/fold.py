"""The same questions answered a second way: plain dicts over the whole log, sharing nothing with
the views but the facts."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from write_side.events import (
    CapacityChanged,
    EnrollmentCanceled,
    EnrollmentWithdrawn,
    OfferAccepted,
    Recorded,
    RefusedCommand,
    SeatFreed,
    SeatTaken,
    SectionAddedToCart,
    SectionRemovedFromCart,
    SectionScheduled,
    StudentEnrolled,
    WaiterPromoted,
    WaitlistJoined,
)

Pair = tuple[UUID, UUID]
# commands that reach for a seat, and where their input says of which section
REACHING = {"enroll": "section", "joinWaitlist": "section", "swapEnrollment": "take"}


@dataclass
class Folded:
    """`sections`: capacity and enrolled; `episodes` by enrollment: section, student, status, reason
    and comment; `carts` and `seats`: (student, section); `left`: (term, course, reason, how);
    `wanted`: (section, what); `broken`: (section, code)."""

    capacity: dict[UUID, int | None] = field(default_factory=dict)
    seats: set[Pair] = field(default_factory=set)
    episodes: dict[UUID, tuple[UUID, UUID, str, str | None, str | None]] = field(
        default_factory=dict
    )
    carts: set[Pair] = field(default_factory=set)
    left: Counter[tuple[UUID, UUID, str, str]] = field(default_factory=Counter)
    wanted: Counter[tuple[UUID, str]] = field(default_factory=Counter)
    broken: Counter[tuple[UUID, str]] = field(default_factory=Counter)

    @property
    def enrolled(self) -> Counter[UUID]:
        return Counter(section for _, section in self.seats)


def fold(facts: list[Recorded], refusals: list[RefusedCommand]) -> Folded:
    state = Folded()
    for each in facts:
        _happened(state, each.stream, each.fact)
    for refused in refusals:
        name = REACHING.get(refused.kind)
        section = UUID(refused.input[name]) if name else None
        if section in state.capacity:
            assert section is not None
            state.wanted[section, "refusals"] += 1
            state.broken.update((section, code) for code in refused.codes)
    return state


def _happened(state: Folded, stream: UUID, fact: Any) -> None:
    if isinstance(fact, SectionScheduled | CapacityChanged):
        state.capacity[stream] = fact.capacity
    elif isinstance(fact, SeatTaken):
        state.seats.add((fact.student, stream))
    elif isinstance(fact, SeatFreed):
        state.seats.remove((fact.student, stream))
    elif isinstance(fact, StudentEnrolled):
        state.episodes[fact.enrollment] = (fact.section, stream, "ENROLLED", None, None)
        state.carts.discard((stream, fact.section))
        if fact.entry is None:
            state.wanted[fact.section, "enrollments"] += 1
    elif isinstance(fact, WaitlistJoined):
        state.wanted[stream, "waitlist_joins"] += 1
    elif isinstance(fact, WaiterPromoted | OfferAccepted):
        state.wanted[stream, "promotions"] += 1
    elif isinstance(fact, EnrollmentCanceled | EnrollmentWithdrawn):
        how = "CANCELED" if isinstance(fact, EnrollmentCanceled) else "WITHDRAWN"
        comment = fact.comment.as_text() if fact.comment else None
        state.episodes[fact.enrollment] = (fact.section, stream, how, fact.reason.value, comment)
        state.left[fact.term, fact.course, fact.reason.value, how] += 1
    elif isinstance(fact, SectionAddedToCart):
        state.carts.add((stream, fact.section))
        state.wanted[fact.section, "cart_adds"] += 1
    elif isinstance(fact, SectionRemovedFromCart):
        state.carts.remove((stream, fact.section))
        state.wanted[fact.section, "cart_removals"] += 1
