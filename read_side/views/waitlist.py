"""Who waits for what, at which place, and to whom a seat is offered."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Field, Session, col, select

from read_side.paging import Page, Window, page
from read_side.rows import Instant, Row
from read_side.store import View
from read_side.writing import Writing
from write_side.events import (
    OfferAccepted,
    OfferDeclined,
    OfferExpired,
    OfferRevoked,
    Recorded,
    SeatOffered,
    WaiterPromoted,
    WaitlistJoined,
    WaitlistLeft,
)


class WaitlistPlace(Row, table=True):
    """A live place on a list; `position` is the fact that began it and gives the order. A rank is
    counted, never stored."""

    __tablename__ = "waitlist_place"
    WAKES = ("section", "student")
    section: UUID = Field(primary_key=True)
    student: UUID = Field(primary_key=True)
    id: UUID = Field(index=True)
    drops: UUID | None
    joined_at: datetime = Field(sa_type=Instant)
    position: int
    offered: bool = False
    offer_expires_at: datetime | None = Field(default=None, sa_type=Instant)


def project(recorded: Recorded, session: Writing) -> None:
    fact = recorded.fact
    match fact:
        case WaitlistJoined():
            session.add(
                WaitlistPlace,
                section=recorded.stream,
                student=fact.student,
                id=fact.entry,
                drops=fact.drops,
                joined_at=recorded.at,
                position=recorded.position,
            )
        case SeatOffered():
            place = session.get_one(WaitlistPlace, (recorded.stream, fact.student))
            place.offered, place.offer_expires_at = True, fact.expires_at
        case (
            WaitlistLeft()
            | WaiterPromoted()
            | OfferAccepted()
            | OfferDeclined()
            | OfferExpired()
            | OfferRevoked()
        ):
            session.delete(session.get_one(WaitlistPlace, (recorded.stream, fact.student)))


def of_student(session: Session, student: UUID) -> Sequence[WaitlistPlace]:
    """A student's places, the oldest first."""
    row = WaitlistPlace
    return session.exec(select(row).where(row.student == student).order_by(col(row.position))).all()


def of_section(session: Session, section: UUID, window: Window) -> Page[WaitlistPlace]:
    """A section's list in its order, offers included."""
    row = WaitlistPlace
    return page(
        session, select(row).where(row.section == section), [("position", row.position)], window
    )


def ranks(session: Session, places: Iterable[WaitlistPlace]) -> dict[UUID, int]:
    """By place: how many wait at or before it, those with an offer not counted."""
    row = WaitlistPlace
    found: dict[UUID, int] = {}
    for place in places:
        ahead = select(func.count()).where(
            row.section == place.section,
            col(row.position) <= place.position,
            col(row.offered).is_(False),
        )
        found[place.id] = session.exec(ahead).one()
    return found


VIEW = View("waitlist", (WaitlistPlace,), project)
