"""The documents a service trusts: those its manifests name by the hash of their text."""

import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson

from schema.errors import ApiError, Failure, Fault

PREFIX = "sha256:"
HASH = re.compile(r"[0-9a-f]{64}")

logger = logging.getLogger("rollbook.api")


def _fault(message: str, **more: Any) -> Fault:
    return {"message": message, "extensions": {"code": "BAD_REQUEST", **more}}


# The mark is for clients that have the text as well and may send it instead.
UNKNOWN = _fault("No document of this id is known here; send its text.", unknownDocument=True)
# What clients with automatic persisted queries wait to hear, word for word.
APOLLO_UNKNOWN = _fault("PersistedQueryNotFound", unknownDocument=True)
MISMATCH = _fault("The document's text does not have the hash it was sent with.")
UNTRUSTED: Fault = {
    "message": "This service runs only the documents of its manifest, and this is none of them.",
    "extensions": {"code": "FORBIDDEN"},
}


class NoManifest(Exception):
    """Documents must be trusted, and there is no list of them that can be read."""


@dataclass(frozen=True, slots=True)
class Named:
    """The document a request means, by the hash of its text; None if it is no such hash."""

    hash: str | None
    unknown: Fault

    def check(self, text: str) -> None:
        """Raises `Failure` unless this is the text that is named; "" stands for none at hand."""
        if not text:
            raise Failure([self.unknown])
        if hash_of(text) != self.hash:
            raise Failure([MISMATCH])


def named_in(body: Mapping[str, Any], extensions: Mapping[str, Any]) -> Named | None:
    """What a request names: GraphQL over HTTP's `documentId`, or the extension that clients of
    automatic persisted queries send. Raises `ApiError("BAD_REQUEST")`."""
    document, persisted = body.get("documentId"), extensions.get("persistedQuery")
    names = []
    if document is not None:
        if not isinstance(document, str):
            raise ApiError("BAD_REQUEST", "`documentId` must be a string.")
        names.append(
            Named(_hash_in(document.removeprefix(PREFIX), document.startswith(PREFIX)), UNKNOWN)
        )
    if persisted is not None:
        given = persisted.get("sha256Hash") if isinstance(persisted, dict) else None
        if not isinstance(given, str):
            raise ApiError("BAD_REQUEST", "`extensions.persistedQuery` must have a `sha256Hash`.")
        names.append(Named(_hash_in(given.lower()), APOLLO_UNKNOWN))
    if len({name.hash for name in names}) > 1:
        raise ApiError("BAD_REQUEST", "`documentId` and `extensions.persistedQuery` differ.")
    return names[0] if names else None


def _hash_in(text: str, prefixed: bool = True) -> str | None:
    return text if prefixed and HASH.fullmatch(text) else None


def hash_of(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


class Trusted:
    """The manifests' documents; with `only`, no others are run.

    Files alone add to it, never a request: who may register a document by sending it could register
    any, and a list of what strangers sent is no list of what is trusted. A file that was built anew
    is read at the next document that is not known, and what an earlier build named stays known, for
    pages of that build are still open.
    """

    def __init__(self, *files: Path, only: bool = False) -> None:
        self.only = only
        self._texts: dict[str, str] = {}
        self._trusted: set[str] = set()
        self._read: dict[Path, tuple[int, int] | None] = dict.fromkeys(files)
        for file in files:
            self._take_in(file)

    def __iter__(self) -> Iterator[str]:
        return iter(list(self._trusted))

    def __len__(self) -> int:
        return len(self._trusted)

    def __contains__(self, text: str) -> bool:
        return text in self._trusted or (self.only and self._renewed() and text in self._trusted)

    def text_of(self, named: Named) -> str | None:
        """The text of the document that is named, if a manifest has it."""
        if named.hash is None:
            return None
        found = self._texts.get(named.hash)
        return self._texts.get(named.hash) if found is None and self._renewed() else found

    def _renewed(self) -> bool:
        """Whether a file was built anew since it was read; what cannot be read is told to the log:
        what was known goes on working."""
        renewed = False
        for file in self._read:
            try:
                renewed = self._take_in(file) or renewed
            except NoManifest as problem:
                logger.warning("%s", problem)
        return renewed

    def _take_in(self, file: Path) -> bool:
        state = _state(file)
        if state is None or state == self._read[file]:
            return False
        self._read[file] = state  # also if it is of no use: it is tried again when it has changed
        texts = read_manifest(file)
        self._texts |= texts
        self._trusted |= set(texts.values())
        return True


def _state(file: Path) -> tuple[int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino


def read_manifest(file: Path) -> dict[str, str]:
    """Texts by their SHA-256 in hexadecimal. Raises `NoManifest`."""
    try:
        texts = orjson.loads(file.read_bytes())
    except (OSError, orjson.JSONDecodeError) as problem:
        raise NoManifest(f"the manifest of documents {file} cannot be read: {problem}") from None
    if not isinstance(texts, dict):
        raise NoManifest(f"the manifest of documents {file} must be an object of texts by hash")
    for name, text in texts.items():
        if not isinstance(text, str) or hash_of(text) != name:
            raise NoManifest(f"the manifest {file} has a document under a hash not its own: {name}")
    return texts


def open_trusted(built: Path, further: Path | None, *, only: bool) -> Trusted:
    """The manifest the pages were built with, if they were, and a further one that must be there.

    Raises `NoManifest`, also if nothing could run.
    """
    if further is not None and not further.is_file():
        raise NoManifest(
            f"there is no manifest of documents at {further} (ROLLBOOK_DOCUMENTS_FILE)"
        )
    trusted = Trusted(built, *([] if further is None else [further]), only=only)
    if only and not trusted:
        raise NoManifest(
            "ROLLBOOK_DOCUMENTS=trusted needs a manifest of documents: build the pages (make"
            " playground), or name one by ROLLBOOK_DOCUMENTS_FILE"
        )
    return trusted
