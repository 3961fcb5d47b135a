"""The benchmarks still run: the smallest round of those that meet every part they measure."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.benchmarks import __main__ as benchmarks
from tests.benchmarks.goals import GOALS, Judgment, judged
from tests.benchmarks.growth import __main__ as growth
from tests.benchmarks.measure import Book


@pytest.mark.slow
def test_the_smallest_round(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = tmp_path / "bench.json"
    some = ["deciding", "chaining", "enrolling", "looking", "fanning", "crowding"]
    picture = tmp_path / "goals.svg"
    benchmarks.main(["--smoke", "--report", str(report), "--picture", str(picture), *some])
    assert picture.read_text().count("<rect") > 3
    said = json.loads(report.read_text())
    results = said["results"]
    none = ("oversold", "could be shared")
    measured = [each for each in results if not any(word in each["name"] for word in none)]
    assert all(result["median"] > 0 for result in measured if "memory" not in result["name"])
    assert all(not each["median"] for each in results if "oversold" in each["name"])
    assert {"Rollbook", "CRUD twin"} <= {result["name"] for result in results}
    assert "Rollbook, one by one" in capsys.readouterr().out
    # whoever holds Rollbook against nobody's peer has an answer also without peers
    open_goals = {goal["what"] for goal in said["goals"] if goal["met"] is None}
    assert "three of 50 seats, oversold" not in open_goals
    assert "1,000 subscribers, p99" not in open_goals


@pytest.mark.slow
def test_the_smallest_growth(tmp_path: Path) -> None:
    report, picture = tmp_path / "growth.json", tmp_path / "growth.svg"
    growth.main(["--smoke", "--report", str(report), "--picture", str(picture)])
    found = json.loads(report.read_text())
    assert {series["of"] for series in found} == {"sections", "facts", "subscribers"}
    points = {series["of"]: len(series["points"]) for series in found}
    assert points == {"sections": 1, "facts": 2, "subscribers": 2}
    assert ElementTree.fromstring(picture.read_text()).tag.endswith("svg")


def verdict(what: str, book: Book) -> Judgment:
    return next(each for each in judged(book) if each.goal.what == what)


def book_with(*lines: tuple[tuple[str, str], list[float]]) -> Book:
    book = Book()
    for (bench, name), values in lines:
        for value in values:
            book.note(bench, name, value, "requests/s")
    return book


def goal(what: str) -> Any:
    return next(each for each in GOALS if each.what == what)


def test_a_goal_is_the_median_of_the_rounds_ratios() -> None:
    what = "enroll, commands/s"
    line, beside = goal(what).line, goal(what).beside
    found = verdict(what, book_with((line, [100.0, 300.0, 320.0]), (beside, [100.0, 200.0, 200.0])))
    assert (found.reached, found.met, found.margin) == (1.5, True, 1.0)
    found = verdict(what, book_with((line, [140.0]), (beside, [100.0])))
    assert (found.met, found.margin) == (False, pytest.approx(1.4 / 1.5))


def test_a_goal_that_is_a_most_is_met_from_below() -> None:
    what = "event to push, p50 ms"
    assert verdict(what, book_with((goal(what).line, [5.0]))).met is True
    assert verdict(what, book_with((goal(what).line, [5.0]))).margin == 2.0
    assert verdict(what, book_with((goal(what).line, [20.0]))).met is False


def test_what_was_not_measured_is_not_judged() -> None:
    assert {each.met for each in judged(Book())} == {None}
