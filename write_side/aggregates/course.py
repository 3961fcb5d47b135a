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
                self.prerequisites: tuple[UUID, ...] = ()
                self.corequisites: tuple[UUID, ...] = ()
            case CourseRevised():
                self.title = fact.title
                self.credits = fact.credits
                self.prerequisites = fact.prerequisites
                self.corequisites = fact.corequisites
            case _:
                super().evolve(fact)

    def revise(
        self,
        at: datetime,
        *,
        title: str | None = None,
        credits: Decimal | None = None,
        prerequisites: tuple[UUID, ...] | None = None,
        corequisites: tuple[UUID, ...] | None = None,
    ) -> None:
        """Change what is given; nothing to change is no fact."""
        was = {
            "title": self.title,
            "credits": self.credits,
            "prerequisites": self.prerequisites,
            "corequisites": self.corequisites,
        }
        given = {
            "title": title,
            "credits": credits,
            "prerequisites": prerequisites,
            "corequisites": corequisites,
        }
        now = {**was, **{name: value for name, value in given.items() if value is not None}}
        if now != was:
            self.record(CourseRevised, at, **now)
