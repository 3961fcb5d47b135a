"""The log: facts and receipts, appended together and read in order, whatever store keeps them."""

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Sequence, Set
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from eventsourcing.persistence import (
    ApplicationRecorder,
    IntegrityError,
    Notification,
    StoredEvent,
    Subscription,
)

from write_side.events import Envelope, Recorded, RefusedCommand
from write_side.log import receipts as receipt_rows
from write_side.log import rows
from write_side.log.chain import GENESIS
from write_side.log.codec import StoredFact
from write_side.log.evidence import Row, Standing, first_broken, in_batches
from write_side.log.receipts import Receipt

BATCH = 1_000
STREAMS_AFTER = "SELECT DISTINCT stream FROM facts WHERE position > ?"


class Head(NamedTuple):
    """Where facts and receipts stand, each with its newest link."""

    position: int
    chain: bytes
    serial: int
    receipts_chain: bytes

    def after(self, facts: list[tuple[Any, ...]], receipts: list[tuple[Any, ...]]) -> "Head":
        """The head once these rows, place first and link last, are appended."""
        fact = facts[-1] if facts else (self.position, self.chain)
        receipt = receipts[-1] if receipts else (self.serial, self.receipts_chain)
        return Head(fact[0], fact[-1], receipt[0], receipt[-1])


class Appending(Protocol):
    """A store's write transaction, in which nobody else appends."""

    def head(self) -> Head:
        """The newest fact and receipt ever given, and their links in the two chains."""

    def streams_after(self, position: int) -> set[UUID]:
        """Which streams have facts behind a position."""

    def append(
        self, facts: list[tuple[Any, ...]], receipts: list[tuple[Any, ...]], head: Head
    ) -> None:
        """Rows in the order of rows.COLUMNS and receipts.COLUMNS, and the head they make."""


class Log(ApplicationRecorder):
    """The library's recorder on tables of our own; a store says how to read and how to append.

    Any thread may read; one thread of a process writes. Statements mark their values with `?`.
    """

    @abstractmethod
    def exclusive(self) -> AbstractContextManager[Appending]:
        """Nobody else appends meanwhile, in any process. Within it, `insert_events` and another
        `exclusive` on the same thread are part of it; it commits at its end."""

    @abstractmethod
    def close(self) -> None: ...

    @abstractmethod
    def _read(self, statement: str, values: Sequence[Any] = ()) -> list[Any]: ...

    @abstractmethod
    def standing(self) -> Standing:
        """Where everything stands, in one look."""

    @abstractmethod
    def damage(self) -> str | None:
        """What the store itself finds wrong with its files, in a sentence; None if nothing."""

    def insert_events(
        self,
        stored_events: Sequence[StoredEvent],
        *,
        envelopes: Sequence[Envelope] = (),
        receipts: Iterable[Receipt] = (),
        recorded_at: datetime | None = None,
        seen: int | None = None,
        looked_at: Set[UUID] = frozenset(),
        **_: Any,
    ) -> list[int]:
        """Append facts and receipts in one durable transaction; the positions of the facts.

        IntegrityError when a stream's version or a command id is already there, or when one of the
        streams that were `looked_at` moved behind the `seen` position: somebody else was first and
        nothing was written. Positions are given here, so receipts come with places counted within
        this call and are stored `placed`. OperationalError when the store is away: whether
        anything was written is not known.
        """
        assert recorded_at is not None
        with self.exclusive() as append:
            head = append.head()
            position = head.position
            if seen not in (None, position) and looked_at & append.streams_after(seen):
                raise IntegrityError("what was decided on has changed meanwhile")
            facts = zip(stored_events, envelopes, strict=True)
            written = rows.chained(facts, recorded_at, position=position, chain=head.chain)
            told = receipt_rows.chained(
                receipts, position=position, serial=head.serial, chain=head.receipts_chain
            )
            append.append(written, told, head.after(written, told))
        return [row[0] for row in written]

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> list[StoredEvent]:
        """One stream's facts by version."""
        stream = originator_id.hex if isinstance(originator_id, UUID) else originator_id
        found = self._read(
            "SELECT stream, version, topic, state, at FROM facts"
            " WHERE stream = ? AND version > ? AND version <= ?"
            f" ORDER BY version {'DESC' if desc else 'ASC'} LIMIT ?",
            (stream, gt or 0, _or_all(lte), _or_all(limit)),
        )
        return [
            StoredFact(UUID(stream), version, topic, state, datetime.fromisoformat(at))
            for stream, version, topic, state, at in found
        ]

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> list[Notification]:
        """The library's view of the log; `read` is ours, with time and envelope."""
        after = (start or 0) - (1 if inclusive_of_start and start else 0)
        found = self._read(
            "SELECT position, stream, version, topic, state FROM facts"
            " WHERE position > ? AND position <= ? ORDER BY position LIMIT ?",
            (after, _or_all(stop), limit),
        )
        return [
            Notification(UUID(stream), version, topic, state, position)
            for position, stream, version, topic, state in found
            if not topics or topic in topics
        ]

    def max_notification_id(self) -> int | None:
        return self.head() or None

    def subscribe(
        self, gt: int | None = None, topics: Sequence[str] = ()
    ) -> Subscription[ApplicationRecorder]:
        raise NotImplementedError("the read side's follower pulls; see read_side/follower.py")

    def head(self) -> int:
        """The position of the newest fact, 0 in an empty log."""
        return int(self._read("SELECT coalesce(max(position), 0) FROM facts")[0][0])

    def newest_link(self) -> tuple[int, bytes]:
        """The newest fact's position and its link in the chain."""
        found = self._read("SELECT position, chain FROM facts ORDER BY position DESC LIMIT 1")
        return (found[0][0], bytes(found[0][1])) if found else (0, GENESIS)

    def read(self, after: int, limit: int, topics: Sequence[str] = ()) -> list[Recorded]:
        """Facts behind a position, in order; all, or those of some topics."""
        wanted = f" AND topic IN ({', '.join('?' * len(topics))})" if topics else ""
        return [
            rows.recorded(row)
            for row in self._read(
                f"SELECT {rows.READ_COLUMNS} FROM facts WHERE position > ?{wanted}"
                " ORDER BY position LIMIT ?",
                (after, *topics, limit),
            )
        ]

    def at(self, positions: Sequence[int]) -> list[Recorded]:
        """The facts at these positions, in order; positions that hold none are left out."""
        if not positions:
            return []
        marks = ", ".join("?" * len(positions))
        return [
            rows.recorded(row)
            for row in self._read(
                f"SELECT {rows.READ_COLUMNS} FROM facts WHERE position IN ({marks})"
                " ORDER BY position",
                positions,
            )
        ]

    def topics(self) -> set[str]:
        """The stored names of all facts there are."""
        return {topic for (topic,) in self._read("SELECT DISTINCT topic FROM facts")}

    def streams_after(self, position: int) -> set[UUID]:
        """Which streams have facts behind a position."""
        return {UUID(stream) for (stream,) in self._read(STREAMS_AFTER, (position,))}

    def receipts(self, command_ids: Sequence[str]) -> dict[str, Receipt]:
        """The receipts of those commands that were decided before."""
        if not command_ids:
            return {}
        marks = ", ".join("?" * len(command_ids))
        found = self._read(
            f"SELECT {receipt_rows.READ_COLUMNS} FROM receipts WHERE command_id IN ({marks})",
            command_ids,
        )
        return {row[1]: receipt_rows.from_row(row) for row in found}

    def refused(self, after: int, limit: int) -> list[RefusedCommand]:
        """Refused commands behind a receipt's serial, in order."""
        found = self._read(
            f"SELECT {receipt_rows.READ_COLUMNS} FROM receipts"
            " WHERE serial > ? AND refusals != '[]' ORDER BY serial LIMIT ?",
            (after, limit),
        )
        return [receipt_rows.refused(receipt_rows.from_row(row)) for row in found]

    def _look(self, statement: str, values: Sequence[Any] = ()) -> list[Any]:
        """As `_read`, also where somebody has put what is no text."""
        return self._read(statement, values)

    def fact_rows(self, upto: int) -> Iterator[Row]:
        """Facts as they are stored (rows.COLUMNS), in order, whether code can read them or not."""
        return in_batches(self._look, "facts", rows.COLUMNS, upto)

    def receipt_rows(self, upto: int) -> Iterator[Row]:
        """Receipts as they are stored (receipts.COLUMNS), in order."""
        return in_batches(self._look, "receipts", receipt_rows.COLUMNS, upto)

    def first_broken_link(self) -> int | None:
        """The first position that does not follow from the one before; None if all do."""
        standing = self.standing()
        return first_broken(self.fact_rows(max(standing.position, standing.newest)), standing)


def _or_all(bound: int | None) -> int:
    return 2**62 if bound is None else bound
