"""What the read side's tests share: views on files of their own, on paper or with an office."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from read_side.store import View
from tests.read_side.house import House, house_at
from tests.read_side.past import Past
from tests.read_side.shown import Shown
from tests.scenario import Told
from tests.stores import open_views
from write_side.commands import Command

Given = Callable[..., Shown]


@pytest.fixture
def given(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Given]:
    """Begin with what happened; the test module's VIEW shows it."""
    view: View = request.module.VIEW
    store = open_views(tmp_path / "views.db", (view,))

    def show(*things: Told | Command) -> Shown:
        return Shown(store, view, Past().tell(*things)).projected()

    yield show
    store.close()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """An office and all views of its log, kept up to date by a running projector."""
    with house_at(tmp_path) as opened:
        opened.projector.start()
        yield opened
