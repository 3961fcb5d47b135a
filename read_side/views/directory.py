"""Who somebody is: number, and name and address as sealed as the facts have them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import Field, Session, col, select

from read_side.paging import Page, Window, page
from read_side.store import Instant, Row, View
from write_side.events import ContactChanged, Recorded, Sealed, StudentRegistered


class DirectoryStudent(Row, table=True):
    __tablename__ = "directory_student"
    WAKES = ("id",)
    id: UUID = Field(primary_key=True)
    number: str = Field(unique=True)
    name: str | None
    email: str | None
    registered_at: datetime = Field(sa_type=Instant)


def project(recorded: Recorded, session: Session) -> None:
    fact = recorded.fact
    match fact:
        case StudentRegistered():
            session.add(
                DirectoryStudent(
                    id=recorded.stream,
                    number=fact.number,
                    name=_text(fact.name),
                    email=_text(fact.email),
                    registered_at=recorded.at,
                )
            )
        case ContactChanged():
            student = session.get_one(DirectoryStudent, recorded.stream)
            if fact.name is not None:
                student.name = _text(fact.name)
            if fact.email is not None:
                student.email = _text(fact.email)


def students_by_id(session: Session, ids: Iterable[UUID]) -> dict[UUID, DirectoryStudent]:
    found = session.exec(select(DirectoryStudent).where(col(DirectoryStudent.id).in_(ids)))
    return {row.id: row for row in found}


def students(
    session: Session, window: Window, *, number: str | None = None, among: Sequence[UUID] = ()
) -> Page[DirectoryStudent]:
    """Students by number: all, or those with this number or among these ids."""
    query = select(DirectoryStudent)
    if number is not None:
        query = query.where(
            (col(DirectoryStudent.number) == number) | col(DirectoryStudent.id).in_(among)
        )
    return page(session, query, [("number", DirectoryStudent.number)], window)


def names(session: Session) -> dict[UUID, str]:
    """Every student's sealed name, for an index in memory."""
    row = DirectoryStudent
    found = session.exec(select(row.id, row.name).where(col(row.name).is_not(None)))
    return {student: name for student, name in found if name is not None}


def _text(sealed: Sealed | None) -> str | None:
    return None if sealed is None else sealed.as_text()


VIEW = View("directory", (DirectoryStudent,), project)
