"""The twin's tables, on SQLite with full durability, and the campus as rows."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlmodel import Field, Session, SQLModel

from tests.benchmarks.campus import Pairs, Plan


class TwinTerm(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    add_deadline: datetime


class TwinCourse(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True)
    title: str


class TwinStudent(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    number: str = Field(unique=True)


class TwinSection(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    term: int = Field(foreign_key="twinterm.id")
    course: int = Field(foreign_key="twincourse.id")
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
    for each in (TwinTerm, TwinCourse, TwinStudent, TwinSection, TwinEnrollment)
]


def open_rows(path: Path) -> Engine:
    """An engine whose transactions take the write lock at their beginning."""
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
    return engine


def fill(engine: Engine, plan: Plan) -> dict[str, list[str]]:
    """The campus as rows; what Rollbook's has."""
    with Session(engine, expire_on_commit=False) as session:
        term = TwinTerm(add_deadline=datetime.now(UTC) + timedelta(days=100))
        courses = [
            TwinCourse(code=f"C {n:06}", title="Course") for n in range(len(plan.capacities))
        ]
        people = [TwinStudent(number=str(number)) for number in range(plan.students)]
        session.add_all([term, *courses, *people])
        session.flush()
        places = [
            TwinSection(term=term.id or 0, course=course.id or 0, code="A", capacity=capacity)
            for course, capacity in zip(courses, plan.capacities, strict=True)
        ]
        session.add_all(places)
        session.flush()
        pairs = Pairs(people, places[: plan.sections])
        for _ in range(plan.students * plan.enrolled):
            person, place = next(pairs)
            place.enrolled += 1
            session.add(
                TwinEnrollment(
                    student=person.id or 0,
                    section=place.id or 0,
                    course=place.course,
                    status="ENROLLED",
                    enrolled_at=datetime.now(UTC),
                )
            )
        session.commit()
    keys = [str(place.id) for place in places]
    return {
        "students": [str(person.id) for person in people],
        "sections": keys[: plan.sections],
        "hot": keys[plan.sections :],
    }
