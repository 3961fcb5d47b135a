"""Enrollments, and the commands that begin and end them, and the cart before them."""

from datetime import datetime
from enum import StrEnum
from typing import Self, cast
from uuid import UUID

import strawberry

from read_side.views import catalog, directory, roster, schedule
from schema.answering.shape import To, identifier, shape
from schema.context import Info
from schema.finding import one
from schema.ids import global_id, key_of
from schema.node import Node
from schema.payload import CommandInput, Payload, submit
from schema.personal import PersonalText
from schema.section import Section
from schema.section import find as find_section
from schema.student import Student
from schema.student import find as find_student
from write_side.commands import (
    AddToCart,
    CancelEnrollment,
    Enroll,
    Personal,
    RemoveFromCart,
    Withdraw,
)
from write_side.events import CancellationReason, Role

strawberry.enum(CancellationReason, description="Why an enrollment ended early.")


@strawberry.enum
class EnrollmentStatus(StrEnum):
    ENROLLED = "ENROLLED"
    CANCELED = "CANCELED"
    WITHDRAWN = "WITHDRAWN"
    COMPLETED = "COMPLETED"


@strawberry.type(description="Why and by whom an enrollment was ended early.")
class Cancellation:
    reason: CancellationReason
    by: Role
    about: strawberry.Private[UUID]
    sealed_comment: strawberry.Private[str | None]

    @strawberry.field
    def comment(self, info: Info) -> PersonalText | None:
        return PersonalText.of(self.sealed_comment, info)


@strawberry.type(description="One episode of a student in a section.")
class Enrollment(Node):
    status: EnrollmentStatus
    enrolled_at: datetime
    ended_at: datetime | None
    about: strawberry.Private[UUID]
    key: strawberry.Private[UUID]
    section_key: strawberry.Private[UUID]

    @classmethod
    def of(cls, row: schedule.ScheduleEnrollment) -> Self:
        return cls._of(row.id, row)

    @classmethod
    def of_roster(cls, row: roster.RosterEntry) -> Self:
        return cls._of(row.enrollment, row)

    @classmethod
    def _of(cls, key: UUID, row: schedule.ScheduleEnrollment | roster.RosterEntry) -> Self:
        return cls(
            id=global_id("Enrollment", key),
            status=EnrollmentStatus(row.status),
            enrolled_at=row.enrolled_at,
            ended_at=row.ended_at,
            about=row.student,
            key=key,
            section_key=row.section,
        )

    @strawberry.field
    def student(self, info: Info) -> Student:
        return cast("Student", find_student(info.context, self.about))

    @strawberry.field
    def section(self, info: Info) -> Section:
        return cast("Section", find_section(info.context, self.section_key))

    @strawberry.field
    async def cancellation(self, info: Info) -> Cancellation | None:
        row = await info.context.enrollment(self.key)
        if row is None or row.reason is None or row.ended_by is None:
            return None
        return Cancellation(
            reason=CancellationReason(row.reason),
            by=Role(row.ended_by),
            about=row.student,
            sealed_comment=row.comment,
        )


for _table, _key in ((schedule.ScheduleEnrollment, "id"), (roster.RosterEntry, "enrollment")):
    shape(
        "Enrollment",
        _table,
        *("status", "enrolledAt", "endedAt"),
        about="student",
        id=identifier("Enrollment", _key),
        student=To("student", directory.DirectoryStudent, "Student"),
        section=To("section", catalog.CatalogSection, "Section"),
    )


@strawberry.input
class SeatInput(CommandInput):
    student: strawberry.ID
    section: strawberry.ID

    @property
    def keys(self) -> tuple[UUID, UUID]:
        return key_of(self.student, "Student"), key_of(self.section, "Section")


@strawberry.input
class EnrollInput(SeatInput):
    pass


@strawberry.input
class AddToCartInput(SeatInput):
    pass


@strawberry.input
class RemoveFromCartInput(SeatInput):
    pass


@strawberry.input
class CancelEnrollmentInput(SeatInput):
    reason: CancellationReason
    comment: str | None = None


@strawberry.input
class WithdrawInput(SeatInput):
    reason: CancellationReason
    comment: str | None = None


@strawberry.type
class SeatPayload(Payload):
    @strawberry.field
    async def section(self, info: Info) -> Section | None:
        return find_section(await self.reached(info), self.command.section)

    @strawberry.field
    async def student(self, info: Info) -> Student | None:
        return find_student(await self.reached(info), self.command.student)


@strawberry.type
class EpisodePayload(SeatPayload):
    @strawberry.field
    async def enrollment(self, info: Info) -> Enrollment | None:
        context = await self.reached(info)
        key = self.named("enrollment")
        return one(context, schedule.ScheduleEnrollment, key, Enrollment.of)


@strawberry.type
class EnrollPayload(EpisodePayload):
    pass


@strawberry.type
class CancelEnrollmentPayload(EpisodePayload):
    pass


@strawberry.type
class WithdrawPayload(EpisodePayload):
    pass


@strawberry.type
class AddToCartPayload(SeatPayload):
    pass


@strawberry.type
class RemoveFromCartPayload(SeatPayload):
    pass


@strawberry.type
class EnrollmentMutation:
    @strawberry.mutation(description="Take a seat of a section.")
    async def enroll(self, info: Info, input: EnrollInput) -> EnrollPayload:
        return await submit(info, input, Enroll(*input.keys), EnrollPayload)

    @strawberry.mutation(description="Leave before the drop deadline.")
    async def cancel_enrollment(
        self, info: Info, input: CancelEnrollmentInput
    ) -> CancelEnrollmentPayload:
        command = CancelEnrollment(*input.keys, input.reason, _personal(input.comment))
        return await submit(info, input, command, CancelEnrollmentPayload)

    @strawberry.mutation(description="Leave after the drop deadline; it stays on the record.")
    async def withdraw(self, info: Info, input: WithdrawInput) -> WithdrawPayload:
        command = Withdraw(*input.keys, input.reason, _personal(input.comment))
        return await submit(info, input, command, WithdrawPayload)

    @strawberry.mutation
    async def add_to_cart(self, info: Info, input: AddToCartInput) -> AddToCartPayload:
        return await submit(info, input, AddToCart(*input.keys), AddToCartPayload)

    @strawberry.mutation
    async def remove_from_cart(
        self, info: Info, input: RemoveFromCartInput
    ) -> RemoveFromCartPayload:
        return await submit(info, input, RemoveFromCart(*input.keys), RemoveFromCartPayload)


def _personal(text: str | None) -> Personal | None:
    return None if text is None else Personal(text)
