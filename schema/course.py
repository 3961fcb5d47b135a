"""Courses of the catalog."""

from decimal import Decimal
from typing import Self

import strawberry

from read_side.views import catalog
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

    @classmethod
    def of(cls, row: catalog.CatalogCourse) -> Self:
        return cls(
            id=global_id("Course", row.id),
            code=row.code,
            subject=row.subject,
            title=row.title,
            credits=row.credits,
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
        )
        return await submit(info, input, command, ReviseCoursePayload)
