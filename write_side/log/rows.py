"""The rows of the facts table: header, payload, salt and link, the same on every store."""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from eventsourcing.persistence import StoredEvent

from write_side.events import Channel, Envelope, Recorded, Role
from write_side.log.chain import link, new_salt, value_hashes
from write_side.log.codec import StoredFact, decode

COLUMNS = (
    "position, stream, version, topic, at, recorded_at, command_id, actor, role, channel,"
    " correlation, state, salt, chain"
)
READ_COLUMNS = COLUMNS.removesuffix(", salt, chain")


def chained(
    facts: Iterable[tuple[StoredEvent, Envelope]],
    recorded_at: datetime,
    *,
    position: int,
    chain: bytes,
) -> list[tuple[Any, ...]]:
    """Rows in the order of COLUMNS, following the given head of the log."""
    rows = []
    for fact, envelope in facts:
        assert isinstance(fact, StoredFact) and isinstance(fact.originator_id, UUID)
        position += 1
        header = (
            position,
            fact.originator_id.hex,
            fact.originator_version,
            fact.topic,
            fact.at.isoformat(timespec="microseconds"),
            recorded_at.isoformat(timespec="microseconds"),
            envelope.command_id,
            envelope.actor,
            envelope.role.value,
            envelope.channel.value,
            envelope.correlation,
        )
        salt = new_salt()
        chain = link(chain, header, value_hashes(fact.state, salt))
        rows.append((*header, fact.state, salt, chain))
    return rows


def recorded(row: tuple[Any, ...]) -> Recorded:
    """The fact and its envelope, from a row read with READ_COLUMNS."""
    position, stream, version, topic, at, recorded_at, command_id, actor, role, *rest = row
    channel, correlation, state = rest
    fact = decode(topic, state, stream=UUID(stream), version=version, at=datetime.fromisoformat(at))
    return Recorded(
        position=position,
        fact=fact,
        envelope=_envelope(command_id, actor, role, channel, correlation),
        recorded_at=datetime.fromisoformat(recorded_at),
    )


@lru_cache(1_000)
def _envelope(command_id: str, actor: str, role: str, channel: str, correlation: str) -> Envelope:
    """One for all facts of a command: they stand side by side in the log."""
    return Envelope(command_id, actor, Role(role), Channel(channel), correlation)


def relinked(row: tuple[Any, ...], previous: bytes) -> bytes:
    """The link a stored row (read with COLUMNS) ought to carry after the given one."""
    *header, state, salt, _ = row
    try:
        return link(previous, tuple(header), value_hashes(state, salt))
    except (ValueError, TypeError, AttributeError):  # no JSON object any more
        return b""
