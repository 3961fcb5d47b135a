"""Facts about sections: what is offered, who holds its seats and who waits for one."""

from datetime import datetime
from uuid import UUID

from write_side.events.fact import Fact, FirstFact
from write_side.events.vocabulary import Meeting, Promotion, WaitlistExit


class SectionScheduled(FirstFact):
    """A section is offered; capacity None is unlimited, 0 is no seat at all. `offer_hours` is how
    long an offered seat waits for its answer."""

    TOPIC = "SectionScheduled"
    AGGREGATE = "Section"
    term: UUID
    course: UUID
    code: str
    capacity: int | None
    waitlist_capacity: int
    promotion: Promotion
    meetings: tuple[Meeting, ...]
    offer_hours: int = 24
    consent_required: bool = False


class CapacityChanged(Fact):
    TOPIC = "CapacityChanged"
    AGGREGATE = "Section"
    capacity: int | None


class SectionClosed(Fact):
    """No more adds until it is reopened; nobody loses a seat or a place on the list."""

    TOPIC = "SectionClosed"
    AGGREGATE = "Section"


class SectionReopened(Fact):
    TOPIC = "SectionReopened"
    AGGREGATE = "Section"


class SectionCanceled(Fact):
    """The school does not hold the section: everybody in it is let go, one after the other."""

    TOPIC = "SectionCanceled"
    AGGREGATE = "Section"
    reason: str


class SeatTaken(Fact):
    """One seat went to one student; the student's own stream says the same as StudentEnrolled.
    `reserve` names the group whose reserved seats it came from."""

    TOPIC = "SeatTaken"
    AGGREGATE = "Section"
    student: UUID
    enrollment: UUID
    reserve: str | None = None


class SeatFreed(Fact):
    TOPIC = "SeatFreed"
    AGGREGATE = "Section"
    student: UUID
    enrollment: UUID


class WaitlistJoined(Fact):
    """`drops` is the section the student gives up in the same step, once promoted."""

    TOPIC = "WaitlistJoined"
    AGGREGATE = "Section"
    student: UUID
    entry: UUID
    drops: UUID | None


class WaitlistLeft(Fact):
    """A place on the list ended in another way than by an offer or a promotion."""

    TOPIC = "WaitlistLeft"
    AGGREGATE = "Section"
    student: UUID
    entry: UUID
    how: WaitlistExit


class WaiterSkipped(Fact):
    """A seat passed this waiter by, who keeps the place; `rules` are the codes of what they would
    have broken. Said again only when the rules change."""

    TOPIC = "WaiterSkipped"
    AGGREGATE = "Section"
    student: UUID
    entry: UUID
    rules: tuple[str, ...]


class WaiterPromoted(Fact):
    """The first eligible waiter gets the seat that SeatTaken speaks of next."""

    TOPIC = "WaiterPromoted"
    AGGREGATE = "Section"
    student: UUID
    entry: UUID


class SeatOffered(Fact):
    """One seat is held for one waiter until the deadline."""

    TOPIC = "SeatOffered"
    AGGREGATE = "Section"
    student: UUID
    entry: UUID
    offer: UUID
    expires_at: datetime
    reserve: str | None


class OfferAccepted(Fact):
    TOPIC = "OfferAccepted"
    AGGREGATE = "Section"
    student: UUID
    offer: UUID


class OfferDeclined(Fact):
    TOPIC = "OfferDeclined"
    AGGREGATE = "Section"
    student: UUID
    offer: UUID


class OfferExpired(Fact):
    TOPIC = "OfferExpired"
    AGGREGATE = "Section"
    student: UUID
    offer: UUID


class OfferRevoked(Fact):
    TOPIC = "OfferRevoked"
    AGGREGATE = "Section"
    student: UUID
    offer: UUID


class SeatsReserved(Fact):
    """Seats kept for a group; unused ones open to all at `releases_on`. Replaces what was
    reserved for the group before."""

    TOPIC = "SeatsReserved"
    AGGREGATE = "Section"
    group: str
    seats: int
    releases_on: datetime | None


class ReservedSeatsReleased(Fact):
    """Unused seats of a group are open to all; whoever sits on a used one stays."""

    TOPIC = "ReservedSeatsReleased"
    AGGREGATE = "Section"
    group: str
