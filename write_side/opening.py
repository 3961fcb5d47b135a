"""Opening the write side: on embedded files, or on a PostgreSQL server."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from write_side.erasing import Eraser
from write_side.events import fact_types
from write_side.log.codec import UnknownFact
from write_side.log.log import Log
from write_side.log.postgres import ROLE as LOG_ROLE
from write_side.log.postgres import TABLES as LOG_TABLES
from write_side.log.postgres import PostgresLog
from write_side.log.sqlite import SQLiteLog
from write_side.postgres import as_role, prepare
from write_side.registrar import Registrar
from write_side.scheduler import Scheduler
from write_side.vault import PostgresKeys, SQLiteKeys, Vault
from write_side.vault.postgres import ROLE as VAULT_ROLE
from write_side.vault.postgres import TABLES as VAULT_TABLES


@dataclass(frozen=True)
class WritePlace:
    """Where log and vault are: in a folder, or at the addresses of a server."""

    folder: Path
    log: str | None = None
    vault: str | None = None

    @property
    def listening(self) -> str | None:
        """How to connect to where appends are announced; None where nobody else appends."""
        return None if self.log is None else as_role(self.log, LOG_ROLE)


@dataclass(frozen=True)
class WriteSide:
    """Log, vault, registrar, scheduler and eraser, running."""

    log: Log
    vault: Vault
    registrar: Registrar
    scheduler: Scheduler
    eraser: Eraser


def open_log(place: WritePlace, *, writing: bool = True) -> Log:
    """LogInUse when another process writes the file, UnknownFact when the log holds what this
    code cannot read, OperationalError when the server cannot be reached."""
    log: Log
    if place.log is not None:
        log = PostgresLog(place.log, writing=writing)
    else:
        log = SQLiteLog(place.folder / "log.db", writing=writing)
    if unknown := log.topics() - fact_types().keys():
        log.close()
        raise UnknownFact(f"no code here can read the log's {', '.join(sorted(unknown))}")
    return log


def open_vault(place: WritePlace, master_key: bytes) -> Vault:
    """WrongMasterKey when it was sealed under another one."""
    keys = PostgresKeys(place.vault) if place.vault else SQLiteKeys(place.folder / "vault.db")
    return Vault(keys, master_key)


def prepare_stores(log: str | None, vault: str | None) -> None:
    """Make what is missing at these addresses, as their owner."""
    for url, role, tables in ((log, LOG_ROLE, LOG_TABLES), (vault, VAULT_ROLE, VAULT_TABLES)):
        if url is not None:
            prepare(url, role, tables)


@contextmanager
def open_write_side(
    place: WritePlace, master_key: bytes, *, clock: Callable[[], datetime], queue_size: int
) -> Iterator[WriteSide]:
    """The same errors, and WrongMasterKey. What is overdue is done before it is yielded."""
    log = open_log(place)
    vault = open_vault(place, master_key)
    eraser = Eraser(log, vault)
    eraser.start()  # first of all: an older vault put back may open nobody who was erased since
    registrar = Registrar(log, vault, clock=clock, queue_size=queue_size)
    scheduler = Scheduler(log, registrar, clock)
    registrar.on_saved(scheduler.nudge, eraser.nudge)
    scheduler.start()
    try:
        yield WriteSide(log, vault, registrar, scheduler, eraser)
    finally:
        scheduler.stop()
        registrar.close()
        eraser.stop()
        vault.close()
        log.close()
