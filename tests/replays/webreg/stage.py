"""The stage: a registrar of its own on a moved clock, with the sections and the made students."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID

from tests.replays.webreg.people import CREDIT_LIMIT, CREDITS_EACH, cast
from tests.replays.webreg.place import place_of
from tests.replays.webreg.read import ReplayProblem, WebregData
from tests.replays.webreg.story import Story
from write_side.aggregates import Course, Section, Term
from write_side.commands import AddCourse, Command, OpenTerm, RegisterStudent, ScheduleSection
from write_side.events import Channel, Role, StudentRegistered
from write_side.log.log import Log
from write_side.opening import open_log, open_vault
from write_side.registrar import Registrar
from write_side.submission import Actor, Outcome

OFFICE = Actor("registrar's office", Role.REGISTRAR, Channel.STAFF)
STUDENT = Actor("made student", Role.STUDENT, Channel.SELF)
WAITLIST_CAPACITY = 100_000
MOST_UNDER_WAY = 1_000
ANSWER_SECONDS = 120.0

Progress = Callable[[int, int], None]


@dataclass
class MovedClock:
    """The service's clock: it stands at the last recorded moment that was handed in."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now

    def move(self, at: datetime) -> None:
        self.now = max(self.now, at)


@dataclass
class Stage:
    """`students` and `sections` are stream ids by person and by the data's order; `refused` what
    was refused, by command kind and code."""

    log: Log
    registrar: Registrar
    clock: MovedClock
    term: str
    sections: tuple[UUID, ...] = ()
    students: tuple[UUID, ...] = ()
    _under_way: deque[Future[Outcome]] = field(default_factory=deque)

    def send(
        self,
        command: Command,
        at: datetime,
        actor: Actor = OFFICE,
        *,
        checkpoint: int | None = None,
        dry_run: bool = False,
    ) -> "Future[Outcome]":
        """Hand a command in at a recorded moment, waiting while too many are under way."""
        while len(self._under_way) >= MOST_UNDER_WAY:
            answer(self._under_way.popleft())
        self.clock.move(at)
        future = self.registrar.submit(
            command,
            actor,
            at=at,
            correlation=None if checkpoint is None else str(checkpoint),
            dry_run=dry_run,
        )
        self._under_way.append(future)
        return future

    def settle(self) -> None:
        """Wait until everything sent is answered."""
        while self._under_way:
            answer(self._under_way.popleft())


def answer(future: "Future[Outcome]") -> Outcome:
    """The outcome, refused or not; ReplayProblem if the command failed."""
    try:
        return future.result(ANSWER_SECONDS)
    except Exception as error:
        raise ReplayProblem(f"a command failed: {type(error).__name__} {error}") from error


@contextmanager
def stage(folder: Path, data: WebregData, story: Story) -> Iterator[Stage]:
    """The stage set for a story, on files in this folder."""
    clock = MovedClock(data.samples[0].at - timedelta(days=1))
    with (
        place_of(folder) as place,
        closing(open_log(place)) as log,
        # made students have no names: the key protects the made reasons of permits only
        closing(open_vault(place, bytes(32))) as vault,
        closing(Registrar(log, vault, clock=clock)) as registrar,
    ):
        own = Stage(log, registrar, clock, data.term)
        _offer(own, data, story)
        _enter(own, data, story)
        yield own


def _offer(own: Stage, data: WebregData, story: Story) -> None:
    """The term, its courses and sections, each with the capacity it was first seen with."""
    at = own.clock.now
    last = data.samples[-1].at.date() + timedelta(days=1)
    limit = Decimal(CREDIT_LIMIT)
    _founded(own.send(OpenTerm(data.term, data.term, at.date(), last, credit_limit=limit), at))
    courses = dict.fromkeys(section.course for section in data.sections)
    founded = [own.send(AddCourse(code, code, Decimal(CREDITS_EACH)), at) for code in courses]
    founded += [
        own.send(
            ScheduleSection(
                data.term,
                section.course,
                section.code,
                capacity,
                waitlist_capacity=WAITLIST_CAPACITY,
                meetings=section.meetings,
            ),
            at,
        )
        for section, capacity in zip(data.sections, story.capacities, strict=True)
    ]
    for future in founded:
        _founded(future)
    term = Term.id_of(data.term)
    own.sections = tuple(
        Section.id_of(term, Course.id_of(section.course), section.code) for section in data.sections
    )


def _enter(own: Stage, data: WebregData, story: Story) -> None:
    """The students who play the story's persons."""
    at = own.clock.now
    players, needed = cast(story, data)
    entering = [
        own.send(RegisterStudent(f"{data.term}-{number}", None, None), at)
        for number in range(needed)
    ]
    students = [_student(_founded(future)) for future in entering]
    own.students = tuple(students[player] for player in players)


def _founded(future: "Future[Outcome]") -> Outcome:
    outcome = answer(future)
    if outcome.refusals:
        why = " ".join(refusal.message for refusal in outcome.refusals)
        raise ReplayProblem(f"the stage could not be set: {why}")
    return outcome


def _student(outcome: Outcome) -> UUID:
    return next(
        recorded.stream
        for recorded in outcome.facts
        if isinstance(recorded.fact, StudentRegistered)
    )


def codes(outcome: Outcome) -> Sequence[str]:
    return [refusal.code.value for refusal in outcome.refusals]
