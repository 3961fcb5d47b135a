"""The real registration: what its README says of it, and its hottest sections replayed."""

from pathlib import Path

from tests.replays.terms import real_data, some_sections
from tests.replays.webreg import oracle, rollbook
from tests.replays.webreg.read import read
from tests.replays.webreg.spells import recorded_spells
from tests.replays.webreg.stage import stage
from tests.replays.webreg.story import tell


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
    with stage(tmp_path / "recorded", data, story) as own:
        recorded = oracle.play(own, data, story, quiet)
    assert recorded["equal"] == recorded["checkpoints"] > 1_000
    assert recorded["first_in_line"]["promoted"] == recorded["first_in_line"]["recorded"] > 200
    with stage(tmp_path / "ours", data, story) as own:
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
