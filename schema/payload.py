"""Payloads: what every command takes and answers with."""

from asyncio import wrap_future
from typing import Any, Self, TypeVar
from uuid import UUID

import strawberry
from eventsourcing.persistence import OperationalError
from prometheus_client import CollectorRegistry, Counter, Histogram

from schema.context import Context, Info
from schema.errors import ApiError
from schema.fact import Fact
from schema.ids import Position, position
from schema.refusal import Refusal
from write_side.commands import Command
from write_side.drawing import draw
from write_side.events import Channel
from write_side.registrar import Registrar
from write_side.submission import Actor, Conflict, Outcome, Overloaded

LONGEST_COMMAND_ID = 200

METRICS = CollectorRegistry()
_decided = Counter(
    "rollbook_commands",
    "Commands that were answered, by outcome.",
    ["command", "outcome"],
    registry=METRICS,
)
_answer_time = Histogram(
    "rollbook_command_seconds", "From command in to receipt durable.", registry=METRICS
)


@strawberry.input(description="What every command takes beside its own input.")
class CommandInput:
    command_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="Your own id for this command: sending it again is safe and answers the same.",
    )
    dry_run: bool = strawberry.field(
        default=False, description="Answer what would happen and record nothing."
    )


@strawberry.type
class Payload:
    """The fields all payloads share; nodes are read at or after `position`."""

    command_id: strawberry.ID
    position: Position | None = strawberry.field(
        description="Where the log stands after this command; null if nothing was recorded."
    )
    refusals: list[Refusal] = strawberry.field(description="Empty: the command was accepted.")
    outcome: strawberry.Private[Outcome]
    command: strawberry.Private[Any]

    @classmethod
    def of(cls, command: Command, outcome: Outcome) -> Self:
        return cls(
            command_id=strawberry.ID(outcome.command_id),
            position=None if outcome.position is None else position(outcome.position),
            refusals=[Refusal.of(refusal) for refusal in outcome.refusals],
            outcome=outcome,
            command=command,
        )

    @strawberry.field(description="What was recorded; in a dry run, what would be.")
    def facts(self) -> list[Fact]:
        return [Fact.of(recorded) for recorded in self.outcome.facts]

    async def reached(self, info: Info) -> Context:
        """The context, once its reads see this command."""
        if self.outcome.position is not None:
            await info.context.reach(self.outcome.position)
        return info.context

    def named(self, field: str) -> UUID | None:
        """The first id that the command's facts give under this name."""
        for recorded in self.outcome.facts:
            if (found := getattr(recorded.fact, field, None)) is not None:
                return UUID(str(found))
        return None


AnyPayload = TypeVar("AnyPayload", bound=Payload)


def check_command_id(sent: CommandInput) -> None:
    """BAD_REQUEST for an id that is no sensible one."""
    if sent.command_id is not None and not 1 <= len(sent.command_id) <= LONGEST_COMMAND_ID:
        raise ApiError("BAD_REQUEST", f"A commandId has 1 to {LONGEST_COMMAND_ID} characters.")


async def submit(
    info: Info,
    sent: CommandInput,
    command: Command,
    payload: type[AnyPayload],
    *,
    correlation: str | None = None,
) -> AnyPayload:
    """Hand a command to the registrar and answer when it is durable."""
    check_command_id(sent)
    viewer = info.context.viewer
    own = viewer.student is not None and viewer.student == getattr(command, "student", None)
    actor = Actor(viewer.name, viewer.role, Channel.SELF if own else Channel.STAFF)
    registrar: Registrar = info.context.services.registrar
    command_id = sent.command_id or str(draw())
    try:
        with _answer_time.time():
            future = registrar.submit(
                command,
                actor,
                command_id=command_id,
                correlation=correlation,
                dry_run=sent.dry_run,
            )
            outcome = await wrap_future(future)
    except (Overloaded, Conflict) as error:
        _decided.labels(command.kind(), "overloaded").inc()
        raise ApiError("OVERLOADED", f"Try again: {error}.", retry_after=1) from error
    except OperationalError as error:
        _decided.labels(command.kind(), "unknown").inc()
        text = (
            "The log cannot be reached, and whether this was recorded is not known: send it again"
        )
        raise ApiError("OVERLOADED", f"{text} as commandId {command_id}.", retry_after=1) from error
    if not sent.dry_run:
        _decided.labels(command.kind(), "refused" if outcome.refusals else "accepted").inc()
    if outcome.position is not None:
        info.context.recorded(outcome.position)
    return payload.of(command, outcome)
