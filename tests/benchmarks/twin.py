"""The twin: the same enrolling as rows that are changed, by stock Strawberry and SQLModel."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import strawberry
from sqlalchemy import Engine, create_engine, event
from sqlmodel import Field, Session, SQLModel, col, select
from starlette.applications import Starlette
from strawberry.asgi import GraphQL
from strawberry.extensions import ParserCache, ValidationCache

SECRET = "a secret for the twin, long enough for HS256"


class TwinTerm(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    add_deadline: datetime


class TwinStudent(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    number: str = Field(unique=True)


class TwinSection(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    term: int = Field(foreign_key="twinterm.id")
    course: int
    code: str
    capacity: int | None
    enrolled: int = 0


class TwinEnrollment(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    student: int = Field(foreign_key="twinstudent.id", index=True)
    section: int = Field(foreign_key="twinsection.id", index=True)
    course: int
    status: str
    enrolled_at: datetime


_TABLES: Sequence[Any] = [
    each.__table__  # type: ignore[attr-defined]
    for each in (TwinTerm, TwinStudent, TwinSection, TwinEnrollment)
]
_engines: list[Engine] = []


@strawberry.type
class Section:
    id: strawberry.ID
    code: str
    capacity: int | None
    enrolled: int
    seats_available: int | None

    @classmethod
    def of(cls, row: TwinSection) -> "Section":
        free = None if row.capacity is None else max(0, row.capacity - row.enrolled)
        return cls(
            id=strawberry.ID(str(row.id)),
            code=row.code,
            capacity=row.capacity,
            enrolled=row.enrolled,
            seats_available=free,
        )


@strawberry.type
class SectionEdge:
    node: Section


@strawberry.type
class SectionConnection:
    edges: list[SectionEdge]


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
    def sections(self, first: int) -> SectionConnection:
        with Session(_engines[0]) as session:
            rows = session.exec(select(TwinSection).order_by(col(TwinSection.id)).limit(first))
            return SectionConnection(edges=[SectionEdge(node=Section.of(row)) for row in rows])


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
            return EnrollPayload(refusals=refusals, section=answer)


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
        token = request.headers["authorization"].removeprefix("Bearer ")
        return jwt.decode(token, SECRET, algorithms=["HS256"])


def open_twin(path: Path) -> Starlette:
    """The app: `/graphql` as it comes, `/cached` with Strawberry's parser and validation caches."""
    engine = create_engine(f"sqlite:///{path}", connect_args={"check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")

    @event.listens_for(engine, "begin")
    def _begun(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    SQLModel.metadata.create_all(engine, tables=_TABLES)
    _engines[:] = [engine]
    app = Starlette()
    app.add_route("/graphql", Door(strawberry.Schema(Query, Mutation)))
    caches = [ParserCache(maxsize=100), ValidationCache(maxsize=100)]
    app.add_route("/cached", Door(strawberry.Schema(Query, Mutation, extensions=caches)))
    return app


def fill_twin(students: int, sections: int, hot: int, seats: int) -> dict[str, list[str]]:
    """The campus as rows; what Rollbook's has."""
    with Session(_engines[0], expire_on_commit=False) as session:
        term = TwinTerm(add_deadline=datetime.now(UTC) + timedelta(days=100))
        session.add(term)
        session.flush()
        people = [TwinStudent(number=str(number)) for number in range(students)]
        places = [
            TwinSection(
                term=term.id or 0, course=n, code="A", capacity=None if n < sections else seats
            )
            for n in range(sections + hot)
        ]
        session.add_all([*people, *places])
        session.commit()
    keys = [str(place.id) for place in places]
    return {
        "students": [str(person.id) for person in people],
        "sections": keys[:sections],
        "hot": keys[sections:],
    }
