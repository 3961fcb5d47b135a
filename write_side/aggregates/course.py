"""A course of the catalog."""

from datetime import datetime
from decimal import Decimal
from uuid import NAMESPACE_URL, UUID, uuid5

from write_side.aggregates.stream import Stream
from write_side.events import CourseAdded, CourseRevised, Fact

_NAMES = uuid5(NAMESPACE_URL, "rollbook:course")


class Course(Stream):
    NOUN = "Course"

    @staticmethod
    def id_of(code: str) -> UUID:
        """The stream of a course code."""
        return uuid5(_NAMES, code)

    def evolve(self, fact: Fact) -> None:
        match fact:
            case CourseAdded():
                self.code = fact.code
                self.title = fact.title
                self.credits = fact.credits
            case CourseRevised():
                self.title = fact.title
                self.credits = fact.credits
            case _:
                super().evolve(fact)

    def revise(self, at: datetime, *, title: str | None, credits: Decimal | None) -> None:
        """Change what is given; nothing to change is no fact."""
        new_title = self.title if title is None else title
        new_credits = self.credits if credits is None else credits
        if (new_title, new_credits) != (self.title, self.credits):
            self.record(CourseRevised, at, title=new_title, credits=new_credits)
