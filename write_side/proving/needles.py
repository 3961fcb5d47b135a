"""The values looked for, in every spelling a store might keep them in, and finding them in bytes.

They are in this process's memory only: what is told of them is the number of their line.
"""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

SHORTEST = 4  # bytes; less than that is found by chance in any large file


class NothingToSearch(ValueError):
    """No value was given that could be looked for."""


@dataclass(frozen=True, repr=False)
class Needles:
    """`spelled` has, for the number of each value given, its spellings as bytes."""

    spelled: dict[int, list[bytes]]
    too_short: int

    @classmethod
    def read(cls, text: str) -> "Needles":
        """One value a line, or what `rollbook export-person` wrote; NothingToSearch."""
        values = _exported(text)
        if values is None:
            values = text.splitlines()
        stripped = [value.strip() for value in values]
        numbered = {nth: value for nth, value in enumerate(stripped, 1) if value}
        long = {nth: value for nth, value in numbered.items() if len(value.encode()) >= SHORTEST}
        if not long:
            raise NothingToSearch(
                f"give the values the person had on standard input, one a line, each of"
                f" {SHORTEST} bytes or more; or the JSON that `rollbook export-person` made"
            )
        spelled = {nth: _spellings(value) for nth, value in long.items()}
        return cls(spelled, len(numbered) - len(long))

    @property
    def longest(self) -> int:
        return max(len(each) for spellings in self.spelled.values() for each in spellings)


@dataclass
class Found:
    """How many bytes were looked through, and how often each value was there."""

    bytes: int
    hits: Counter[int]


def look_through(chunks: Iterable[bytes], needles: Needles) -> Found:
    """Look for all values in bytes that come in pieces, also across their borders; in memory are
    a piece and the end of the one before."""
    found = Found(0, Counter())
    tail = b""
    for chunk in chunks:
        found.bytes += len(chunk)
        window = tail + chunk
        for nth, spellings in needles.spelled.items():
            for spelling in spellings:
                # what ends within the tail was counted with the piece before
                at = window.find(spelling, max(0, len(tail) - len(spelling) + 1))
                while at >= 0:
                    found.hits[nth] += 1
                    at = window.find(spelling, at + 1)
        tail = window[-(needles.longest - 1) :]
    return found


def _exported(text: str) -> list[str] | None:
    if not text.lstrip().startswith("{"):
        return None
    try:
        told = json.loads(text)
        return [str(each["text"]) for each in told["personalValues"]]
    except (ValueError, KeyError, TypeError):
        raise NothingToSearch(
            "standard input begins like JSON, but is not what `rollbook export-person` made"
        ) from None


def _spellings(value: str) -> list[bytes]:
    """UTF-8, UTF-16 in either order, and inside JSON with and without escapes. Without the zero
    byte at its edge one spelling finds both orders of UTF-16 in what has no other letters."""
    little, big = value.encode("utf-16-le"), value.encode("utf-16-be")
    sixteen = [little.rstrip(b"\0")] if little[1::2].strip(b"\0") == b"" else [little, big]
    json_ = [json.dumps(value, ensure_ascii=ascii_)[1:-1].encode() for ascii_ in (True, False)]
    return list(dict.fromkeys([value.encode(), *json_, *sixteen]))
