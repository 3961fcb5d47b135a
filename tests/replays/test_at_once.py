"""Rollbook mode: the same demand with promotion at once, and the picture of both."""

import xml.etree.ElementTree as ElementTree
from pathlib import Path

from tests.replays.terms import BATCH, replayed, written
from tests.replays.webreg import replay


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


def test_the_picture_shows_the_section_that_stood_idle_most(tmp_path: Path) -> None:
    picture = tmp_path / "idle.svg"
    report = replay(written(tmp_path / "files", BATCH), modes=["rollbook"], picture=picture)
    assert report.pictures == (picture,)
    text = picture.read_text()
    assert ElementTree.fromstring(text).tag.endswith("svg")
    assert "CSE 1 A01, recorded: promotion in a nightly batch" in text
    assert "recorded 10 seat hours" in text and "Rollbook 0" in text
    assert "free seats beside a waitlist: once, 10 hours" in text
    assert "free seats beside a waitlist: never" in text


def test_where_nothing_stood_idle_there_is_no_picture(tmp_path: Path) -> None:
    folder = written(tmp_path / "files", "2022-02-14T09:00:00,CSE 1,A01,2,0,2")
    report = replay(folder, modes=["rollbook"], picture=tmp_path / "idle.svg")
    assert report.pictures == ()
    assert not (tmp_path / "idle.svg").exists()
