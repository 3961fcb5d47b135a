"""Terms."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Self

import strawberry

from read_side.views import catalog
from schema.context import Info
from schema.ids import global_id
from schema.node import Node
from schema.payload import CommandInput, Payload, submit
from write_side.commands import OpenTerm


@strawberry.enum
class TermStatus(StrEnum):
    PLANNED = "PLANNED"
    OPEN = "OPEN"
    CLOSED = "CLOSED"
    ARCHIVED = "ARCHIVED"


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
        )


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


@strawberry.type
class OpenTermPayload(Payload):
    @strawberry.field
    async def term(self, info: Info) -> Term | None:
        context = await self.reached(info)
        row = catalog.term_by_code(context.read("catalog"), self.command.code)
        return None if row is None else Term.of(row)


@strawberry.type
class TermQuery:
    @strawberry.field
    def term(self, info: Info, code: str) -> Term | None:
        row = catalog.term_by_code(info.context.read("catalog"), code)
        return None if row is None else Term.of(row)

    @strawberry.field(description="All terms, newest first.")
    def terms(self, info: Info) -> list[Term]:
        return [Term.of(row) for row in catalog.terms(info.context.read("catalog"))]


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
