"""What binds a student or frees them: holds and permits."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import Field, Session

from read_side.paging import Rows
from read_side.rows import Instant, Row
from read_side.selection import Selection, ordered
from read_side.store import View
from read_side.writing import Writing
from write_side.events import (
    HoldLifted,
    HoldPlaced,
    PermitGranted,
    PermitUsed,
    PersonalDataErased,
    Recorded,
    emptied,
)


class StandingHold(Row, table=True):
    __tablename__ = "standing_hold"
    WAKES = ("student",)
    id: UUID = Field(primary_key=True)
    student: UUID = Field(index=True)
    kind: str
    placed_by: str
    placed_at: datetime = Field(sa_type=Instant)
    reason: str


class StandingPermit(Row, table=True):
    """A permit that was not used yet; it may have expired."""

    __tablename__ = "standing_permit"
    WAKES = ("student",)
    id: UUID = Field(primary_key=True)
    student: UUID = Field(index=True)
    section: UUID
    rule: str
    issuer: str
    granted_at: datetime = Field(sa_type=Instant)
    expires_at: datetime | None = Field(sa_type=Instant)
    reason: str


def project(recorded: Recorded, session: Writing) -> None:
    fact = recorded.fact
    match fact:
        case HoldPlaced():
            session.add(
                StandingHold,
                id=fact.hold,
                student=recorded.stream,
                kind=fact.kind.value,
                placed_by=fact.placed_by,
                placed_at=recorded.at,
                reason=fact.reason.as_text(),
            )
        case HoldLifted():
            session.delete(session.get_one(StandingHold, fact.hold))
        case PermitGranted():
            session.add(
                StandingPermit,
                id=fact.permit,
                student=recorded.stream,
                section=fact.section,
                rule=fact.rule,
                issuer=fact.issuer,
                granted_at=recorded.at,
                expires_at=fact.expires_at,
                reason=fact.reason.as_text(),
            )
        case PermitUsed():
            session.delete(session.get_one(StandingPermit, fact.permit))
        case PersonalDataErased():
            for hold in session.where(StandingHold, student=recorded.stream):
                hold.reason = emptied(hold.reason)
            for permit in session.where(StandingPermit, student=recorded.stream):
                permit.reason = emptied(permit.reason)


def holds(session: Session, student: UUID) -> Sequence[StandingHold]:
    """The holds on a student, the oldest first."""
    order = ordered(StandingHold, "placed_at", "id")
    return Rows(session, Selection(StandingHold, order, of=(("student",), (student,))))


def permits(session: Session, student: UUID) -> Sequence[StandingPermit]:
    """The permits a student has not used, the oldest first."""
    order = ordered(StandingPermit, "granted_at", "id")
    return Rows(session, Selection(StandingPermit, order, of=(("student",), (student,))))


VIEW = View("standing", (StandingHold, StandingPermit), project)
