"""What a student has: enrollments past and present, and the cart."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import Field, Session

from read_side.paging import Rows
from read_side.rows import Instant, Row
from read_side.selection import Selection, among, equal, ordered
from read_side.store import View
from read_side.writing import Writing
from write_side.events import (
    EnrollmentCanceled,
    EnrollmentWithdrawn,
    PersonalDataErased,
    Recorded,
    SectionAddedToCart,
    SectionRemovedFromCart,
    StudentEnrolled,
    emptied,
)


class ScheduleEnrollment(Row, table=True):
    """One episode of a student in a section; `ended_by` is the role of whoever ended it."""

    __tablename__ = "schedule_enrollment"
    WAKES = ("student", "id")
    id: UUID = Field(primary_key=True)
    student: UUID = Field(index=True)
    section: UUID
    term: UUID
    credits: float
    status: str
    enrolled_at: datetime = Field(sa_type=Instant)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)
    reason: str | None = None
    comment: str | None = None
    ended_by: str | None = None
    position: int


class ScheduleCartItem(Row, table=True):
    __tablename__ = "schedule_cart_item"
    WAKES = ("student",)
    student: UUID = Field(primary_key=True)
    section: UUID = Field(primary_key=True)
    term: UUID
    added_at: datetime = Field(sa_type=Instant)


def project(recorded: Recorded, session: Writing) -> None:
    fact = recorded.fact
    match fact:
        case StudentEnrolled():
            session.add(
                ScheduleEnrollment,
                id=fact.enrollment,
                student=recorded.stream,
                section=fact.section,
                term=fact.term,
                credits=float(fact.credits),
                status="ENROLLED",
                enrolled_at=recorded.at,
                position=recorded.position,
            )
            item = session.get(ScheduleCartItem, (recorded.stream, fact.section))
            if item is not None:
                session.delete(item)
        case EnrollmentCanceled() | EnrollmentWithdrawn():
            enrollment = session.get_one(ScheduleEnrollment, fact.enrollment)
            canceled = isinstance(fact, EnrollmentCanceled)
            enrollment.status = "CANCELED" if canceled else "WITHDRAWN"
            enrollment.ended_at = recorded.at
            enrollment.reason = fact.reason.value
            enrollment.comment = None if fact.comment is None else fact.comment.as_text()
            enrollment.ended_by = recorded.envelope.role.value
            enrollment.position = recorded.position
        case PersonalDataErased():
            for enrollment in session.where(ScheduleEnrollment, student=recorded.stream):
                enrollment.comment = emptied(enrollment.comment)
        case SectionAddedToCart():
            session.add(
                ScheduleCartItem,
                student=recorded.stream,
                section=fact.section,
                term=fact.term,
                added_at=recorded.at,
            )
        case SectionRemovedFromCart():
            session.delete(session.get_one(ScheduleCartItem, (recorded.stream, fact.section)))


def enrollments(
    session: Session, student: UUID, *, term: UUID | None = None, status: Sequence[str] = ()
) -> Sequence[ScheduleEnrollment]:
    """A student's enrollments in the order they began."""
    row = ScheduleEnrollment
    where = []
    if term is not None:
        where.append(equal(row, "term", term))
    if status:
        where.append(among(row, "status", status))
    order = ordered(row, "enrolled_at", "id")
    return Rows(session, Selection(row, order, tuple(where), of=(("student",), (student,))))


def cart(session: Session, student: UUID) -> Sequence[ScheduleCartItem]:
    """The sections a student considers, in the order they came in."""
    order = ordered(ScheduleCartItem, "added_at", "section")
    return Rows(session, Selection(ScheduleCartItem, order, of=(("student",), (student,))))


VIEW = View("schedule", (ScheduleEnrollment, ScheduleCartItem), project)
