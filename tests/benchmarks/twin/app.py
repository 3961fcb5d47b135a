"""The twin's schema and app: sync resolvers over rows, as Strawberry's and SQLModel's guides go."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from typing import Any

import jwt
import strawberry
from sqlalchemy import Engine
from sqlmodel import Session, col, select
from starlette.applications import Starlette
from starlette.routing import Route, WebSocketRoute
from strawberry.asgi import GraphQL
from strawberry.extensions import ParserCache, ValidationCache

from tests.benchmarks.twin.rows import (
    TwinCourse,
    TwinEnrollment,
    TwinSection,
    TwinStudent,
    TwinTerm,
)

SECRET = "a secret for benchmarks, long enough for HS256"
_engines: list[Engine] = []
_watching: dict[int, set[asyncio.Queue[None]]] = defaultdict(set)


@strawberry.type
class Course:
    id: strawberry.ID
    code: str
    title: str

    @classmethod
    def of(cls, row: TwinCourse) -> "Course":
        return cls(id=strawberry.ID(str(row.id)), code=row.code, title=row.title)


@strawberry.type
class Section:
    id: strawberry.ID
    code: str
    capacity: int | None
    enrolled: int
    seats_available: int | None
    course: Course | None = None

    @classmethod
    def of(cls, row: TwinSection, course: TwinCourse | None = None) -> "Section":
        free = None if row.capacity is None else max(0, row.capacity - row.enrolled)
        return cls(
            id=strawberry.ID(str(row.id)),
            code=row.code,
            capacity=row.capacity,
            enrolled=row.enrolled,
            seats_available=free,
            course=None if course is None else Course.of(course),
        )


@strawberry.type
class SectionEdge:
    cursor: str
    node: Section


@strawberry.type
class SectionConnection:
    edges: list[SectionEdge]


@strawberry.type
class Enrollment:
    id: strawberry.ID
    status: str
    enrolled_at: datetime
    section: Section


@strawberry.type
class Student:
    id: strawberry.ID
    number: str

    @strawberry.field
    def enrollments(self) -> list[Enrollment]:
        """One statement for all of them: nobody would be helped by a twin that is slow."""
        asked = (
            select(TwinEnrollment, TwinSection, TwinCourse)
            .join(TwinSection, col(TwinSection.id) == TwinEnrollment.section)
            .join(TwinCourse, col(TwinCourse.id) == TwinSection.course)
            .where(TwinEnrollment.student == int(self.id))
        )
        with Session(_engines[0]) as session:
            return [
                Enrollment(
                    id=strawberry.ID(str(row.id)),
                    status=row.status,
                    enrolled_at=row.enrolled_at,
                    section=Section.of(section, course),
                )
                for row, section, course in session.exec(asked)
            ]


@strawberry.type
class Refusal:
    code: str
    message: str


@strawberry.input
class EnrollInput:
    student: strawberry.ID
    section: strawberry.ID


@strawberry.type
class EnrollPayload:
    refusals: list[Refusal]
    section: Section


@strawberry.type
class Query:
    @strawberry.field
    def section(self, id: strawberry.ID) -> Section:
        with Session(_engines[0]) as session:
            return Section.of(session.get_one(TwinSection, int(id)))

    @strawberry.field
    def sections(self, first: int, after: str | None = None) -> SectionConnection:
        with Session(_engines[0]) as session:
            asked = select(TwinSection).order_by(col(TwinSection.id)).limit(first)
            if after is not None:
                asked = asked.where(col(TwinSection.id) > int(after))
            rows = session.exec(asked)
            edges = [SectionEdge(cursor=str(row.id), node=Section.of(row)) for row in rows]
            return SectionConnection(edges=edges)

    @strawberry.field
    def student(self, id: strawberry.ID) -> Student | None:
        with Session(_engines[0]) as session:
            row = session.get(TwinStudent, int(id))
            return None if row is None else Student(id=strawberry.ID(id), number=row.number)


@strawberry.type
class Mutation:
    @strawberry.mutation
    def enroll(self, input: EnrollInput) -> EnrollPayload:
        with Session(_engines[0]) as session:
            section = session.get_one(TwinSection, int(input.section))
            student = session.get_one(TwinStudent, int(input.student))
            refusals = list(_refusals(session, student, section))
            if not refusals:
                session.add(
                    TwinEnrollment(
                        student=int(input.student),
                        section=int(input.section),
                        course=section.course,
                        status="ENROLLED",
                        enrolled_at=datetime.now(UTC),
                    )
                )
                section.enrolled += 1
            answer = Section.of(section)
            session.commit()
        for queue in _watching[int(input.section)]:
            queue.put_nowait(None)
        return EnrollPayload(refusals=refusals, section=answer)


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def section(self, id: strawberry.ID) -> AsyncGenerator[Section, None]:
        queue: asyncio.Queue[None] = asyncio.Queue()
        _watching[int(id)].add(queue)
        try:
            while True:
                with Session(_engines[0]) as session:
                    yield Section.of(session.get_one(TwinSection, int(id)))
                await queue.get()
        finally:
            _watching[int(id)].discard(queue)


def _refusals(session: Session, student: TwinStudent, section: TwinSection) -> list[Refusal]:
    refusals = []
    term = session.get_one(TwinTerm, section.term)
    if term.add_deadline.replace(tzinfo=UTC) < datetime.now(UTC):
        refusals.append(Refusal(code="DEADLINE_PASSED", message="Too late."))
    if section.capacity is not None and section.enrolled >= section.capacity:
        refusals.append(Refusal(code="SECTION_FULL", message="Full."))
    own = select(TwinEnrollment).where(
        TwinEnrollment.student == student.id,
        TwinEnrollment.course == section.course,
        TwinEnrollment.status == "ENROLLED",
    )
    if session.exec(own).first() is not None:
        refusals.append(Refusal(code="ALREADY_ENROLLED", message="Already enrolled."))
    return refusals


class Door(GraphQL[Any, Any]):
    """Strawberry's own view, with the same check of a token that Rollbook makes."""

    async def get_context(self, request: Any, response: Any) -> Any:
        if request.scope["type"] == "websocket":
            return {}  # checked by on_ws_connect
        token = request.headers["authorization"].removeprefix("Bearer ")
        return jwt.decode(token, SECRET, algorithms=["HS256"])

    async def on_ws_connect(self, context: Any) -> Any:
        token = context["connection_params"]["token"]
        context |= jwt.decode(token, SECRET, algorithms=["HS256"])


def open_twin(engine: Engine) -> Starlette:
    """The app: `/graphql` as it comes, `/cached` with Strawberry's parser and validation caches."""
    _engines[:] = [engine]
    parts = (Query, Mutation, Subscription)
    stock = Door(strawberry.Schema(*parts))
    caches = [ParserCache(maxsize=100), ValidationCache(maxsize=100)]
    cached = Door(strawberry.Schema(*parts, extensions=caches))
    return Starlette(
        routes=[
            Route("/graphql", stock),
            WebSocketRoute("/graphql", stock),
            Route("/cached", cached),
        ]
    )
