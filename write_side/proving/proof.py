"""The proof: log, vault and places are read, and the certificate says what they came to."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from datetime import datetime
from pathlib import Path
from uuid import UUID

from write_side.events import Fact, PersonalDataErased, Recorded, Sealed
from write_side.log.log import BATCH, Log
from write_side.log.postgres import ROLE as LOG_ROLE
from write_side.proving.certificate import Certificate, Searched
from write_side.proving.needles import Needles, look_through
from write_side.proving.places import UNREADABLE, Place, files, tables
from write_side.vault import KeyStore, Vault
from write_side.vault.postgres import ROLE as VAULT_ROLE

Told = Callable[[int, int], None]
VIEWS_ROLE = "rollbook_views"


class NotAPerson(LookupError):
    """The log knows nobody by this id."""


def prove(
    person: UUID,
    needles: Needles,
    *,
    log: Log,
    keys: KeyStore,
    vault: Vault,
    places: Callable[[], "PlacesAt"],
    at: datetime,
    bar: Callable[[str], AbstractContextManager[Told]],
) -> Certificate:
    """Read everything once and say what was found; NotAPerson."""
    boxes, opened, head, known = 0, 0, log.head(), False
    erased_at: int | None = None
    basis: str | None = None
    with bar("reading the log") as told:
        for recorded in _facts(log, head):
            if recorded.position % BATCH == 0 or recorded.position == head:
                told(recorded.position, head)
            known = known or recorded.stream == person
            if isinstance(recorded.fact, PersonalDataErased) and recorded.stream == person:
                erased_at, basis = recorded.position, recorded.fact.basis.value
            for box in sealed_in(recorded.fact, person):
                boxes += 1
                opened += vault.open(box) is not None
    if not known:
        raise NotAPerson(f"the log knows nobody by the id {person.hex}")
    with places() as found, bar("searching bytes") as told:
        searched = _search(found, needles, told)
    return Certificate(
        person=person,
        at=at,
        erased_at=erased_at,
        basis=basis,
        key=_state(keys.key(person.hex)),
        boxes=boxes,
        opened=opened,
        head=head,
        chain=log.chain_at(head).hex(),
        values=len(needles.spelled),
        too_short=needles.too_short,
        searched=searched,
    )


class PlacesAt:
    """Files and tables, open while they are looked through."""

    def __init__(self, folders: Sequence[Path], servers: Sequence[tuple[str | None, str]]) -> None:
        self._folders, self._servers, self._open = folders, servers, ExitStack()

    def __enter__(self) -> list[Place]:
        found = files(self._folders)
        for url, role in self._servers:
            if url is not None:
                found += self._open.enter_context(tables(url, role))
        return found

    def __exit__(self, *_: object) -> None:
        self._open.close()


def servers(log: str | None, vault: str | None, views: str | None) -> list[tuple[str | None, str]]:
    return [(log, LOG_ROLE), (vault, VAULT_ROLE), (views, VIEWS_ROLE)]


def sealed_in(fact: Fact, person: UUID) -> Iterator[Sealed]:
    """A fact's values that are sealed for this person."""
    for value in vars(fact).values():
        if isinstance(value, Sealed) and value.person == person.hex:
            yield value


def _search(places: Sequence[Place], needles: Needles, told: Told) -> list[Searched]:
    total, done, searched = sum(place.size for place in places), 0, []
    for place in places:
        read = 0

        def counted(place: Place = place) -> Iterator[bytes]:
            nonlocal read, done
            for piece in place.read():
                read += len(piece)
                done = min(total, done + len(piece))
                told(done, total)
                yield piece

        try:
            found = look_through(counted(), needles)
            searched.append(Searched(place.name, found.bytes, dict(found.hits)))
        except UNREADABLE as problem:
            searched.append(Searched(place.name, read, {}, type(problem).__name__))
    return searched


def _facts(log: Log, head: int) -> Iterator[Recorded]:
    after = 0
    while after < head and (batch := log.read(after, BATCH)):
        yield from batch
        after = batch[-1].position


def _state(wrapped: bytes | None) -> str:
    """As the key store tells of an erased person."""
    if wrapped is None:
        return "not there: the vault has not been brought in line with the log"
    if len(wrapped) == 0:
        return "destroyed, but perhaps not overwritten yet: a reader may hold it"
    return "destroyed" if len(wrapped) == 1 else "still there"
