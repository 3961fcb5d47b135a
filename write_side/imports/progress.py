"""Long work told to whoever waits: a bar with rate and time left, or plain lines off a terminal."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

LINE_SECONDS = 2.0

Report = Callable[[int, int], None]
"""Called with how much is done and how much there is."""


@contextmanager
def progress_bar(what: str, console: Console) -> Iterator[Report]:
    """Show progress until the block ends."""
    if console.is_terminal:
        columns = (
            TextColumn(what),
            BarColumn(),
            MofNCompleteColumn(),
            _Rate(),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=console) as bar:
            task = bar.add_task(what, total=None)
            yield lambda done, total: bar.update(task, completed=done, total=total)
        return
    yield _lines(what, console)


def _lines(what: str, console: Console) -> Report:
    began = said = time.monotonic()

    def report(done: int, total: int) -> None:
        nonlocal said
        now = time.monotonic()
        if now - said < LINE_SECONDS and done < total:
            return
        said = now
        rate = done / max(now - began, 1e-9)
        left = (total - done) / rate if rate else 0
        console.print(f"{what}: {done:,} of {total:,}, {rate:,.0f}/s, {left:,.0f} s left")

    return report


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        return Text(f"{task.speed or 0:,.0f}/s")
