"""Facts to bytes and back, typed by the facts' own annotations."""

from dataclasses import MISSING, dataclass, fields
from datetime import datetime
from functools import cache
from typing import Any, NotRequired, get_type_hints
from uuid import UUID

from eventsourcing.persistence import JSONTranscoder, Mapper, StoredEvent
from pydantic import TypeAdapter
from typing_extensions import TypedDict

from write_side.events import Fact, FirstFact, Recorded, fact_types

_HEADER = {"originator_id", "originator_version", "originator_topic", "timestamp"}


class UnknownFact(LookupError):
    """The log holds a fact this code has no class for: refusing beats guessing."""


@dataclass(frozen=True)
class StoredFact(StoredEvent):
    """The library's stored event with the time it happened beside the payload."""

    at: datetime


class FactMapper(Mapper[UUID]):
    """The library's mapper, writing plain JSON: no type tags, so that no value can pretend to be
    of another type and a payload reads in any tool."""

    def __init__(self) -> None:
        super().__init__(transcoder=JSONTranscoder())

    def to_stored_event(self, domain_event: Any) -> StoredFact:
        return StoredFact(
            originator_id=domain_event.originator_id,
            originator_version=domain_event.originator_version,
            topic=domain_event.TOPIC,
            state=encode(domain_event),
            at=domain_event.timestamp,
        )

    def to_domain_event(self, stored_event: StoredEvent) -> Fact:
        assert isinstance(stored_event, StoredFact) and isinstance(stored_event.originator_id, UUID)
        return decode(
            stored_event.topic,
            stored_event.state,
            stream=stored_event.originator_id,
            version=stored_event.originator_version,
            at=stored_event.at,
        )


def encode(fact: Fact) -> bytes:
    """The payload as JSON: what the fact's class declares, without the header."""
    adapter, names, _ = _payload(type(fact))
    values = vars(fact)
    return adapter.dump_json({name: values[name] for name in names})


def decode(topic: str, state: bytes, *, stream: UUID, version: int, at: datetime) -> Fact:
    """The fact again; UnknownFact for a topic nobody registered, ValueError for a bad payload."""
    fact_type = fact_types().get(topic)
    if fact_type is None:
        raise UnknownFact(f"no code here can read the fact {topic!r}")
    adapter, _, defaults = _payload(fact_type)
    values = {**defaults, **adapter.validator.validate_json(state)}
    values |= {"originator_id": stream, "originator_version": version, "timestamp": at}
    if issubclass(fact_type, FirstFact):
        values["originator_topic"] = fact_type.AGGREGATE
    fact = object.__new__(fact_type)
    object.__setattr__(fact, "__dict__", values)
    return fact


def printed(recorded: Recorded) -> str:
    """A fact on one line: position, time, stream, type and payload."""
    fact = recorded.fact
    stream = f"{fact.AGGREGATE}/{recorded.stream.hex[:8]} v{fact.originator_version}"
    place = f"{recorded.position:>8}  {recorded.at:%Y-%m-%d %H:%M:%S}  {stream:28}"
    return f"{place} {fact.TOPIC} {encode(fact).decode()}"


@cache
def _payload(fact_type: type[Fact]) -> tuple[TypeAdapter[Any], list[str], dict[str, Any]]:
    """How a class's payload is written, its names in order, and the defaults of those that older
    payloads do not have."""
    hints = get_type_hints(fact_type)
    own = [field for field in fields(fact_type) if field.name not in _HEADER]
    defaults = {field.name: field.default for field in own if field.default is not MISSING}
    shape = {
        field.name: NotRequired[hints[field.name]] if field.name in defaults else hints[field.name]
        for field in own
    }
    return TypeAdapter(TypedDict("Payload", shape)), list(shape), defaults  # type: ignore[operator]
