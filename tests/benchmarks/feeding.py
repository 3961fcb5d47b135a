"""The feed of facts to 100 listeners: when the last of them has a fact, and what that costs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count

from tests.benchmarks.campus import Plan
from tests.benchmarks.crowd import Wish
from tests.benchmarks.fanning import fan
from tests.benchmarks.measure import Book, Round
from tests.benchmarks.targets import Ground, Target
from tests.benchmarks.wire import Wire, body

FEED = "one fact to 100 listeners of the feed"
FACTS = (
    "subscription Feed($after: Position) {"
    ' facts(after: $after, types: ["SeatTaken"]) { ... on Fact { position commandId type } } }'
)


@asynccontextmanager
async def feeding(ground: Ground) -> AsyncIterator[Round]:
    size = ground.size
    async with ground.rollbook("feeding", Plan(size.students, size.sections)) as target:
        numbers = count()

        async def change(wire: Wire) -> str:
            """One enrollment, told by its command's id."""
            student, section = next(target.pairs)
            told = f"fed/{next(numbers)}"
            answer = await wire.post(target.enroll(student, section, id=told))
            assert target.accepts(answer), answer
            return f'"commandId":"{told}"'

        async def round(book: Book) -> None:
            at = target.at
            wish = Wish(at.port, at.token, size.feeding, FACTS, {"after": await newest(target)})
            await fan(book, FEED, target.name, ground, wish, target.meter, change)

        yield round


async def newest(target: Target) -> str:
    """A position from which a feed has nothing to repeat."""
    wire = await Wire.open(target.at.port, target.at.token)
    views = (await wire.ask(body("{ views { position } }")))["views"]
    wire.close()
    return str(max(int(view["position"]) for view in views))
