"""Given facts, then rows: what a view makes of a past, compared column by column.

given(*CAMPUS, *enrolled(ANN, E)).then(CatalogSection, {"id": A, "enrolled": 1}, ...)
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import ndiff
from typing import Any, Self

from sqlmodel import Session, select

from read_side.projector import Projector
from read_side.rows import Row
from read_side.store import View, ViewStore
from tests.read_side.past import Past
from tests.scenario import Told
from write_side.commands import Command


@dataclass
class Shown:
    """A view and the past it shows; more may happen, and it shows that too."""

    store: ViewStore
    view: View
    past: Past

    def then(self, table: type[Row], *expected: dict[str, Any]) -> Self:
        """Exactly these rows in any order, as far as the columns named here say."""
        __tracebackhide__ = True
        names = list(dict.fromkeys(name for row in expected for name in row))
        with self.reading() as session:
            rows = session.exec(select(table)).all()
            found = sorted(({name: getattr(row, name) for name in names} for row in rows), key=str)
        wanted = sorted(expected, key=str)
        if found != wanted:
            diff = ndiff([str(row) for row in wanted], [str(row) for row in found])
            raise AssertionError(f"{table.__name__}, - expected, + found:\n" + "\n".join(diff))
        return self

    def and_then(self, *things: Told | Command) -> Self:
        self.past.tell(*things)
        return self.projected()

    def projected(self) -> Self:
        """Show all of the past; nothing in it may have been too much for the view."""
        Projector(self.store, self.past).rebuild(self.view.name)
        parked = self.parked()
        assert not parked, parked
        return self

    def parked(self) -> list[tuple[int, str]]:
        with self.reading() as session:
            return [(fact.position, fact.error) for fact in self.store.parked(session)]

    @contextmanager
    def reading(self) -> Iterator[Session]:
        with self.store.reading() as session:
            yield session
