"""Commands on their way through the registrar, and what comes back."""

from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime

from write_side.commands import Command
from write_side.events import Channel, Envelope, Fact, Recorded, Role
from write_side.refusals import Refusal


class Overloaded(RuntimeError):
    """Too many commands wait already; this one was not taken and may be sent again."""


class Conflict(RuntimeError):
    """Other processes kept changing the same streams; nothing was recorded, try again."""


@dataclass(frozen=True)
class Actor:
    """Who sends a command, in which role, through what."""

    name: str
    role: Role
    channel: Channel


@dataclass(frozen=True)
class Outcome:
    """What became of a command; the same for every copy of it.

    `position` is where the log stands after it, None when nothing was recorded. A dry run's facts
    have position 0.
    """

    command_id: str
    position: int | None
    facts: tuple[Recorded, ...]
    refusals: tuple[Refusal, ...]


@dataclass(eq=False)
class Submission:
    """A command on its way; `at` is given only where it happened earlier than now."""

    command: Command
    command_id: str
    actor: Actor
    at: datetime | None = None
    correlation: str | None = None
    dry_run: bool = False
    answer: "Future[Outcome]" = field(default_factory=Future)

    @property
    def envelope(self) -> Envelope:
        correlation = self.correlation or self.command_id
        actor = self.actor
        return Envelope(self.command_id, actor.name, actor.role, actor.channel, correlation)


@dataclass
class Decision:
    """What one submission of a group came to, before anything is saved."""

    submission: Submission
    facts: list[Fact]
    refusals: tuple[Refusal, ...] = ()
