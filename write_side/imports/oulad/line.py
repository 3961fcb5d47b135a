"""The line of commands under way: bounded, answered in order, never ahead of what they need."""

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime
from typing import Protocol

from write_side.commands import Command
from write_side.events import Channel, Role
from write_side.imports.oulad.read import ImportProblem
from write_side.submission import Actor, Outcome, Overloaded

IMPORTER = Actor("import oulad", Role.REGISTRAR, Channel.IMPORT)
"""Staff: a record of the past is not bound by the deadlines that bind students."""

CORRELATION = "oulad"
MOST_UNDER_WAY = 2_000
ANSWER_SECONDS = 120.0
TOLD_EVERY = 100

Progress = Callable[[int, int], None]


class Submit(Protocol):
    """`Registrar.submit`, or something with its promise: same id, same answer, one effect."""

    def __call__(
        self,
        command: Command,
        actor: Actor,
        /,
        *,
        command_id: str,
        at: datetime,
        correlation: str,
    ) -> "Future[Outcome]": ...


class Line:
    """Sends commands and takes their answers: `position` is the highest among them, `refused` those
    that were refused, in the order they were sent."""

    def __init__(self, submit: Submit, progress: Progress, total: int) -> None:
        self._submit = submit
        self._progress = progress
        self._under_way: deque[Future[Outcome]] = deque()
        self._done = 0
        self._total = total
        self.position = 0
        self.refused: list[Outcome] = []
        progress(0, total)

    def send(self, command_id: str, command: Command, at: datetime) -> "Future[Outcome]":
        """Hand a command in, waiting while too many are under way."""
        while len(self._under_way) >= MOST_UNDER_WAY:
            self._take()
        while True:
            try:
                future = self._submit(
                    command, IMPORTER, command_id=command_id, at=at, correlation=CORRELATION
                )
            except Overloaded as error:
                if not self._under_way:
                    raise _stopped(str(error)) from error
                self._take()
            else:
                self._under_way.append(future)
                return future

    def leave_out(self) -> None:
        """Count a command of the plan that will not be sent."""
        self._count()

    def settle(self) -> None:
        """Wait until everything sent is answered."""
        while self._under_way:
            self._take()

    def _take(self) -> None:
        outcome = answer(self._under_way.popleft())
        self.position = max(self.position, outcome.position or 0)
        if outcome.refusals:
            self.refused.append(outcome)
        self._count()

    def _count(self) -> None:
        self._done += 1
        if self._done % TOLD_EVERY == 0 or self._done == self._total:
            self._progress(self._done, self._total)


def answer(future: "Future[Outcome]") -> Outcome:
    """The outcome; ImportProblem if the command failed, which is not the same as refused."""
    try:
        return future.result(ANSWER_SECONDS)
    except TimeoutError as error:
        raise _stopped(f"no answer within {ANSWER_SECONDS:.0f} seconds") from error
    except Exception as error:
        raise _stopped(str(error) or type(error).__name__) from error


def _stopped(why: str) -> ImportProblem:
    return ImportProblem(
        f"the import stopped before its end: {why}. Run it again: it goes on where it stopped."
    )
