"""The replay of a real registration: on made files of few rows, and on a part of the real one."""

import gzip
import json
import os
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tests.replays.webreg import ReplayProblem, Rush, oracle, replay, rollbook
from tests.replays.webreg.meetings import clashes, meetings_of
from tests.replays.webreg.people import MOST_WANTS, cast
from tests.replays.webreg.read import WebregData, read
from tests.replays.webreg.rush import hottest
from tests.replays.webreg.spells import recorded_spells
from tests.replays.webreg.stage import stage
from tests.replays.webreg.story import tell
from write_side.events import Weekday

MODES = ("oracle", "rollbook")
HEADER = "time_local,course,section,available,waitlisted,total"
SECTIONS = """course,section,section_id,total_seats,meetings
CSE 1,A01,001,2,"LE,MWF,9:00 - 9:50,HALL 1|FI,2022-06-09,8:00 - 10:59,HALL 1"
CSE 2,B01,002,2,"LE,MW,9:30 - 10:20,HALL 2|DI,Tu,11:00 - 11:50,"
"""
# a full section gets a seat by day and lets the first in line in by night
BATCH = """
2022-02-14T09:00:00,CSE 1,A01,2,0,2
2022-02-14T09:00:00,CSE 2,B01,1,0,1
2022-02-14T10:00:00,CSE 1,A01,0,0,2
2022-02-14T11:00:00,CSE 1,A01,0,3,2
2022-02-14T12:00:00,CSE 1,A01,1,3,2
2022-02-14T13:00:00,CSE 1,A01,1,4,2
2022-02-14T14:00:00,CSE 2,B01,0,0,1
2022-02-14T22:00:00,CSE 1,A01,0,3,2
"""


def written(folder: Path, rows: str, header: str = HEADER, *, term: str = "xx22") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / f"{term}_changes.csv").write_text(header + "\n" + rows.strip() + "\n")
    (folder / f"{term}_sections.csv").write_text(SECTIONS)
    return folder


def replayed(tmp_path: Path, rows: str, header: str = HEADER, modes: Sequence[str] = MODES):
    return replay(written(tmp_path / "files", rows, header), tmp_path / "out", modes=modes)


# oracle mode


def test_every_checkpoint_of_a_nightly_batch_is_equal(tmp_path: Path) -> None:
    report = replayed(tmp_path, BATCH, modes=["oracle"])
    part = report.document["oracle"]
    assert (part["checkpoints"], part["equal"], part["unexplained"]) == (8, 8, 0)
    assert part["first_in_line"] == {"promoted": 1, "recorded": 1}
    assert part["aggregates"] == {"sections": 2, "equal": 2}
    assert part["refused"] == {}
    assert report.ok


def test_capacity_moves_with_people_waiting_and_seats_taken_past_the_list(tmp_path: Path) -> None:
    rows = """
2022-02-14T09:00:00,CSE 1,A01,0,2,0
2022-02-14T10:00:00,CSE 1,A01,3,2,3
2022-02-14T11:00:00,CSE 1,A01,2,2,3
2022-02-14T12:00:00,CSE 1,A01,0,1,2
2022-02-14T13:00:00,CSE 1,A01,2,0,5
2022-02-14T14:00:00,CSE 1,A01,9999,0,9999
2022-02-14T15:00:00,CSE 1,A01,1,0,3
"""
    part = replayed(tmp_path, rows, modes=["oracle"]).document["oracle"]
    assert (part["equal"], part["unexplained"], part["refused"]) == (7, 0, {})


def test_more_enrolled_than_seats_where_the_file_counts_them(tmp_path: Path) -> None:
    header = "time_utc,course,section,section_id,available,waitlisted,total,enrolled"
    rows = """
2022-04-09T19:00:00Z,CSE 1,A01,001,0,2,60,62
2022-04-09T20:00:00Z,CSE 1,A01,001,0,1,60,63
2022-04-09T21:00:00Z,CSE 1,A01,001,0,2,60,61
2022-04-09T22:00:00Z,CSE 1,A01,001,2,2,60,58
2022-04-09T23:00:00Z,CSE 1,A01,001,0,0,60,61
2022-04-10T00:00:00Z,CSE 2,B01,002,0,1,0,0
"""
    report = replayed(tmp_path, rows, header)
    part = report.document["oracle"]
    assert (part["equal"], part["unexplained"], part["refused"]) == (6, 0, {})
    assert report.document["data"]["enrolled"] == "counted"
    assert report.document["rollbook"]["idle_spells"] == 0
    assert report.ok


def test_a_waitlist_beside_no_limit_is_taken_as_a_number(tmp_path: Path) -> None:
    rows = """
2022-02-14T09:00:00,CSE 1,A01,9999,0,9999
2022-02-14T10:00:00,CSE 1,A01,9998,1,9999
"""
    part = replayed(tmp_path, rows, modes=["oracle"]).document["oracle"]
    assert (part["equal"], part["explained"]) == (2, 0)


def test_what_cannot_be_is_explained_not_equal(tmp_path: Path) -> None:
    rows = "2022-02-14T09:00:00,CSE 1,A01,5,0,3"
    part = replayed(tmp_path, rows, modes=["oracle"]).document["oracle"]
    assert (part["equal"], part["explained"], part["unexplained"]) == (0, 1, 0)
    assert part["explanations"] == {"more seats available than the section has": 1}


def test_a_difference_is_found(tmp_path: Path) -> None:
    """The comparison is with the file, not with what was sent: a story that leaves one out."""
    data = read(written(tmp_path / "files", BATCH))
    story = tell(data.samples, len(data.sections))
    gone = replace(story.changes[4], released=())
    story = replace(story, changes=(*story.changes[:4], gone, *story.changes[5:]))
    with stage(tmp_path, data, story) as own:
        part = oracle.play(own, data, story, lambda _done, _total: None)
    assert part["unexplained"] == 3
    assert part["differences"][0]["section"] == "CSE 1 A01"
    assert part["differences"][0]["file"]["enrolled"] == 1
    assert part["differences"][0]["rollbook"]["enrolled"] == 2


def test_the_conflict_rule_is_on(tmp_path: Path) -> None:
    part = replayed(tmp_path, BATCH, modes=["oracle"]).document["oracle"]
    assert part["conflict_rule"] == {
        "sections_with_times": 2,
        "clashing_attempts": 2,
        "refused": 2,
    }


# rollbook mode


def test_a_freed_seat_goes_to_the_list_at_once(tmp_path: Path) -> None:
    report = replayed(tmp_path, BATCH, modes=["rollbook"])
    part = report.document["rollbook"]
    assert (part["idle_spells"], part["idle_open"]) == (0, 0)
    assert part["recorded_idle_spells"] == 1
    assert part["recorded_idle_median_s"] == 10 * 3600
    assert part["more_seated"] == 0
    assert part["earlier_promoted"]["median_h"] == 10.0


def test_whoever_gave_up_waiting_had_a_seat_here(tmp_path: Path) -> None:
    rows = """
2022-02-14T09:00:00,CSE 1,A01,0,0,2
2022-02-14T10:00:00,CSE 1,A01,0,1,2
2022-02-14T11:00:00,CSE 1,A01,1,1,2
2022-02-14T12:00:00,CSE 1,A01,1,0,2
"""
    part = replayed(tmp_path, rows, modes=["rollbook"]).document["rollbook"]
    assert part["more_seated"] == 1
    assert part["enrolled_at_end"] == {"recorded": 1, "rollbook": 1}


def test_whoever_passed_the_list_waits_behind_it(tmp_path: Path) -> None:
    rows = """
2022-02-14T09:00:00,CSE 1,A01,0,1,1
2022-02-14T10:00:00,CSE 1,A01,1,1,1
2022-02-14T11:00:00,CSE 1,A01,0,1,1
"""
    part = replayed(tmp_path, rows, modes=["rollbook"]).document["rollbook"]
    assert part["seated"] == {
        "recorded": 2,
        "rollbook": 2,
        "only_rollbook": 1,
        "only_recorded": 1,
    }
    assert part["refused"]["enroll: SECTION_FULL"] == 2


# what is read, told and drawn


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
        replay(tmp_path, tmp_path, modes=["dance"])


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


def test_the_picture_is_an_svg_of_the_section_that_lost_most(tmp_path: Path) -> None:
    report = replayed(tmp_path, BATCH, modes=["rollbook"])
    (path,) = report.pictures
    assert path == tmp_path / "out" / "xx22-CSE-1-A01.svg"
    text = path.read_text()
    assert ElementTree.fromstring(text).tag.endswith("svg")
    assert "free seats beside a waitlist: once, 10 hours" in text
    assert "free seats beside a waitlist: never" in text


def test_the_report_is_json_and_text_and_leaves_only_the_picture(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    folder = written(tmp_path / "files", BATCH)
    progress = lambda done, total: told.append((done, total))  # noqa: E731
    report = replay(folder, tmp_path / "out", modes=MODES, progress=progress)
    assert json.loads(json.dumps(report.document)) == report.document
    assert "checkpoints equal           8 of 8 (100.00%)" in report.text()
    assert told[-1] == (8, 8)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["xx22-CSE-1-A01.svg"]


# rush mode


@pytest.mark.slow
def test_a_small_rush_sells_every_seat_once(tmp_path: Path) -> None:
    folder = written(tmp_path / "files", "2022-02-14T09:00:00,CSE 1,A01,10,0,10")
    hard = Rush(seats=10, writers=2, readers_per_writer=3)
    part = replay(folder, tmp_path / "out", modes=["rush"], hard=hard).document["rush"]
    assert (part["attempts"], part["accepted"]) == (20, 10)
    assert (part["oversold"], part["unsold"], part["errors"]) == (0, 0, 0)
    assert part["refused"] == {"SECTION_FULL": 10}
    assert part["views_equal"]


def test_the_hottest_sections_are_those_with_the_longest_lists(tmp_path: Path) -> None:
    samples = read(written(tmp_path, BATCH)).samples
    assert hottest(samples, 8) == {0: 2, 1: 1}
    assert hottest(samples, 2) == {0: 2}


# the real data


def real_data() -> Path:
    """Beside the repository or any folder above it, or where ROLLBOOK_SHARED_DATA says."""
    places = [Path(os.environ.get("ROLLBOOK_SHARED_DATA", "/nowhere"))]
    for folder in Path(__file__).resolve().parents:
        places += [folder / "data", folder / "shared" / "data"]
    for place in places:
        if (place / "ucsd-webreg").is_dir():
            return place / "ucsd-webreg"
    pytest.skip("no ucsd-webreg data in shared/data above here, nor in ROLLBOOK_SHARED_DATA")


def some_sections(data: WebregData, count: int) -> WebregData:
    """Only the sections with the longest lists."""
    kept = list(hottest(data.samples, 10**9))[:count]
    place = {section: number for number, section in enumerate(kept)}
    samples = [replace(s, section=place[s.section]) for s in data.samples if s.section in place]
    sections = tuple(data.sections[section] for section in kept)
    return replace(data, sections=sections, samples=tuple(samples))


def test_the_recorded_idle_spells_are_those_of_the_readme() -> None:
    found = recorded_spells(read(real_data(), "sp22").samples)
    assert len(found.seconds) == 2_173
    assert len(found.sections) == 441
    assert round(found.median / 3600, 1) == 9.9
    assert round(found.ninth_decile / 3600, 1) == 23.9


def test_the_story_adds_up_to_the_readme() -> None:
    data = read(real_data(), "sp22")
    story = tell(data.samples, len(data.sections))
    steady = [c for c in story.changes if not c.capacity_moved]
    first = {change.sample.section: change for change in reversed(story.changes)}.values()
    initially = sum(len(c.took) for c in first)
    assert (len(data.samples), len(data.sections)) == (49_336, 642)
    assert sum(len(c.took) + len(c.promoted) for c in steady) - initially == 31_996
    assert sum(len(c.released) for c in steady) == 7_547
    assert sum(len(c.promoted) for c in steady) == 4_477
    assert sum(c.capacity_moved for c in story.changes) == 610
    assert sum(len(c.joined) for c in story.changes) == 10_339 + 1  # one waits in the first sample
    assert sum(len(c.left) + len(c.promoted) for c in story.changes) == 9_819


def test_the_hottest_real_sections_both_ways(tmp_path: Path) -> None:
    data = some_sections(read(real_data(), "sp22"), 4)
    story = tell(data.samples, len(data.sections))
    quiet = lambda _done, _total: None  # noqa: E731
    with stage(tmp_path, data, story) as own:
        recorded = oracle.play(own, data, story, quiet)
    assert recorded["equal"] == recorded["checkpoints"] > 1_000
    assert recorded["first_in_line"]["promoted"] == recorded["first_in_line"]["recorded"] > 200
    with stage(tmp_path, data, story) as own:
        ours, _ = rollbook.play(own, data, story, quiet)
    assert (ours["idle_spells"], ours["idle_open"]) == (0, 0)
    assert ours["recorded_idle_spells"] > 20
    assert ours["earlier_promoted"]["later"] == 0


def test_a_real_term_with_a_true_count(tmp_path: Path) -> None:
    data = some_sections(read(real_data(), "sp22d"), 20)
    story = tell(data.samples, len(data.sections))
    with stage(tmp_path, data, story) as own:
        part = oracle.play(own, data, story, lambda _done, _total: None)
    assert part["equal"] == part["checkpoints"]
    assert part["refused"] == {}
