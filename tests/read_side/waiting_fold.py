"""Waiting, holds, permits and news answered a second way: from the students' own streams, where the
views look at the sections'."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from write_side.events import (
    CancellationReason,
    Channel,
    EnrollmentCanceled,
    EnrollmentWithdrawn,
    HoldLifted,
    HoldPlaced,
    PermitGranted,
    PermitUsed,
    Recorded,
    RegistrationWindowSet,
    ReservedSeatsReleased,
    SeatOffered,
    SeatsReserved,
    SectionCanceled,
    SectionClosed,
    SectionReopened,
    StudentEnrolled,
    StudentGroupsChanged,
    StudentLeftWaitlist,
    StudentWaitlisted,
    WaitlistExit,
)

TOLD_OF_EXITS = {
    WaitlistExit.EXPIRED: "OFFER_EXPIRED",
    WaitlistExit.REMOVED: "REMOVED_FROM_WAITLIST",
    WaitlistExit.REVOKED: "REMOVED_FROM_WAITLIST",
    WaitlistExit.PROMOTED: "PROMOTED",
}


@dataclass
class Waiting:
    """`lines` by section: (student, entry) as they came; `offers` by entry: until when; `news`:
    (position, student, kind); `promoting`: who was promoted by which command so far."""

    lines: dict[UUID, list[tuple[UUID, UUID]]] = field(default_factory=dict)
    offers: dict[UUID, datetime] = field(default_factory=dict)
    holds: dict[UUID, UUID] = field(default_factory=dict)
    permits: dict[UUID, tuple[UUID, UUID, str]] = field(default_factory=dict)
    news: list[tuple[int, UUID, str]] = field(default_factory=list)
    promoting: set[tuple[str, UUID]] = field(default_factory=set)
    groups: dict[UUID, list[str]] = field(default_factory=dict)
    windows: dict[str, tuple[datetime, datetime]] = field(default_factory=dict)
    reserves: dict[tuple[UUID, str], int] = field(default_factory=dict)
    closed: set[UUID] = field(default_factory=set)
    canceled: set[UUID] = field(default_factory=set)

    def ranks(self) -> dict[UUID, int]:
        """By place: 0 while a seat is offered, otherwise the number in line."""
        found: dict[UUID, int] = {}
        for line in self.lines.values():
            waiting = [entry for _, entry in line if entry not in self.offers]
            found |= {entry: 0 for _, entry in line} | {e: n for n, e in enumerate(waiting, 1)}
        return found

    def counts(self) -> Counter[tuple[UUID, str]]:
        found: Counter[tuple[UUID, str]] = Counter()
        for section, line in self.lines.items():
            for _, entry in line:
                found[section, "offered" if entry in self.offers else "waitlisted"] += 1
        return found


def fold_waiting(facts: list[Recorded]) -> Waiting:
    state = Waiting()
    for each in facts:
        _happened(state, each.stream, each.fact)
        if kind := _heard(each, state):
            student = each.stream
            if isinstance(each.fact, SeatOffered):
                student = each.fact.student
            state.news.append((each.position, student, kind))
    return state


def _happened(state: Waiting, stream: UUID, fact: Any) -> None:
    if isinstance(fact, StudentWaitlisted):
        state.lines.setdefault(fact.section, []).append((stream, fact.entry))
    elif isinstance(fact, StudentLeftWaitlist):
        state.lines[fact.section].remove((stream, fact.entry))
        state.offers.pop(fact.entry, None)
    elif isinstance(fact, SeatOffered):
        state.offers[fact.entry] = fact.expires_at
    elif isinstance(fact, HoldPlaced):
        state.holds[fact.hold] = stream
    elif isinstance(fact, HoldLifted):
        del state.holds[fact.hold]
    elif isinstance(fact, PermitGranted):
        state.permits[fact.permit] = (stream, fact.section, fact.rule)
    elif isinstance(fact, PermitUsed):
        del state.permits[fact.permit]
    elif isinstance(fact, StudentGroupsChanged):
        state.groups[stream] = list(fact.groups)
    elif isinstance(fact, RegistrationWindowSet):
        state.windows[fact.group] = fact.opens_at, fact.closes_at
    elif isinstance(fact, SeatsReserved):
        state.reserves[stream, fact.group] = fact.seats
    elif isinstance(fact, ReservedSeatsReleased):
        del state.reserves[stream, fact.group]
    elif isinstance(fact, SectionClosed):
        state.closed.add(stream)
    elif isinstance(fact, SectionReopened):
        state.closed.remove(stream)
    elif isinstance(fact, SectionCanceled):
        state.canceled.add(stream)


def _heard(recorded: Recorded, state: Waiting) -> str | None:
    fact, by_others = recorded.fact, recorded.envelope.channel is not Channel.SELF
    if isinstance(fact, StudentEnrolled):
        return "ENROLLED" if by_others and not fact.entry else None
    if isinstance(fact, EnrollmentCanceled | EnrollmentWithdrawn):
        if fact.reason is CancellationReason.SWAP:
            befell = recorded.envelope.command_id, recorded.stream
            return "SWAPPED_OUT" if by_others or befell in state.promoting else None
        if fact.reason is CancellationReason.SECTION_CANCELED:
            return "SECTION_CANCELED"
        return "ENROLLMENT_ENDED" if by_others else None
    if isinstance(fact, StudentLeftWaitlist):
        if fact.how is WaitlistExit.PROMOTED:
            state.promoting.add((recorded.envelope.command_id, recorded.stream))
        if fact.how is WaitlistExit.ACCEPTED and by_others:
            return "ENROLLED"
        return TOLD_OF_EXITS.get(fact.how)
    kinds = {
        SeatOffered: "SEAT_OFFERED",
        HoldPlaced: "HOLD_PLACED",
        HoldLifted: "HOLD_LIFTED",
        PermitGranted: "PERMIT_GRANTED",
    }
    return kinds.get(type(fact))
