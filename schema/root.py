"""The schema: every noun's part of Query, Mutation and Subscription, behind the policy."""

import json
from asyncio import gather
from collections.abc import Awaitable, Callable
from uuid import UUID

import strawberry
from graphql import is_abstract_type, lexicographic_sort_schema, print_schema
from strawberry.schema.config import StrawberryConfig

from schema import (
    bulk,
    course,
    demand,
    enrollment,
    erasure,
    exceptions,
    fact,
    feedback,
    notification,
    offering,
    receipt,
    section,
    student,
    term,
    view,
    waitlist,
)
from schema.answering.completion import Plain, Planned
from schema.context import Context, Info
from schema.errors import ApiError
from schema.ids import POSITION, Position, read_id
from schema.node import Node
from schema.policy import guard
from schema.viewer import Viewer as Asking
from write_side.events import Role

MOST_NODES = 100


@strawberry.type(description="Who you are to Rollbook.")
class Viewer:
    role: Role
    name: str
    asking: strawberry.Private[Asking]

    @strawberry.field(description="Yourself, if you are a student.")
    async def student(self, info: Info) -> student.Student | None:
        return await student.load(info.context, self.asking.student)


@strawberry.type
class NodeQuery:
    @strawberry.field
    def viewer(self, info: Info) -> Viewer:
        asking = info.context.viewer
        return Viewer(role=asking.role, name=asking.name, asking=asking)

    @strawberry.field(description="Whatever has this id, if you may see it.")
    async def node(self, info: Info, id: strawberry.ID) -> Node | None:
        return await _node(info.context, *read_id(id))

    @strawberry.field(description="Nodes in the order of the ids; null for what is not there.")
    async def nodes(self, info: Info, ids: list[strawberry.ID]) -> list[Node | None]:
        if len(ids) > MOST_NODES:
            raise ApiError("TOO_COMPLEX", f"`nodes` takes {MOST_NODES} ids, not {len(ids)}.")
        asked = [read_id(id) for id in ids]
        return await gather(*(_node(info.context, *each) for each in asked))


@strawberry.type
class Query(
    NodeQuery,
    term.TermQuery,
    course.CourseQuery,
    section.SectionQuery,
    student.StudentQuery,
    fact.FactQuery,
    receipt.CommandQuery,
    feedback.FeedbackQuery,
    demand.DemandQuery,
    view.ViewQuery,
):
    """What can be known; every answer says at which position of the log."""


@strawberry.type
class Mutation(
    term.TermMutation,
    course.CourseMutation,
    offering.OfferingMutation,
    student.StudentMutation,
    exceptions.ExceptionMutation,
    erasure.ErasureMutation,
    enrollment.EnrollmentMutation,
    bulk.BulkMutation,
    waitlist.WaitlistMutation,
):
    """What can be asked for; each answers with the facts it recorded or the rules it broke."""


@strawberry.type
class Subscription(
    section.SectionSubscription,
    student.StudentSubscription,
    view.ViewSubscription,
    fact.FactSubscription,
    notification.NotificationSubscription,
):
    """What changes: states give the newest value, feeds every item once."""


def build_schema(execution: type[Plain] = Planned) -> strawberry.Schema:
    """The schema with the policy in front of every field."""
    schema = strawberry.Schema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        types=[term.Term, course.Course, section.Section, student.Student, enrollment.Enrollment],
        execution_context_class=execution,
        config=StrawberryConfig(scalar_map={Position: POSITION}),
    )
    guard(schema._schema)
    return schema


def sdl() -> str:
    """The schema as text, sorted: what clients generate code from and what the golden file is."""
    return print_schema(lexicographic_sort_schema(build_schema()._schema)) + "\n"


def possible_types() -> str:
    """Which types an interface or union may be, as sorted JSON: what normalizing caches must know,
    or they drop the fields of its fragments."""
    schema = build_schema()._schema
    types = {
        name: sorted(each.name for each in schema.get_possible_types(kind))
        for name, kind in sorted(schema.type_map.items())
        if is_abstract_type(kind)
    }
    return json.dumps(types, indent=2) + "\n"


async def _node(context: Context, noun: str, key: UUID) -> Node | None:
    find = _FINDERS.get(noun)
    return None if find is None else await find(context, key)


async def _term(context: Context, key: UUID) -> Node | None:
    row = await context.term(key)
    return None if row is None else term.Term.of(row)


async def _course(context: Context, key: UUID) -> Node | None:
    row = await context.course(key)
    return None if row is None else course.Course.of(row)


async def _student(context: Context, key: UUID) -> Node | None:
    seen = context.viewer.staff or context.viewer.student == key
    return await student.load(context, key) if seen else None


async def _enrollment(context: Context, key: UUID) -> Node | None:
    row = await context.enrollment(key)
    seen = row and (context.viewer.staff or context.viewer.student == row.student)
    return enrollment.Enrollment.of(row) if row and seen else None


_FINDERS: dict[str, Callable[[Context, UUID], Awaitable[Node | None]]] = {
    "Term": _term,
    "Course": _course,
    "Section": section.load,
    "Student": _student,
    "Enrollment": _enrollment,
}
