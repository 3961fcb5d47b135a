"""Who somebody is: number, groups, and name and address as sealed as the facts have them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON
from sqlmodel import Field, Session

from read_side.paging import Page, Rows
from read_side.rows import Instant, Row
from read_side.selection import Selection, above, either, equal, ordered
from read_side.selection import among as one_of
from read_side.store import View
from read_side.window import Window
from read_side.writing import Writing
from write_side.events import (
    ContactChanged,
    PersonalDataErased,
    Recorded,
    Sealed,
    StudentGroupsChanged,
    StudentRegistered,
    emptied,
)


class DirectoryStudent(Row, table=True):
    __tablename__ = "directory_student"
    WAKES = ("id",)
    id: UUID = Field(primary_key=True)
    number: str = Field(unique=True)
    name: str | None
    email: str | None
    registered_at: datetime = Field(sa_type=Instant)
    updated_at: int = Field(index=True)
    groups: list[str] = Field(default_factory=list, sa_type=JSON)
    erased: bool = False


def project(recorded: Recorded, session: Writing) -> None:
    fact = recorded.fact
    match fact:
        case StudentRegistered():
            session.add(
                DirectoryStudent,
                id=recorded.stream,
                number=fact.number,
                name=_text(fact.name),
                email=_text(fact.email),
                registered_at=recorded.at,
                updated_at=recorded.position,
                groups=list(fact.groups),
            )
        case ContactChanged():
            student = session.get_one(DirectoryStudent, recorded.stream)
            student.updated_at = recorded.position
            if fact.name is not None:
                student.name = _text(fact.name)
            if fact.email is not None:
                student.email = _text(fact.email)
        case PersonalDataErased():
            student = session.get_one(DirectoryStudent, recorded.stream)
            student.updated_at = recorded.position
            student.erased = True
            student.name = emptied(student.name)
            student.email = emptied(student.email)
        case StudentGroupsChanged():
            student = session.get_one(DirectoryStudent, recorded.stream)
            student.updated_at = recorded.position
            student.groups = list(fact.groups)


def students(
    session: Session, window: Window, *, number: str | None = None, among: Sequence[UUID] = ()
) -> Page[DirectoryStudent]:
    """Students by number: all, or the one with this number and those among these ids."""
    row = DirectoryStudent
    where = (
        () if number is None else (either(equal(row, "number", number), one_of(row, "id", among)),)
    )
    return Page(session, Selection(row, ordered(row, "number"), tuple(where), window=window))


def names(session: Session, position: int) -> Sequence[DirectoryStudent]:
    """The students whose data changed behind a position: for an index of names in memory."""
    where = (above(DirectoryStudent, "updated_at", position),)
    return Rows(session, Selection(DirectoryStudent, where=where))


def _text(sealed: Sealed | None) -> str | None:
    return None if sealed is None else sealed.as_text()


VIEW = View("directory", (DirectoryStudent,), project)
