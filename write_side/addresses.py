"""The vault's index of e-mail addresses, caught up with the facts it is an index of."""

from write_side.events import ContactChanged, Sealed, StudentRegistered
from write_side.log.log import Log
from write_side.vault import Vault

BATCH = 1_000


def catch_up_addresses(log: Log, vault: Vault) -> None:
    """Index the addresses of facts that a crash came between: before anything is served."""
    head = log.head()
    vault.indexed_to = max(head, index_addresses(log, vault, vault.indexed_to))


def index_addresses(log: Log, vault: Vault, after: int) -> int:
    """Index the addresses of all facts behind a position; where the last of them stands."""
    topics = [fact.TOPIC for fact in (StudentRegistered, ContactChanged)]
    while batch := log.read(after, BATCH, topics):
        for recorded in batch:
            email: Sealed | None = getattr(recorded.fact, "email", None)
            if email is not None and (opened := vault.open(email)) is not None:
                vault.index_email(recorded.stream, opened)
        after = batch[-1].position
        vault.flush_emails(after)
    return after
