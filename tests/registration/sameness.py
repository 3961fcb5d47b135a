"""Whether the aggregates are as the model says, to the last seat, place and permit."""

from collections import Counter
from collections.abc import Sequence
from typing import TypeVar
from uuid import UUID

from tests.registration.day import agree
from tests.registration.world import World
from write_side.aggregates import Section, Student
from write_side.aggregates.stream import Stream

Kind = TypeVar("Kind", bound=Stream)


def check(world: World) -> None:
    """Compare everything, both ways."""
    live = world.door.live()
    agree(live)
    names = {stream: name for name, stream in world.ids.items()}
    for real in (each for each in live if isinstance(each, Section)):
        assert _section(real, names) == _expected_section(world, names[real.id]), names[real.id]
    for real in (each for each in live if isinstance(each, Student)):
        assert _student(real, names) == _expected_student(world, names[real.id]), names[real.id]


def _section(real: Section, names: dict[UUID, str]) -> object:
    line = [
        (
            names[waiter.student],
            names[waiter.drops] if waiter.drops else None,
            frozenset(waiter.skipped),
            (waiter.offer.expires_at, waiter.offer.reserve) if waiter.offer else None,
        )
        for waiter in real.waitlist.waiters.values()
    ]
    seats = {names[who]: seat.reserve for who, seat in real.seats.items()}
    state = (real.capacity, real.closed, real.canceled, real.reserves, real.release_dates)
    return seats, line, state


def _expected_section(world: World, name: str) -> object:
    section = world.model.sections[name]
    line = [(place.who, place.drops, place.skipped, place.offer) for place in section.line]
    state = (
        section.capacity,
        section.closed,
        section.canceled,
        section.reserves,
        section.dates,
    )
    return section.seats, line, state


def _student(real: Student, names: dict[UUID, str]) -> object:
    permits = Counter((names[p.section], p.rule, p.expires_at) for p in real.permits.values())
    return (
        [names[section] for section in real.active],
        [names[section] for section in real.waiting],
        [names[section] for section in real.cart],
        {hold.hex: kept.kind.value for hold, kept in real.holds.items()},
        set(real.groups),
        permits,
    )


def _expected_student(world: World, who: str) -> object:
    me = world.model.people[who]
    permits = Counter((permit.section, permit.rule, permit.until) for permit in me.permits)
    return me.enrolled, me.waits, me.cart, me.holds, me.groups, permits


def check_queue(world: World, passed_by: Sequence[tuple[UUID, UUID, str | None]]) -> None:
    """Each who still waits ahead of somebody that was served breaks a rule, or is of another
    group than the seat was kept for."""
    names = {stream: name for name, stream in world.ids.items()}
    for stream, student, reserve in passed_by:
        name, who = names[stream], names[student]
        place = world.model.sections[name].place(who)
        if place is None or place.offer is not None:
            continue
        theirs = reserve is None or reserve in world.model.people[who].groups
        assert not theirs or world.model.ineligible(name, place), f"{who} was overtaken in {name}"


def nobody_in(live: Sequence[Stream], stream: UUID) -> bool:
    (section,) = [each for each in live if each.id == stream]
    assert isinstance(section, Section)
    return not section.seats and not section.waitlist.waiters
