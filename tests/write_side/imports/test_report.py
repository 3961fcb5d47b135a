"""The report: it sees every kind of difference, and nothing that is none of its business."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.write_side.imports.university import write
from write_side.imports.oulad import Enrollment, ImportRun, OuladData, Report, compare, read

START = datetime(2013, 10, 1, tzinfo=UTC)
RUN = ImportRun(0, 0, (), ())


def episode(status: str, enrolled: int, ended: int | None = None) -> Enrollment:
    left = None if ended is None else START + timedelta(days=ended)
    return Enrollment("2013J", "AAA", status, START + timedelta(days=enrolled), left)


RIGHT = (episode("ENROLLED", -3), episode("CANCELED", -2, -1), episode("WITHDRAWN", -2, 4))
LEFT = {("2013J", "AAA"): 2}


@pytest.fixture
def data(tmp_path: Path) -> OuladData:
    rows = [("AAA", "2013J", 1, -3, ""), ("AAA", "2013J", 2, -2, -1), ("AAA", "2013J", 3, -2, 4)]
    return read(write(tmp_path, rows, offered=[("AAA", "2013J", 268)]))


def failures(report: Report) -> tuple[bool, int, bool]:
    """Are the presentations equal, how many days are not, is the feedback equal."""
    document = report.document
    days = document["days"]
    assert json.loads(json.dumps(document)) == document
    return (
        all(p["equal"] for p in document["presentations"]),
        days["checked"] - days["equal"],
        document["feedback"]["equal"],
    )


def test_equal(data: OuladData) -> None:
    report = compare(data, RUN, RIGHT, LEFT)
    assert report.ok
    assert failures(report) == (True, 0, True)
    assert report.document["days"]["checked"] == 8


def test_others_terms_do_not_matter(data: OuladData) -> None:
    other = RIGHT[0]._replace(term_code="2026FA")
    assert compare(data, RUN, [*RIGHT, other], LEFT | {("2026FA", "AAA"): 3}).ok


@pytest.mark.parametrize(
    ("roster", "feedback", "failed"),
    [
        ((), {}, (False, 8, False)),
        (RIGHT, {}, (True, 0, False)),
        (RIGHT, {("2013J", "AAA"): 3}, (True, 0, False)),
        (RIGHT[:2], LEFT, (False, 7, True)),
        ((*RIGHT, RIGHT[1]), LEFT, (False, 7, True)),
        ((*RIGHT[1:], episode("ENROLLED", -1)), LEFT, (True, 2, True)),
        ((*RIGHT[:2], episode("WITHDRAWN", -2, 3)), LEFT, (True, 1, True)),
        ((*RIGHT[:2], episode("CANCELED", -2, 4)), LEFT, (False, 1, True)),
        ((*RIGHT, episode("ENROLLED", 3_000)), LEFT, (False, 0, True)),
        ((*RIGHT, episode("COMPLETED", 3_000)), LEFT, (False, 0, True)),
    ],
)
def test_differences(
    data: OuladData,
    roster: tuple[Enrollment, ...],
    feedback: dict[tuple[str, str], int],
    failed: tuple[bool, int, bool],
) -> None:
    report = compare(data, RUN, roster, feedback)
    assert not report.ok
    assert failures(report) == failed
