"""What all aggregates share: facts are recorded with the time the command brought."""

from datetime import datetime
from typing import Any, ClassVar, Self
from uuid import UUID

from eventsourcing.domain import Aggregate
from eventsourcing.utils import register_topic

from write_side.events import Fact, FirstFact


class Stream(Aggregate):
    """An aggregate whose state is `evolve`d by facts and by nothing else.

    `NOUN` is the stored name its first fact gives as AGGREGATE. (The library's TOPIC would ask for
    a nested Created class with a topic of its own, which our facts have no use for.)
    """

    NOUN: ClassVar[str]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        register_topic(cls.NOUN, cls)

    @classmethod
    def begin(cls, fact: type[FirstFact], stream: UUID, at: datetime, **values: Any) -> Self:
        """Start a stream with its first fact."""
        return cls._create(fact, id=stream, timestamp=at, **values)

    def record(self, fact: type[Fact], at: datetime, **values: Any) -> None:
        """Add the next fact: from here on it has happened."""
        self.trigger_event(fact, timestamp=at, **values)

    def evolve(self, fact: Fact) -> None:
        """Change state by one fact; an unknown one is a bug, not a broken rule."""
        raise TypeError(f"{type(self).__name__} cannot evolve by {type(fact).__name__}")
