"""Courses of the catalog."""

from asyncio import gather
from decimal import Decimal
from typing import Self
from uuid import UUID

import strawberry

from read_side.views import catalog
from schema.answering.shape import identifier, shape
from schema.context import Info
from schema.ids import global_id, key_of
from schema.node import Node
from schema.payload import CommandInput, Payload, submit
from write_side.commands import AddCourse, ReviseCourse


@strawberry.type(description="A catalog entry; students enroll in its sections.")
class Course(Node):
    code: str
    subject: str
    title: str
    credits: float
    prerequisite_keys: strawberry.Private[list[UUID]]
    corequisite_keys: strawberry.Private[list[UUID]]

    @classmethod
    def of(cls, row: catalog.CatalogCourse) -> Self:
        return cls(
            id=global_id("Course", row.id),
            code=row.code,
            subject=row.subject,
            title=row.title,
            credits=row.credits,
            prerequisite_keys=[UUID(key) for key in row.prerequisites],
            corequisite_keys=[UUID(key) for key in row.corequisites],
        )

    @strawberry.field(description="To be had from an earlier term, completed or in progress.")
    async def prerequisites(self, info: Info) -> list["Course"]:
        return await _courses(info, self.prerequisite_keys)

    @strawberry.field(description="To be taken in the same term, or before.")
    async def corequisites(self, info: Info) -> list["Course"]:
        return await _courses(info, self.corequisite_keys)


shape(
    "Course",
    catalog.CatalogCourse,
    *("code", "subject", "title", "credits"),
    id=identifier("Course"),
)


@strawberry.input
class AddCourseInput(CommandInput):
    code: str
    title: str
    credits: float


@strawberry.input(description="What is left out stays as it is.")
class ReviseCourseInput(CommandInput):
    course: strawberry.ID
    title: str | None = None
    credits: float | None = None
    prerequisites: list[str] | None = strawberry.field(default=None, description="Course codes.")
    corequisites: list[str] | None = strawberry.field(default=None, description="Course codes.")


@strawberry.type
class AddCoursePayload(Payload):
    @strawberry.field
    async def course(self, info: Info) -> Course | None:
        context = await self.reached(info)
        row = catalog.course_by_code(context.read("catalog"), self.command.code)
        return None if row is None else Course.of(row)


@strawberry.type
class ReviseCoursePayload(Payload):
    @strawberry.field
    async def course(self, info: Info) -> Course | None:
        context = await self.reached(info)
        row = await context.course(self.command.course)
        return None if row is None else Course.of(row)


@strawberry.type
class CourseQuery:
    @strawberry.field
    def course(self, info: Info, code: str) -> Course | None:
        row = catalog.course_by_code(info.context.read("catalog"), code)
        return None if row is None else Course.of(row)


@strawberry.type
class CourseMutation:
    @strawberry.mutation
    async def add_course(self, info: Info, input: AddCourseInput) -> AddCoursePayload:
        command = AddCourse(input.code, input.title, Decimal(str(input.credits)))
        return await submit(info, input, command, AddCoursePayload)

    @strawberry.mutation
    async def revise_course(self, info: Info, input: ReviseCourseInput) -> ReviseCoursePayload:
        command = ReviseCourse(
            key_of(input.course, "Course"),
            input.title,
            None if input.credits is None else Decimal(str(input.credits)),
            None if input.prerequisites is None else tuple(input.prerequisites),
            None if input.corequisites is None else tuple(input.corequisites),
        )
        return await submit(info, input, command, ReviseCoursePayload)


async def _courses(info: Info, keys: list[UUID]) -> list[Course]:
    rows = await gather(*(info.context.course(key) for key in keys))
    return [Course.of(row) for row in rows if row is not None]
