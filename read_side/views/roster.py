"""Who is, and was, in a section."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import Field, Session

from read_side.paging import Page, Rows
from read_side.rows import Instant, Row
from read_side.selection import Selection, among, ordered
from read_side.store import View
from read_side.window import Window
from read_side.writing import Writing
from write_side.events import EnrollmentCanceled, EnrollmentWithdrawn, Recorded, StudentEnrolled


class RosterEntry(Row, table=True):
    """`enrollment` is the episode's id; canceled ones stay here as history, not as members."""

    __tablename__ = "roster_entry"
    WAKES = ("section",)
    enrollment: UUID = Field(primary_key=True)
    section: UUID = Field(index=True)
    student: UUID
    status: str
    enrolled_at: datetime = Field(sa_type=Instant)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)
    position: int


def project(recorded: Recorded, session: Writing) -> None:
    fact = recorded.fact
    match fact:
        case StudentEnrolled():
            session.add(
                RosterEntry,
                enrollment=fact.enrollment,
                section=fact.section,
                student=recorded.stream,
                status="ENROLLED",
                enrolled_at=recorded.at,
                position=recorded.position,
            )
        case EnrollmentCanceled() | EnrollmentWithdrawn():
            entry = session.get_one(RosterEntry, fact.enrollment)
            canceled = isinstance(fact, EnrollmentCanceled)
            entry.status = "CANCELED" if canceled else "WITHDRAWN"
            entry.ended_at = recorded.at


def roster(
    session: Session, section: UUID, window: Window, *, status: Sequence[str] = ("ENROLLED",)
) -> Page[RosterEntry]:
    """The section's entries in the order they came in."""
    where = (among(RosterEntry, "status", status),)
    order = ordered(RosterEntry, "position")
    selection = Selection(RosterEntry, order, where, of=(("section",), (section,)), window=window)
    return Page(session, selection)


def everybody(session: Session) -> Sequence[RosterEntry]:
    """All entries of all sections: for reports that count."""
    return Rows(session, Selection(RosterEntry))


VIEW = View("roster", (RosterEntry,), project)
