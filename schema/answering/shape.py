"""How a type's fields come from the columns of a view's row: what an answer can be shaped from
without making objects of rows."""

from binascii import b2a_base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from read_side.rows import Row

MOST_REMEMBERED = 50_000  # ids of a noun, which are asked for again and again


@dataclass(frozen=True)
class Leaf:
    """A value made of these attributes. `raw`: of what the driver gives, whatever its type."""

    names: tuple[str, ...]
    make: Callable[..., Any] | None = None
    raw: bool = False


@dataclass(frozen=True)
class To:
    """The row that a foreign key points at; as a node of this noun."""

    key: str
    table: type[Row]
    noun: str


@dataclass(frozen=True)
class Shape:
    """The fields, by their GraphQL names, that rows of a table have of a noun. `about` is the
    attribute that says whom a row is about, for policies that ask."""

    noun: str
    table: type[Row]
    fields: Mapping[str, Leaf | To]
    about: str | None = None


_SHAPES: dict[tuple[str, type[Row]], Shape] = {}


def shape(
    noun: str, table: type[Row], *same: str, about: str | None = None, **fields: Leaf | To
) -> None:
    """Say which fields rows of this table have of a noun: `same` are GraphQL names whose attribute
    is of that name, and needs no making; every other field is left to its resolver."""
    found: dict[str, Leaf | To] = {name: Leaf((snake(name),)) for name in same}
    _SHAPES[noun, table] = Shape(noun, table, found | fields, about)


def shape_of(noun: str, table: type[Row]) -> Shape | None:
    return _SHAPES.get((noun, table))


def shapes() -> list[Shape]:
    """All of them: for tests."""
    return list(_SHAPES.values())


def identifier(noun: str, name: str = "id") -> Leaf:
    """A node's id, as `schema.ids.global_id` makes it of the key."""
    prefix = f"{noun}:".encode()

    @lru_cache(MOST_REMEMBERED)
    def make(key: Any) -> str | None:
        if key is None:
            return None
        # SQLite has a UUID as its digits, PostgreSQL as one; of digits and letters base64 never
        # makes one of the two characters that the alphabet of addresses spells otherwise
        digits = key if isinstance(key, str) else key.hex
        return b2a_base64(prefix + digits.encode(), newline=False).decode().rstrip("=")

    return Leaf((name,), make, raw=True)


def snake(name: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name)
