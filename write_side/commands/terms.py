"""Opening terms."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from write_side.aggregates import Term
from write_side.commands.command import (
    Command,
    Desk,
    invalid,
    moment_faults,
    refuse,
    require,
    text_faults,
)
from write_side.events import TermOpened
from write_side.refusals import Refusal, RefusalCode


@dataclass(frozen=True)
class OpenTerm(Command):
    """Deadlines default to the end of the term's last day (UTC); no credit limit is none."""

    code: str
    name: str
    starts_on: date
    ends_on: date
    registration_opens_at: datetime | None = None
    add_deadline: datetime | None = None
    drop_deadline: datetime | None = None
    withdrawal_deadline: datetime | None = None
    credit_limit: Decimal | None = None

    def decide(self, desk: Desk) -> None:
        stream = Term.id_of(self.code)
        exists = desk.find(Term, stream) is not None
        refuse(*self._faults(), *([_taken(self.code)] if exists else []))
        add, drop, withdraw = self._deadlines()
        desk.add(
            Term.begin(
                TermOpened,
                stream,
                desk.at,
                code=self.code,
                name=self.name,
                starts_on=self.starts_on,
                ends_on=self.ends_on,
                registration_opens_at=self.registration_opens_at,
                add_deadline=add,
                drop_deadline=drop,
                withdrawal_deadline=withdraw,
                credit_limit=self.credit_limit,
            )
        )

    def _faults(self) -> Iterator[Refusal]:
        yield from text_faults(self.code, "code", 40)
        yield from text_faults(self.name, "name")
        if self.ends_on < self.starts_on:
            yield invalid("A term cannot end before it starts.", "endsOn")
        if self.ends_on == date.max:
            yield invalid("A term ends before the calendar does.", "endsOn")
        limit = self.credit_limit
        if limit is not None and not (limit.is_finite() and limit >= 0):
            yield invalid("A credit limit is a number from 0.", "creditLimit")
        moments = {
            "registrationOpensAt": self.registration_opens_at,
            "addDeadline": self.add_deadline,
            "dropDeadline": self.drop_deadline,
            "withdrawalDeadline": self.withdrawal_deadline,
        }
        odd = [fault for field, moment in moments.items() for fault in moment_faults(moment, field)]
        yield from odd
        if odd or self.ends_on == date.max:
            return
        add, drop, withdraw = self._deadlines()
        if self.registration_opens_at and add < self.registration_opens_at:
            yield invalid("The add deadline is before registration opens.", "addDeadline")
        if withdraw < drop:
            yield invalid(
                "The withdrawal deadline is before the drop deadline.", "withdrawalDeadline"
            )

    def _deadlines(self) -> tuple[datetime, datetime, datetime]:
        end = datetime.combine(self.ends_on + timedelta(days=1), time(), UTC)
        drop = self.drop_deadline or end
        return self.add_deadline or end, drop, self.withdrawal_deadline or max(end, drop)


@dataclass(frozen=True)
class SetRegistrationWindow(Command):
    """When students of a group may register; `term` is a code."""

    term: str
    group: str
    opens_at: datetime
    closes_at: datetime

    def decide(self, desk: Desk) -> None:
        term = require(desk.find(Term, Term.id_of(self.term)), "term", "term")
        faults = list(text_faults(self.group, "group", 40))
        faults += moment_faults(self.opens_at, "opensAt")
        faults += moment_faults(self.closes_at, "closesAt")
        if not faults and self.closes_at <= self.opens_at:
            faults.append(invalid("A window must close after it opens.", "closesAt"))
        refuse(*faults)
        term.set_window(desk.at, self.group, self.opens_at, self.closes_at)


def _taken(code: str) -> Refusal:
    return Refusal(RefusalCode.ALREADY_EXISTS, f"There is a term {code} already.", path=("code",))
