"""Why students leave: cancellations and withdrawals by reason, with their sealed comments."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import Field, Session

from read_side.paging import Rows
from read_side.rows import Instant, Row
from read_side.selection import Selection, equal, ordered
from read_side.store import View
from read_side.writing import Writing
from write_side.events import (
    EnrollmentCanceled,
    EnrollmentWithdrawn,
    PersonalDataErased,
    Recorded,
    emptied,
)


class FeedbackCount(Row, table=True):
    __tablename__ = "feedback_count"
    WAKES = ("course",)
    term: UUID = Field(primary_key=True)
    course: UUID = Field(primary_key=True)
    reason: str = Field(primary_key=True)
    canceled: int = 0
    withdrawn: int = 0


class FeedbackComment(Row, table=True):
    __tablename__ = "feedback_comment"
    position: int = Field(primary_key=True)
    student: UUID = Field(index=True)
    term: UUID = Field(index=True)
    course: UUID
    reason: str
    comment: str
    at: datetime = Field(sa_type=Instant)


def project(recorded: Recorded, session: Writing) -> None:
    fact = recorded.fact
    match fact:
        case EnrollmentCanceled() | EnrollmentWithdrawn():
            key = (fact.term, fact.course, fact.reason.value)
            count = session.get(FeedbackCount, key)
            if count is None:
                count = session.add(FeedbackCount, term=key[0], course=key[1], reason=key[2])
            if isinstance(fact, EnrollmentCanceled):
                count.canceled += 1
            else:
                count.withdrawn += 1
            if fact.comment is not None:
                session.add(
                    FeedbackComment,
                    position=recorded.position,
                    student=recorded.stream,
                    term=fact.term,
                    course=fact.course,
                    reason=fact.reason.value,
                    comment=fact.comment.as_text(),
                    at=recorded.at,
                )
        case PersonalDataErased():
            for said in session.where(FeedbackComment, student=recorded.stream):
                said.comment = emptied(said.comment)


def counts(
    session: Session, *, term: UUID | None = None, course: UUID | None = None
) -> Sequence[FeedbackCount]:
    """Counts by reason, of everything or of one term or course."""
    row = FeedbackCount
    given = (("term", term), ("course", course))
    where = tuple(equal(row, name, key) for name, key in given if key is not None)
    return Rows(session, Selection(row, ordered(row, "term", "course", "reason"), where))


def comments(
    session: Session, term: UUID, course: UUID, reason: str, limit: int
) -> Sequence[FeedbackComment]:
    """The newest comments given with one reason, sealed."""
    row = FeedbackComment
    of = ("term", "course", "reason"), (term, course, reason)
    newest = ordered(row, "position")
    return Rows(session, Selection(row, newest, of=of, limit=limit, descending=True))


VIEW = View("feedback", (FeedbackCount, FeedbackComment), project)
