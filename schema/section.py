"""Sections: what students enroll in, queried, changed and watched."""

import re
from collections.abc import AsyncGenerator
from datetime import time
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Self
from uuid import UUID

import strawberry

from read_side.views import catalog, roster
from schema.connection import Connection, connection, window
from schema.context import Context, Info
from schema.course import Course
from schema.errors import ApiError
from schema.ids import Position, global_id, key_of, position
from schema.node import Node
from schema.payload import CommandInput, Payload, submit
from schema.term import Term
from write_side.commands import ChangeCapacity, ScheduleSection
from write_side.events import Meeting as MeetingTimes
from write_side.events import Promotion, Weekday

if TYPE_CHECKING:
    from schema.enrollment import Enrollment

# sections know their enrollments and enrollments their section
LazyEnrollment = Annotated["Enrollment", strawberry.lazy("schema.enrollment")]

MOST_WATCHED = 100

strawberry.enum(Weekday)
strawberry.enum(Promotion, description="What happens to the first waiter when a seat is freed.")


@strawberry.enum
class SectionStatus(StrEnum):
    PLANNED = "PLANNED"
    OPEN = "OPEN"
    CLOSED = "CLOSED"
    CANCELED = "CANCELED"


@strawberry.type(description="When and where a section meets; times are the school's, HH:MM.")
class Meeting:
    days: list[Weekday]
    starts_at: str
    ends_at: str
    place: str | None


@strawberry.type(description="One offering of a course in a term.")
class Section(Node):
    code: str
    status: SectionStatus
    capacity: int | None = strawberry.field(description="Null is unlimited, 0 is no seat at all.")
    enrolled: int
    seats_available: int | None = strawberry.field(description="Null where unlimited.")
    waitlisted: int
    waitlist_capacity: int
    meetings: list[Meeting]
    updated_at: Position
    key: strawberry.Private[UUID]
    course_key: strawberry.Private[UUID]
    term_key: strawberry.Private[UUID]

    @classmethod
    def of(cls, row: catalog.CatalogSection) -> Self:
        return cls(
            id=global_id("Section", row.id),
            code=row.code,
            status=SectionStatus(row.status),
            capacity=row.capacity,
            enrolled=row.enrolled,
            seats_available=row.seats_available,
            waitlisted=row.waitlisted,
            waitlist_capacity=row.waitlist_capacity,
            meetings=[Meeting(**meeting) for meeting in row.meetings],
            updated_at=position(row.updated_at),
            key=row.id,
            course_key=row.course,
            term_key=row.term,
        )

    @strawberry.field
    async def course(self, info: Info) -> Course:
        row = await info.context.course(self.course_key)
        assert row is not None
        return Course.of(row)

    @strawberry.field
    async def term(self, info: Info) -> Term:
        row = await info.context.term(self.term_key)
        assert row is not None
        return Term.of(row)

    @strawberry.field(description="Who is enrolled, in the order they came; for staff.")
    def roster(
        self,
        info: Info,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> Connection[LazyEnrollment] | None:
        from schema.enrollment import Enrollment

        session = info.context.read("roster")
        asked = window(first, after, last, before)
        return connection(lambda: roster.roster(session, self.key, asked), Enrollment.of)


SectionConnection = Connection[Section]


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
        return await load(await self.reached(info), stream)


@strawberry.type
class ChangeCapacityPayload(Payload):
    @strawberry.field
    async def section(self, info: Info) -> Section | None:
        return await load(await self.reached(info), self.command.section)


@strawberry.type
class SectionQuery:
    @strawberry.field
    async def section(self, info: Info, id: strawberry.ID) -> Section | None:
        return await load(info.context, key_of(id, "Section"))

    @strawberry.field(
        description="Sections by course code; `search` finds words in code and title."
    )
    def sections(
        self,
        info: Info,
        term: str | None = None,
        subject: str | None = None,
        search: str | None = None,
        seats_available: bool | None = None,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> Connection[Section]:
        session = info.context.read("catalog")
        asked = window(first, after, last, before)
        return connection(
            lambda: catalog.sections(
                session,
                asked,
                term=term,
                subject=subject,
                search=search,
                seats_available=seats_available,
            ),
            Section.of,
        )


@strawberry.type
class SectionMutation:
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
        )
        return await submit(info, input, command, ScheduleSectionPayload)

    @strawberry.mutation
    async def change_capacity(
        self, info: Info, input: ChangeCapacityInput
    ) -> ChangeCapacityPayload:
        command = ChangeCapacity(key_of(input.section, "Section"), input.capacity)
        return await submit(info, input, command, ChangeCapacityPayload)


@strawberry.type
class SectionSubscription:
    @strawberry.subscription(
        description="State: the section now, then the newest after each change."
    )
    async def section(self, info: Info, id: strawberry.ID) -> AsyncGenerator[Section | None, None]:
        key = key_of(id, "Section")
        with info.context.services.changes.listen({("catalog", key)}) as listener:
            while True:
                yield await load(info.context, key)
                await listener.changed()

    @strawberry.subscription(
        description="State: these sections now, then the newest of all after each change of one."
    )
    async def sections(
        self, info: Info, ids: list[strawberry.ID]
    ) -> AsyncGenerator[list[Section], None]:
        if len(ids) > MOST_WATCHED:
            raise ApiError("TOO_COMPLEX", f"One subscription watches {MOST_WATCHED} sections.")
        keys = [key_of(id, "Section") for id in ids]
        with info.context.services.changes.listen(("catalog", key) for key in keys) as listener:
            while True:
                found = catalog.sections_by_id(info.context.read("catalog"), keys)
                yield [Section.of(found[key]) for key in keys if key in found]
                await listener.changed()


async def load(context: Context, key: UUID | None) -> Section | None:
    """The section with this key, as the context's snapshot has it."""
    row = None if key is None else await context.section(key)
    return None if row is None else Section.of(row)


def _time(text: str) -> time:
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", text):
        raise ApiError("BAD_REQUEST", f"{text[:20]!r} is not a time like 10:00.")
    return time.fromisoformat(text)
