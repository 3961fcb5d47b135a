"""The crowd of a rush: an office that prepares, a cohort that reaches for seats, and onlookers."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import cycle
from typing import Any

from tests.replays.webreg.client import Connection
from tests.replays.webreg.read import ReplayProblem
from tests.replays.webreg.stage import Progress
from tests.replays.webreg.story import SEED

TERM = "RUSH"
HEAD_START = timedelta(seconds=2)
A_REQUEST = 10

_ENROLL = """mutation($student: ID!, $section: ID!) {
  enroll(input: {student: $student, section: $section}) { position refusals { code } } }"""
_READ = "query($id: ID!) { section(id: $id) { capacity enrolled seatsAvailable waitlisted } }"


@dataclass(frozen=True)
class Rush:
    """How hard: sections are taken, hottest first, until they have `seats` seats."""

    seats: int = 400
    attempts_per_seat: int = 2
    writers: int = 8
    readers_per_writer: int = 20


@dataclass
class Seen:
    """What came of the attempts and reads; times in seconds."""

    writes: list[float] = field(default_factory=list)
    reads: list[float] = field(default_factory=list)
    accepted: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    position: int = 0


@dataclass
class Crowd:
    """The office that prepares, the cohort that reaches for seats, and those who look on."""

    port: int
    token: str
    rush: Rush
    hot: dict[int, int]
    progress: Progress
    seen: Seen = field(default_factory=Seen)
    over: bool = False

    async def go(self) -> tuple[Seen, list[int]]:
        wanted = sum(self.hot.values()) * self.rush.attempts_per_seat
        writers = await self._open(self.rush.writers)
        readers = await self._open(self.rush.writers * self.rush.readers_per_writer)
        students = await self._students(writers, wanted)
        sections, opens_at = await self._term(writers[0])
        attempts = self._attempts(students, sections)
        for section in sections:
            # nobody is let in before the moment comes
            await self._attempt(writers[0], students[0], section)
        early, self.seen = self.seen, Seen()
        if early.refused.keys() != {"WINDOW_NOT_OPEN"} or early.accepted:
            raise ReplayProblem(f"the window was not closed before it opened: {early.refused}")
        await asyncio.sleep((opens_at - datetime.now(UTC)).total_seconds())
        async with asyncio.TaskGroup() as looking:
            for each in readers:
                looking.create_task(self._look(each, sections))
            began = time.perf_counter()
            queue = iter(attempts)
            await asyncio.gather(*(self._reach(each, queue, wanted) for each in writers))
            self.seen.seconds = time.perf_counter() - began
            self.over = True
        shown = await self._shown(writers[0], sections)
        await asyncio.gather(*(each.close() for each in (*writers, *readers)))
        return self.seen, shown

    async def _open(self, count: int) -> list[Connection]:
        opening = (Connection.open(self.port, self.token) for _ in range(count))
        return list(await asyncio.gather(*opening))

    async def _students(self, connections: Sequence[Connection], count: int) -> list[str]:
        requests = iter(range(0, count, A_REQUEST))
        found: list[str] = []

        async def register(connection: Connection) -> None:
            for first in requests:
                fields = " ".join(
                    f's{n}: registerStudent(input: {{number: "R{n}", name: "Made {n}",'
                    f' email: "made{n}@example.edu"}}) {{ student {{ id }} }}'
                    for n in range(first, min(first + A_REQUEST, count))
                )
                reply = await connection.data(f"mutation {{ {fields} }}")
                found.extend(each["student"]["id"] for each in reply.values())

        await asyncio.gather(*(register(each) for each in connections))
        return found

    async def _term(self, office: Connection) -> tuple[list[str], datetime]:
        opens_at = datetime.now(UTC) + HEAD_START
        today = opens_at.date()
        await _accepted(
            office,
            f'openTerm(input: {{code: "{TERM}", name: "Rush", startsOn: "{today}",'
            f' endsOn: "{today + timedelta(days=90)}",'
            f' registrationOpensAt: "{opens_at.isoformat()}"}})',
        )
        sections = []
        for place, capacity in self.hot.items():
            code = f"R{place}"
            await _accepted(office, f'addCourse(input: {{code: "{code}", title: "R", credits: 4}})')
            made = await _accepted(
                office,
                f'scheduleSection(input: {{term: "{TERM}", course: "{code}", code: "A01",'
                f" capacity: {capacity}}})",
                "section { id }",
            )
            sections.append(made["section"]["id"])
        return sections, opens_at

    def _attempts(self, students: Sequence[str], sections: Sequence[str]) -> list[tuple[str, str]]:
        wanted = [
            section
            for section, capacity in zip(sections, self.hot.values(), strict=True)
            for _ in range(capacity * self.rush.attempts_per_seat)
        ]
        random.Random(SEED).shuffle(wanted)
        return list(zip(students, wanted, strict=True))

    async def _reach(
        self, connection: Connection, queue: Iterator[tuple[str, str]], wanted: int
    ) -> None:
        for student, section in queue:
            await self._attempt(connection, student, section)
            self.progress(len(self.seen.writes), wanted)

    async def _attempt(self, connection: Connection, student: str, section: str) -> None:
        reply = await self._timed(
            self.seen.writes, connection, _ENROLL, student=student, section=section
        )
        if reply is not None:
            refusals = reply["enroll"]["refusals"]
            self.seen.position = max(self.seen.position, int(reply["enroll"]["position"] or 0))
            self.seen.accepted += not refusals
            self.seen.refused.update(each["code"] for each in refusals)

    async def _look(self, connection: Connection, sections: Sequence[str]) -> None:
        for section in cycle(sections):
            if self.over:
                return
            await self._timed(self.seen.reads, connection, _READ, id=section)

    async def _timed(
        self, times: list[float], connection: Connection, query: str, **variables: str
    ) -> dict[str, Any] | None:
        began = time.perf_counter()
        reply = await connection.ask(query, **variables)
        times.append(time.perf_counter() - began)
        for error in reply.get("errors", ()):
            self.seen.errors[error["message"][:80]] += 1
        return None if reply.get("errors") else reply["data"]

    async def _shown(self, connection: Connection, sections: Sequence[str]) -> list[int]:
        """What the views show of each section once they have the last seat that was taken."""
        after = str(self.seen.position)
        replies = [await connection.data(_READ, after, id=section) for section in sections]
        return sorted(reply["section"]["enrolled"] for reply in replies)


async def _accepted(office: Connection, field: str, more: str = "") -> dict[str, Any]:
    reply = await office.data(f"mutation {{ it: {field} {{ refusals {{ message }} {more} }} }}")
    made: dict[str, Any] = reply["it"]
    if made["refusals"]:
        raise ReplayProblem(f"the rush could not be prepared: {made['refusals']}")
    return made
