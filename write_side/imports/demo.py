"""A small term to play with, made through the same commands as everything else."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

from write_side.commands import (
    AddCourse,
    AddToCart,
    CancelEnrollment,
    Command,
    Enroll,
    JoinWaitlist,
    OpenTerm,
    Personal,
    RegisterStudent,
    ReserveSeats,
    ScheduleSection,
)
from write_side.events import (
    CancellationReason,
    Channel,
    Meeting,
    Promotion,
    Role,
    StudentNumberAssigned,
    Weekday,
)
from write_side.submission import Actor, Outcome

DEMO = Actor("demo", Role.REGISTRAR, Channel.IMPORT)
STUDENT_NUMBER = "1001"

Submit = Callable[..., "Future[Outcome]"]
Do = Callable[[str, Command], Outcome]

_COURSES = (
    # code, title, credits, seats of each section
    ("CS 101", "Programming I", "4", (3, 40)),
    ("CS 201", "Data Structures", "4", (30,)),
    ("CS 340", "Databases", "4", (25, 25)),
    ("CS 420", "Event Sourcing in Practice", "3", (2,)),
    ("MATH 110", "Linear Algebra", "5", (60, 60)),
    ("MATH 210", "Probability", "4", (45,)),
    ("PHIL 150", "Logic", "3", (None,)),
    ("HIST 120", "The University since 1088", "3", (80,)),
    ("BIO 101", "The Cell", "4", (0,)),
)
_DAYS = (
    (Weekday.MONDAY, Weekday.WEDNESDAY),
    (Weekday.TUESDAY, Weekday.THURSDAY),
    (Weekday.FRIDAY,),
)


@dataclass(frozen=True)
class Demo:
    """What the demo made that one needs to play: a term's code and a student to be."""

    term: str
    student: UUID


def fill(submit: Submit, now: datetime) -> Demo:
    """Open a term that started lately, with courses, sections and twelve students: some enrolled,
    some waiting, one with an offer.

    Every command has an id of its own, so filling twice does nothing twice.
    """

    def do(name: str, command: Command) -> Outcome:
        return submit(command, DEMO, command_id=f"demo/{name}").result()

    starts = (now - timedelta(days=7)).date()
    term = f"DEMO-{_season(starts)}"
    # its own first receipt says which term the demo opened, should the season have changed since
    opened = do("term", OpenTerm(term, f"Demo term {_season(starts)}", starts, _later(starts, 110)))
    term = getattr(opened.facts[0].fact, "code", term) if opened.facts else term
    sections: list[UUID] = []
    for number, (code, title, credits, seats) in enumerate(_COURSES):
        do(f"course/{code}", AddCourse(code, title, Decimal(credits)))
        for letter, capacity in zip("AB", seats, strict=False):
            hour = 8 + (number * 2) % 9
            meeting = Meeting(_DAYS[number % 3], time(hour), time(hour + 1, 30), "Main hall")
            section = ScheduleSection(term, code, letter, capacity, 10, meetings=(meeting,))
            sections += [f.stream for f in do(f"section/{code}/{letter}", section).facts]
    students = [_student(do, str(1001 + number)) for number in range(12)]
    for number, student in enumerate(students[1:]):
        for choice in {number % len(sections), (number * 5 + 2) % len(sections)}:
            do(f"enroll/{number}/{choice}", Enroll(student, sections[choice]))
        do(f"cart/{number}", AddToCart(student, sections[(number + 7) % len(sections)]))
    do("player", Enroll(students[0], sections[9]))
    _wait(do, students, full=sections[5])
    _offer(do, students, term)
    do("reserve", ReserveSeats(sections[8], "HONORS", 10, _at_midnight(_later(starts, 28))))
    return Demo(term, students[0])


def _wait(do: Do, students: Sequence[UUID], full: UUID) -> None:
    """Three wait for a section that is full."""
    for place, student in enumerate(students[7:10]):
        do(f"wait/{place}", JoinWaitlist(student, full))


def _offer(do: Do, students: Sequence[UUID], term: str) -> None:
    """A seat that is held for the student one plays, and somebody who hopes that it is declined."""
    do("course/ART 200", AddCourse("ART 200", "Drawing from Life", Decimal(3)))
    saturday = Meeting((Weekday.SATURDAY,), time(10), time(12), "Studio")
    command = ScheduleSection(
        term, "ART 200", "A", 1, 10, Promotion.OFFER, (saturday,), offer_hours=72
    )
    section = do("section/ART 200/A", command).facts[0].stream
    player, hoping, leaving = students[0], students[1], students[2]
    do("offer/full", Enroll(leaving, section))
    do("offer/first", JoinWaitlist(player, section))
    do("offer/second", JoinWaitlist(hoping, section))
    do("offer/free", CancelEnrollment(leaving, section, CancellationReason.WORKLOAD))


def _student(do: Do, number: str) -> UUID:
    # not people: names that say so, at a domain that can never exist
    name, email = Personal(f"Demo Student {number}"), Personal(f"student{number}@demo.invalid")
    groups = ("HONORS",) if number.endswith("2") else ()
    outcome = do(f"student/{number}", RegisterStudent(number, name, email, groups))
    return next(
        recorded.fact.student
        for recorded in outcome.facts
        if isinstance(recorded.fact, StudentNumberAssigned)
    )


def _season(day: date) -> str:
    return f"{day.year}-{'SPRING' if day.month < 7 else 'FALL'}"


def _at_midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _later(day: date, days: int) -> date:
    return day + timedelta(days=days)
