"""The report: numbers as JSON and as text, how far a replay is, and what it leaves behind."""

import json
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.replays.terms import BATCH, MODES, written
from tests.replays.webreg import ReplayProblem, replay
from tests.replays.webreg.replay import Bars
from tests.replays.webreg.stage import Progress
from write_side.log.sqlite import SQLiteLog


def noted(told: list[tuple[str, int, int]]) -> Bars:
    @contextmanager
    def bar(mode: str) -> Generator[Progress, None, None]:
        yield lambda done, total: told.append((mode, done, total))

    return bar


def test_the_report_is_json_and_text(tmp_path: Path) -> None:
    report = replay(written(tmp_path, BATCH), modes=MODES)
    assert json.loads(json.dumps(report.document)) == report.document
    assert "checkpoints equal           8 of 8 (100.00%)" in report.text()


def test_each_mode_says_how_far_it_is(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    replay(written(tmp_path, BATCH), modes=reversed(MODES), bars=noted(told))
    ends = [each for each in told if each[1] == each[2]]
    assert ends == [("oracle", 8, 8), ("rollbook", 8, 8)]


def test_each_mode_leaves_its_log_where_it_is_wanted(tmp_path: Path) -> None:
    folder, kept = written(tmp_path / "files", BATCH), tmp_path / "kept"
    replay(folder, kept, modes=MODES)
    assert sorted(path.name for path in kept.iterdir()) == sorted(MODES)
    for mode in MODES:
        log = SQLiteLog(kept / mode / "log.db", writing=False)
        assert log.head() > 8
        log.close()
    with pytest.raises(ReplayProblem, match="is not empty"):
        replay(folder, kept, modes=MODES)
