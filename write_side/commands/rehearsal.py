"""A rehearsal: several commands decided one after the other, for a dry run of all of them."""

from dataclasses import dataclass, field
from typing import Any, cast
from uuid import UUID

from write_side.aggregates.stream import Stream
from write_side.commands.command import AnyStream, Command, Desk
from write_side.events import Fact
from write_side.refusals import Refusal, Refused


@dataclass(frozen=True)
class Rehearsed:
    """What one of the commands would come to."""

    facts: tuple[Fact, ...]
    refusals: tuple[Refusal, ...]


@dataclass(frozen=True)
class Rehearsal(Command):
    """Only ever sent as a dry run: each command sees what those before it would have done, and
    has its answer in `rehearsed`."""

    commands: tuple[Command, ...]
    rehearsed: list[Rehearsed] = field(default_factory=list, compare=False)

    def decide(self, desk: Desk) -> None:
        self.rehearsed.clear()  # a registrar that came too late decides its group again
        for command in self.commands:
            watched = _Watched(desk)
            try:
                command.decide(cast(Desk, watched))
            except Refused as refused:
                self.rehearsed.append(Rehearsed((), refused.refusals))
            else:
                self.rehearsed.append(Rehearsed(watched.facts(), ()))


class _Watched:
    """A desk that knows what was recorded at it since it was opened."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._touched: dict[UUID, tuple[Stream, int]] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._desk, name)

    def find(self, kind: type[AnyStream], stream: UUID) -> AnyStream | None:
        found = self._desk.find(kind, stream)
        if found is not None:
            self._touched.setdefault(stream, (found, len(found.pending_events)))
        return found

    def add(self, aggregate: Stream) -> None:
        self._desk.add(aggregate)
        self._touched[aggregate.id] = aggregate, 0

    def facts(self) -> tuple[Fact, ...]:
        return tuple(
            cast(Fact, fact)
            for aggregate, before in self._touched.values()
            for fact in aggregate.pending_events[before:]
        )
