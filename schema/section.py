"""Sections: what students enroll in, queried, changed and watched."""

from collections.abc import AsyncGenerator
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, Self, cast
from uuid import UUID

import strawberry

from read_side.paging import by_id
from read_side.views import catalog, roster, waitlist
from schema.answering.shape import Leaf, To, identifier, shape
from schema.connection import Connection, connection, window
from schema.context import Context, Info
from schema.course import Course
from schema.errors import ApiError
from schema.finding import one
from schema.ids import Position, global_id, key_of, position
from schema.node import Node
from schema.term import Term
from write_side.events import Promotion, Weekday

if TYPE_CHECKING:
    from schema.enrollment import Enrollment
    from schema.waitlist import WaitlistEntry

# sections know their enrollments and enrollments their section
LazyEnrollment = Annotated["Enrollment", strawberry.lazy("schema.enrollment")]
LazyEntry = Annotated["WaitlistEntry", strawberry.lazy("schema.waitlist")]

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


@strawberry.type(description="Seats kept for a group until a date.")
class ReservedSeats:
    group: str
    seats: int
    releases_on: datetime | None


@strawberry.type(description="One offering of a course in a term.")
class Section(Node):
    code: str
    status: SectionStatus
    capacity: int | None = strawberry.field(description="Null is unlimited, 0 is no seat at all.")
    enrolled: int
    seats_available: int | None = strawberry.field(description="Null where unlimited.")
    offered: int = strawberry.field(description="Seats held for waiters until they answer.")
    waitlisted: int
    waitlist_capacity: int
    promotion: Promotion
    consent_required: bool
    reserved_seats: list[ReservedSeats]
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
            offered=row.offered,
            waitlisted=row.waitlisted,
            waitlist_capacity=row.waitlist_capacity,
            promotion=Promotion(row.promotion),
            consent_required=row.consent_required,
            reserved_seats=[_reserved(group, kept) for group, kept in row.reserves.items()],
            meetings=[Meeting(**meeting) for meeting in row.meetings],
            updated_at=position(row.updated_at),
            key=row.id,
            course_key=row.course,
            term_key=row.term,
        )

    @strawberry.field
    def course(self, info: Info) -> Course:
        return cast("Course", one(info.context, catalog.CatalogCourse, self.course_key, Course.of))

    @strawberry.field
    def term(self, info: Info) -> Term:
        return cast("Term", one(info.context, catalog.CatalogTerm, self.term_key, Term.of))

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
        return connection(
            info.context, lambda: roster.roster(session, self.key, asked), Enrollment.of_roster
        )

    @strawberry.field(description="Who waits, in order, offers included; for staff.")
    def waitlist(
        self,
        info: Info,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> Connection[LazyEntry] | None:
        from schema.waitlist import WaitlistEntry

        session = info.context.read("waitlist")
        asked = window(first, after, last, before)
        return connection(
            info.context, lambda: waitlist.of_section(session, self.key, asked), WaitlistEntry.of
        )


shape(
    "Section",
    catalog.CatalogSection,
    *("code", "status", "capacity", "enrolled", "offered", "waitlisted", "waitlistCapacity"),
    *("promotion", "consentRequired"),
    id=identifier("Section"),
    seatsAvailable=Leaf(("capacity", "enrolled", "offered"), catalog.seats_left),
    updatedAt=Leaf(("updated_at",), str),
    course=To("course", catalog.CatalogCourse, "Course"),
    term=To("term", catalog.CatalogTerm, "Term"),
)

SectionConnection = Connection[Section]


@strawberry.type
class SectionQuery:
    @strawberry.field
    def section(self, info: Info, id: strawberry.ID) -> Section | None:
        return find(info.context, key_of(id, "Section"))

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
            info.context,
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
                found = by_id(info.context.read("catalog"), catalog.CatalogSection, keys)
                yield [Section.of(found[key]) for key in keys if key in found]
                await listener.changed()


def find(context: Context, key: UUID | None) -> Section | None:
    """The section with this key, to be read as the answer needs it."""
    return one(context, catalog.CatalogSection, key, Section.of)


async def load(context: Context, key: UUID | None) -> Section | None:
    """The section with this key, as the context's snapshot has it."""
    row = None if key is None else await context.section(key)
    return None if row is None else Section.of(row)


def _reserved(group: str, kept: dict[str, Any]) -> ReservedSeats:
    until = kept["releases_on"]
    return ReservedSeats(
        group=group,
        seats=kept["seats"],
        releases_on=None if until is None else datetime.fromisoformat(until),
    )
