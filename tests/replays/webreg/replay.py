"""The replay: the modes one after the other, and what they came to."""

import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.replays.webreg import oracle, rollbook, rush
from tests.replays.webreg.crowd import Rush
from tests.replays.webreg.exhibit import exhibit
from tests.replays.webreg.picture import draw
from tests.replays.webreg.read import ReplayProblem, WebregData, read
from tests.replays.webreg.report import Report
from tests.replays.webreg.stage import Progress, stage
from tests.replays.webreg.story import tell

MODES = ("oracle", "rollbook", "rush")

Bars = Callable[[str], AbstractContextManager[Progress]]
"""Opens, for a mode, what its progress is told to."""


def no_bars(_mode: str) -> AbstractContextManager[Progress]:
    return nullcontext(lambda _done, _total: None)


def replay(
    directory: Path,
    data_dir: Path | None = None,
    *,
    term: str | None = None,
    modes: Iterable[str] = MODES,
    bars: Bars = no_bars,
    picture: Path | None = None,
    hard: Rush = Rush(),
) -> Report:
    """Replay one term's recorded registration; ReplayProblem where that cannot be done.

    `directory` holds the files (see `read`); without a `term` the largest of them is taken. Each
    mode leaves its log in a folder of its own name in `data_dir`, or none. `picture` is where to
    draw the section that stood idle most, if one did; `hard` is how hard the rush is.
    """
    if data_dir is None:
        with TemporaryDirectory() as made:
            return replay(
                directory,
                Path(made),
                term=term,
                modes=modes,
                bars=bars,
                picture=picture,
                hard=hard,
            )
    wanted = _known(modes)
    if picture is not None and "rollbook" not in wanted:
        raise ReplayProblem("the picture is made of the mode rollbook, which is not to run")
    data = read(directory, term)
    folders = {mode: _empty(data_dir / mode) for mode in wanted}
    story = tell(data.samples, len(data.sections))
    document: dict[str, Any] = {"data": _described(data)}
    pictures: tuple[Path, ...] = ()
    for mode, folder in folders.items():
        began = time.perf_counter()
        with bars(mode) as progress:
            if mode == "oracle":
                with stage(folder, data, story) as own:
                    part = oracle.play(own, data, story, progress)
            elif mode == "rollbook":
                with stage(folder, data, story) as own:
                    part, found = rollbook.play(own, data, story, progress)
                    shown = exhibit(own, data, found, part)
                if picture is not None and shown is not None:
                    picture.write_text(draw(shown))
                    pictures = (picture,)
            else:
                part = rush.play(folder, data, hard, progress)
        document[mode] = part | {"seconds": round(time.perf_counter() - began, 1)}
    return Report(document, pictures)


def _known(modes: Iterable[str]) -> list[str]:
    """The modes that are wanted, in the order they run in."""
    wanted = set(modes)
    if unknown := wanted - set(MODES):
        raise ReplayProblem(f"{', '.join(sorted(unknown))}: the modes are {', '.join(MODES)}")
    return [mode for mode in MODES if mode in wanted]


def _empty(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise ReplayProblem(f"{folder} is not empty: what is there would be counted too")
    return folder


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
