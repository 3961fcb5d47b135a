"""Commands on their way through the registrar, and what comes back."""

import re
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

import orjson

from write_side.commands import Command
from write_side.events import Channel, Envelope, Fact, Recorded, Role
from write_side.refusals import Refusal, RefusalCode

LONGEST_ID = 500  # characters; an index of PostgreSQL takes 2,700 bytes
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")  # NUL and half characters, as text in a database


def storable(name: str) -> bool:
    """Whether every store can keep this as the name of a command, or of somebody."""
    return len(name) <= LONGEST_ID and not _UNSTORABLE.search(name)


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

    @cached_property
    def described(self) -> tuple[dict[str, Any], bytes]:
        """The command's own description, made once."""
        return self.command.described()

    def fault(self) -> Refusal | None:
        """Why no receipt could be kept of this, so that it must not come among others."""
        names = {
            "commandId": self.command_id,
            "correlation": self.correlation or "",
            "actor": self.actor.name,
        }
        for name, text in names.items():
            if not storable(text):
                return _invalid(f"This {name} is too long or has a character no text has.", name)
        try:
            orjson.dumps(self.described[0])
        except (TypeError, ValueError):  # half characters and endless numbers
            return _invalid("The input has a character or a number that cannot be kept.")
        return None


@dataclass
class Decision:
    """What one submission of a group came to, before anything is saved."""

    submission: Submission
    facts: list[Fact]
    refusals: tuple[Refusal, ...] = ()


def _invalid(message: str, *path: str) -> Refusal:
    return Refusal(RefusalCode.INVALID_INPUT, message, None, path)


ANOTHER_INPUT = Refusal(
    RefusalCode.INVALID_INPUT,
    "This command id was used before, for another input.",
    "Make a new id for a new command; repeat an id only to repeat its command.",
    ("commandId",),
)
