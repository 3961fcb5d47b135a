"""Facts about courses of the catalog."""

from decimal import Decimal
from uuid import UUID

from write_side.events.fact import Fact, FirstFact


class CourseAdded(FirstFact):
    TOPIC = "CourseAdded"
    AGGREGATE = "Course"
    code: str
    title: str
    credits: Decimal


class CourseRevised(Fact):
    """The catalog entry from here on; enrollments keep the credits they were made with."""

    TOPIC = "CourseRevised"
    AGGREGATE = "Course"
    title: str
    credits: Decimal
    prerequisites: tuple[UUID, ...] = ()
    corequisites: tuple[UUID, ...] = ()
