"""A term: when one may register, cancel and withdraw."""

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, UUID, uuid5

from write_side.aggregates.stream import Stream
from write_side.events import Fact, TermOpened
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
                self.registration_opens_at = fact.registration_opens_at
                self.add_deadline = fact.add_deadline
                self.drop_deadline = fact.drop_deadline
                self.withdrawal_deadline = fact.withdrawal_deadline
                self.credit_limit = fact.credit_limit
            case _:
                super().evolve(fact)

    def refuse_adding(self, at: datetime) -> Iterator[Refusal]:
        """Why nobody may register for this term's sections now."""
        opens = self.registration_opens_at
        if opens is not None and at < opens:
            yield Refusal(
                RefusalCode.WINDOW_NOT_OPEN,
                f"Registration for {self.code} opens at {_instant(opens)}.",
                "Put the section into your cart and come back then.",
            )
        if at >= self.add_deadline:
            yield Refusal(
                RefusalCode.DEADLINE_PASSED,
                f"The add deadline of {self.code} was {_instant(self.add_deadline)}.",
                "Ask the registrar's office.",
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
