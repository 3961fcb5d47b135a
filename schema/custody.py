"""The commands of whoever answers for personal data: export, prove an erasure, change the key."""

import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import psycopg
import typer
from eventsourcing.persistence import OperationalError
from rich.console import Console

from read_side.opening import ReadPlace
from read_side.postgres import ROLE as VIEWS
from schema.errors import ApiError
from schema.handing_over import export
from schema.ids import key_of
from schema.settings import Settings
from write_side.events import PersonalDataErased, Recorded, sealed_in
from write_side.imports.progress import progress_bar
from write_side.log.log import BATCH, Log
from write_side.log.postgres import ROLE as LOG
from write_side.log.sqlite import LogInUse
from write_side.opening import WritePlace, open_log, open_vault
from write_side.vault import PostgresKeys, SQLiteKeys, WrongMasterKey, master_key, replace_secret
from write_side.vault.postgres import ROLE as VAULT
from write_side.vault.postgres import connections
from write_side.vault.proof import (
    Searched,
    Values,
    content,
    files,
    gathered,
    given,
    is_sqlite,
    rows,
    tables,
)

_OVERWRITTEN = b"\0"


def add_to(
    cli: typer.Typer,
    settings: Callable[[], Settings],
    views: Callable[[Settings], ReadPlace],
    out: Console,
) -> None:
    """Register the commands; `views` tells where the views are."""

    @cli.command("export-person")
    def export_person(
        student: str = typer.Argument(help="Their id."),
        to: Path = typer.Option(..., file_okay=False, help="Into this folder."),
        purpose: str = typer.Option("GDPR article 15", help="Written down with every value."),
    ) -> None:
        """Write everything about one person, values opened, as JSON and as a page to read."""
        try:
            chosen, key = settings(), key_of(student, "Student")
            for path in export(chosen, views(chosen), key, to, purpose):
                out.print(f"wrote {path}", soft_wrap=True)
        except (ApiError, OperationalError, OSError, WrongMasterKey) as problem:
            out.print(str(problem), soft_wrap=True)
            raise typer.Exit(1) from None
        out.print("delete them when they are handed over: erasing does not reach them")

    @cli.command("prove-erasure")
    def prove_erasure(
        student: str = typer.Argument(help="The id of a student who was erased."),
        to: Path | None = typer.Option(None, help="Write the certificate here."),
        also: list[Path] = typer.Option([], exists=True, help="Search this file or folder too."),
    ) -> None:
        """Search everything Rollbook keeps for values that a person had, and certify what was
        searched. On standard input: one a line, or the JSON of export-person. They are written
        nowhere."""
        try:
            key = key_of(student, "Student")
            words, short = given(sys.stdin.read())
            values = Values(words)
        except (ApiError, ValueError) as error:
            raise typer.BadParameter(str(error)) from None
        try:
            made = _certificate(settings(), key, values, also, out)
            made["values"] = {"searchedFor": len(words), "tooShort": short}
        except (OperationalError, OSError, Unproven, WrongMasterKey) as problem:
            out.print(str(problem), soft_wrap=True)
            raise typer.Exit(1) from None
        written = orjson.dumps(made, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
        if to is None:
            typer.echo(written, nl=False)
        else:
            to.write_bytes(written)
        for found in made["searched"]:
            if found["hits"]:
                out.print(f"{found['what']} holds a value {found['hits']} times", soft_wrap=True)
        size, hits = made["bytes"], made["hits"]
        out.print(f"{hits} hits in {size:,} bytes of {len(made['searched'])} files or tables")
        if hits:
            raise typer.Exit(1)

    vault_cli = typer.Typer(help="The keys of people's values.", no_args_is_help=True)
    cli.add_typer(vault_cli, name="vault")

    @vault_cli.command()
    def rotate(
        new_key: Path | None = typer.Option(
            None, allow_dash=True, help="File with the new key, - for standard input."
        ),
    ) -> None:
        """Wrap every key anew under ROLLBOOK_NEW_VAULT_KEY, or a key from a file; the service must
        be stopped."""
        try:
            told = _rotated(settings(), new_key, out)
        except (OperationalError, LogInUse, NodesConnected, WrongMasterKey, OSError) as problem:
            out.print(str(problem), soft_wrap=True)
            raise typer.Exit(1) from None
        out.print(told, soft_wrap=True)


class NodesConnected(RuntimeError):
    """A running node would go on wrapping new keys under the old master key."""


def _rotated(settings: Settings, new_key: Path | None, out: Console) -> str:
    """What was done, in a sentence. Raises WrongMasterKey, LogInUse, NodesConnected."""
    if new_key is not None:
        spelled = (sys.stdin.read() if str(new_key) == "-" else new_key.read_text()).strip()
    elif settings.new_vault_key is not None:
        spelled = settings.new_vault_key.get_secret_value()
    else:
        raise typer.BadParameter("ROLLBOOK_NEW_VAULT_KEY says what the master key shall be")
    try:
        new = master_key(spelled)
    except (WrongMasterKey, UnicodeDecodeError):
        raise WrongMasterKey("the new master key must be 32 bytes in base64") from None
    kept = settings.data_dir / "vault.key"
    if settings.vault_key is not None:
        old = settings.vault_key.get_secret_value()
    elif kept.exists():
        old = kept.read_text().strip()
    else:
        raise typer.BadParameter("ROLLBOOK_VAULT_KEY says what the master key is now")
    place = WritePlace(settings.data_dir, settings.url("log"), settings.url("vault"))
    if place.vault is None and not (file := place.folder / "vault.db").exists():
        raise typer.BadParameter(f"there is no vault at {file}")
    if place.vault is not None and (others := connections(place.vault)):
        raise NodesConnected(
            f"{others} other connections are open to the vault's database: stop every node first,"
            " for it would wrap new keys under the old master key"
        )
    # the lock of an embedded log keeps every service away; the log itself is not touched
    alone = ExitStack()
    if place.log is None:
        alone.enter_context(closing(open_log(place)))
    with alone, progress_bar("wrapping keys", out) as progress:
        number, overwritten = _wrapped_anew(place, master_key(old), new, progress)
    where = "ROLLBOOK_VAULT_KEY"
    if settings.vault_key is None:
        replace_secret(kept, spelled)
        where = str(kept)
    left = "" if overwritten else "; a reader holds the old bytes: run it again when it is gone"
    return f"{number:,} keys are wrapped anew; {where} has to be the new one from here on{left}"


def _wrapped_anew(
    place: WritePlace, old: bytes, new: bytes, told: Callable[[int, int], None]
) -> tuple[int, bool]:
    """How many keys were, and whether the old bytes are overwritten; also what a run that was
    killed or met a reader left to do, when the vault is under the new key already."""
    try:
        vault = open_vault(place, old)
    except WrongMasterKey as wrong:
        try:
            vault = open_vault(place, new)
        except WrongMasterKey:
            raise wrong from None
        with closing(vault):
            return 0, vault.overwrite_wrapped()
    with closing(vault):
        return vault.rotate(new, told), vault.overwrite_wrapped()


class Unproven(RuntimeError):
    """There is nothing to certify: a sentence says why."""


def _certificate(
    settings: Settings, student: UUID, values: Values, also: list[Path], out: Console
) -> dict[str, Any]:
    """`hits` is 0 where it proves something. Raises `Unproven`."""
    place = WritePlace(settings.data_dir, settings.url("log"), settings.url("vault"))
    if place.log is None and not (file := place.folder / "log.db").exists():
        raise Unproven(f"there is no log at {file}")
    with closing(open_log(place, writing=False)) as log:
        erased = _erasure(log, student)
        position, chain = log.newest_link()
    if _key(place, student) != _OVERWRITTEN:
        raise Unproven("the key is not destroyed and overwritten yet: start the service, or wait")
    sealed = _unreadable(settings, place, student, position, out)
    with progress_bar("searching", out) as progress:
        searched = list(_search(settings, values, also, progress))
    return {
        "student": student.hex,
        "erasedAt": erased.at,
        "position": erased.position,
        "keyOverwritten": True,
        "sealedValues": {"inTheLog": sealed, "opened": 0},
        "head": {"position": position, "chain": chain.hex()},
        "searchedAt": datetime.now(UTC),
        "searched": [found._asdict() for found in searched],
        "bytes": sum(found.size for found in searched),
        "hits": sum(found.hits for found in searched),
    }


def _erasure(log: Log, student: UUID) -> Recorded:
    after = 0
    while facts := log.read(after, BATCH, [PersonalDataErased.TOPIC]):
        for recorded in facts:
            if recorded.stream == student:
                return recorded
        after = facts[-1].position
    raise Unproven("this student was not erased: there is no such fact")


def _key(place: WritePlace, student: UUID) -> bytes | None:
    stored = PostgresKeys(place.vault) if place.vault else SQLiteKeys(place.folder / "vault.db")
    with closing(stored):
        return stored.key(student.hex)


def _unreadable(
    settings: Settings, place: WritePlace, student: UUID, head: int, out: Console
) -> int:
    """How many sealed values of the person the log has; Unproven where one of them opens."""
    master = master_key(settings.secret("vault_key", lambda _: None))
    tried, after = 0, 0
    with (
        closing(open_log(place, writing=False)) as log,
        closing(open_vault(place, master)) as vault,
        progress_bar("trying sealed values", out) as progress,
    ):
        while after < head and (batch := log.read(after, BATCH)):
            for box in (box for each in batch for box in sealed_in(each.fact, student)):
                tried += 1
                if vault.open(box) is not None:
                    raise Unproven(f"{box.label} of this student can still be opened")
            after = batch[-1].position
            progress(min(after, head), head)
    return tried


def _search(
    settings: Settings, values: Values, also: list[Path], progress: Callable[[int, int], None]
) -> Iterator[Searched]:
    found = files(settings.data_dir)
    for path in also:
        found += files(path) if path.is_dir() else [path]
    sizes = {path: path.stat().st_size for path in found if path.exists()}
    done, total = 0, sum(sizes.values())
    for path, size in sizes.items():
        own = path.is_relative_to(settings.data_dir)
        name = str(path.relative_to(settings.data_dir) if own else path)
        with _readable(name):
            yield Searched(name, *values.count(content(path)))
            if is_sqlite(path):
                yield Searched(f"{name}, value by value", *values.count(gathered(rows(path))))
        done += size
        progress(done, total)
    servers = {LOG: settings.url("log"), VAULT: settings.url("vault"), VIEWS: settings.url("views")}
    for role, url in servers.items():
        with _readable(role):
            for what, chunks in tables(url, role) if url else ():
                yield Searched(what, *values.count(chunks))


@contextmanager
def _readable(place: str) -> Iterator[None]:
    """Unproven where it cannot be read; a file that is gone by now holds nothing."""
    try:
        yield
    except FileNotFoundError:
        pass
    except (OSError, sqlite3.Error, psycopg.Error) as problem:
        raise Unproven(f"{place} cannot be searched: {problem}") from None
