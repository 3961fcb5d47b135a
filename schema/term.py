"""Terms."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Self
from uuid import UUID

import strawberry

from read_side.views import catalog
from schema.answering.shape import identifier, shape
from schema.context import Info
from schema.finding import every
from schema.ids import global_id
from schema.node import Node
from schema.payload import CommandInput, Payload, submit
from write_side.commands import OpenTerm, SetRegistrationWindow


@strawberry.enum
class TermStatus(StrEnum):
    PLANNED = "PLANNED"
    OPEN = "OPEN"
    CLOSED = "CLOSED"
    ARCHIVED = "ARCHIVED"


@strawberry.type(description="When students of a group may register.")
class RegistrationWindow:
    group: str
    opens_at: datetime
    closes_at: datetime

    @classmethod
    def of(cls, row: catalog.CatalogWindow) -> Self:
        return cls(group=row.group, opens_at=row.opens_at, closes_at=row.closes_at)


@strawberry.type(description="A semester or quarter; deadlines are the first moment too late.")
class Term(Node):
    code: str
    name: str
    status: TermStatus
    starts_on: date
    ends_on: date
    registration_opens_at: datetime | None
    add_deadline: datetime
    drop_deadline: datetime
    withdrawal_deadline: datetime
    credit_limit: float | None
    key: strawberry.Private[UUID]

    @classmethod
    def of(cls, row: catalog.CatalogTerm) -> Self:
        return cls(
            id=global_id("Term", row.id),
            code=row.code,
            name=row.name,
            status=TermStatus(row.status),
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            registration_opens_at=row.registration_opens_at,
            add_deadline=row.add_deadline,
            drop_deadline=row.drop_deadline,
            withdrawal_deadline=row.withdrawal_deadline,
            credit_limit=row.credit_limit,
            key=row.id,
        )

    @strawberry.field(description="Students of no such group register from registrationOpensAt.")
    def windows(self, info: Info) -> list[RegistrationWindow]:
        rows = catalog.windows(info.context.read("catalog"), self.key)
        return every(info.context, rows, RegistrationWindow.of)


shape(
    "Term",
    catalog.CatalogTerm,
    *("code", "name", "status", "startsOn", "endsOn", "registrationOpensAt"),
    *("addDeadline", "dropDeadline", "withdrawalDeadline", "creditLimit"),
    id=identifier("Term"),
)
shape("RegistrationWindow", catalog.CatalogWindow, "group", "opensAt", "closesAt")


@strawberry.input
class OpenTermInput(CommandInput):
    code: str
    name: str
    starts_on: date
    ends_on: date
    registration_opens_at: datetime | None = None
    add_deadline: datetime | None = strawberry.field(
        default=None, description="Deadlines default to the end of the term's last day, UTC."
    )
    drop_deadline: datetime | None = None
    withdrawal_deadline: datetime | None = None
    credit_limit: float | None = None


@strawberry.input(description="Term by code; replaces the group's window before.")
class SetRegistrationWindowInput(CommandInput):
    term: str
    group: str
    opens_at: datetime
    closes_at: datetime


@strawberry.type
class OpenTermPayload(Payload):
    @strawberry.field
    async def term(self, info: Info) -> Term | None:
        context = await self.reached(info)
        row = catalog.term_by_code(context.read("catalog"), self.command.code)
        return None if row is None else Term.of(row)


@strawberry.type
class SetRegistrationWindowPayload(Payload):
    @strawberry.field
    async def term(self, info: Info) -> Term | None:
        context = await self.reached(info)
        row = catalog.term_by_code(context.read("catalog"), self.command.term)
        return None if row is None else Term.of(row)


@strawberry.type
class TermQuery:
    @strawberry.field
    def term(self, info: Info, code: str) -> Term | None:
        row = catalog.term_by_code(info.context.read("catalog"), code)
        return None if row is None else Term.of(row)

    @strawberry.field(description="All terms, newest first.")
    def terms(self, info: Info) -> list[Term]:
        return every(info.context, catalog.terms(info.context.read("catalog")), Term.of)


@strawberry.type
class TermMutation:
    @strawberry.mutation
    async def open_term(self, info: Info, input: OpenTermInput) -> OpenTermPayload:
        command = OpenTerm(
            code=input.code,
            name=input.name,
            starts_on=input.starts_on,
            ends_on=input.ends_on,
            registration_opens_at=input.registration_opens_at,
            add_deadline=input.add_deadline,
            drop_deadline=input.drop_deadline,
            withdrawal_deadline=input.withdrawal_deadline,
            credit_limit=None if input.credit_limit is None else Decimal(str(input.credit_limit)),
        )
        return await submit(info, input, command, OpenTermPayload)

    @strawberry.mutation(description="When students of a group may register.")
    async def set_registration_window(
        self, info: Info, input: SetRegistrationWindowInput
    ) -> SetRegistrationWindowPayload:
        command = SetRegistrationWindow(input.term, input.group, input.opens_at, input.closes_at)
        return await submit(info, input, command, SetRegistrationWindowPayload)
