"""The desk a command is decided at: cached aggregates, its time, its randomness, its facts."""

from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar, cast
from uuid import UUID

from eventsourcing.application import AggregateNotFoundError, Repository

from write_side.aggregates.stream import Stream
from write_side.commands import Personal
from write_side.drawing import draw
from write_side.events import Fact, Role, Sealed
from write_side.refusals import Refused, erased
from write_side.vault import PersonErased, Vault

AnyStream = TypeVar("AnyStream", bound=Stream)

STAFF = frozenset({Role.REGISTRAR, Role.SYSTEM})


@dataclass
class WorkingDesk:
    """A `Desk` over the registrar's repository.

    `looked_at` are the streams this decision rests on, also those it looked for in vain; whoever
    saves its facts, or cannot, must know them. On a `dry` desk everything happens to copies and
    nothing reaches the vault.
    """

    repository: Repository[UUID]
    vault: Vault
    at: datetime
    actor: str
    role: Role
    dry: bool = False
    looked_at: set[UUID] = field(default_factory=set)
    touched: dict[UUID, Stream] = field(default_factory=dict)

    @property
    def staff(self) -> bool:
        return self.role in STAFF

    def find(self, kind: type[AnyStream], stream: UUID) -> AnyStream | None:
        found = self.touched.get(stream)
        if found is None:
            self.looked_at.add(stream)
            try:
                found = self.repository.get(stream)
            except AggregateNotFoundError:
                return None
            if self.dry:
                found = deepcopy(found)
            self.touched[stream] = found
        return found if isinstance(found, kind) else None

    def add(self, aggregate: Stream) -> None:
        self.looked_at.add(aggregate.id)
        self.touched[aggregate.id] = aggregate
        if not self.dry and self.repository.cache is not None:
            # at once, so that the next command of the same group finds it
            self.repository.cache.put(aggregate.id, aggregate)

    def new_id(self) -> UUID:
        return draw()

    def seal(self, person: UUID, label: str, text: Personal) -> Sealed:
        if self.dry:
            return Sealed(person.hex, label, "")
        try:
            return self.vault.seal(person, label, text)
        except PersonErased:  # by another process, whose fact has not come here yet
            raise Refused(erased()) from None

    def index_email(self, person: UUID, email: Personal) -> None:
        if not self.dry:
            self.vault.index_email(person, email)

    def facts(self) -> list[Fact]:
        """What was decided, in the order the aggregates were touched; collected once."""
        return [
            cast(Fact, fact)
            for touched in self.touched.values()
            for fact in touched.collect_events()
        ]
