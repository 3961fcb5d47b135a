"""`rollbook replay`: a real registration day through the commands, held against the record."""

from pathlib import Path

import typer
from rich.console import Console

from write_side.imports.conclusion import conclude, writable
from write_side.imports.progress import progress_bar


def replay(
    source: str = typer.Argument(help="Which registration: webreg."),
    directory: Path = typer.Argument(help="Where its files are."),
    term: str | None = typer.Option(None, help="Which term's file, if not the largest."),
    mode: list[str] | None = typer.Option(None, help="oracle, rollbook or rush; all if left out."),
    report: Path | None = typer.Option(
        None, callback=writable, help="Write what was found here, as JSON."
    ),
    picture: Path | None = typer.Option(
        None, callback=writable, help="Draw the section that stood idle most here, as SVG."
    ),
    keep: Path | None = typer.Option(None, help="Leave each mode's log in a folder of this one."),
) -> None:
    """Replay a real registration day and hold what comes of it against what was recorded."""
    from tests.replays import webreg  # not before it is asked for: every command passes here

    out = Console(stderr=True, highlight=False)
    if source != "webreg":
        raise typer.BadParameter(f"{source!r} is no registration Rollbook replays; webreg is")
    try:
        found = webreg.replay(
            directory,
            keep,
            term=term,
            modes=mode or webreg.MODES,
            picture=picture,
            bars=lambda name: progress_bar(name, out),
        )
    except webreg.ReplayProblem as problem:
        out.print(f"the replay stopped: {problem}", soft_wrap=True)
        raise typer.Exit(1) from None
    conclude(found, report)
