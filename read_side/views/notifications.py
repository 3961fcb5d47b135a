"""What a student should hear of: what others or the service did about them.

One's own act is no news, nor what it does at once: an offer accepted, a section swapped for
another. The channel SELF alone does not say so, for the facts of one student's command may be about
others whom it sets moving; but what an own act does and what befalls a waiter are different facts.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import Field, Session

from read_side.paging import Rows
from read_side.rows import Instant, Row
from read_side.selection import Selection, above, ordered
from read_side.store import View
from read_side.writing import Writing
from write_side.events import (
    CancellationReason,
    Channel,
    EnrollmentCanceled,
    EnrollmentWithdrawn,
    HoldLifted,
    HoldPlaced,
    PermitGranted,
    Recorded,
    SeatOffered,
    StudentEnrolled,
    StudentLeftWaitlist,
    WaitlistExit,
)


class Notification(Row, table=True):
    """One fact that concerns one student; `kind` says which, `section` where, if anywhere."""

    __tablename__ = "notification"
    WAKES = ("student",)
    position: int = Field(primary_key=True)
    student: UUID = Field(index=True)
    kind: str
    section: UUID | None
    at: datetime = Field(sa_type=Instant)
    expires_at: datetime | None = Field(default=None, sa_type=Instant)


def project(recorded: Recorded, session: Writing) -> None:
    fact = recorded.fact
    by_others = recorded.envelope.channel is not Channel.SELF
    match fact:
        case StudentEnrolled(entry=None) if by_others:
            _tell(session, recorded, recorded.stream, "ENROLLED", fact.section)
        case StudentLeftWaitlist(how=WaitlistExit.ACCEPTED) if by_others:
            _tell(session, recorded, recorded.stream, "ENROLLED", fact.section)
        case StudentLeftWaitlist(how=WaitlistExit.PROMOTED):
            _tell(session, recorded, recorded.stream, "PROMOTED", fact.section)
        case SeatOffered():
            row = _tell(session, recorded, fact.student, "SEAT_OFFERED", recorded.stream)
            row.expires_at = fact.expires_at
        case EnrollmentCanceled(reason=CancellationReason.SECTION_CANCELED):
            _tell(session, recorded, recorded.stream, "SECTION_CANCELED", fact.section)
        case EnrollmentCanceled(reason=CancellationReason.SWAP):
            if by_others or _just_promoted(session, recorded):
                _tell(session, recorded, recorded.stream, "SWAPPED_OUT", fact.section)
        case EnrollmentCanceled() | EnrollmentWithdrawn() if by_others:
            _tell(session, recorded, recorded.stream, "ENROLLMENT_ENDED", fact.section)
        case StudentLeftWaitlist(how=WaitlistExit.EXPIRED):
            _tell(session, recorded, recorded.stream, "OFFER_EXPIRED", fact.section)
        case StudentLeftWaitlist(how=WaitlistExit.REMOVED | WaitlistExit.REVOKED):
            _tell(session, recorded, recorded.stream, "REMOVED_FROM_WAITLIST", fact.section)
        case HoldPlaced():
            _tell(session, recorded, recorded.stream, "HOLD_PLACED", None)
        case HoldLifted():
            _tell(session, recorded, recorded.stream, "HOLD_LIFTED", None)
        case PermitGranted():
            _tell(session, recorded, recorded.stream, "PERMIT_GRANTED", fact.section)


def notifications(
    session: Session, student: UUID, position: int, limit: int
) -> Sequence[Notification]:
    """A student's notifications behind a position, in order."""
    row = Notification
    where = (above(row, "position", position),)
    order = ordered(row, "position")
    return Rows(session, Selection(row, order, where, of=(("student",), (student,)), limit=limit))


def _just_promoted(session: Writing, recorded: Recorded) -> bool:
    """Whether the fact before was this student's promotion, which gives up a section at once."""
    before = session.get(Notification, recorded.position - 1)
    return before is not None and (before.student, before.kind) == (recorded.stream, "PROMOTED")


def _tell(
    session: Writing, recorded: Recorded, student: UUID, kind: str, section: UUID | None
) -> Notification:
    return session.add(
        Notification,
        position=recorded.position,
        student=student,
        kind=kind,
        section=section,
        at=recorded.at,
    )


VIEW = View("notifications", (Notification,), project)
