"""Placing and lifting holds, granting permits."""

from datetime import datetime

import strawberry

from schema.context import Info
from schema.ids import key_of
from schema.payload import CommandInput, Payload, submit
from schema.student import Student
from schema.student import find as find_student
from write_side.commands import GrantPermit, LiftHold, Personal, PlaceHold
from write_side.events import HoldKind
from write_side.refusals import RefusalCode


@strawberry.input(description="The reason is sealed; the student is told who placed the hold.")
class PlaceHoldInput(CommandInput):
    student: strawberry.ID
    kind: HoldKind
    reason: str


@strawberry.input
class LiftHoldInput(CommandInput):
    student: strawberry.ID
    hold: strawberry.ID


@strawberry.input(description="Without an end it is good until used.")
class GrantPermitInput(CommandInput):
    student: strawberry.ID
    section: strawberry.ID
    rule: RefusalCode
    reason: str
    expires_at: datetime | None = None


@strawberry.type
class StandingPayload(Payload):
    @strawberry.field
    async def student(self, info: Info) -> Student | None:
        return find_student(await self.reached(info), self.command.student)


@strawberry.type
class PlaceHoldPayload(StandingPayload):
    pass


@strawberry.type
class LiftHoldPayload(StandingPayload):
    pass


@strawberry.type
class GrantPermitPayload(StandingPayload):
    pass


@strawberry.type
class ExceptionMutation:
    @strawberry.mutation(description="Block a student's registration.")
    async def place_hold(self, info: Info, input: PlaceHoldInput) -> PlaceHoldPayload:
        command = PlaceHold(key_of(input.student, "Student"), input.kind, Personal(input.reason))
        return await submit(info, input, command, PlaceHoldPayload)

    @strawberry.mutation
    async def lift_hold(self, info: Info, input: LiftHoldInput) -> LiftHoldPayload:
        command = LiftHold(key_of(input.student, "Student"), key_of(input.hold, "Hold"))
        return await submit(info, input, command, LiftHoldPayload)

    @strawberry.mutation(description="Let one student past one rule for one section, once.")
    async def grant_permit(self, info: Info, input: GrantPermitInput) -> GrantPermitPayload:
        command = GrantPermit(
            key_of(input.student, "Student"),
            key_of(input.section, "Section"),
            input.rule,
            Personal(input.reason),
            input.expires_at,
        )
        return await submit(info, input, command, GrantPermitPayload)
