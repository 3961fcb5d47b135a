"""What happened, as people read it: every fact with a sentence, and with nothing personal."""

from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import JSON
from sqlmodel import Field, Session

from read_side.paging import Page
from read_side.rows import Instant, Row
from read_side.selection import Selection, among, equal, ordered
from read_side.store import View
from read_side.window import Window, cursor
from read_side.writing import Writing
from write_side.events import (
    CapacityChanged,
    ContactChanged,
    CourseAdded,
    CourseRevised,
    EnrollmentCanceled,
    EnrollmentWithdrawn,
    Fact,
    HoldLifted,
    HoldPlaced,
    OfferAccepted,
    OfferDeclined,
    OfferExpired,
    OfferRevoked,
    PermitGranted,
    PermitUsed,
    PersonalDataErased,
    Recorded,
    RegistrationWindowSet,
    ReservedSeatsReleased,
    Sealed,
    SeatFreed,
    SeatOffered,
    SeatsReserved,
    SeatTaken,
    SectionAddedToCart,
    SectionCanceled,
    SectionClosed,
    SectionRemovedFromCart,
    SectionReopened,
    SectionScheduled,
    StudentEnrolled,
    StudentGroupsChanged,
    StudentLeftWaitlist,
    StudentNumberAssigned,
    StudentRegistered,
    StudentWaitlisted,
    TermOpened,
    WaiterPromoted,
    WaiterSkipped,
    WaitlistJoined,
    WaitlistLeft,
)


class ActivityEntry(Row, table=True):
    """`student` is whom the fact is about, if anybody; `data` is its payload with sealed values
    marked, not shown."""

    __tablename__ = "activity_entry"
    WAKES = ("stream",)
    position: int = Field(primary_key=True)
    type: str = Field(index=True)
    stream: UUID = Field(index=True)
    noun: str
    version: int
    student: UUID | None = Field(index=True)
    at: datetime = Field(sa_type=Instant)
    recorded_at: datetime = Field(sa_type=Instant)
    actor: str
    role: str
    channel: str
    command_id: str
    correlation: str
    summary: str
    data: dict[str, Any] = Field(sa_type=JSON)


class ActivityLabel(Row, table=True):
    """What people call a term, course or section."""

    __tablename__ = "activity_label"
    stream: UUID = Field(primary_key=True)
    text: str


def project(recorded: Recorded, session: Writing) -> None:
    if label := _label(recorded.fact, session):
        session.add(ActivityLabel, stream=recorded.stream, text=label)
    fact, envelope = recorded.fact, recorded.envelope
    about_student = fact.AGGREGATE == "Student"
    session.add(
        ActivityEntry,
        position=recorded.position,
        type=fact.TOPIC,
        stream=recorded.stream,
        noun=fact.AGGREGATE,
        version=fact.originator_version,
        student=recorded.stream if about_student else getattr(fact, "student", None),
        at=recorded.at,
        recorded_at=recorded.recorded_at,
        actor=envelope.actor,
        role=envelope.role.value,
        channel=envelope.channel.value,
        command_id=envelope.command_id,
        correlation=envelope.correlation,
        summary=sentence(fact, recorded.stream, session),
        data=shown(fact),
    )


def entries(
    session: Session,
    size: int,
    *,
    above: int | None = None,
    below: int | None = None,
    backward: bool = False,
    stream: UUID | None = None,
    student: UUID | None = None,
    types: Sequence[str] = (),
) -> Page[ActivityEntry]:
    """Facts by position, strictly between `above` and `below`; cursors are the positions."""
    row = ActivityEntry
    where = []
    if stream is not None:
        where.append(equal(row, "stream", stream))
    if student is not None:
        where.append(equal(row, "student", student))
    if types:
        where.append(among(row, "type", types))
    window = Window(
        size,
        after=None if above is None else cursor([above]),
        before=None if below is None else cursor([below]),
        backward=backward,
    )
    selection = Selection(row, ordered(row, "position"), tuple(where), window=window)
    return Page(session, selection, lambda values: str(values[0]))


def _label(fact: Fact, session: Session | Writing) -> str | None:
    match fact:
        case TermOpened() | CourseAdded():
            return fact.code
        case SectionScheduled():
            return f"{_named(fact.course, session)} {fact.code} ({_named(fact.term, session)})"
        case _:
            return None


def _named(stream: UUID, session: Session | Writing) -> str:
    if isinstance(session, Writing):
        return session.get_one(ActivityLabel, stream).text
    # the session keeps rows only as long as somebody does, and every fact asks for the same few
    labels: dict[UUID, str] = session.info.setdefault("labels", {})
    if stream not in labels:
        labels[stream] = session.get_one(ActivityLabel, stream).text
    return labels[stream]


def sentence(fact: Fact, stream: UUID, session: Session | Writing) -> str:
    """What happened, for people; the session knows what terms, courses and sections are called.

    Raises NoResultFound where this view has not come to them yet."""
    label = _label(fact, session)
    if label is None and fact.AGGREGATE in ("Term", "Course", "Section"):
        label = _named(stream, session)
    match fact:
        case TermOpened():
            return f"Term {label} was opened"
        case CourseAdded():
            return f"Course {label} was added: {fact.title}"
        case CourseRevised():
            return f"Course {label} was revised"
        case SectionScheduled():
            seats = "unlimited seats" if fact.capacity is None else f"{fact.capacity} seats"
            return f"Section {label} was scheduled with {seats}"
        case CapacityChanged():
            now = "unlimited" if fact.capacity is None else fact.capacity
            return f"The capacity of {label} became {now}"
        case SeatTaken():
            return f"A seat of {label} was taken"
        case SeatFreed():
            return f"A seat of {label} was freed"
        case SectionClosed():
            return f"Section {label} was closed to adds"
        case SectionReopened():
            return f"Section {label} was reopened"
        case SectionCanceled():
            return f"Section {label} was canceled by the school"
        case WaitlistJoined():
            return f"Somebody joined the waitlist of {label}"
        case WaitlistLeft():
            return f"Somebody left the waitlist of {label}"
        case WaiterSkipped():
            return f"A seat of {label} passed a waiter by ({_words(*fact.rules)})"
        case WaiterPromoted():
            return f"The first eligible waiter of {label} was promoted"
        case SeatOffered():
            return f"A seat of {label} was offered to a waiter"
        case OfferAccepted():
            return f"The offer of a seat of {label} was accepted"
        case OfferDeclined():
            return f"The offer of a seat of {label} was declined"
        case OfferExpired():
            return f"The offer of a seat of {label} expired"
        case OfferRevoked():
            return f"The offer of a seat of {label} was revoked"
        case SeatsReserved():
            return f"{fact.seats} seats of {label} were reserved for {fact.group}"
        case ReservedSeatsReleased():
            return f"The reserved seats of {label} for {fact.group} were opened to all"
        case RegistrationWindowSet():
            return f"The registration window of {fact.group} for {label} was set"
        case StudentGroupsChanged():
            return "A student's groups changed"
        case StudentWaitlisted():
            return f"A student joined the waitlist of {_named(fact.section, session)}"
        case StudentLeftWaitlist():
            name = _named(fact.section, session)
            return f"A student's place on the waitlist of {name} ended ({_words(fact.how.value)})"
        case HoldPlaced():
            return f"A hold was placed on a student ({_words(fact.kind.value)})"
        case HoldLifted():
            return "A hold on a student was lifted"
        case PermitGranted():
            name = _named(fact.section, session)
            return f"A student got a permit for {name} ({_words(fact.rule)})"
        case PermitUsed():
            return f"A student used a permit for {_named(fact.section, session)}"
        case StudentRegistered():
            return "A student was registered"
        case StudentNumberAssigned():
            return "A student number was assigned"
        case ContactChanged():
            return "A student's contact data changed"
        case PersonalDataErased():
            return f"A student's personal data was erased ({_words(fact.basis.value)})"
        case StudentEnrolled():
            return f"A student enrolled in {_named(fact.section, session)}"
        case EnrollmentCanceled():
            name = _named(fact.section, session)
            return f"A student canceled {name} ({_words(fact.reason.value)})"
        case EnrollmentWithdrawn():
            name = _named(fact.section, session)
            return f"A student withdrew from {name} ({_words(fact.reason.value)})"
        case SectionAddedToCart():
            return f"A student put {_named(fact.section, session)} into the cart"
        case SectionRemovedFromCart():
            return f"A student took {_named(fact.section, session)} out of the cart"
        case _:
            return fact.TOPIC


def _words(*codes: str) -> str:
    return ", ".join(code.replace("_", " ").lower() for code in codes)


def shown(fact: Fact) -> dict[str, Any]:
    """A fact's payload as JSON, with nothing that is sealed."""
    return {name: _shown(getattr(fact, name)) for name in _payload(type(fact))}


@cache
def _payload(kind: type[Fact]) -> list[str]:
    header = {"originator_id", "originator_version", "originator_topic", "timestamp"}
    return [field.name for field in fields(kind) if field.name not in header]


def _shown(value: Any) -> Any:
    """A payload's value as JSON, with nothing that is sealed."""
    match value:
        case Sealed():
            return {"sealed": True}
        case UUID():
            return value.hex
        case tuple():
            return [_shown(item) for item in value]
        case Decimal():
            return float(value)
        case date() | time():
            return value.isoformat()
        case _ if is_dataclass(value):
            return {field.name: _shown(getattr(value, field.name)) for field in fields(value)}
        case _:
            return value


VIEW = View("activity", (ActivityEntry, ActivityLabel), project)
