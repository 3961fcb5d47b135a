"""A log on paper: what was told or decided, at its position, for views to read."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Self
from uuid import UUID

from tests.scenario import NOON, PaperDesk, Told
from write_side.commands import Command
from write_side.events import Channel, Envelope, Fact, Recorded, RefusedCommand, Role
from write_side.log.receipts import Receipt, refused
from write_side.refusals import Refused


def minutes(count: int) -> datetime:
    """When a past's nth thing happened: one a minute from noon, the first at 0."""
    return NOON + timedelta(minutes=count)


@dataclass
class Past:
    """A `LogSource` over two lists. Things happen one minute apart; told facts are taken as they
    are, commands are decided, and the refused ones leave a refusal as they would in the log."""

    role: Role = Role.REGISTRAR
    desk: PaperDesk = field(default_factory=PaperDesk)
    facts: list[Recorded] = field(default_factory=list)
    refusals: list[RefusedCommand] = field(default_factory=list)
    things: int = 0
    looked: Callable[[], None] = lambda: None

    def tell(self, *things: Told | Command) -> Self:
        for thing in things:
            self.desk.at = minutes(self.things)
            self.things += 1
            if isinstance(thing, Told):
                self.desk.happened(thing)
                self.record(self.desk.history[thing.stream][-1])
            else:
                self._decide(thing)
        return self

    def acting(self, role: Role) -> Self:
        """Somebody in this role is at it from here on."""
        self.role = role
        return self

    def record(self, *facts: Fact) -> None:
        for happened in facts:
            place = len(self.facts) + 1
            self.facts.append(Recorded(place, happened, self.envelope, self.desk.at))

    @property
    def envelope(self) -> Envelope:
        command_id = f"command-{self.things}"
        channel = Channel.SELF if self.role is Role.STUDENT else Channel.STAFF
        return Envelope(command_id, "registrar-7", self.role, channel, command_id)

    @property
    def head(self) -> int:
        return len(self.facts)

    def of(self, stream: UUID) -> list[Recorded]:
        return [each for each in self.facts if each.stream == stream]

    def read(self, after: int, limit: int) -> list[Recorded]:
        found = self.facts[after : after + limit]
        self.looked()
        return found

    def refused(self, after: int, limit: int) -> list[RefusedCommand]:
        return [each for each in self.refusals if each.serial > after][:limit]

    def _decide(self, command: Command) -> None:
        staff = replace(self.desk, staff=self.role is not Role.STUDENT)
        try:
            self.record(*staff.decide(command))
        except Refused as reasons:
            receipt = Receipt(
                command_id=self.envelope.command_id,
                kind=command.kind(),
                actor=self.envelope.actor,
                role=self.role,
                channel=Channel.STAFF,
                at=self.desk.at,
                fingerprint=b"",
                input=command.described()[0],
                facts=(),
                refusals=reasons.refusals,
                log_position=self.head,
                serial=self.things,
            )
            self.refusals.append(refused(receipt))
