"""A small campus: one term, two courses, three sections, a few students, by name."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

from tests.scenario import Told, fact
from write_side.aggregates import Course, Section, Term
from write_side.commands import AddCourse, OpenTerm, ScheduleSection
from write_side.events import (
    EnrollmentCanceled,
    EnrollmentWithdrawn,
    SeatFreed,
    SeatTaken,
    StudentEnrolled,
    StudentRegistered,
)

OPENS = datetime(2026, 8, 10, 8, tzinfo=UTC)
ADD_DEADLINE = datetime(2026, 9, 11, 16, tzinfo=UTC)
DROP_DEADLINE = datetime(2026, 9, 25, 16, tzinfo=UTC)
WITHDRAWAL_DEADLINE = datetime(2026, 11, 13, 16, tzinfo=UTC)

FALL = OpenTerm(
    "2026FA",
    "Fall 2026",
    date(2026, 8, 24),
    date(2026, 12, 18),
    registration_opens_at=OPENS,
    add_deadline=ADD_DEADLINE,
    drop_deadline=DROP_DEADLINE,
    withdrawal_deadline=WITHDRAWAL_DEADLINE,
    credit_limit=Decimal(10),
)
DATABASES = AddCourse("CS-101", "Databases", Decimal(4))
LATIN = AddCourse("LAT-1", "Latin", Decimal("7.5"))
SECTION_A = ScheduleSection("2026FA", "CS-101", "A", 2)
SECTION_B = ScheduleSection("2026FA", "CS-101", "B", 2)
SECTION_L = ScheduleSection("2026FA", "LAT-1", "L", None)
CAMPUS = (FALL, DATABASES, LATIN, SECTION_A, SECTION_B, SECTION_L)


def section_id(section: ScheduleSection) -> UUID:
    return Section.id_of(Term.id_of(section.term), Course.id_of(section.course), section.code)


TERM = Term.id_of("2026FA")
CS, LAT = Course.id_of("CS-101"), Course.id_of("LAT-1")
A, B, L = map(section_id, (SECTION_A, SECTION_B, SECTION_L))
ANN, BOB, CID = (UUID(int=nth) for nth in (0xA11, 0xB0B, 0xC1D))
NOBODY = UUID(int=0xDEAD)


def student(person: UUID) -> Told:
    """A student whose name and address the source did not know."""
    return fact(StudentRegistered, person, number=f"S{person.int:x}", name=None, email=None)


def seats(capacity: int | None) -> ScheduleSection:
    """Section A with another capacity."""
    return replace(SECTION_A, capacity=capacity)


def enrolled(
    person: UUID, enrollment: UUID, section: UUID = A, course: UUID = CS, credits: str = "4"
) -> tuple[Told, Told]:
    """Both facts of one enrollment, in the order they are recorded."""
    return (
        fact(
            StudentEnrolled,
            person,
            enrollment=enrollment,
            section=section,
            course=course,
            term=TERM,
            credits=Decimal(credits),
        ),
        fact(SeatTaken, section, student=person, enrollment=enrollment),
    )


def left(
    how: type[EnrollmentCanceled] | type[EnrollmentWithdrawn],
    person: UUID,
    enrollment: UUID,
    **why: object,
) -> tuple[Told, Told]:
    """Both facts of leaving section A."""
    return (
        fact(how, person, enrollment=enrollment, section=A, course=CS, term=TERM, **why),
        fact(SeatFreed, A, student=person, enrollment=enrollment),
    )
