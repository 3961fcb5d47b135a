"""Waiting for a seat and answering an offer."""

from datetime import datetime
from enum import StrEnum
from typing import Self
from uuid import UUID

import strawberry

from read_side.views import catalog, directory, waitlist
from schema.answering.shape import Leaf, To, identifier, shape
from schema.context import Info
from schema.enrollment import EpisodePayload, SeatInput, SeatPayload
from schema.ids import global_id
from schema.payload import submit
from schema.section import Section
from schema.section import find as find_section
from schema.student import Student
from schema.student import find as find_student
from write_side.commands import AcceptOffer, DeclineOffer, JoinWaitlist, LeaveWaitlist


@strawberry.enum
class WaitlistStatus(StrEnum):
    WAITLISTED = "WAITLISTED"
    OFFERED = "OFFERED"


@strawberry.type(description="A place on a section's waitlist.")
class WaitlistEntry:
    id: strawberry.ID
    status: WaitlistStatus
    joined_at: datetime
    offer_expires_at: datetime | None = strawberry.field(
        description="The first moment too late to accept."
    )
    about: strawberry.Private[UUID]
    row: strawberry.Private[waitlist.WaitlistPlace]

    @classmethod
    def of(cls, row: waitlist.WaitlistPlace) -> Self:
        return cls(
            id=global_id("WaitlistEntry", row.id),
            status=WaitlistStatus.OFFERED if row.offered else WaitlistStatus.WAITLISTED,
            joined_at=row.joined_at,
            offer_expires_at=row.offer_expires_at,
            about=row.student,
            row=row,
        )

    @strawberry.field(description="1 is next; null while a seat is offered.")
    async def rank(self, info: Info) -> int | None:
        if self.row.offered:
            return None
        context = info.context

        async def load(places: list[UUID]) -> list[int]:
            found = waitlist.ranks(context.read("waitlist"), places)
            return [found[place] for place in places]

        return await context.batched("rank", load, self.row.id)

    @strawberry.field
    def section(self, info: Info) -> Section | None:
        return find_section(info.context, self.row.section)

    @strawberry.field
    def student(self, info: Info) -> Student | None:
        return find_student(info.context, self.about)

    @strawberry.field(description="The section given up in the same step, once promoted.")
    def drops(self, info: Info) -> Section | None:
        return find_section(info.context, self.row.drops)


shape(
    "WaitlistEntry",
    waitlist.WaitlistPlace,
    *("joinedAt", "offerExpiresAt"),
    about="student",
    id=identifier("WaitlistEntry"),
    status=Leaf(("offered",), lambda offered: "OFFERED" if offered else "WAITLISTED"),
    student=To("student", directory.DirectoryStudent, "Student"),
    section=To("section", catalog.CatalogSection, "Section"),
)


@strawberry.input
class JoinWaitlistInput(SeatInput):
    pass


@strawberry.input
class LeaveWaitlistInput(SeatInput):
    pass


@strawberry.input
class AcceptOfferInput(SeatInput):
    pass


@strawberry.input
class DeclineOfferInput(SeatInput):
    pass


@strawberry.type
class JoinWaitlistPayload(SeatPayload):
    @strawberry.field
    async def entry(self, info: Info) -> WaitlistEntry | None:
        context = await self.reached(info)
        rows = waitlist.of_student(context.read("waitlist"), self.command.student)
        return next((WaitlistEntry.of(r) for r in rows if r.section == self.command.section), None)


@strawberry.type
class LeaveWaitlistPayload(SeatPayload):
    pass


@strawberry.type
class AcceptOfferPayload(EpisodePayload):
    pass


@strawberry.type
class DeclineOfferPayload(SeatPayload):
    pass


@strawberry.type
class WaitlistMutation:
    @strawberry.mutation(description="Only where no seat is free for the student.")
    async def join_waitlist(self, info: Info, input: JoinWaitlistInput) -> JoinWaitlistPayload:
        return await submit(info, input, JoinWaitlist(*input.keys), JoinWaitlistPayload)

    @strawberry.mutation
    async def leave_waitlist(self, info: Info, input: LeaveWaitlistInput) -> LeaveWaitlistPayload:
        return await submit(info, input, LeaveWaitlist(*input.keys), LeaveWaitlistPayload)

    @strawberry.mutation(description="Take the seat that is held, before the deadline.")
    async def accept_offer(self, info: Info, input: AcceptOfferInput) -> AcceptOfferPayload:
        return await submit(info, input, AcceptOffer(*input.keys), AcceptOfferPayload)

    @strawberry.mutation(description="The seat goes to the next one.")
    async def decline_offer(self, info: Info, input: DeclineOfferInput) -> DeclineOfferPayload:
        return await submit(info, input, DeclineOffer(*input.keys), DeclineOfferPayload)
