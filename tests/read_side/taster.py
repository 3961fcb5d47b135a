"""A view that only tastes: a row for every fact and refusal, and trouble where a test wants it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from sqlmodel import Field

from read_side.rows import Row
from read_side.store import View
from read_side.writing import Writing
from write_side.events import Recorded, RefusedCommand

Trouble = Callable[[], None]


class Tasted(Row, table=True):
    """Refusals are at the negative of their serial."""

    __tablename__ = "tasted"
    WAKES = ("stream",)
    position: int = Field(primary_key=True)
    stream: UUID


@dataclass
class Taster:
    """`trouble` is called after the row of its position was written, each time one comes there;
    `visits` counts how often."""

    trouble: dict[int, Trouble] = field(default_factory=dict)
    visits: dict[int, int] = field(default_factory=dict)

    @property
    def view(self) -> View:
        return View("taster", (Tasted,), self.project, self.project_refusal)

    def project(self, recorded: Recorded, session: Writing) -> None:
        self._taste(recorded.position, recorded.stream, session)

    def project_refusal(self, refused: RefusedCommand, session: Writing) -> None:
        self._taste(-refused.serial, UUID(int=refused.serial), session)

    def _taste(self, position: int, stream: UUID, session: Writing) -> None:
        session.add(Tasted, position=position, stream=stream)
        session.flush()
        self.visits[position] = self.visits.get(position, 0) + 1
        self.trouble.get(position, lambda: None)()


def raising(*errors: Exception, last: Exception | None = None) -> Trouble:
    """Raise these one after the other, then nothing, or `last` for ever."""
    left = list(errors)

    def trouble() -> None:
        if left:
            raise left.pop(0)
        if last is not None:
            raise last

    return trouble
