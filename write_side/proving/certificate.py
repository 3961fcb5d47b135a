"""The certificate of an erasure: what was searched, what was found, and what cannot be opened."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True)
class Searched:
    """One place; `hits` has how often each value, by its number, was there. A `problem` says why
    it could not be read to its end."""

    place: str
    bytes: int
    hits: dict[int, int]
    problem: str | None = None


@dataclass(frozen=True)
class Certificate:
    """It holds no value of the person: only the numbers of those that were given."""

    person: UUID
    at: datetime
    erased_at: int | None
    basis: str | None
    key: str
    boxes: int
    opened: int
    head: int
    chain: str
    values: int
    too_short: int
    searched: Sequence[Searched]

    @property
    def hits(self) -> int:
        return sum(sum(each.hits.values()) for each in self.searched)

    @property
    def problems(self) -> list[str]:
        """Why this proves nothing; empty when it does."""
        found = []
        if self.erased_at is None:
            found.append("the person is not erased: there is no PersonalDataErased of them")
        if self.key != "destroyed":
            found.append(f"the person's key is {self.key}")
        if self.opened:
            found.append(f"{self.opened} of {self.boxes} sealed values can still be opened")
        for each in self.searched:
            found += [f"value {nth} is in {each.place}, {n} times" for nth, n in each.hits.items()]
            if each.problem is not None:
                found.append(f"{each.place} could not be searched: {each.problem}")
        return found

    @property
    def ok(self) -> bool:
        return not self.problems

    @property
    def document(self) -> dict[str, Any]:
        return {
            "certificate": "erasure of personal data",
            "student": self.person.hex,
            "madeAt": self.at.isoformat(),
            "proven": self.ok,
            "problems": self.problems,
            "erasure": {"position": self.erased_at, "basis": self.basis},
            "key": self.key,
            "sealedValues": {"inTheLog": self.boxes, "canBeOpened": self.opened},
            "log": {"position": self.head, "chain": self.chain},
            "values": {"searchedFor": self.values, "tooShort": self.too_short},
            "bytes": sum(each.bytes for each in self.searched),
            "hits": self.hits,
            "searched": [
                {"place": each.place, "bytes": each.bytes, "hits": sum(each.hits.values())}
                for each in self.searched
            ],
        }

    def text(self) -> str:
        erased = "never" if self.erased_at is None else f"at {self.erased_at}, {self.basis}"
        short = f", {self.too_short} too short to tell from chance" if self.too_short else ""
        lines = [
            f"student  {self.person.hex}",
            f"erased   {erased}",
            f"key      {self.key}",
            f"sealed   {self.boxes} values in the log, {self.opened} can be opened",
            f"log      position {self.head}, chain {self.chain}",
            f"values   {self.values} searched for{short}",
            *(
                f"{sum(each.hits.values()):>5} hits in {each.bytes:>13,} bytes  {each.place}"
                for each in self.searched
            ),
            *(f"PROBLEM  {each}" for each in self.problems),
            "proven" if self.ok else "NOT proven",
        ]
        return "\n".join(lines)
