"""Verifying a log: what of its facts and receipts is not what was recorded, and where first."""

import sqlite3
from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson
import psycopg

from write_side.log import receipts as receipt_rows
from write_side.log import rows
from write_side.log.chain import GENESIS

if TYPE_CHECKING:
    from write_side.log.log import Log

UNREADABLE = (sqlite3.DatabaseError, psycopg.DatabaseError)
Row = tuple[Any, ...]
Progress = Callable[[int, int], object]
"""Called with how many facts and receipts were looked at, and how many there are."""
EVERY = 1_000  # rows read at once, and between two words of progress


@dataclass(frozen=True)
class Standing:
    """Where a log stands: the newest place ever given to a fact and to a receipt, whether it is
    still there or not; the newest there is; the last receipt from before receipts had links.

    `chain` and `receipts_chain` are the newest links where the store keeps them apart.
    """

    position: int
    newest: int
    serial: int
    newest_serial: int
    behind: int
    chain: bytes | None = None
    receipts_chain: bytes | None = None


@dataclass(frozen=True)
class Wrong:
    """The first place that is not as it was recorded, in a sentence that quotes no value."""

    place: str
    what: str

    def __str__(self) -> str:
        return f"{self.place}: {self.what}"


@dataclass(frozen=True)
class Evidence:
    """What a verification found. Facts are looked at before receipts; `wrong` is the first."""

    facts: int
    receipts: int
    head: bytes
    receipts_head: bytes
    wrong: Wrong | None = None


class _Stop(Exception):
    """At the first wrong place."""

    def __init__(self, place: str, what: str) -> None:
        self.wrong = Wrong(place, what)


def verify(
    log: "Log",
    *,
    facts: Callable[[int], Iterable[Row]] | None = None,
    progress: Progress = lambda *_: None,
) -> Evidence:
    """Look at all the log had when this began; it may be written meanwhile.

    `facts` are the rows (rows.COLUMNS) of all facts up to a position in their order, from wherever
    they are; the log's own if not given.
    """
    walk = _Facts()
    receipts = _Receipts(walk.commands)
    wrong: Wrong | None = None
    try:
        if damage := log.damage():
            raise _Stop("the store", f"it is damaged: {damage}")
        standing = log.standing()
        total = standing.position + standing.serial
        for row in (facts or log.fact_rows)(max(standing.position, standing.newest)):
            walk.take(row)
            if not walk.position % EVERY:
                progress(walk.position, total)
        walk.end(standing)
        for row in log.receipt_rows(max(standing.serial, standing.newest_serial)):
            receipts.take(row, standing.behind)
            if not receipts.serial % EVERY:
                progress(standing.position + receipts.serial, total)
        receipts.end(standing)
        progress(total, total)
    except _Stop as stop:
        wrong = stop.wrong
    except UNREADABLE as error:
        wrong = Wrong("the store", f"it cannot be read: {str(error).splitlines()[0]}")
    return Evidence(walk.position, receipts.count, walk.chain, receipts.chain, wrong)


def first_broken(facts: Iterable[Row], standing: Standing) -> int | None:
    """The first position that is not as it was recorded; None if all are."""
    walk = _Facts()
    try:
        for row in facts:
            walk.take(row)
        walk.end(standing)
    except _Stop:
        return walk.position + 1
    return None


class _Facts:
    """One walk along the facts."""

    def __init__(self) -> None:
        self.position, self.chain = 0, GENESIS
        self.commands = array("q")  # of each fact: eight bytes, for there may be millions
        self._versions: dict[str, int] = {}

    def take(self, row: Row) -> None:
        place, position, stream, version = self.position + 1, *row[:3]
        if position != place:
            raise _stop_at("position", place, position, "fact")
        if version != self._versions.get(stream, 0) + 1:
            raise _Stop(f"position {place}", "it is not the next version of its stream")
        if rows.relinked(row, self.chain) != row[-1] or not _as_written(row[-3]):
            raise _Stop(f"position {place}", "it is not what was recorded after the fact before it")
        self._versions[stream] = version
        self.position, self.chain = place, row[-1]
        self.commands.append(hash(row[6]))

    def end(self, standing: Standing) -> None:
        given = standing.position
        if self.position < given:
            raise _Stop(f"position {self.position + 1}", f"it is gone; {given} were given")
        if self.position > given:
            raise _Stop(f"position {given + 1}", "the log does not know that it gave this position")
        if standing.chain not in (None, self.chain):
            raise _Stop(f"position {given}", "the log's head has another link than its last fact")


class _Receipts:
    """One walk along the receipts, after the facts they tell of."""

    def __init__(self, commands: "array[int]") -> None:
        self.serial, self.count, self.chain = 0, 0, GENESIS
        self._commands = commands

    def take(self, row: Row, behind: int) -> None:
        """`behind` is the last serial of before the chain."""
        place, serial = self.serial + 1, row[0]
        if serial != place and not (place < serial <= behind):  # gaps of before the chain
            raise _stop_at("receipt", place, serial, "receipt")
        if serial > behind:
            if receipt_rows.relinked(row, self.chain) != row[-1]:
                what = "it is not what was written after the receipt before it"
                raise _Stop(f"receipt {serial}", what)
            self.chain = row[-1]
        elif row[-1] is not None or row[-2] is not None:
            raise _Stop(f"receipt {serial}", "it has a link, though no chain had begun")
        self.serial, self.count = serial, self.count + 1
        self._told(row)

    def _told(self, row: Row) -> None:
        serial, command_id = row[:2]
        try:
            places = receipt_rows.from_row(row[:-2]).facts
        except Exception as error:  # whatever it is, it is not what a receipt reads as
            raise _Stop(
                f"receipt {serial}", f"it cannot be read: {type(error).__name__}"
            ) from error
        for position in places:
            if not 0 < position <= len(self._commands):
                raise _Stop(f"receipt {serial}", f"it tells of fact {position}, which is not there")
            if self._commands[position - 1] != hash(command_id):
                raise _Stop(f"receipt {serial}", f"fact {position} is another command's")

    def end(self, standing: Standing) -> None:
        given = standing.serial
        if self.serial < given:
            raise _Stop(f"receipt {self.serial + 1}", f"it is gone; {given} were given")
        if self.serial > given:
            raise _Stop(f"receipt {given + 1}", "the log does not know that it gave this serial")
        if standing.receipts_chain not in (None, self.chain):
            raise _Stop(f"receipt {given}", "the log's head has another link than this receipt")


def _stop_at(kind: str, place: int, found: Any, row: str) -> _Stop:
    if isinstance(found, int) and found < place:
        return _Stop(f"{kind} {found}", f"a {row} was put in where none may be")
    return _Stop(f"{kind} {place}", f"there is no {row}; one was taken out")


def _as_written(state: Any) -> bool:
    """Value hashes do not see how the JSON is spelled: blanks, doubled names, another type."""
    return isinstance(state, bytes) and orjson.dumps(orjson.loads(state)) == state


def in_batches(
    read: Callable[[str, tuple[int, int, int]], list[Row]], table: str, columns: str, upto: int
) -> Iterator[Row]:
    """All rows of a table up to a place, also those in places that are never given."""
    key, start = columns.split(",", 1)[0], -(2**63)
    statement = f"SELECT {columns} FROM {table} WHERE {key} >= ? AND {key} <= ? ORDER BY {key}"
    while batch := read(f"{statement} LIMIT ?", (start, upto, EVERY)):
        yield from batch
        start = batch[-1][0] + 1
