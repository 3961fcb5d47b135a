"""Facts as clients see them, queried and as a feed."""

from collections.abc import AsyncGenerator, Callable, Sequence
from datetime import datetime
from typing import Annotated, Any, Protocol, Self, TypeVar, cast
from uuid import UUID

import strawberry
from sqlalchemy.exc import NoResultFound
from sqlmodel import Session
from strawberry.scalars import JSON

from read_side.changes import ANY
from read_side.views import activity
from schema.connection import Connection, connection, window
from schema.context import Context, Info
from schema.ids import NOUNS, Position, global_id, key_of, position, position_number, read_id
from schema.policy import actor_shown, may_follow
from write_side.events import Channel, Recorded, Role

FEED_BATCH = 100
_NAMED = {noun.lower(): noun for noun in NOUNS} | {
    "entry": "WaitlistEntry",
    "drops": "Section",
    "prerequisites": "Course",
    "corequisites": "Course",
}
"""What a payload's fields name."""

strawberry.enum(Role, name="ActorRole", description="In which role somebody acted.")
strawberry.enum(Channel, description="Through what a command came.")


@strawberry.type(description="Who caused a fact, in which role and through what.")
class Actor:
    role: Role
    channel: Channel
    who: strawberry.Private[str]

    @strawberry.field(description="Other students are not told apart.")
    def name(self, info: Info) -> str:
        return actor_shown(info.context.viewer, self.who)


@strawberry.type(description="Something that happened; it never changes and is never refused.")
class Fact:
    position: Position
    type: str
    stream: strawberry.ID
    version: int
    at: datetime = strawberry.field(description="When it happened.")
    recorded_at: datetime = strawberry.field(description="When the log recorded it.")
    actor: Actor
    command_id: strawberry.ID
    correlation_id: strawberry.ID
    data: JSON = strawberry.field(description="Its values; personal ones are marked, not shown.")
    told: strawberry.Private[str | Recorded]

    @classmethod
    def of(cls, recorded: Recorded) -> Self:
        """A fact fresh from a command, before any view has it."""
        fact, envelope = recorded.fact, recorded.envelope
        return cls(
            position=position(recorded.position),
            type=fact.TOPIC,
            stream=global_id(fact.AGGREGATE, recorded.stream),
            version=fact.originator_version,
            at=recorded.at,
            recorded_at=recorded.recorded_at,
            actor=Actor(who=envelope.actor, role=envelope.role, channel=envelope.channel),
            command_id=strawberry.ID(envelope.command_id),
            correlation_id=strawberry.ID(envelope.correlation),
            data=cast(JSON, _with_ids(activity.shown(fact))),
            told=recorded,
        )

    @classmethod
    def of_entry(cls, entry: activity.ActivityEntry) -> Self:
        return cls(
            position=position(entry.position),
            type=entry.type,
            stream=global_id(entry.noun, entry.stream),
            version=entry.version,
            at=entry.at,
            recorded_at=entry.recorded_at,
            actor=Actor(who=entry.actor, role=Role(entry.role), channel=Channel(entry.channel)),
            command_id=strawberry.ID(entry.command_id),
            correlation_id=strawberry.ID(entry.correlation),
            data=cast(JSON, _with_ids(entry.data)),
            told=entry.summary,
        )

    @strawberry.field(description="The fact as a sentence, without anybody's name.")
    def summary(self, info: Info) -> str:
        if isinstance(self.told, str):
            return self.told
        recorded = self.told
        try:
            return activity.sentence(recorded.fact, recorded.stream, info.context.read("activity"))
        except NoResultFound:
            # it names what was made just now; the executor awaits this
            return cast(str, _sentence(info.context, recorded))


async def _sentence(context: Context, recorded: Recorded) -> str:
    # a dry run has no position of its own: what it names may be as new as the log
    await context.reach(recorded.position or context.services.head())
    return activity.sentence(recorded.fact, recorded.stream, context.read("activity"))


@strawberry.type(
    description="The feed cannot go on from where it was asked to: it goes on from `position`."
)
class Reset:
    position: Position
    reason: str


FactOrReset = Annotated[Fact | Reset, strawberry.union("FactOrReset")]
FactConnection = Connection[Fact]


@strawberry.type
class FactQuery:
    @strawberry.field(description="The audit trail: your own facts, all of them for staff.")
    def facts(
        self,
        info: Info,
        after: Position | None = None,
        stream: strawberry.ID | None = None,
        student: strawberry.ID | None = None,
        types: list[str] | None = None,
        first: int | None = None,
        last: int | None = None,
        before: Position | None = None,
    ) -> Connection[Fact]:
        session = info.context.read("activity")
        asked = window(first, None, last, None)
        filters = _filters(info.context, stream, student, types)
        return connection(
            info.context,
            lambda: activity.entries(
                session,
                asked.size,
                above=None if after is None else position_number(after),
                below=None if before is None else position_number(before),
                backward=asked.backward,
                **filters,
            ),
            Fact.of_entry,
        )


@strawberry.type
class FactSubscription:
    @strawberry.subscription(
        description="A feed: every fact once, in order; resume with `after` the last position seen."
    )
    async def facts(
        self,
        info: Info,
        after: Position | None = None,
        stream: strawberry.ID | None = None,
        student: strawberry.ID | None = None,
        types: list[str] | None = None,
    ) -> AsyncGenerator[FactOrReset, None]:
        filters = _filters(info.context, stream, student, types)
        async for item in feed(
            info,
            after,
            ("activity", filters["stream"] or ANY),
            lambda session, seen, size: activity.entries(session, size, above=seen, **filters).rows,
            Fact.of_entry,
        ):
            yield item


class Positioned(Protocol):
    position: int


Item = TypeVar("Item", bound=Positioned)
Shown = TypeVar("Shown")


async def feed(
    info: Info,
    after: Position | None,
    topic: tuple[str, UUID],
    read: Callable[[Session, int, int], Sequence[Item]],
    show: Callable[[Item], Shown],
) -> AsyncGenerator[Shown | Reset, None]:
    """Every item behind a position once, in order, and then as they come; from now on without
    one. What waits is in the store, not in memory, however slow the listener is."""
    services = info.context.services
    head = services.head()
    seen = head if after is None else position_number(after)
    if seen > head:
        yield Reset(position=position(head), reason="The log does not reach that far.")
        seen = head
    with services.changes.listen({topic}) as listener:
        while True:
            # read and let go: a feed must not hold a snapshot while its listener takes its time
            with services.store.reading() as session:
                items = list(read(session, seen, FEED_BATCH))
            for item in items:
                seen = item.position
                info.context.recorded(seen)
                yield show(item)
            if not items:
                await listener.changed()


def _filters(
    context: Context, stream: str | None, student: str | None, types: list[str] | None
) -> dict[str, Any]:
    whom = may_follow(context.viewer, None if student is None else key_of(student, "Student"))
    return {
        "stream": None if stream is None else read_id(stream)[1],
        "student": whom,
        "types": types or (),
    }


def _with_ids(data: dict[str, Any]) -> dict[str, Any]:
    """Streams named in a payload, by the ids clients know them under."""
    return {
        name: _id_of(_NAMED[name], value) if name in _NAMED and value else value
        for name, value in data.items()
    }


def _id_of(noun: str, value: Any) -> Any:
    if isinstance(value, list):
        return [_id_of(noun, item) for item in value]
    return global_id(noun, UUID(value))
