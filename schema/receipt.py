"""Receipts: what became of a command, by its id."""

from datetime import datetime
from enum import StrEnum

import strawberry

from schema.context import Info
from schema.fact import Actor, Fact
from schema.ids import Position, position
from schema.refusal import Refusal
from write_side.log.receipts import Receipt


@strawberry.enum
class CommandStatus(StrEnum):
    ACCEPTED = "ACCEPTED"
    REFUSED = "REFUSED"


@strawberry.type(description="A command that was decided: once, and for good.")
class Command:
    id: strawberry.ID
    name: str
    status: CommandStatus
    at: datetime
    actor: Actor
    position: Position | None
    refusals: list[Refusal]
    receipt: strawberry.Private[Receipt]

    @strawberry.field
    def facts(self, info: Info) -> list[Fact]:
        found = info.context.services.registrar.facts_of(self.receipt)
        return [Fact.of(recorded) for recorded in found]


@strawberry.type
class CommandQuery:
    @strawberry.field(description="The receipt of a command of one's own; of any, for staff.")
    def command(self, info: Info, id: strawberry.ID) -> Command | None:
        viewer = info.context.viewer
        receipt = info.context.services.registrar.receipt(id)
        if receipt is None or not (viewer.staff or receipt.actor == viewer.name):
            return None
        return Command(
            id=id,
            name=receipt.kind,
            status=CommandStatus.REFUSED if receipt.refusals else CommandStatus.ACCEPTED,
            at=receipt.at,
            actor=Actor(who=receipt.actor, role=receipt.role, channel=receipt.channel),
            position=None if receipt.position is None else position(receipt.position),
            refusals=[Refusal.of(refusal) for refusal in receipt.refusals],
            receipt=receipt,
        )
