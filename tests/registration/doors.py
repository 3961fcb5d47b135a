"""Two doors to the real commands: a desk in memory, quick, and a registrar over files, whole."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol
from uuid import UUID

from tests.scenario import PaperDesk, fold
from tests.write_side.office import SELF, STAFF, Office
from write_side.aggregates.stream import Stream
from write_side.commands import Command
from write_side.events import Fact
from write_side.refusals import Refusal, Refused

Answer = tuple[Sequence[Refusal], list[Fact]]


class Door(Protocol):
    """Where a machine sends commands, and sees what became of the aggregates."""

    def send(self, command: Command, at: datetime, *, staff: bool) -> Answer: ...

    def live(self) -> list[Stream]: ...

    def close(self) -> None: ...


class PaperDoor:
    """Commands decided on a desk in memory; what was touched is folded again from its facts."""

    def __init__(self) -> None:
        self.desk = PaperDesk(ids=(UUID(int=0xA00000 + nth) for nth in count()).__next__)

    def send(self, command: Command, at: datetime, *, staff: bool) -> Answer:
        desk = self.desk
        desk.at, desk.staff, desk.touched = at, staff, {}
        refusals: Sequence[Refusal] = ()
        try:
            command.decide(desk)
        except Refused as refused:
            refusals = refused.refusals
        facts: list[Fact] = [
            fact
            for aggregate in desk.touched.values()
            for fact in aggregate.collect_events()  # type: ignore[misc]
        ]
        assert not (refusals and facts), "refused, but something was recorded"
        for fact in facts:
            desk.history.setdefault(fact.originator_id, []).append(fact)
        for stream in {fact.originator_id for fact in facts}:
            again = fold(desk.history[stream])
            assert vars(again) == vars(desk.aggregates[stream]), "replay differs from what is live"
        return refusals, facts

    def live(self) -> list[Stream]:
        return list(self.desk.aggregates.values())

    def close(self) -> None:
        pass


@dataclass
class OfficeDoor:
    """Commands through a registrar: first dry, then for good, then once more by the same id."""

    folder: TemporaryDirectory[str] = field(default_factory=TemporaryDirectory)
    sent: int = 0
    streams: dict[UUID, None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.office = Office(Path(self.folder.name))

    def send(self, command: Command, at: datetime, *, staff: bool) -> Answer:
        self.sent += 1
        self.office.now = at
        actor, name = STAFF if staff else SELF, f"command-{self.sent}"
        before = self.office.log.head()
        dry = self.office.ask(command, actor=actor, dry_run=True)
        assert self.office.log.head() == before, "a dry run recorded something"
        outcome = self.office.ask(command, name, actor)
        assert dry.refusals == outcome.refusals, "a dry run promised something else"
        assert list(map(_kind, dry.facts)) == list(map(_kind, outcome.facts))
        head = self.office.log.head()
        assert self.office.ask(command, name, actor) == outcome, "the same id, another answer"
        assert self.office.log.head() == head == before + len(outcome.facts)
        for recorded in outcome.facts:
            self.streams[recorded.stream] = None
            assert (recorded.envelope.actor, recorded.at) == (actor.name, at)
        return outcome.refusals, [recorded.fact for recorded in outcome.facts]

    def live(self) -> list[Stream]:
        return [self.office.registrar.repository.get(stream) for stream in self.streams]

    def close(self) -> None:
        """Everything again from the file, as after a restart."""
        told: dict[UUID, list[Fact]] = {}
        for recorded in self.office.log.read(0, 1_000_000):
            told.setdefault(recorded.stream, []).append(recorded.fact)
        for aggregate in self.live():
            assert vars(fold(told[aggregate.id])) == vars(aggregate)
        assert self.office.log.first_broken_link() is None
        self.office.close()
        self.folder.cleanup()


def _kind(recorded: object) -> object:
    return type(recorded.fact)  # type: ignore[attr-defined]
