"""What is offered: terms, courses and sections with their counts."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, func, or_
from sqlmodel import Field, Session, col, select

from read_side.paging import Page, Window, page
from read_side.store import Instant, Row, View
from write_side.events import (
    CapacityChanged,
    CourseAdded,
    CourseRevised,
    Meeting,
    Recorded,
    SeatFreed,
    SeatTaken,
    SectionScheduled,
    TermOpened,
)


class CatalogTerm(Row, table=True):
    __tablename__ = "catalog_term"
    WAKES = ("id",)
    id: UUID = Field(primary_key=True)
    code: str = Field(unique=True)
    name: str
    status: str
    starts_on: date
    ends_on: date
    registration_opens_at: datetime | None = Field(sa_type=Instant)
    add_deadline: datetime = Field(sa_type=Instant)
    drop_deadline: datetime = Field(sa_type=Instant)
    withdrawal_deadline: datetime = Field(sa_type=Instant)
    credit_limit: float | None


class CatalogCourse(Row, table=True):
    __tablename__ = "catalog_course"
    WAKES = ("id",)
    id: UUID = Field(primary_key=True)
    code: str = Field(unique=True)
    subject: str
    title: str
    credits: float


class CatalogSection(Row, table=True):
    """`name` orders and finds sections: course code, then section code; `updated_at` is the
    position of the last fact that changed the row."""

    __tablename__ = "catalog_section"
    WAKES = ("id",)
    id: UUID = Field(primary_key=True)
    term: UUID = Field(index=True)
    term_code: str
    course: UUID = Field(index=True)
    course_code: str
    subject: str
    code: str
    search: str
    status: str
    capacity: int | None
    enrolled: int = 0
    waitlisted: int = 0
    waitlist_capacity: int
    promotion: str
    meetings: list[dict[str, Any]] = Field(sa_type=JSON)
    updated_at: int

    @property
    def seats_available(self) -> int | None:
        """Seats nobody holds; None where capacity is unlimited."""
        return None if self.capacity is None else max(0, self.capacity - self.enrolled)


def project(recorded: Recorded, session: Session) -> None:
    fact = recorded.fact
    match fact:
        case TermOpened():
            session.add(
                CatalogTerm(
                    id=recorded.stream,
                    code=fact.code,
                    name=fact.name,
                    status="OPEN",
                    starts_on=fact.starts_on,
                    ends_on=fact.ends_on,
                    registration_opens_at=fact.registration_opens_at,
                    add_deadline=fact.add_deadline,
                    drop_deadline=fact.drop_deadline,
                    withdrawal_deadline=fact.withdrawal_deadline,
                    credit_limit=None if fact.credit_limit is None else float(fact.credit_limit),
                )
            )
        case CourseAdded():
            session.add(
                CatalogCourse(
                    id=recorded.stream,
                    code=fact.code,
                    subject=_subject(fact.code),
                    title=fact.title,
                    credits=float(fact.credits),
                )
            )
        case CourseRevised():
            course = session.get_one(CatalogCourse, recorded.stream)
            course.title, course.credits = fact.title, float(fact.credits)
            for section in session.exec(
                select(CatalogSection).where(CatalogSection.course == course.id)
            ):
                section.search = _searchable(course, section.code)
                section.updated_at = recorded.position
        case SectionScheduled():
            course = session.get_one(CatalogCourse, fact.course)
            session.add(
                CatalogSection(
                    id=recorded.stream,
                    term=fact.term,
                    term_code=session.get_one(CatalogTerm, fact.term).code,
                    course=fact.course,
                    course_code=course.code,
                    subject=course.subject,
                    code=fact.code,
                    search=_searchable(course, fact.code),
                    status="OPEN",
                    capacity=fact.capacity,
                    waitlist_capacity=fact.waitlist_capacity,
                    promotion=fact.promotion.value,
                    meetings=[_meeting(meeting) for meeting in fact.meetings],
                    updated_at=recorded.position,
                )
            )
        case CapacityChanged():
            _section(session, recorded).capacity = fact.capacity
        case SeatTaken():
            _section(session, recorded).enrolled += 1
        case SeatFreed():
            _section(session, recorded).enrolled -= 1


def terms(session: Session) -> Sequence[CatalogTerm]:
    """All terms, newest first."""
    latest = (col(CatalogTerm.starts_on).desc(), col(CatalogTerm.code))
    return session.exec(select(CatalogTerm).order_by(*latest)).all()


def term_by_code(session: Session, code: str) -> CatalogTerm | None:
    return session.exec(select(CatalogTerm).where(CatalogTerm.code == code)).first()


def course_by_code(session: Session, code: str) -> CatalogCourse | None:
    return session.exec(select(CatalogCourse).where(CatalogCourse.code == code)).first()


def terms_by_id(session: Session, ids: Iterable[UUID]) -> dict[UUID, CatalogTerm]:
    found = session.exec(select(CatalogTerm).where(col(CatalogTerm.id).in_(ids)))
    return {row.id: row for row in found}


def courses_by_id(session: Session, ids: Iterable[UUID]) -> dict[UUID, CatalogCourse]:
    found = session.exec(select(CatalogCourse).where(col(CatalogCourse.id).in_(ids)))
    return {row.id: row for row in found}


def sections_by_id(session: Session, ids: Iterable[UUID]) -> dict[UUID, CatalogSection]:
    found = session.exec(select(CatalogSection).where(col(CatalogSection.id).in_(ids)))
    return {row.id: row for row in found}


def sections(
    session: Session,
    window: Window,
    *,
    term: str | None = None,
    subject: str | None = None,
    search: str | None = None,
    seats_available: bool | None = None,
) -> Page[CatalogSection]:
    """Sections by course, code and term; `search` finds words in code and title."""
    row = CatalogSection
    query = select(row)
    if term is not None:
        query = query.where(row.term_code == term)
    if subject is not None:
        query = query.where(row.subject == subject.upper())
    for word in (search or "").casefold().split():
        query = query.where(col(row.search).contains(word, autoescape=True))
    if seats_available is not None:
        free = or_(col(row.capacity).is_(None), col(row.capacity) > col(row.enrolled))
        # a comparison with NULL is neither true nor false: not_(free) would lose such rows
        query = query.where(func.coalesce(free, False) == seats_available)
    keys = [(name, getattr(row, name)) for name in ("course_code", "code", "term_code")]
    return page(session, query, keys, window)


def _section(session: Session, recorded: Recorded) -> CatalogSection:
    section = session.get_one(CatalogSection, recorded.stream)
    section.updated_at = recorded.position
    return section


def _subject(code: str) -> str:
    """The letters a course code begins with: CSE of "CSE 101"."""
    letters = re.match(r"[^\W\d_]+", code)
    return letters.group().upper() if letters else code.upper()


def _searchable(course: CatalogCourse, code: str) -> str:
    return f"{course.code} {code} {course.title}".casefold()


def _meeting(meeting: Meeting) -> dict[str, Any]:
    return {
        "days": [day.value for day in meeting.days],
        "starts_at": meeting.starts_at.strftime("%H:%M"),
        "ends_at": meeting.ends_at.strftime("%H:%M"),
        "place": meeting.place,
    }


VIEW = View("catalog", (CatalogTerm, CatalogCourse, CatalogSection), project)
