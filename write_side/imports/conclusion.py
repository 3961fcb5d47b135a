"""What a long run came to: printed, written as JSON where wanted, and told by its exit status."""

import json
from pathlib import Path
from typing import Any, NoReturn, Protocol

import typer


class Report(Protocol):
    @property
    def document(self) -> dict[str, Any]: ...

    @property
    def ok(self) -> bool: ...

    def text(self) -> str: ...


def conclude(found: Report, path: Path | None) -> NoReturn:
    """Exits 0 only if all is well."""
    typer.echo(found.text())
    if path is not None:
        path.write_text(json.dumps(found.document, indent=2) + "\n")
    raise typer.Exit(0 if found.ok else 1)


def writable(path: Path | None) -> Path | None:
    """Checks an option before the long run and not after it."""
    if path is not None and (path.is_dir() or not path.absolute().parent.is_dir()):
        raise typer.BadParameter(f"{path} cannot be written: its folder must exist, and it be none")
    return path
