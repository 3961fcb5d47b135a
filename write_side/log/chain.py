"""The hash chain: each fact commits to the one before it, and to its values one by one.

A link covers the header and a salted hash per value, never the values themselves. So a value can
be blanked in place one day, its salt with it, and every link still verifies; and nobody can guess
a blanked value from the hash that stays.
"""

from hashlib import blake2b, sha256, shake_256
from itertools import count
from typing import Any

import orjson

from write_side.drawing import draw_bytes

GENESIS = bytes(32)
SALT_BYTES = 16


def new_salt() -> bytes:
    """One secret for a fact; the salts of its values are drawn from it."""
    return draw_bytes()


def value_hashes(state: bytes, salt: bytes) -> list[bytes]:
    """A salted hash per value of a JSON payload, in the payload's order, names included."""
    values: dict[str, Any] = orjson.loads(state)
    salts = shake_256(salt).digest(SALT_BYTES * len(values))
    return [
        blake2b(orjson.dumps(pair), key=salts[i : i + SALT_BYTES], digest_size=32).digest()
        for i, pair in zip(count(0, SALT_BYTES), values.items(), strict=False)
    ]


def link(previous: bytes, header: tuple[Any, ...], hashes: list[bytes]) -> bytes:
    """The next link: previous link, header (JSON values in a fixed order), value hashes."""
    return sha256(previous + orjson.dumps(header) + b"".join(hashes)).digest()
