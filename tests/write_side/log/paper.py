"""Facts to append where no command is needed: stored, enveloped, with receipts."""

from typing import Any, cast
from uuid import UUID

from tests.scenario import NOON
from write_side.events import CapacityChanged, Channel, Envelope, Fact, Role
from write_side.log.codec import FactMapper
from write_side.log.log import Log
from write_side.log.receipts import Receipt

STREAM = UUID(int=0x5EC)


def capacity_changed(version: int, stream: UUID = STREAM, capacity: int | None = 1) -> Fact:
    header: dict[str, Any] = {
        "originator_id": stream,
        "originator_version": version,
        "timestamp": NOON,
    }
    kind: type[Any] = CapacityChanged
    return cast(Fact, kind(**header, capacity=capacity))


def envelope(command_id: str) -> Envelope:
    return Envelope(command_id, "somebody", Role.REGISTRAR, Channel.STAFF, command_id)


def receipt(command_id: str, *places: int) -> Receipt:
    return Receipt(
        command_id=command_id,
        kind="changeCapacity",
        actor="somebody",
        role=Role.REGISTRAR,
        channel=Channel.STAFF,
        at=NOON,
        fingerprint=b"f",
        input={},
        facts=places,
        refusals=(),
        log_position=0,
    )


def append(log: Log, *facts: Fact, command_id: str = "cmd", **more: Any) -> list[int]:
    """Positions of the facts, appended in one transaction."""
    stored = [FactMapper().to_stored_event(fact) for fact in facts]
    envelopes = [envelope(command_id)] * len(facts)
    return log.insert_events(stored, envelopes=envelopes, recorded_at=NOON, **more)
