"""Student numbers: each belongs to one student for good."""

from uuid import NAMESPACE_URL, UUID, uuid5

from write_side.aggregates.stream import Stream
from write_side.events import Fact, StudentNumberAssigned

_NUMBERS = uuid5(NAMESPACE_URL, "rollbook:student-number")


class StudentNumber(Stream):
    """A student number, claimed by the first version of its own stream: students have random ids,
    so this is what makes a number unique."""

    NOUN = "StudentNumber"

    @staticmethod
    def id_of(number: str) -> UUID:
        return uuid5(_NUMBERS, number)

    def evolve(self, fact: Fact) -> None:
        match fact:
            case StudentNumberAssigned():
                self.student = fact.student
            case _:
                super().evolve(fact)
