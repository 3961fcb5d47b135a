"""`rollbook replay`: what it prints and writes, and the sentence it says when it cannot."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.replays.terms import BATCH, written
from tests.replays.webreg import Report
from tests.test_cli import rollbook

ROOT = Path(__file__).parents[2]


def test_it_prints_the_comparison_and_writes_report_picture_and_logs(tmp_path: Path) -> None:
    folder = written(tmp_path / "files", BATCH)
    report, picture, kept = (tmp_path / name for name in ("report.json", "idle.svg", "kept"))

    told = rollbook(
        tmp_path / "data",
        *("replay", "webreg", str(folder), "--mode", "oracle", "--mode", "rollbook"),
        *("--report", str(report), "--picture", str(picture), "--keep", str(kept)),
    )

    assert told.exit_code == 0, told.output
    assert "checkpoints equal           8 of 8 (100.00%)" in told.stdout
    assert f"picture: {picture}" in told.stdout
    assert ["oracle: 8 of 8" in told.stderr, "rollbook: 8 of 8" in told.stderr] == [True, True]
    assert json.loads(report.read_text())["oracle"]["equal"] == 8
    assert picture.read_text().startswith("<svg")
    facts = rollbook(kept / "rollbook", "facts", "--limit", "1000").stdout
    assert facts.count("WaiterPromoted") == 1
    assert not (tmp_path / "data").exists()


def test_a_comparison_that_is_not_well_exits_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Report, "ok", property(lambda _report: False))
    folder = written(tmp_path, BATCH)

    told = rollbook(tmp_path, "replay", "webreg", str(folder), "--mode", "oracle")

    assert told.exit_code == 1
    assert "checkpoints equal" in told.stdout


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ([], "neither *_changes.csv.gz nor *_changes.csv in"),
        (["--term", "yy22"], "neither yy22_changes.csv.gz nor yy22_changes.csv in"),
        (["--mode", "dance"], "dance: the modes are oracle, rollbook, rush"),
    ],
)
def test_what_cannot_be_replayed_is_said_in_a_sentence(
    tmp_path: Path, more: list[str], said: str
) -> None:
    told = rollbook(tmp_path, "replay", "webreg", str(tmp_path), *more)

    assert told.exit_code == 1
    assert told.stderr.startswith("the replay stopped: ") and said in told.stderr
    assert "Traceback" not in told.output


def test_an_installed_package_has_no_such_command() -> None:
    """It has no tests, and so no replays; everything else is there."""
    without = "import sys; sys.modules['tests'] = None; from service import cli; cli(['--help'])"

    told = subprocess.run(
        [sys.executable, "-c", without], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert "rebuild" in told.stdout
    assert "replay" not in told.stdout
