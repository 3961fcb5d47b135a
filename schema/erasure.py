"""Erasing a person."""

from asyncio import to_thread

import strawberry

from schema.context import Info
from schema.ids import key_of
from schema.payload import CommandInput, Payload, submit
from schema.student import Student
from schema.student import load as load_student
from write_side.commands import EraseStudent
from write_side.events import ErasureBasis

PATIENCE = 5.0  # seconds; what is not overwritten by then is by the eraser, later

strawberry.enum(ErasureBasis, description="The ground of GDPR article 17(1) it rests on.")


@strawberry.input(description="Seats, offers, places on waitlists and the cart end first.")
class EraseStudentInput(CommandInput):
    student: strawberry.ID
    basis: ErasureBasis


@strawberry.type
class EraseStudentPayload(Payload):
    destroyed: bool = strawberry.field(
        default=False,
        description="The key is gone and overwritten already; if not, it will be, restart or not.",
    )

    @strawberry.field
    async def student(self, info: Info) -> Student | None:
        return await load_student(await self.reached(info), self.command.student)


@strawberry.type
class ErasureMutation:
    @strawberry.mutation(
        description="Make all personal values of a student unreadable, for good and everywhere."
    )
    async def erase_student(self, info: Info, input: EraseStudentInput) -> EraseStudentPayload:
        command = EraseStudent(key_of(input.student, "Student"), input.basis)
        payload = await submit(info, input, command, EraseStudentPayload)
        if not input.dry_run and not payload.refusals:
            services = info.context.services
            position = payload.outcome.position or services.head()
            payload.destroyed = await to_thread(services.eraser.wait, position, PATIENCE)
        return payload
