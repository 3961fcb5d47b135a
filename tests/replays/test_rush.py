"""Rush mode, small: a service of its own, and a crowd at its door."""

from pathlib import Path

import pytest

from tests.replays.terms import written
from tests.replays.webreg import Rush, replay


@pytest.mark.slow
def test_a_small_rush_sells_every_seat_once(tmp_path: Path) -> None:
    folder = written(tmp_path / "files", "2022-02-14T09:00:00,CSE 1,A01,10,0,10")
    hard = Rush(seats=10, writers=2, readers_per_writer=3)
    part = replay(folder, modes=["rush"], hard=hard).document["rush"]
    assert (part["attempts"], part["accepted"]) == (20, 10)
    assert (part["oversold"], part["unsold"], part["errors"]) == (0, 0, 0)
    assert part["refused"] == {"SECTION_FULL": 10}
    assert part["views_equal"]
