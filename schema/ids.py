"""Ids and positions as clients hold them: opaque strings."""

import base64
import binascii
from typing import NewType
from uuid import UUID

import strawberry

from schema.errors import ApiError

NOUNS = (
    "Term",
    "Course",
    "Section",
    "Student",
    "StudentNumber",
    "Enrollment",
    "WaitlistEntry",
    "Hold",
    "Permit",
)

Position = NewType("Position", str)
POSITION = strawberry.scalar(
    name="Position",
    description="A place in the log; larger is later.",
    serialize=str,
    parse_value=lambda value: Position(str(position_number(value))),
)


def global_id(noun: str, key: UUID) -> strawberry.ID:
    """The id of a node, unique over all types."""
    text = f"{noun}:{key.hex}".encode()
    return strawberry.ID(base64.urlsafe_b64encode(text).decode().rstrip("="))


def read_id(text: str) -> tuple[str, UUID]:
    """Noun and key of an id; ApiError BAD_REQUEST for one that nobody here made."""
    try:
        decoded = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
        noun, _, hexadecimal = decoded.partition(":")
        key = UUID(hexadecimal)
        # one node, one id: clients' caches know nodes by it
        if noun in NOUNS and global_id(noun, key) == text:
            return noun, key
    except (binascii.Error, ValueError):
        pass
    raise ApiError("BAD_REQUEST", f"{text[:60]!r} is not an id.")


def key_of(text: str, noun: str) -> UUID:
    """The key behind an id of one noun; BAD_REQUEST for another noun's."""
    found, key = read_id(text)
    if found != noun:
        raise ApiError("BAD_REQUEST", f"{text[:60]!r} is the id of a {found}, not of a {noun}.")
    return key


def position_number(text: object) -> int:
    """The place a position stands for; BAD_REQUEST for anything else."""
    if isinstance(text, str) and text.isascii() and text.isdigit() and len(text) <= 18:
        return int(text)
    raise ApiError("BAD_REQUEST", f"{str(text)[:60]!r} is not a position.")


def position(number: int) -> Position:
    return Position(str(number))
