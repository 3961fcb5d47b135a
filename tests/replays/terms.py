"""Terms to replay: made ones of few rows, and a part of the real one."""

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tests.replays.webreg import Report, replay
from tests.replays.webreg.read import WebregData
from tests.replays.webreg.rush import hottest

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


def replayed(
    tmp_path: Path, rows: str, header: str = HEADER, modes: Sequence[str] = MODES
) -> Report:
    return replay(written(tmp_path, rows, header), modes=modes)


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
