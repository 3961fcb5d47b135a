"""The replay: the modes one after the other, and what they came to."""

import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from tests.replays.webreg import oracle, rollbook, rush
from tests.replays.webreg.crowd import Rush
from tests.replays.webreg.picture import Point, draw
from tests.replays.webreg.read import ReplayProblem, WebregData, read
from tests.replays.webreg.recount import Recount
from tests.replays.webreg.report import Report
from tests.replays.webreg.spells import recorded_spells
from tests.replays.webreg.stage import Progress, Stage, stage
from tests.replays.webreg.story import tell

MODES = ("oracle", "rollbook", "rush")


def replay(
    directory: Path,
    data_dir: Path,
    *,
    term: str | None = None,
    modes: Iterable[str] = MODES,
    progress: Progress | None = None,
    hard: Rush | None = None,
) -> Report:
    """Replay one term's recorded registration; ReplayProblem where that cannot be done.

    `directory` holds the files (see `read`); without a `term` the largest of them is taken. In
    `data_dir` the picture stays, everything else there is temporary. `progress(done, total)` begins
    again with every mode; `hard` is how hard the rush is.
    """
    wanted = list(modes)
    if unknown := set(wanted) - set(MODES):
        raise ReplayProblem(f"{', '.join(sorted(unknown))}: the modes are {', '.join(MODES)}")
    data = read(directory, term)
    told = progress or (lambda _done, _total: None)
    data_dir.mkdir(parents=True, exist_ok=True)
    story = tell(data.samples, len(data.sections))
    document: dict[str, Any] = {"data": _described(data)}
    pictures: list[Path] = []
    for mode in (mode for mode in MODES if mode in wanted):
        began = time.perf_counter()
        if mode == "oracle":
            with stage(data_dir, data, story) as own:
                part = oracle.play(own, data, story, told)
        elif mode == "rollbook":
            with stage(data_dir, data, story) as own:
                part, found = rollbook.play(own, data, story, told)
                pictures = list(_pictures(data_dir, data, own, found))
        else:
            part = rush.play(data_dir, data, hard or Rush(), told)
        document[mode] = part | {"seconds": round(time.perf_counter() - began, 1)}
    return Report(document, tuple(pictures))


def _described(data: WebregData) -> dict[str, Any]:
    return {
        "term": data.term,
        "file": data.path.name,
        "changes": len(data.samples),
        "sections": len(data.sections),
        "courses": len({section.course for section in data.sections}),
        "begins": data.samples[0].at.date().isoformat(),
        "ends": data.samples[-1].at.date().isoformat(),
        # without a count of the enrolled, total - available is the least they can be
        "enrolled": "counted" if data.counted else "total - available",
    }


def _pictures(data_dir: Path, data: WebregData, own: Stage, found: Recount) -> Iterator[Path]:
    """The section that lost most seat hours beside its waitlist, if one did."""
    lost = recorded_spells(data.samples).seat_seconds
    for section in sorted(lost, key=lost.__getitem__)[-1:]:
        assert isinstance(section, int)
        offered = data.sections[section]
        recorded = [
            Point(each.at, each.enrolled, each.waitlisted, each.capacity, each.idle)
            for each in data.samples
            if each.section == section
        ]
        ours = [
            Point(at, counts.enrolled, counts.waitlisted, counts.capacity, counts.idle)
            for at, counts in found.rooms[own.sections[section]].history
        ]
        path = data_dir / f"{data.term}-{offered.name.replace(' ', '-')}.svg"
        path.write_text(draw(f"{offered.name}, {data.term}", recorded, ours))
        yield path
