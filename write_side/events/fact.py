"""What every fact is: an event of the eventsourcing library that its aggregate evolves by."""

from collections.abc import Mapping
from typing import Any, ClassVar

from eventsourcing.domain import AggregateCreated, AggregateEvent
from eventsourcing.utils import register_topic

_registered: dict[str, "type[Fact]"] = {}


class Fact(AggregateEvent):
    """Something that happened to one stream.

    `TOPIC` is the stored name: it outlives modules and class names, and is never reused.
    `AGGREGATE` is the noun of the aggregate whose streams hold it.
    The library's own fields are the header: `originator_id` (the stream), `originator_version`
    and `timestamp` (when it happened, UTC); everything else a subclass declares is the payload.
    """

    TOPIC: ClassVar[str]
    AGGREGATE: ClassVar[str]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "TOPIC" in cls.__dict__:
            register_topic(cls.TOPIC, cls)
            _registered[cls.TOPIC] = cls

    def apply(self, aggregate: Any) -> None:
        """Change state by the aggregate's `evolve` alone, so that replay never meets a rule."""
        aggregate.evolve(self)


class FirstFact(Fact, AggregateCreated):
    """The fact that begins a stream."""

    def __post_init__(self) -> None:
        super().__post_init__()
        # the library passes the class's path; a stored name must not change with a module
        object.__setattr__(self, "originator_topic", self.AGGREGATE)


def fact_types() -> Mapping[str, type[Fact]]:
    """Every fact this code can read, by its stored name."""
    return _registered
