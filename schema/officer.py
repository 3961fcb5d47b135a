"""The privacy officer's commands: rotating the vault, exporting a person, proving an erasure."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from getpass import getuser
from pathlib import Path
from threading import Event
from uuid import UUID

import typer
from eventsourcing.persistence import OperationalError
from rich.console import Console

from read_side.opening import ReadPlace, open_read_side
from read_side.store import ViewStore
from schema.errors import ApiError, new_request_id
from schema.export import Exporting
from schema.export_page import page
from schema.ids import key_of
from schema.settings import Settings, settings_given
from schema.viewer import Viewer
from write_side.events import Role
from write_side.imports.conclusion import conclude, writable
from write_side.imports.progress import progress_bar
from write_side.log.log import Log
from write_side.log.sqlite import LogInUse
from write_side.opening import WritePlace, open_keys, open_log, open_vault
from write_side.proving import Certificate, Needles, NotAPerson, NothingToSearch, prove
from write_side.proving.proof import PlacesAt, servers
from write_side.vault import KeyStore, Vault, WrongMasterKey, master_key
from write_side.vault.rotating import KeyFile, StillHeld, opens, rotate

PATIENCE = 30.0  # seconds; views that are kept up to date take in the last facts within them
LOOK = 0.1
ALSO = typer.Option([], help="Search these files and folders too: copies, logs of processes.")
TO = typer.Option(None, file_okay=False, help="Into this folder; else into exports/ of the data.")
PURPOSE = typer.Option("GDPR article 15", help="What for: it is written down with every value.")
REPORT = typer.Option(None, callback=writable, help="Write the certificate here, as JSON.")
NEW_KEY = typer.Option(
    None, allow_dash=True, help="File with the new master key in base64, or - for standard input."
)


@dataclass(frozen=True)
class Wiring:
    """What the composition root knows: where things are, and how problems are told."""

    write_place: Callable[[Settings], WritePlace]
    read_place: Callable[[Settings], ReadPlace]
    stopping: Callable[..., AbstractContextManager[None]]
    problems: tuple[type[Exception], ...]
    out: Console


def officer_commands(cli: typer.Typer, wiring: Wiring) -> None:
    vault = typer.Typer(help="Look after the keys of people's values.", no_args_is_help=True)
    cli.add_typer(vault, name="vault")

    @vault.command("rotate")
    def rotate_(new_key_file: Path | None = NEW_KEY) -> None:
        """Put every key under a new master key; the old one, and older copies, are dead."""
        settings = settings_given()
        given = _new_key(settings, new_key_file)
        with wiring.stopping("", *wiring.problems, StillHeld):
            _rotate(wiring, settings, given)

    @cli.command("export-person")
    def export_person(
        student: str = typer.Argument(help="Their id."),
        to: Path | None = TO,
        purpose: str = PURPOSE,
    ) -> None:
        """Write everything about one person, values opened, as JSON and as a page."""
        settings, person = settings_given(), _person(student)
        with wiring.stopping("", *wiring.problems, ApiError, OSError):
            _export(wiring, settings, person, to or settings.data_dir / "exports", purpose)

    @cli.command("prove-erasure")
    def prove_erasure(
        student: str = typer.Argument(help="Their id."),
        also: list[Path] = ALSO,
        report: Path | None = REPORT,
    ) -> None:
        """Look everywhere for the values an erased person had, given on standard input."""
        settings, person = settings_given(), _person(student)
        for missing in (path for path in also if not path.exists()):
            raise typer.BadParameter(f"there is nothing at {missing} to search")
        try:
            needles = Needles.read(sys.stdin.read())
        except (NothingToSearch, UnicodeDecodeError) as problem:
            raise typer.BadParameter(str(problem)) from None
        with wiring.stopping("", *wiring.problems, NotAPerson, OSError):
            found = _prove(wiring, settings, person, needles, also)
            if report is None:
                folder = settings.data_dir / "certificates"
                folder.mkdir(parents=True, exist_ok=True)
                report = folder / f"erasure-{person.hex}-{found.at:%Y%m%dT%H%M%S%f}.json"
        wiring.out.print(f"certificate: {report}", soft_wrap=True)
        conclude(found, report)


def _new_key(settings: Settings, file: Path | None) -> str | None:
    """The new key as it was given; None where one is to be made beside the old one's file."""
    if file is not None:
        try:
            text = sys.stdin.read() if str(file) == "-" else file.read_text()
        except (OSError, UnicodeDecodeError) as problem:
            raise typer.BadParameter(f"the new key cannot be read: {problem}") from None
        return text.strip()
    if settings.new_vault_key is not None:
        return settings.new_vault_key.get_secret_value().strip()
    if settings.vault_key is not None:
        raise typer.BadParameter(
            "give the new master key: --new-key-file, or ROLLBOOK_NEW_VAULT_KEY"
        )
    return None


def _rotate(wiring: Wiring, settings: Settings, given: str | None) -> None:
    place, tell = wiring.write_place(settings), wiring.out.print
    new = None if given is None else master_key(given, "the new master key")
    if place.vault is None and not (file := place.folder / "vault.db").exists():
        raise WrongMasterKey(f"there is no vault at {file}")
    made = None if settings.vault_key else KeyFile(settings.data_dir / "vault.key")
    if made is not None and not made.path.exists():
        raise WrongMasterKey(f"there is no {made.path}: set ROLLBOOK_VAULT_KEY to the old key")
    old = master_key(settings.secret("vault_key", tell))
    # on files nobody else may have the vault's keys in memory; on a server nobody else's are taken
    with _alone(place), closing(open_keys(place)) as keys:
        with progress_bar("wrapping keys anew", wiring.out) as told:
            if made is not None and (left := _left(made, keys, old)) is not None:
                rotate(keys, old, left, told)
                made.replace()
                tell("a rotation that was interrupted is finished")
                if new in (None, left):
                    return
                old = left
            if made is not None:
                new = made.prepare(given)
            assert new is not None
            done = rotate(keys, old, new, told)
        if made is not None:
            made.replace()
    tell(f"{done:,} keys are under the new master key; the old bytes are overwritten")
    where = made.path if made else "ROLLBOOK_VAULT_KEY must be the new key from now on"
    tell(f"{where} has the new key" if made else str(where), soft_wrap=True)
    tell("destroy the old key: with it an older copy of the vault still opens", soft_wrap=True)


def _left(made: KeyFile, keys: KeyStore, old: bytes) -> bytes | None:
    """The new key of a rotation that was killed between its commit and its end."""
    if not made.next.exists() or opens(keys, old):
        return None
    try:
        left = master_key(made.next.read_text().strip())
    except WrongMasterKey:  # killed while it was written
        return None
    return left if opens(keys, left) else None


@contextmanager
def _alone(place: WritePlace) -> Iterator[None]:
    """LogInUse while a service runs on these files."""
    if place.log is not None:
        yield
        return
    with closing(open_log(place)):
        yield


def _export(wiring: Wiring, settings: Settings, person: UUID, to: Path, purpose: str) -> None:
    with _reading(wiring, settings) as (log, vault, store):
        document = Exporting(
            store=store,
            facts_at=log.at,
            vault=vault,
            viewer=Viewer(f"command line: {getuser()}", Role.PRIVACY_OFFICER),
            purpose=purpose,
            request=new_request_id(),
            head=log.head(),
            at=datetime.now(UTC),
        ).person(person)
    to.mkdir(parents=True, exist_ok=True)
    texts = {"json": json.dumps(document, indent=2, ensure_ascii=False), "html": page(document)}
    for ending, text in texts.items():
        path = to / f"student-{person.hex}.{ending}"
        path.unlink(missing_ok=True)
        # a person's values: nobody but who made it reads them
        with open(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
        wiring.out.print(f"wrote {path}", soft_wrap=True)
    wiring.out.print("delete them when they are handed over: erasing does not reach them")


@contextmanager
def _reading(wiring: Wiring, settings: Settings) -> Iterator[tuple[Log, Vault, ViewStore]]:
    """Log, vault and views that have all of the log; also beside a running service."""
    place = wiring.write_place(settings)
    if place.log is None and not (path := place.folder / "log.db").exists():
        raise FileNotFoundError(f"there is no log at {path}")
    key = master_key(settings.secret("vault_key", wiring.out.print))
    try:
        log, running = open_log(place, writing=place.log is None), place.log is not None
    except LogInUse:
        log, running = open_log(place, writing=False), True
    with (
        closing(log),
        closing(open_vault(place, key)) as vault,
        open_read_side(wiring.read_place(settings), log, projecting=not running) as views,
    ):
        _caught_up(views.store, log.head())
        yield log, vault, views.store


def _caught_up(store: ViewStore, head: int) -> None:
    again, waited = Event(), 0.0
    while min(at.position for at in store.positions().values()) < head:
        if waited > PATIENCE:
            raise OperationalError("the views are behind the log: nobody keeps them up to date")
        again.wait(LOOK)
        waited += LOOK


def _prove(
    wiring: Wiring, settings: Settings, person: UUID, needles: Needles, also: list[Path]
) -> Certificate:
    place, views = wiring.write_place(settings), settings.url("views")
    if place.log is None and not (path := place.folder / "log.db").exists():
        raise FileNotFoundError(f"there is no log at {path}")
    key = master_key(settings.secret("vault_key", wiring.out.print))

    with (
        closing(open_log(place, writing=False)) as log,
        closing(open_keys(place)) as keys,
        closing(open_vault(place, key)) as vault,
    ):
        return prove(
            person,
            needles,
            log=log,
            keys=keys,
            vault=vault,
            places=lambda: PlacesAt(
                [*filter(Path.exists, [settings.data_dir]), *also],
                servers(place.log, place.vault, views),
            ),
            at=datetime.now(UTC),
            bar=lambda what: progress_bar(what, wiring.out),
        )


def _person(text: str) -> UUID:
    """From an id as the API shows it, or as the log writes it."""
    try:
        return UUID(text)
    except ValueError:
        pass
    try:
        return key_of(text, "Student")
    except ApiError as error:
        raise typer.BadParameter(error.message) from None
