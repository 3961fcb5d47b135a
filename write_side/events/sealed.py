"""Personal values as facts and views carry them: ciphertext, bound to person and place."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import overload
from uuid import UUID


@dataclass(frozen=True)
class Sealed:
    """A personal value only the vault can open.

    `person` is the stream id (hex) of whom it is about, `label` the place it was sealed for
    ("StudentRegistered.name"), `box` base64 of nonce + AES-256-GCM ciphertext. The first two are
    authenticated: a box moved to another person or field does not open.
    """

    person: str
    label: str
    box: str

    def as_text(self) -> str:
        """One line for a view's column; `from_text` reads it back."""
        return f"{self.person}/{self.label}/{self.box}"

    def emptied(self) -> "Sealed":
        """What is left of it once the person was erased: that there was a value, and for what."""
        return Sealed(self.person, self.label, "")

    @classmethod
    def from_text(cls, text: str) -> "Sealed":
        return cls(*text.split("/", 2))


def sealed_in(fact: object, person: UUID) -> Iterator[Sealed]:
    """A fact's values that are sealed for this person."""
    for value in vars(fact).values():
        if isinstance(value, Sealed) and value.person == person.hex:
            yield value


@overload
def emptied(text: str) -> str: ...


@overload
def emptied(text: None) -> None: ...


def emptied(text: str | None) -> str | None:
    """A view's column once the person was erased; a value that never was stays none."""
    return None if text is None else Sealed.from_text(text).emptied().as_text()
