"""A campus on registration day: two terms, courses that need each other, students by name."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from tests.scenario import Told
from tests.write_side import campus
from tests.write_side.campus import FALL, section_id
from write_side.aggregates import Course, Term
from write_side.commands import AddCourse, OpenTerm, ReviseCourse, ScheduleSection
from write_side.events import Meeting, Promotion, StudentRegistered, Weekday

SPRING = OpenTerm("2026SP", "Spring 2026", date(2026, 1, 12), date(2026, 5, 8))
COURSES = (
    AddCourse("CS-101", "Databases", Decimal(4)),
    AddCourse("LAT-1", "Latin", Decimal(3)),
    AddCourse("ART-1", "Drawing", Decimal(2)),
    AddCourse("CS-201", "Query Planning", Decimal(2)),
    AddCourse("LAB-1", "Database Lab", Decimal(1)),
)
CS, LAT, ART, CS2, LAB = (Course.id_of(course.code) for course in COURSES)
REQUISITES = (
    ReviseCourse(CS2, prerequisites=("CS-101",)),
    ReviseCourse(LAB, corequisites=("CS-101",)),
)
TERM, LAST_TERM = Term.id_of("2026FA"), Term.id_of("2026SP")

ANN, BOB, CID, DOT, EVE = (UUID(int=0x57D000 + nth) for nth in range(5))
NOBODY = UUID(int=0xDEAD)
DAY = timedelta(days=1)
INSTANT = timedelta(microseconds=1)


def meeting(days: str, starts: int, ends: int) -> Meeting:
    """On the days of these letters (MTWRF), between two full hours."""
    names = dict(zip("MTWRF", Weekday, strict=False))
    return Meeting(tuple(names[day] for day in days), time(starts), time(ends))


MORNING = meeting("MW", 9, 11)
NOON_CLASS = meeting("MW", 11, 12)
LATE_MORNING = meeting("W", 10, 12)
TUESDAY = meeting("T", 9, 11)


def section(
    course: str,
    code: str,
    capacity: int | None = 1,
    waitlist: int = 9,
    *meetings: Meeting,
    term: str = "2026FA",
    **how: Any,
) -> ScheduleSection:
    return ScheduleSection(term, course, code, capacity, waitlist, meetings=meetings, **how)


def offering(
    course: str, code: str, capacity: int | None = 1, waitlist: int = 9, *meetings: Meeting
) -> ScheduleSection:
    """A section that offers its freed seats, for a day."""
    return section(course, code, capacity, waitlist, *meetings, promotion=Promotion.OFFER)


def section_at(course: str, code: str, term: str = "2026FA") -> UUID:
    return section_id(ScheduleSection(term, course, code, 0))


A, B, C = (section_at("CS-101", code) for code in "ABC")
L, M = section_at("LAT-1", "L"), section_at("LAT-1", "M")
D, E = section_at("ART-1", "D"), section_at("ART-1", "E")
Q, P = section_at("CS-201", "Q"), section_at("LAB-1", "P")
PAST = section_at("CS-101", "PAST", "2026SP")


def student(person: UUID, *groups: str) -> Told:
    """A student of these groups."""
    known = campus.student(person)
    assert known.kind is StudentRegistered
    return replace(known, values={**known.values, "groups": groups})


def university(*sections: ScheduleSection, term: OpenTerm = FALL) -> tuple[Any, ...]:
    """Both terms, all courses, these sections and five students."""
    people = map(student, (ANN, BOB, CID, DOT, EVE))
    return (SPRING, term, *COURSES, *REQUISITES, *sections, *people)


def at(day: int, hour: int = 0) -> datetime:
    """A moment in September 2026."""
    return datetime(2026, 9, day, hour, tzinfo=UTC)
