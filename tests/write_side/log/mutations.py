"""Random changes of a log, each by somebody with a tool of their own, in any column or row."""

import sqlite3
from collections.abc import Callable
from contextlib import suppress
from random import Random
from typing import Any

import psycopg

from tests.write_side.tampering import Hand
from write_side.log import receipts, rows

FACTS, RECEIPTS = "facts", "receipts"
KEYS = {FACTS: "position", RECEIPTS: "serial"}
COLUMNS = {FACTS: rows.COLUMNS.split(", "), RECEIPTS: receipts.COLUMNS.split(", ")}
Mutation = Callable[[Random, Hand], str]


def changed_value(chance: Random, do: Hand) -> str:
    """One bit of one value of one row."""
    table = chance.choice((FACTS, RECEIPTS))
    key, column = KEYS[table], chance.choice(COLUMNS[table][1:])
    place = _place(chance, do, table)
    ((value,),) = do(f"SELECT {column} FROM {table} WHERE {key} = ?", (place,))
    do(f"UPDATE {table} SET {column} = ? WHERE {key} = ?", (_other(chance, value), place))
    return f"{column} of {table} {place}"


def deleted(chance: Random, do: Hand) -> str:
    table = chance.choice((FACTS, RECEIPTS))
    place = _place(chance, do, table)
    do(f"DELETE FROM {table} WHERE {KEYS[table]} = ?", (place,))
    return f"{table} {place} deleted"


def cut_off(chance: Random, do: Hand) -> str:
    table = chance.choice((FACTS, RECEIPTS))
    place = _place(chance, do, table)
    do(f"DELETE FROM {table} WHERE {KEYS[table]} >= ?", (place,))
    return f"{table} cut off at {place}"


def swapped(chance: Random, do: Hand) -> str:
    """The values of two rows that differ, with their salts or without."""
    table, columns = chance.choice(
        ((FACTS, "state"), (FACTS, "state, salt"), (RECEIPTS, "input, salt"), (RECEIPTS, "kind"))
    )
    key, sets = KEYS[table], ", ".join(f"{name} = ?" for name in columns.split(", "))
    found = do(f"SELECT {key}, {columns} FROM {table} ORDER BY {key}")
    one = chance.choice(found)
    other = chance.choice([row for row in found if row[1:] != one[1:]])
    do(f"UPDATE {table} SET {sets} WHERE {key} = ?", (*other[1:], one[0]))
    do(f"UPDATE {table} SET {sets} WHERE {key} = ?", (*one[1:], other[0]))
    return f"{columns} of {table} {one[0]} and {other[0]} swapped"


def put_in(chance: Random, do: Hand) -> str:
    """A copy of a row, behind all others, or where no row may be."""
    table = chance.choice((FACTS, RECEIPTS))
    columns = COLUMNS[table]
    place = _place(chance, do, table)
    names = ", ".join(columns)
    (row,) = do(f"SELECT {names} FROM {table} WHERE {columns[0]} = ?", (place,))
    ((newest,),) = do(f"SELECT max({columns[0]}) FROM {table}")
    copy = dict(zip(columns, row, strict=True))
    copy[columns[0]] = new = chance.choice((newest + 1, newest + 9, 0, -3))
    copy |= {"version": 10_000} if table == FACTS else {"command_id": "put in"}
    do(
        f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(columns))})",
        tuple(copy.values()),
    )
    return f"{table} {place} copied to {new}"


def spelled_otherwise(chance: Random, do: Hand) -> str:
    """The same values, other bytes."""
    place = _place(chance, do, FACTS)
    ((state,),) = do("SELECT state FROM facts WHERE position = ?", (place,))
    do("UPDATE facts SET state = ? WHERE position = ?", (state.replace(b":", b": ", 1), place))
    return f"state of {place} with a blank in it"


MUTATIONS: tuple[Mutation, ...] = (
    *[changed_value] * 6,
    deleted,
    cut_off,
    swapped,
    put_in,
    spelled_otherwise,
)


def mutate(chance: Random, do: Hand) -> str:
    """What was done, for whoever is to find it."""
    while True:
        # a store's own keys refuse some of it, which leaves nothing to find
        with suppress(sqlite3.IntegrityError, psycopg.IntegrityError):
            return chance.choice(MUTATIONS)(chance, do)


def _place(chance: Random, do: Hand, table: str) -> Any:
    return chance.choice(do(f"SELECT {KEYS[table]} FROM {table}"))[0]


def _other(chance: Random, value: Any) -> Any:
    if isinstance(value, int):
        return value ^ 1 << chance.randrange(31)
    if isinstance(value, str):
        place = chance.randrange(len(value) + 1)
        return value[:place] + chance.choice("abcxyz0189 ") + value[place:]
    flipped = bytearray(value)
    flipped[chance.randrange(len(flipped))] ^= 1 << chance.randrange(8)
    return bytes(flipped)
