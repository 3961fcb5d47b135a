"""The aggregates: what must be consistent at once, and the rules that keep it so."""

from write_side.aggregates.course import Course
from write_side.aggregates.section import Section
from write_side.aggregates.student import Student
from write_side.aggregates.student_number import StudentNumber
from write_side.aggregates.term import Term

__all__ = ["Course", "Section", "Student", "StudentNumber", "Term"]
