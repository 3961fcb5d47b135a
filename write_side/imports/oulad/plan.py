"""The plan: which commands an import sends, with which ids and times, in which order."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from write_side.commands import AddCourse, Command, OpenTerm, ScheduleSection
from write_side.imports.oulad.contradictions import Contradiction
from write_side.imports.oulad.read import OuladData
from write_side.imports.oulad.rows import Episode, interpret, start_of

_SEASONS = {"B": "February", "J": "October"}
_UNKNOWN_CREDITS = Decimal(0)  # the data has none, and a number made up would count in limits


@dataclass(frozen=True)
class Step:
    """A command that needs no answer to an earlier one to be written down."""

    command_id: str
    command: Command


@dataclass
class Day:
    """What happened at one moment: first people who were never seen before, then enrollments,
    then departures, each in file order."""

    at: datetime
    newcomers: list[str] = field(default_factory=list)
    enrolling: list[Episode] = field(default_factory=list)
    leaving: list[Episode] = field(default_factory=list)

    @property
    def size(self) -> int:
        return len(self.newcomers) + len(self.enrolling) + len(self.leaving)


@dataclass(frozen=True)
class Plan:
    """`founded_at` is the fact's time of terms, courses and sections: the data does not say when
    they were announced, only that it cannot have been later than the first registration."""

    founded_at: datetime
    terms_and_courses: tuple[Step, ...]
    sections: tuple[Step, ...]
    days: tuple[Day, ...]
    contradictions: tuple[Contradiction, ...]

    @property
    def size(self) -> int:
        setup = len(self.terms_and_courses) + len(self.sections)
        return setup + sum(day.size for day in self.days)


def plan(data: OuladData) -> Plan:
    """Everything to send, decided before anything is sent; equal data gives an equal plan."""
    episodes, contradictions = interpret(data)
    offered = sorted({(p.code, p.module) for p in data.presentations})
    courses = [
        Step(f"oulad/course/{module}", AddCourse(module, f"Module {module}", _UNKNOWN_CREDITS))
        for module in sorted({module for _, module in offered})
    ]
    sections = [
        # no capacity in the data: unlimited
        Step(f"oulad/{code}/{module}/section", ScheduleSection(code, module, code, None))
        for code, module in offered
    ]
    starts = [start_of(code) for code, _ in offered]
    return Plan(
        min([*starts, *(e.enrolled_at for e in episodes)]),
        (*_terms(data, episodes), *courses),
        tuple(sections),
        tuple(_days(episodes)),
        tuple(contradictions),
    )


def row_id(episode: Episode, act: str) -> str:
    """The command id of one act of one row, the same in every run."""
    return f"oulad/{episode.presentation}/{episode.module}/{episode.student}/{act}"


def student_id(number: str) -> str:
    return f"oulad/student/{number}"


def _terms(data: OuladData, episodes: Iterable[Episode]) -> Iterable[Step]:
    lengths: dict[str, int] = defaultdict(int)
    for offered in data.presentations:
        lengths[offered.code] = max(lengths[offered.code], offered.length)
    latest: dict[str, datetime] = {}
    for episode in episodes:
        code = episode.presentation
        latest[code] = max(latest.get(code, episode.enrolled_at), episode.enrolled_at)
    for code, length in sorted(lengths.items()):
        start = start_of(code)
        end = start + timedelta(days=length)
        # the default deadline is the end of the last day; somebody may have registered later yet
        late = code in latest and latest[code] >= end + timedelta(days=1)
        term = OpenTerm(
            code=code,
            name=f"{code[:4]} {_SEASONS[code[4:]]}",
            starts_on=start.date(),
            ends_on=end.date(),
            add_deadline=latest[code] + timedelta(days=1) if late else None,
            drop_deadline=start,
        )
        yield Step(f"oulad/term/{code}", term)


def _days(episodes: Iterable[Episode]) -> list[Day]:
    days: dict[datetime, Day] = {}
    for episode in episodes:
        at = episode.enrolled_at
        days.setdefault(at, Day(at)).enrolling.append(episode)
        if (left := episode.left_at) is not None:
            days.setdefault(left, Day(left)).leaving.append(episode)
    ordered = sorted(days.values(), key=lambda day: day.at)
    seen: set[str] = set()
    for day in ordered:
        for episode in day.enrolling:
            if episode.student not in seen:
                seen.add(episode.student)
                day.newcomers.append(episode.student)
    return ordered
