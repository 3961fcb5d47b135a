"""What is read from the files, and what is told from it."""

import gzip
from pathlib import Path

import pytest

from tests.replays.terms import BATCH, written
from tests.replays.webreg import ReplayProblem, replay
from tests.replays.webreg.meetings import clashes, meetings_of
from tests.replays.webreg.people import MOST_WANTS, cast
from tests.replays.webreg.read import read
from tests.replays.webreg.rush import hottest
from tests.replays.webreg.story import tell
from write_side.events import Weekday


def test_files_may_be_zipped_and_chosen_by_term(tmp_path: Path) -> None:
    folder = written(tmp_path, BATCH)
    text = (folder / "xx22_changes.csv").read_bytes()
    (folder / "yy22_changes.csv.gz").write_bytes(gzip.compress(text))
    assert read(folder, "yy22").samples == read(folder, "xx22").samples
    assert read(folder).term == "xx22"
    assert read(folder, "xx22").samples[0].at.isoformat() == "2022-02-14T17:00:00+00:00"


def test_a_part_of_a_term_meets_as_the_term_does(tmp_path: Path) -> None:
    folder = written(tmp_path, BATCH)
    (folder / "xx22_changes.csv").rename(folder / "xx22d_changes.csv")
    assert [len(section.meetings) for section in read(folder).sections] == [1, 2]


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("2022-02-14T09:00:00,CSE 1,A01,two,0,2", r"line 2: available 'two' is not a number"),
        ("2022-02-14T09:00:00,CSE 1,A01,2,-1,2", r"line 2: waitlisted '-1' is not a number"),
        ("2022-02-14T09:00:00,CSE 1,A01,2,0", r"line 2: 5 fields, the header has 6"),
        ("yesterday,CSE 1,A01,2,0,2", r"line 2: time_local 'yesterday' is not a time"),
        ("2022-02-14T09:00:00,,A01,2,0,2", r"line 2: course and section must both be given"),
        ('2022-02-14T09:00:00,"CSE 1,A01,2,0,2', r"cannot be read after line"),
        ("", r"has no rows"),
    ],
)
def test_garbage_is_named_with_its_line(tmp_path: Path, row: str, problem: str) -> None:
    with pytest.raises(ReplayProblem, match=problem):
        read(written(tmp_path, row))


@pytest.mark.parametrize(
    ("header", "problem"),
    [
        ("time_local,course,section,available,total,x", "no column waitlisted"),
        ("when,course,section,available,waitlisted,total", "neither a column time_utc"),
    ],
)
def test_a_missing_column_is_named(tmp_path: Path, header: str, problem: str) -> None:
    with pytest.raises(ReplayProblem, match=problem):
        read(written(tmp_path, "2022-02-14T09:00:00,CSE 1,A01,2,0,2", header))


def test_a_missing_file_or_mode_is_named(tmp_path: Path) -> None:
    with pytest.raises(ReplayProblem, match=r"neither \*_changes\.csv\.gz nor"):
        read(tmp_path)
    with pytest.raises(ReplayProblem, match="is not a directory"):
        read(tmp_path / "nowhere")
    with pytest.raises(ReplayProblem, match="dance: the modes are"):
        replay(tmp_path, modes=["dance"])
    with pytest.raises(ReplayProblem, match="picture is made of the mode rollbook"):
        replay(tmp_path, modes=["oracle"], picture=tmp_path / "picture.svg")


def test_meetings_are_weekly_and_end_before_the_next_begin() -> None:
    lecture, lab = meetings_of("LE,TuTh,9:00 - 9:50,A 1|LA,FSa,10:00 - 11:00, |IN,N/A,0:00 - 0:00,")
    assert lecture.days == (Weekday.TUESDAY, Weekday.THURSDAY)
    assert (lab.days, lab.place) == ((Weekday.FRIDAY, Weekday.SATURDAY), None)
    later = meetings_of("LE,Th,9:50 - 10:40,A 1")
    assert clashes(["a", "b", "c"], [[lecture], later, [lecture]]) == [0b101, 0b010, 0b101]


def test_nobody_plays_two_wishes_that_clash(tmp_path: Path) -> None:
    data = read(written(tmp_path, BATCH))
    story = tell(data.samples, len(data.sections))
    players, students = cast(story, data)
    assert len(story.wants) == 7
    assert students == 7  # two overlapping sections: nobody can want both
    assert all(players.count(player) <= MOST_WANTS for player in players)


def test_the_hottest_sections_are_those_with_the_longest_lists(tmp_path: Path) -> None:
    samples = read(written(tmp_path, BATCH)).samples
    assert hottest(samples, 8) == {0: 2, 1: 1}
    assert hottest(samples, 2) == {0: 2}
