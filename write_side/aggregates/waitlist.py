"""Who waits for a section, in which order, and to whom a seat is offered."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from write_side.events import (
    Fact,
    OfferAccepted,
    OfferDeclined,
    OfferExpired,
    OfferRevoked,
    SeatOffered,
    WaiterPromoted,
    WaiterSkipped,
    WaitlistJoined,
    WaitlistLeft,
)


@dataclass(frozen=True)
class Offer:
    """A seat held for one waiter; `expires_at` is the first moment too late to accept."""

    id: UUID
    expires_at: datetime
    reserve: str | None


@dataclass(frozen=True)
class Waiter:
    """`drops` is the section given up on promotion; `skipped` the rules that kept a seat away."""

    entry: UUID
    student: UUID
    drops: UUID | None
    offer: Offer | None = None
    skipped: tuple[str, ...] = ()


@dataclass
class Waitlist:
    """Waiters by student in the order they came: a rank is a place in this order, never stored.
    `offered` counts the seats that offers hold, by reserve."""

    waiters: dict[UUID, Waiter] = field(default_factory=dict)
    offered: Counter[str | None] = field(default_factory=Counter)

    def evolve(self, fact: Fact) -> bool:
        """Take in a fact if it is about the list, and say whether it was."""
        match fact:
            case WaitlistJoined():
                self.waiters[fact.student] = Waiter(fact.entry, fact.student, fact.drops)
            case WaiterSkipped():
                self._change(fact.student, skipped=fact.rules)
            case SeatOffered():
                offer = Offer(fact.offer, fact.expires_at, fact.reserve)
                self._change(fact.student, offer=offer, skipped=())
                self.offered[offer.reserve] += 1
            case (
                WaitlistLeft()
                | WaiterPromoted()
                | OfferAccepted()
                | OfferDeclined()
                | OfferExpired()
                | OfferRevoked()
            ):
                left = self.waiters.pop(fact.student)
                if left.offer is not None:
                    self.offered[left.offer.reserve] -= 1
            case _:
                return False
        return True

    @property
    def offers(self) -> list[Waiter]:
        """Those to whom a seat is offered."""
        return [waiter for waiter in self.waiters.values() if waiter.offer is not None]

    @property
    def waiting(self) -> list[Waiter]:
        """Those without an offer, the first in line first."""
        return [waiter for waiter in self.waiters.values() if waiter.offer is None]

    def _change(self, student: UUID, **values: object) -> None:
        self.waiters[student] = replace(self.waiters[student], **values)  # type: ignore[arg-type]
