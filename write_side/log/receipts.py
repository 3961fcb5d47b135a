"""Receipts: what became of each command, kept in the facts' own transaction."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from hashlib import blake2b
from typing import Any

import orjson

from write_side.events import Channel, RefusedCommand, Role
from write_side.log.chain import link, new_salt
from write_side.refusals import Refusal, RefusalCode


@dataclass(frozen=True)
class Receipt:
    """One command, decided once: accepted with the positions of its facts, or refused.

    `position` is that of its last fact (None: nothing was recorded), `log_position` where the log
    stood when it was decided. `input` leaves personal values out; `fingerprint` is a keyed hash of
    the whole input, so that the same id with another input is noticed. `serial` orders receipts
    and is 0 until stored.
    """

    command_id: str
    kind: str
    actor: str
    role: Role
    channel: Channel
    at: datetime
    fingerprint: bytes
    input: dict[str, Any]
    facts: tuple[int, ...]
    refusals: tuple[Refusal, ...]
    log_position: int
    serial: int = 0

    @property
    def position(self) -> int | None:
        return self.facts[-1] if self.facts else None

    def placed(self, head: int) -> "Receipt":
        """With true positions: a receipt is written before its facts have any, counting within
        its group from 1, and the log shifts it by where the group begins."""
        return replace(
            self,
            facts=tuple(head + place for place in self.facts),
            log_position=head + self.log_position,
        )


COLUMNS = (
    "serial, command_id, kind, actor, role, channel, at, fingerprint, input, facts, refusals,"
    " log_position, salt, chain"
)
READ_COLUMNS = COLUMNS.removesuffix(", salt, chain")


def chained(
    receipts: Iterable[Receipt], *, position: int, serial: int, chain: bytes
) -> list[tuple[Any, ...]]:
    """Rows in the order of COLUMNS, following the newest receipt; `position` is where the facts
    stood before theirs."""
    rows = []
    for receipt in receipts:
        serial += 1
        row = _to_row(receipt.placed(position), serial)
        salt = new_salt()
        chain = _link(chain, row, salt)
        rows.append((*row, salt, chain))
    return rows


def relinked(row: tuple[Any, ...], previous: bytes) -> bytes:
    """The link a stored row (read with COLUMNS) ought to carry after the given one."""
    try:
        return _link(previous, row[:-2], row[-2])
    except (ValueError, TypeError, AttributeError):  # not what a receipt's columns hold
        return b""


def _link(previous: bytes, row: tuple[Any, ...], salt: bytes) -> bytes:
    """As of a fact: the input by a salted hash, so that it can be blanked one day, and nobody can
    guess it from the hash that stays."""
    *header, fingerprint, command_input, facts, refusals, log_position = row
    hashed = blake2b(command_input.encode(), key=salt, digest_size=32).digest()
    bound = (*header, fingerprint.hex(), facts, refusals, log_position)
    return link(previous, bound, [hashed])


def _to_row(receipt: Receipt, serial: int) -> tuple[Any, ...]:
    """Column values in the order of READ_COLUMNS."""
    return (
        serial,
        receipt.command_id,
        receipt.kind,
        receipt.actor,
        receipt.role.value,
        receipt.channel.value,
        receipt.at.isoformat(timespec="microseconds"),
        receipt.fingerprint,
        orjson.dumps(receipt.input).decode(),
        orjson.dumps(receipt.facts).decode(),
        orjson.dumps([asdict(refusal) for refusal in receipt.refusals]).decode(),
        receipt.log_position,
    )


def from_row(row: tuple[Any, ...]) -> Receipt:
    """The receipt of one row read with READ_COLUMNS."""
    serial, command_id, kind, actor, role, channel, at, fingerprint, *values = row
    command_input, facts, refusals, log_position = values
    return Receipt(
        command_id=command_id,
        kind=kind,
        actor=actor,
        role=Role(role),
        channel=Channel(channel),
        at=datetime.fromisoformat(at),
        fingerprint=fingerprint,
        input=orjson.loads(command_input),
        facts=tuple(orjson.loads(facts)),
        refusals=tuple(
            Refusal(RefusalCode(r["code"]), r["message"], r["remedy"], tuple(r["path"]))
            for r in orjson.loads(refusals)
        ),
        log_position=log_position,
        serial=serial,
    )


def refused(receipt: Receipt) -> RefusedCommand:
    """What the read side may know of a refused command."""
    return RefusedCommand(
        serial=receipt.serial,
        kind=receipt.kind,
        input=receipt.input,
        codes=tuple(refusal.code.value for refusal in receipt.refusals),
        at=receipt.at,
        log_position=receipt.log_position,
    )
