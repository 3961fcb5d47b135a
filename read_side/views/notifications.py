"""What a student should hear of: what others or the service did about them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import Field, Session, col, select

from read_side.store import Instant, Row, View
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


def project(recorded: Recorded, session: Session) -> None:
    fact = recorded.fact
    by_others = recorded.envelope.channel is not Channel.SELF
    match fact:
        case StudentEnrolled(section=section) if fact.entry is not None:
            _tell(session, recorded, recorded.stream, "PROMOTED", section)
        case StudentEnrolled(section=section) if by_others:
            _tell(session, recorded, recorded.stream, "ENROLLED", section)
        case SeatOffered():
            row = _tell(session, recorded, fact.student, "SEAT_OFFERED", recorded.stream)
            row.expires_at = fact.expires_at
        case EnrollmentCanceled(reason=CancellationReason.SECTION_CANCELED):
            _tell(session, recorded, recorded.stream, "SECTION_CANCELED", fact.section)
        case EnrollmentCanceled(reason=CancellationReason.SWAP):
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
    session: Session, student: UUID, above: int, limit: int
) -> Sequence[Notification]:
    """A student's notifications behind a position, in order."""
    row = Notification
    query = select(row).where(row.student == student, col(row.position) > above)
    return session.exec(query.order_by(col(row.position)).limit(limit)).all()


def _tell(
    session: Session, recorded: Recorded, student: UUID, kind: str, section: UUID | None
) -> Notification:
    row = Notification(
        position=recorded.position, student=student, kind=kind, section=section, at=recorded.at
    )
    session.add(row)
    return row


VIEW = View("notifications", (Notification,), project)
