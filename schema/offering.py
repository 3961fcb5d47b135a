"""What the school does with sections: schedule, size, close, cancel, reserve."""

import re
from datetime import datetime, time

import strawberry

from schema.context import Info
from schema.errors import ApiError
from schema.ids import key_of
from schema.payload import CommandInput, Payload, submit
from schema.section import Section, find
from write_side.commands import (
    CancelSection,
    ChangeCapacity,
    CloseSection,
    ReleaseReservedSeats,
    ReopenSection,
    ReserveSeats,
    ScheduleSection,
)
from write_side.events import Meeting as MeetingTimes
from write_side.events import Promotion, Weekday


@strawberry.input(description="Times are the school's, HH:MM; end = start is no overlap.")
class MeetingInput:
    days: list[Weekday]
    starts_at: str
    ends_at: str
    place: str | None = None

    def times(self) -> MeetingTimes:
        return MeetingTimes(
            tuple(self.days), _time(self.starts_at), _time(self.ends_at), self.place
        )


@strawberry.input(description="Term and course by code; no capacity is unlimited.")
class ScheduleSectionInput(CommandInput):
    term: str
    course: str
    code: str
    capacity: int | None = None
    waitlist_capacity: int = 0
    promotion: Promotion = Promotion.AUTO_ENROLL
    offer_hours: int = strawberry.field(
        default=24, description="How long an offered seat waits for its answer."
    )
    consent_required: bool = False
    meetings: list[MeetingInput] = strawberry.field(default_factory=list)


@strawberry.input(description="No capacity is unlimited.")
class ChangeCapacityInput(CommandInput):
    section: strawberry.ID
    capacity: int | None = None


@strawberry.type
class ScheduleSectionPayload(Payload):
    @strawberry.field
    async def section(self, info: Info) -> Section | None:
        stream = self.outcome.facts[0].stream if self.outcome.facts else None
        return find(await self.reached(info), stream)


@strawberry.type
class SectionPayload(Payload):
    @strawberry.field
    async def section(self, info: Info) -> Section | None:
        return find(await self.reached(info), self.command.section)


@strawberry.input
class CloseSectionInput(CommandInput):
    section: strawberry.ID


@strawberry.input
class ReopenSectionInput(CommandInput):
    section: strawberry.ID


@strawberry.input(description="The reason is public.")
class CancelSectionInput(CommandInput):
    section: strawberry.ID
    reason: str


@strawberry.input(description="`seats` is the new number, used ones included.")
class ReserveSeatsInput(CommandInput):
    section: strawberry.ID
    group: str
    seats: int
    releases_on: datetime | None = None


@strawberry.input
class ReleaseReservedSeatsInput(CommandInput):
    section: strawberry.ID
    group: str


@strawberry.type
class ChangeCapacityPayload(SectionPayload):
    pass


@strawberry.type
class CloseSectionPayload(SectionPayload):
    pass


@strawberry.type
class ReopenSectionPayload(SectionPayload):
    pass


@strawberry.type
class CancelSectionPayload(SectionPayload):
    pass


@strawberry.type
class ReserveSeatsPayload(SectionPayload):
    pass


@strawberry.type
class ReleaseReservedSeatsPayload(SectionPayload):
    pass


@strawberry.type
class OfferingMutation:
    @strawberry.mutation
    async def schedule_section(
        self, info: Info, input: ScheduleSectionInput
    ) -> ScheduleSectionPayload:
        command = ScheduleSection(
            term=input.term,
            course=input.course,
            code=input.code,
            capacity=input.capacity,
            waitlist_capacity=input.waitlist_capacity,
            promotion=input.promotion,
            meetings=tuple(meeting.times() for meeting in input.meetings),
            offer_hours=input.offer_hours,
            consent_required=input.consent_required,
        )
        return await submit(info, input, command, ScheduleSectionPayload)

    @strawberry.mutation
    async def change_capacity(
        self, info: Info, input: ChangeCapacityInput
    ) -> ChangeCapacityPayload:
        command = ChangeCapacity(key_of(input.section, "Section"), input.capacity)
        return await submit(info, input, command, ChangeCapacityPayload)

    @strawberry.mutation(description="No more adds until it is reopened.")
    async def close_section(self, info: Info, input: CloseSectionInput) -> CloseSectionPayload:
        command = CloseSection(key_of(input.section, "Section"))
        return await submit(info, input, command, CloseSectionPayload)

    @strawberry.mutation
    async def reopen_section(self, info: Info, input: ReopenSectionInput) -> ReopenSectionPayload:
        command = ReopenSection(key_of(input.section, "Section"))
        return await submit(info, input, command, ReopenSectionPayload)

    @strawberry.mutation(
        description="The school does not hold it: everybody inside is let go, step by step."
    )
    async def cancel_section(self, info: Info, input: CancelSectionInput) -> CancelSectionPayload:
        command = CancelSection(key_of(input.section, "Section"), input.reason)
        return await submit(info, input, command, CancelSectionPayload)

    @strawberry.mutation(description="Keep seats for a group, until a date if one is given.")
    async def reserve_seats(self, info: Info, input: ReserveSeatsInput) -> ReserveSeatsPayload:
        key = key_of(input.section, "Section")
        command = ReserveSeats(key, input.group, input.seats, input.releases_on)
        return await submit(info, input, command, ReserveSeatsPayload)

    @strawberry.mutation(description="Open a group's unused seats to all.")
    async def release_reserved_seats(
        self, info: Info, input: ReleaseReservedSeatsInput
    ) -> ReleaseReservedSeatsPayload:
        command = ReleaseReservedSeats(key_of(input.section, "Section"), input.group)
        return await submit(info, input, command, ReleaseReservedSeatsPayload)


def _time(text: str) -> time:
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", text):
        raise ApiError("BAD_REQUEST", f"{text[:20]!r} is not a time like 10:00.")
    return time.fromisoformat(text)
