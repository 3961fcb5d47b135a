"""What rows mean: each contradiction by name, and the recount agreeing on any rows whatever."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.write_side.imports.university import CLEAN, OFFERED, results, write
from write_side.imports.oulad import Contradiction, ImportRun, OuladData, Reason, compare, read
from write_side.imports.oulad.read import Presentation, Row
from write_side.imports.oulad.rows import Episode, interpret, start_of


def interpreted(directory: Path, *rows: tuple[object, ...]) -> tuple[list[Episode], Contradiction]:
    """The episodes, and the one contradiction there must be."""
    episodes, (found,) = interpret(read(write(directory, rows)))
    return episodes, found


def test_clean_rows_are_not_reported(tmp_path: Path) -> None:
    episodes, found = interpret(read(write(tmp_path)))
    assert found == []
    assert len(episodes) == len(CLEAN)


def test_presentations_start_in_february_or_october() -> None:
    assert start_of("2013B") == datetime(2013, 2, 1, tzinfo=UTC)
    assert start_of("2014J") == datetime(2014, 10, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("left", "taken"), [("", 0), (-12, -12), (7, 7), ("7.0", 7)], ids=lambda day: repr(day)
)
def test_no_day_of_registration(tmp_path: Path, left: object, taken: int) -> None:
    (episode,), found = interpreted(tmp_path, ("AAA", "2013J", 1, "", left))
    assert found.reason is Reason.NO_REGISTRATION_DAY
    assert found.done == f"Enrolled as of day {taken}."
    assert not found.skipped
    assert (episode.enrolled_at - start_of("2013J")).days == taken
    assert episode.left_at is None or episode.left_at == episode.enrolled_at
    assert episode.before_start is (taken < 0)


def test_unregistered_before_registered(tmp_path: Path) -> None:
    (episode,), found = interpreted(tmp_path, ("AAA", "2013J", 1, 5, -3))
    assert found.reason is Reason.UNREGISTERED_BEFORE_REGISTERED
    assert (found.line, found.module, found.presentation, found.student) == (
        2,
        "AAA",
        "2013J",
        "1",
    )
    assert episode.enrolled_at == episode.left_at == datetime(2013, 9, 28, tzinfo=UTC)
    assert episode.before_start


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (("AAA", "2013J", 1), Reason.WRONG_FIELD_COUNT),
        (("ZZZ", "2013J", 1, -5, ""), Reason.UNKNOWN_PRESENTATION),
        (("AAA", "2012J", 1, -5, ""), Reason.UNKNOWN_PRESENTATION),
        (("AAA", "2013J", "", -5, ""), Reason.NOT_A_STUDENT_NUMBER),
        (("AAA", "2013J", "x/1", -5, ""), Reason.NOT_A_STUDENT_NUMBER),
        (("AAA", "2013J", 1, "soon", ""), Reason.NOT_A_DAY),
        (("AAA", "2013J", 1, -5, "1.5"), Reason.NOT_A_DAY),
        (("AAA", "2013J", 1, -5, "nan"), Reason.NOT_A_DAY),
        (("AAA", "2013J", 1, "-99999999999", ""), Reason.NOT_A_DAY),
        (("AAA", "2013J", 1, -5, "٣"), Reason.NOT_A_DAY),
    ],
)
def test_rows_that_mean_nothing_are_left_out(
    tmp_path: Path, row: tuple[object, ...], reason: Reason
) -> None:
    good = ("AAA", "2013J", 77, -5, "")
    infos = [*results([good]), *([(*row[:3], "Wales", "Pass")] if len(row) > 3 else [])]
    episodes, (found,) = interpret(read(write(tmp_path, [row, good], infos)))
    assert [episode.student for episode in episodes] == ["77"]
    assert (found.reason, found.line, found.skipped) == (reason, 2, True)


def test_of_two_rows_about_the_same_the_first_stands(tmp_path: Path) -> None:
    rows = [("AAA", "2013J", 1, -9, -2), ("AAA", "2013J", 1, -1, ""), ("AAA", "2013J", 1, -9, -2)]
    episodes, found = interpret(read(write(tmp_path, rows, results(rows[:1]))))
    assert [episode.line for episode in episodes] == [2]
    assert [(f.reason, f.line, f.skipped) for f in found] == [
        (Reason.DUPLICATE_ROW, 3, True),
        (Reason.DUPLICATE_ROW, 4, True),
    ]
    assert "Line 2" in found[0].detail


def test_a_presentation_named_twice_is_one(tmp_path: Path) -> None:
    _, (found,) = interpret(read(write(tmp_path, offered=[*OFFERED, OFFERED[0]])))
    assert (found.file, found.reason) == ("courses", Reason.DUPLICATE_ROW)


@pytest.mark.parametrize(
    ("left", "result", "reason"),
    [
        ("", "Withdrawn", Reason.WITHDRAWN_WITHOUT_DAY),
        (9, "Fail", Reason.UNREGISTERED_WITH_RESULT),
        (9, "Distinction", Reason.UNREGISTERED_WITH_RESULT),
        (9, "?", Reason.UNKNOWN_RESULT),
        ("", "Passed", Reason.UNKNOWN_RESULT),
    ],
)
def test_the_registration_stands_against_the_result(
    tmp_path: Path, left: object, result: str, reason: Reason
) -> None:
    data = read(
        write(
            tmp_path,
            [("AAA", "2013J", 1, -5, left)],
            [("AAA", "2013J", 1, "Wales", result)],
        )
    )
    (episode,), (found,) = interpret(data)
    assert (found.reason, found.file, found.skipped) == (reason, "studentRegistration", False)
    assert (episode.left_at is None) is (left == "")


def test_students_in_one_file_only(tmp_path: Path) -> None:
    infos = [("AAA", "2013J", 9, "Wales", "Pass"), ("AAA",), *results(CLEAN[1:])]
    infos.append(infos[-1])
    _, found = interpret(read(write(tmp_path, infos=infos)))
    assert [(f.file, f.line, f.reason) for f in found] == [
        ("studentInfo", 2, Reason.NOT_REGISTERED),
        ("studentInfo", 3, Reason.WRONG_FIELD_COUNT),
        ("studentInfo", 11, Reason.DUPLICATE_ROW),
        ("studentRegistration", 2, Reason.NO_STUDENT_INFO),
    ]


_DAYS = st.one_of(
    st.integers(-8, 8).map(str),
    st.sampled_from(["", "-0", "3.0", "3.", "3.5", ".", "-", "--3", "+3", " 3", "1_0", "1e1"]),
    st.sampled_from(["3660", "-3661", "0000003", "000003", "²", "9" * 30, "-3.00"]),
)
_ROWS = st.one_of(
    st.none(),
    st.tuples(
        st.sampled_from(["AAA", "BBB", "ZZZ", ""]),
        st.sampled_from(["2013J", "2014B", "2013B", "2013X"]),
        st.sampled_from(["1", "2", "3", "01", "", "x", "²", "1" * 21]),
        _DAYS,
        _DAYS,
    ),
)


@given(st.lists(_ROWS, max_size=30))
def test_the_recount_reads_any_rows_as_the_import_does(rows: list[tuple[str, ...] | None]) -> None:
    presentations = tuple(Presentation(2, *offered) for offered in OFFERED)
    registrations = tuple(Row(line, cells) for line, cells in enumerate(rows, 2))
    data = OuladData(Path(), presentations, registrations, ())
    episodes, contradictions = interpret(data)
    roster = []
    for e in episodes:
        ended = "CANCELED" if e.before_start else "WITHDRAWN"
        status = ended if e.left_at else "ENROLLED"
        roster.append((e.presentation, e.module, status, e.enrolled_at, e.left_at))
    feedback = Counter((row[0], row[1]) for row in roster if row[4])
    report = compare(data, ImportRun(0, 0, tuple(contradictions), ()), roster, feedback)
    assert report.ok, report.document
    skipped = report.document["rows"]["skipped"]
    assert len(episodes) + skipped == len(rows)
