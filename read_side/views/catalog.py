"""What is offered: terms, courses and sections with their counts."""

import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, or_
from sqlmodel import Field, Session, col

from read_side.paging import AnyRow, Page, Rows
from read_side.rows import Instant, Row
from read_side.selection import Order, Selection, Where, contains, equal, ordered, whether
from read_side.store import View
from read_side.window import Window
from read_side.writing import Writing
from write_side.events import (
    CapacityChanged,
    CourseAdded,
    CourseRevised,
    Meeting,
    OfferAccepted,
    OfferDeclined,
    OfferExpired,
    OfferRevoked,
    Recorded,
    RegistrationWindowSet,
    ReservedSeatsReleased,
    SeatFreed,
    SeatOffered,
    SeatsReserved,
    SeatTaken,
    SectionCanceled,
    SectionClosed,
    SectionReopened,
    SectionScheduled,
    TermOpened,
    WaiterPromoted,
    WaitlistJoined,
    WaitlistLeft,
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


class CatalogWindow(Row, table=True):
    """When students of a group may register for a term."""

    __tablename__ = "catalog_window"
    WAKES = ("term",)
    term: UUID = Field(primary_key=True)
    group: str = Field(primary_key=True)
    opens_at: datetime = Field(sa_type=Instant)
    closes_at: datetime = Field(sa_type=Instant)


class CatalogCourse(Row, table=True):
    __tablename__ = "catalog_course"
    WAKES = ("id",)
    id: UUID = Field(primary_key=True)
    code: str = Field(unique=True)
    subject: str
    title: str
    credits: float
    prerequisites: list[str] = Field(default_factory=list, sa_type=JSON)
    corequisites: list[str] = Field(default_factory=list, sa_type=JSON)


class CatalogSection(Row, table=True):
    """`updated_at` is the position of the last fact that changed the row."""

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
    offered: int = 0
    waitlisted: int = 0
    waitlist_capacity: int
    promotion: str
    meetings: list[dict[str, Any]] = Field(sa_type=JSON)
    reserves: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    consent_required: bool = False
    updated_at: int

    @property
    def seats_available(self) -> int | None:
        return seats_left(self.capacity, self.enrolled, self.offered)


def seats_left(capacity: int | None, enrolled: int, offered: int) -> int | None:
    """Seats nobody holds or is offered; None where capacity is unlimited."""
    return None if capacity is None else max(0, capacity - enrolled - offered)


def project(recorded: Recorded, session: Writing) -> None:
    fact = recorded.fact
    match fact:
        case TermOpened():
            session.add(
                CatalogTerm,
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
        case CourseAdded():
            session.add(
                CatalogCourse,
                id=recorded.stream,
                code=fact.code,
                subject=_subject(fact.code),
                title=fact.title,
                credits=float(fact.credits),
            )
        case CourseRevised():
            course = session.get_one(CatalogCourse, recorded.stream)
            course.title, course.credits = fact.title, float(fact.credits)
            course.prerequisites = [each.hex for each in fact.prerequisites]
            course.corequisites = [each.hex for each in fact.corequisites]
            for section in session.where(CatalogSection, course=course.id):
                section.search = _searchable(course, section.code)
                section.updated_at = recorded.position
        case SectionScheduled():
            course = session.get_one(CatalogCourse, fact.course)
            session.add(
                CatalogSection,
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
                consent_required=fact.consent_required,
                updated_at=recorded.position,
            )
        case CapacityChanged():
            _section(session, recorded).capacity = fact.capacity
        case SeatTaken():
            _section(session, recorded).enrolled += 1
        case SeatFreed():
            _section(session, recorded).enrolled -= 1
        case WaitlistJoined():
            _section(session, recorded).waitlisted += 1
        case WaitlistLeft() | WaiterPromoted():
            _section(session, recorded).waitlisted -= 1
        case SeatOffered():
            section = _section(session, recorded)
            section.waitlisted, section.offered = section.waitlisted - 1, section.offered + 1
        case OfferAccepted() | OfferDeclined() | OfferExpired() | OfferRevoked():
            _section(session, recorded).offered -= 1
        case SectionClosed() | SectionReopened():
            section = _section(session, recorded)
            if section.status != "CANCELED":
                section.status = "CLOSED" if isinstance(fact, SectionClosed) else "OPEN"
        case SectionCanceled():
            _section(session, recorded).status = "CANCELED"
        case SeatsReserved():
            section = _section(session, recorded)
            until = fact.releases_on and fact.releases_on.isoformat()
            kept = {"seats": fact.seats, "releases_on": until}
            section.reserves = {**section.reserves, fact.group: kept}
        case ReservedSeatsReleased():
            section = _section(session, recorded)
            section.reserves = {g: r for g, r in section.reserves.items() if g != fact.group}
        case RegistrationWindowSet():
            session.put(
                CatalogWindow,
                term=recorded.stream,
                group=fact.group,
                opens_at=fact.opens_at,
                closes_at=fact.closes_at,
            )


def terms(session: Session) -> Sequence[CatalogTerm]:
    """All terms, newest first."""
    latest = (Order("starts_on", col(CatalogTerm.starts_on).desc()), *ordered(CatalogTerm, "code"))
    return Rows(session, Selection(CatalogTerm, latest))


def term_by_code(session: Session, code: str) -> CatalogTerm | None:
    return _first(session, equal(CatalogTerm, "code", code), CatalogTerm)


def course_by_code(session: Session, code: str) -> CatalogCourse | None:
    return _first(session, equal(CatalogCourse, "code", code), CatalogCourse)


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
    where = []
    if term is not None:
        where.append(equal(row, "term_code", term))
    if subject is not None:
        where.append(equal(row, "subject", subject.upper()))
    for word in (search or "").casefold().split():
        where.append(contains(row, "search", word))
    if seats_available is not None:
        held = col(row.enrolled) + col(row.offered)
        free = or_(col(row.capacity).is_(None), col(row.capacity) > held)
        where.append(whether("seats available", free, seats_available))
    order = ordered(row, "course_code", "code", "term_code")
    return Page(session, Selection(row, order, tuple(where), window=window))


def windows(session: Session, term: UUID) -> Sequence[CatalogWindow]:
    """A term's registration windows, the earliest first."""
    order = ordered(CatalogWindow, "opens_at", "group")
    return Rows(session, Selection(CatalogWindow, order, of=(("term",), (term,))))


def _first(session: Session, where: Where, table: type[AnyRow]) -> AnyRow | None:
    return next(iter(Rows(session, Selection(table, where=(where,)))), None)


def _section(session: Writing, recorded: Recorded) -> CatalogSection:
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


VIEW = View("catalog", (CatalogTerm, CatalogWindow, CatalogCourse, CatalogSection), project)
