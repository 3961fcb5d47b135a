"""Facts as the log gives them back: with position and envelope; and refusals, which are none."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from write_side.events.fact import Fact
from write_side.events.vocabulary import Channel, Role


@dataclass(frozen=True)
class Envelope:
    """Who caused a fact and through what; stamped by the registrar, never part of a rule.

    `actor` is the subject of the token or the name of a process; `correlation` groups the commands
    of one longer business act and equals the command id where there is none.
    """

    command_id: str
    actor: str
    role: Role
    channel: Channel
    correlation: str


@dataclass(frozen=True)
class Recorded:
    """A fact at its place in the log; `recorded_at` is the log's clock, `fact.timestamp` when
    it happened."""

    position: int
    fact: Fact
    envelope: Envelope
    recorded_at: datetime

    @property
    def stream(self) -> UUID:
        return self.fact.originator_id

    @property
    def at(self) -> datetime:
        return self.fact.timestamp


@dataclass(frozen=True)
class RefusedCommand:
    """A command that left a receipt and no fact: unmet demand.

    `serial` orders receipts; `input` is the command without its personal values; `codes` name the
    broken rules.
    """

    serial: int
    kind: str
    input: dict[str, Any]
    codes: tuple[str, ...]
    at: datetime
    log_position: int
