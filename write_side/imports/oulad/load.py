"""The whole import: read the files, send them, and hold what is shown then against a recount."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path

from eventsourcing.persistence import ApplicationRecorder
from rich.console import Console

from write_side.imports.oulad.line import Submit
from write_side.imports.oulad.read import read
from write_side.imports.oulad.report import Report, compare
from write_side.imports.oulad.run import run, student_finder
from write_side.imports.progress import progress_bar

Shown = Callable[
    [],
    tuple[Iterable[tuple[str, str, str, datetime, datetime | None]], Mapping[tuple[str, str], int]],
]
"""Waits for the views and gives what `compare` wants of them: enrollments and feedback."""


def load(
    directory: Path, log: ApplicationRecorder, submit: Submit, shown: Shown, console: Console
) -> Report:
    """Tell the console how far it is; ImportProblem is for what stops it."""
    data = read(directory)
    with progress_bar("importing", console) as progress:
        done = run(data, submit, progress, student_finder(log))
    console.print("waiting for the views ...")
    return compare(data, done, *shown())
