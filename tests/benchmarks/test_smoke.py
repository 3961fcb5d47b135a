"""The benchmarks still run: the smallest round of those that meet every part they measure."""

import json
from pathlib import Path

import pytest

from tests.benchmarks import __main__ as benchmarks


@pytest.mark.slow
def test_the_smallest_round(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = tmp_path / "bench.json"
    benchmarks.main(["--smoke", "--report", str(report), "deciding", "answering"])
    results = json.loads(report.read_text())["results"]
    assert all(result["median"] > 0 for result in results)
    held_against = {(r["bench"], r["name"]) for r in results}
    assert all((r["bench"], r["against"]) in held_against for r in results if r["against"])
    assert "Rollbook, one by one" in capsys.readouterr().out
