"""The commands of whoever keeps the log: print it, verify it, copy it, put a copy back."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import typer
from eventsourcing.persistence import OperationalError
from rich.console import Console

from write_side.imports.progress import progress_bar
from write_side.log.backup import BadCopy, back_up
from write_side.log.backup import restore as put_back
from write_side.log.codec import UnknownFact, printed
from write_side.log.evidence import verify as verified
from write_side.log.log import Log
from write_side.log.postgres import PostgresLog, UnorderedLog
from write_side.log.sqlite import SQLiteLog
from write_side.opening import WritePlace, open_log
from write_side.postgres import NotPrepared

PROBLEMS = (OperationalError, NotPrepared, UnorderedLog, UnknownFact, BadCopy, OSError)
ON_A_SERVER = "on PostgreSQL use pg_dump or base backups: see docs/operating.md"


def add_to(cli: typer.Typer, place: Callable[[], WritePlace], out: Console) -> None:
    """Register the commands; `place` tells where log and vault are when one of them runs."""

    @cli.command()
    def facts(
        after: int = typer.Option(0, help="Only those behind this position."),
        limit: int = typer.Option(100, help="How many at most."),
    ) -> None:
        """Print facts as the log has them: position, time, stream, type and payload."""
        at = place()
        if at.log is None and not (path := at.folder / "log.db").exists():
            raise typer.BadParameter(f"there is no log at {path}")
        with _stopping(out), closing(open_log(at, writing=False)) as log:
            for recorded in log.read(after, limit):
                typer.echo(printed(recorded))

    @cli.command()
    def verify() -> None:
        """Look at every fact and receipt, and name the first that is not what was recorded."""
        began = time.monotonic()
        with (
            _stopping(out),
            closing(_opened(place())) as log,
            progress_bar("verifying", out) as progress,
        ):
            found = verified(log, progress=progress)
        if found.wrong is not None:
            _tell(out, f"first wrong: {found.wrong}")
            raise typer.Exit(1)
        seconds = time.monotonic() - began
        _tell(
            out,
            f"{found.facts:,} facts and {found.receipts:,} receipts verified in {seconds:.1f} s\n"
            f"head {found.head.hex()} at position {found.facts}\n"
            f"receipts' head {found.receipts_head.hex()}",
        )

    @cli.command()
    def backup(directory: Path = typer.Argument(help="A folder for it; log and vault.")) -> None:
        """Copy log and vault, apart from each other, also while the service runs."""
        with _stopping(out), progress_bar("copying", out) as progress:
            made = back_up(_folder(place()), directory, progress)
        _tell(
            out,
            f"{made.facts:,} facts and {made.receipts:,} receipts copied, head {made.head};"
            " the master key is not in it",
        )

    @cli.command()
    def restore(directory: Path = typer.Argument(help="A folder that backup made.")) -> None:
        """Check a copy of log and vault and put it where there are none."""
        with _stopping(out), progress_bar("checking", out) as progress:
            made = put_back(directory, _folder(place()), progress)
        _tell(
            out,
            f"{made.facts:,} facts and {made.receipts:,} receipts restored; put the master key"
            " beside them, and the next start makes the views again",
        )


@contextmanager
def _stopping(out: Console) -> Iterator[None]:
    """Says what went wrong in a sentence and exits 1."""
    try:
        yield
    except PROBLEMS as problem:
        _tell(out, str(problem))
    except sqlite3.DatabaseError as problem:
        _tell(out, f"the log cannot be read as a database: {problem}")
    else:
        return
    raise typer.Exit(1)


def _opened(place: WritePlace) -> Log:
    """For reading, whether this code knows all its topics or not."""
    if place.log is not None:
        return PostgresLog(place.log, writing=False)
    if not (file := place.folder / "log.db").exists():
        raise BadCopy(f"there is no log at {file}")
    return SQLiteLog(file, writing=False)


def _folder(place: WritePlace) -> Path:
    if place.log is not None or place.vault is not None:
        raise BadCopy(ON_A_SERVER)
    return place.folder


def _tell(out: Console, line: str) -> None:
    out.print(line, soft_wrap=True, highlight=False)
