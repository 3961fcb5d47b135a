"""Who is measured beside whom, and the same questions in each one's words."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.campus import Pairs, Plan
from tests.benchmarks.measure import Size
from tests.benchmarks.meter import Meter
from tests.benchmarks.peer import Peers
from tests.benchmarks.serving import Served, served
from tests.benchmarks.wire import Wire, body

ROLLBOOK, ON_POSTGRES = "Rollbook", "Rollbook on PostgreSQL"
TWIN, CACHED = "CRUD twin", "CRUD twin, caches on"
POSTGRAPHILE = "PostGraphile"


@dataclass(frozen=True)
class Words:
    """Documents. A page is of sections with 5 fields, behind `$after`; what is nested is a student
    with enrollments, each with its section and course."""

    enroll: str
    count: str
    page: str
    cursors: str
    nested: str
    watch: str
    accepted: bytes = b'"refusals":[]'


_ROLLBOOK = Words(
    enroll=(
        "mutation Enroll($student: ID!, $section: ID!, $id: ID) {"
        " enroll(input: { student: $student, section: $section, commandId: $id })"
        " { position refusals { code } } }"
    ),
    count="query Count($section: ID!) { section(id: $section) { enrolled } }",
    page=(
        "query Page($first: Int!, $after: String) { sections(first: $first, after: $after)"
        " { edges { node { id code capacity enrolled seatsAvailable } } } }"
    ),
    cursors="{ sections(first: 100) { edges { cursor } } }",
    nested=(
        "query Nested($student: ID!) { student(id: $student) { id number enrollments"
        " { id status section { id code enrolled course { id code title } } } } }"
    ),
    watch=(
        "subscription Watch($section: ID!) { section(id: $section)"
        " { enrolled seatsAvailable updatedAt } }"
    ),
)
_TWIN = Words(
    enroll=(
        "mutation Enroll($student: ID!, $section: ID!) {"
        " enroll(input: { student: $student, section: $section }) { refusals { code } } }"
    ),
    count=_ROLLBOOK.count,
    page=_ROLLBOOK.page,
    cursors=_ROLLBOOK.cursors,
    nested=_ROLLBOOK.nested,
    watch="subscription Watch($section: ID!) { section(id: $section) { enrolled seatsAvailable } }",
)
_POSTGRAPHILE = Words(
    enroll=(
        "mutation Enroll($student: Int!, $section: Int!) {"
        " enroll(input: { student: $student, section: $section }) { refusals } }"
    ),
    count="query Count($section: Int!) { sectionByRowId(rowId: $section) { enrolled } }",
    page=(
        "query Page($first: Int!, $after: Cursor) {"
        " allSections(first: $first, after: $after, orderBy: [PRIMARY_KEY_ASC])"
        " { edges { node { id code capacity enrolled seatsAvailable } } } }"
    ),
    cursors="{ allSections(first: 100, orderBy: [PRIMARY_KEY_ASC]) { edges { cursor } } }",
    nested=(
        "query Nested($student: Int!) { studentByRowId(rowId: $student) { id number"
        " enrollmentsByStudentId { nodes { id status"
        " sectionBySectionId { id code enrolled courseByCourseId { id code title } } } } } }"
    ),
    watch="subscription Watch($section: Int!) { section(id: $section) { enrolled } }",
)
WORDS = {
    ROLLBOOK: _ROLLBOOK,
    ON_POSTGRES: _ROLLBOOK,
    TWIN: _TWIN,
    POSTGRAPHILE: _POSTGRAPHILE,
}


class Target:
    """One server under load, and the pairs it was not asked for yet."""

    def __init__(self, name: str, at: Served, *, sparing: int = 0, met: int = 0) -> None:
        """`sparing`: so many of the first sections are for somebody else; `met`: so many sections
        every student has already."""
        self.name, self.at, self.words = name, at, WORDS[name]
        self.meter = Meter(at.pid)
        self.pairs = Pairs(at.students, at.sections[sparing:], met=met)

    @property
    def doors(self) -> list[tuple[str, str]]:
        """Names and paths: the twin is asked as it comes, and with its caches on."""
        cached = [(CACHED, "/cached")] if self.name == TWIN else []
        return [(self.name, "/graphql"), *cached]

    def spread(self) -> Iterator[bytes]:
        return (self.enroll(student, section) for student, section in self.pairs)

    def enroll(self, student: Any, section: Any, **more: Any) -> bytes:
        return body(self.words.enroll, student=student, section=section, **more)

    async def settled(self) -> None:
        """Return once nothing is left to do for what was written: the views of others are always
        up to date, and who is measured next must not pay for ours."""
        if not self.name.startswith(ROLLBOOK):
            return
        wire = await Wire.open(self.at.port, self.at.token)
        asked = body("{ views { position lag } }")
        views = (await wire.ask(asked))["views"]
        head = max(int(view["position"]) + view["lag"] for view in views)
        await wire.ask(asked, f"Min-Position: {head}\r\nMax-Wait: 30\r\n")
        wire.close()

    def accepts(self, answer: bytes) -> bool:
        """Whether an enrollment was accepted."""
        return self.words.accepted in answer.replace(b" ", b"")


@dataclass(frozen=True)
class Ground:
    """Where to measure, how much, and beside whom: peers only where they were asked for."""

    place: Path
    size: Size
    peers: Peers | None = None

    @asynccontextmanager
    async def targets(
        self, bench: str, plan: Plan, *, sparing: int = 0
    ) -> AsyncIterator[list[Target]]:
        """Each on a campus of its own, filled the same."""
        starting: dict[str, AbstractAsyncContextManager[Served]] = {
            TWIN: served("twin", self.place / bench / "twin", plan)
        }
        if self.peers is not None:
            starting[POSTGRAPHILE] = self.peers.postgraphile(bench, plan)
            url = self.peers.server.database(f"rollbook_{bench}")
            starting[ON_POSTGRES] = served("postgres", url, plan)
        starting[ROLLBOOK] = served("service", self.place / bench / "service", plan)
        async with AsyncExitStack() as stack:
            async with asyncio.TaskGroup() as together:
                tasks = {
                    name: together.create_task(stack.enter_async_context(each))
                    for name, each in starting.items()
                }
            yield [
                Target(name, task.result(), sparing=sparing, met=plan.enrolled)
                for name, task in tasks.items()
            ]

    @asynccontextmanager
    async def rollbook(self, bench: str, plan: Plan, *, sparing: int = 0) -> AsyncIterator[Target]:
        """Rollbook alone, on embedded files."""
        async with served("service", self.place / bench, plan) as at:
            yield Target(ROLLBOOK, at, sparing=sparing, met=plan.enrolled)
