"""The views themselves: how far each is, and what it could not take in."""

from collections.abc import AsyncGenerator
from datetime import datetime

import strawberry

from read_side.changes import ANY
from schema.context import Context, Info
from schema.ids import Position, position


@strawberry.type(description="A fact a view could not take in; the other views have it.")
class ParkedFact:
    position: str
    error: str
    at: datetime


@strawberry.type(description="A derived view: made from the log, and able to be made again.")
class View:
    name: str
    position: Position
    lag: int = strawberry.field(description="How many facts of the log it has still to take in.")
    generation: int
    parked: list[ParkedFact]


@strawberry.type
class ViewQuery:
    @strawberry.field
    def views(self, info: Info) -> list[View]:
        return _views(info.context)


@strawberry.type
class ViewSubscription:
    @strawberry.subscription(description="State: all views now, then whenever one moves.")
    async def views(self, info: Info) -> AsyncGenerator[list[View], None]:
        changes = info.context.services.changes
        with changes.listen((name, ANY) for name in changes.positions) as listener:
            while True:
                yield _views(info.context)
                await listener.changed()


def _views(context: Context) -> list[View]:
    store, head = context.services.store, context.services.head()
    for name in store.views:
        session = context.read(name)
    parked = store.parked(session)
    return [
        View(
            name=place.view,
            position=position(place.position),
            lag=max(0, head - place.position),
            generation=place.generation,
            parked=[
                ParkedFact(position=str(fact.position), error=fact.error, at=fact.at)
                for fact in parked
                if fact.view == place.view
            ],
        )
        for place in store.positions(session).values()
    ]
