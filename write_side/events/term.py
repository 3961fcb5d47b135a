"""Facts about terms."""

from datetime import date, datetime
from decimal import Decimal

from write_side.events.fact import Fact, FirstFact


class TermOpened(FirstFact):
    """A term exists; deadlines are instants, the first moment at which they have passed."""

    TOPIC = "TermOpened"
    AGGREGATE = "Term"
    code: str
    name: str
    starts_on: date
    ends_on: date
    registration_opens_at: datetime | None
    add_deadline: datetime
    drop_deadline: datetime
    withdrawal_deadline: datetime
    credit_limit: Decimal | None


class RegistrationWindowSet(Fact):
    """When students of a group may register; replaces the group's window before."""

    TOPIC = "RegistrationWindowSet"
    AGGREGATE = "Term"
    group: str
    opens_at: datetime
    closes_at: datetime
