"""Personal values as facts and views carry them: ciphertext, bound to person and place."""

from dataclasses import dataclass


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

    @classmethod
    def from_text(cls, text: str) -> "Sealed":
        return cls(*text.split("/", 2))
