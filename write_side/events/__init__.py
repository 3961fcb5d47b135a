"""The facts: everything that may ever be read back from the log, by stable name.

This package is the only thing both sides share. A fact is past tense, frozen, and
never refused: rules belong to the aggregates, reading belongs to the views.
"""

from write_side.events.course import CourseAdded, CourseRevised
from write_side.events.fact import Fact, FirstFact, fact_types
from write_side.events.recorded import Envelope, Recorded, RefusedCommand
from write_side.events.sealed import Sealed
from write_side.events.section import CapacityChanged, SeatFreed, SeatTaken, SectionScheduled
from write_side.events.student import (
    ContactChanged,
    EnrollmentCanceled,
    EnrollmentWithdrawn,
    SectionAddedToCart,
    SectionRemovedFromCart,
    StudentEnrolled,
    StudentNumberAssigned,
    StudentRegistered,
)
from write_side.events.term import TermOpened
from write_side.events.vocabulary import (
    STUDENT_REASONS,
    CancellationReason,
    Channel,
    Meeting,
    Promotion,
    Role,
    Weekday,
)

__all__ = [
    "STUDENT_REASONS",
    "CancellationReason",
    "CapacityChanged",
    "Channel",
    "ContactChanged",
    "CourseAdded",
    "CourseRevised",
    "EnrollmentCanceled",
    "EnrollmentWithdrawn",
    "Envelope",
    "Fact",
    "FirstFact",
    "Meeting",
    "Promotion",
    "Recorded",
    "RefusedCommand",
    "Role",
    "Sealed",
    "SeatFreed",
    "SeatTaken",
    "SectionAddedToCart",
    "SectionRemovedFromCart",
    "SectionScheduled",
    "StudentEnrolled",
    "StudentNumberAssigned",
    "StudentRegistered",
    "TermOpened",
    "Weekday",
    "fact_types",
]
