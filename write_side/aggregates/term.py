"""A term: when one may register, cancel and withdraw."""

from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, UUID, uuid5

from write_side.aggregates.stream import Stream
from write_side.events import Fact, RegistrationWindowSet, TermOpened
from write_side.refusals import Refusal, RefusalCode

_NAMES = uuid5(NAMESPACE_URL, "rollbook:term")


class Term(Stream):
    """Deadlines are the first instants at which they have passed."""

    NOUN = "Term"

    @staticmethod
    def id_of(code: str) -> UUID:
        """The stream of a term code: two terms of one code cannot both be version 1."""
        return uuid5(_NAMES, code)

    def evolve(self, fact: Fact) -> None:
        match fact:
            case TermOpened():
                self.code = fact.code
                self.starts_on = fact.starts_on
                self.ends_on = fact.ends_on
                self.registration_opens_at = fact.registration_opens_at
                self.windows: dict[str, tuple[datetime, datetime]] = {}
                self.add_deadline = fact.add_deadline
                self.drop_deadline = fact.drop_deadline
                self.withdrawal_deadline = fact.withdrawal_deadline
                self.credit_limit = fact.credit_limit
            case RegistrationWindowSet():
                self.windows[fact.group] = fact.opens_at, fact.closes_at
            case _:
                super().evolve(fact)

    def refuse_adding(self, at: datetime, groups: Collection[str] = ()) -> Iterator[Refusal]:
        """Why somebody of these groups may not register for this term's sections now."""
        yield from self._refuse_by_window(at, groups)
        yield from self.refuse_added(at)

    def refuse_added(self, at: datetime) -> Iterator[Refusal]:
        """Why nobody can be added any more, whoever asks: what holds for promotions too."""
        if at >= self.add_deadline:
            yield Refusal(
                RefusalCode.DEADLINE_PASSED,
                f"The add deadline of {self.code} was {_instant(self.add_deadline)}.",
                "Ask the registrar's office.",
            )

    def _refuse_by_window(self, at: datetime, groups: Collection[str]) -> Iterator[Refusal]:
        windows = [self.windows[group] for group in groups if group in self.windows]
        opens = min((o for o, c in windows if at < c), default=None)
        if not windows:
            opens = self.registration_opens_at
        elif opens is None:
            yield Refusal(
                RefusalCode.WINDOW_CLOSED,
                f"Your registration window for {self.code} closed at"
                f" {_instant(max(closes for _, closes in windows))}.",
                "Ask the registrar's office for a permit.",
            )
        if opens is not None and at < opens:
            yield Refusal(
                RefusalCode.WINDOW_NOT_OPEN,
                f"Registration for {self.code} opens at {_instant(opens)}.",
                "Put the section into your cart and come back then.",
            )

    def set_window(self, at: datetime, group: str, opens_at: datetime, closes_at: datetime) -> None:
        """The same window again is no fact."""
        if self.windows.get(group) != (opens_at, closes_at):
            self.record(
                RegistrationWindowSet, at, group=group, opens_at=opens_at, closes_at=closes_at
            )

    def refuse_canceling(self, at: datetime) -> Iterator[Refusal]:
        """Why an enrollment cannot be canceled without trace any more."""
        if at >= self.drop_deadline:
            yield Refusal(
                RefusalCode.DEADLINE_PASSED,
                f"The drop deadline of {self.code} was {_instant(self.drop_deadline)}.",
                "Withdraw instead: the enrollment stays on the record.",
            )

    def refuse_withdrawing(self, at: datetime, *, staff: bool) -> Iterator[Refusal]:
        """Why an enrollment cannot be ended by withdrawal now; staff may after the deadline."""
        if at < self.drop_deadline:
            yield Refusal(
                RefusalCode.WINDOW_NOT_OPEN,
                f"Until {_instant(self.drop_deadline)} an enrollment is canceled, not withdrawn.",
                "Cancel the enrollment instead.",
            )
        if at >= self.withdrawal_deadline and not staff:
            yield Refusal(
                RefusalCode.DEADLINE_PASSED,
                f"The withdrawal deadline of {self.code} was {_instant(self.withdrawal_deadline)}.",
                "Ask the registrar's office.",
            )


def _instant(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
