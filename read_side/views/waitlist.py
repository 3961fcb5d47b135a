"""Who waits for what, at which place, and to whom a seat is offered."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.orm import aliased
from sqlmodel import Field, Session, col, select

from read_side.paging import Page, Rows
from read_side.rows import Instant, Row
from read_side.selection import Selection, ordered
from read_side.store import View
from read_side.window import Window
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
    order = ordered(WaitlistPlace, "position")
    return Rows(session, Selection(WaitlistPlace, order, of=(("student",), (student,))))


def of_section(session: Session, section: UUID, window: Window) -> Page[WaitlistPlace]:
    """A section's list in its order, offers included."""
    order = ordered(WaitlistPlace, "position")
    of = ("section",), (section,)
    return Page(session, Selection(WaitlistPlace, order, of=of, window=window))


def ranks(session: Session, places: Sequence[UUID]) -> dict[UUID, int]:
    """By place's id: how many wait at or before it, those with an offer not counted."""
    place, other = WaitlistPlace, aliased(WaitlistPlace)
    ahead = (
        select(func.count())
        .where(
            other.section == place.section,
            col(other.position) <= place.position,
            col(other.offered).is_(False),
        )
        .scalar_subquery()
    )
    return dict(session.exec(select(place.id, ahead).where(col(place.id).in_(places))).all())


VIEW = View("waitlist", (WaitlistPlace,), project)
