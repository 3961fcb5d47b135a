"""Oracle mode: the recorded registration step by step, on made files of few rows."""

from dataclasses import replace
from pathlib import Path

from tests.replays.terms import BATCH, replayed, written
from tests.replays.webreg import oracle
from tests.replays.webreg.read import read
from tests.replays.webreg.stage import stage
from tests.replays.webreg.story import tell


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
