"""The files as they are: samples of section counts, and when the sections meet."""

import csv
import gzip
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO
from zoneinfo import ZoneInfo

from tests.replays.webreg.meetings import meetings_of
from write_side.events import Meeting

CAMPUS = ZoneInfo("America/Los_Angeles")
UNLIMITED = 9999
"""How the source writes that a section has no practical limit."""

MOST = 1_000_000
CHANGES, SECTIONS = "_changes.csv", "_sections.csv"
_COUNTS = ("available", "waitlisted", "total")


class ReplayProblem(RuntimeError):
    """The replay cannot start or cannot go on; the message says what to do about it."""


@dataclass(frozen=True)
class Offered:
    """A section: its course, a code that is its own within the course, its weekly meetings."""

    course: str
    code: str
    meetings: tuple[Meeting, ...]

    @property
    def name(self) -> str:
        return f"{self.course} {self.code}"


@dataclass(frozen=True)
class Sample:
    """What a section's counts were seen to be: a checkpoint.

    `section` is a place in `WebregData.sections`; `capacity` None is unlimited; `available` is
    what the source showed as free, from which `enrolled` follows where it was not counted: then it
    is below zero where more was free than there is.
    """

    line: int
    at: datetime
    section: int
    enrolled: int
    waitlisted: int
    capacity: int | None
    available: int

    @property
    def idle(self) -> bool:
        """Free seats beside a waitlist."""
        return self.available > 0 and self.waitlisted > 0


@dataclass(frozen=True)
class WebregData:
    """One term's file in order of time; `counted`: it has a true count of the enrolled."""

    term: str
    path: Path
    counted: bool
    sections: tuple[Offered, ...]
    samples: tuple[Sample, ...]


Key = tuple[str, str, str]


def read(directory: Path, term: str | None = None) -> WebregData:
    """Read `<term>_changes` and, where there is one, `<term>_sections`, each `.csv.gz` or `.csv`.

    Without a term the largest file of changes is taken. ReplayProblem names the file, and the
    column or line, that cannot be used.
    """
    path = _changes(directory, term)
    name = path.name.split(CHANGES)[0]
    rows, counted = _rows(path)
    if not rows:
        raise ReplayProblem(f"{path} has no rows: nothing to replay")
    # a waitlist beside no limit at all would be nonsense: there the number is taken as it is
    limited = {key for key, *_, waitlisted, total in rows if waitlisted and total >= UNLIMITED}
    places: dict[Key, int] = {}
    samples = []
    for key, line, at, enrolled, available, waitlisted, total in rows:
        place = places.setdefault(key, len(places))
        unlimited = total >= UNLIMITED and key not in limited
        capacity = None if unlimited else total
        samples.append(Sample(line, at, place, enrolled, waitlisted, capacity, available))
    samples.sort(key=lambda sample: sample.at)
    sections = tuple(_offered(places, _meetings(directory, name)))
    return WebregData(name, path, counted, sections, tuple(samples))


def _changes(directory: Path, term: str | None) -> Path:
    if not directory.is_dir():
        raise ReplayProblem(f"{directory} is not a directory")
    found = [
        path
        for path in sorted(directory.iterdir())
        if path.name.endswith((CHANGES, CHANGES + ".gz"))
        and (term is None or path.name.split(CHANGES)[0] == term)
    ]
    if not found:
        wanted = f"{'*' if term is None else term}{CHANGES}"
        raise ReplayProblem(f"there is neither {wanted}.gz nor {wanted} in {directory}")
    return max(found, key=lambda path: path.stat().st_size)


Row = tuple[Key, int, datetime, int, int, int, int]


def _rows(path: Path) -> tuple[list[Row], bool]:
    rows: list[Row] = []
    counted = False
    for line, cells in _table(path, ("course", "section", *_COUNTS)):
        where = f"{path.name}, line {line}"
        counted = "enrolled" in cells
        key = cells["course"], cells["section"], cells.get("section_id", "")
        if not key[0] or not key[1]:
            raise ReplayProblem(f"{where}: course and section must both be given")
        total = _number(where, "total", cells["total"])
        waitlisted = _number(where, "waitlisted", cells["waitlisted"])
        # below zero: as many as were let in beyond the capacity
        available = _number(where, "available", cells["available"], least=-MOST)
        enrolled = _number(where, "enrolled", cells["enrolled"]) if counted else total - available
        rows.append((key, line, _moment(where, cells), enrolled, available, waitlisted, total))
    return rows, counted


def _number(where: str, name: str, text: str, *, least: int = 0) -> int:
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit()) or not least <= int(text) <= MOST:
        raise ReplayProblem(f"{where}: {name} {text!r} is not a number from {least} to {MOST}")
    return int(text)


def _moment(where: str, cells: Mapping[str, str]) -> datetime:
    name = next((name for name in ("time_utc", "time_local") if name in cells), None)
    if name is None:
        raise ReplayProblem(f"{where}: there is neither a column time_utc nor time_local")
    try:
        moment = datetime.fromisoformat(cells[name])
    except ValueError:
        raise ReplayProblem(f"{where}: {name} {cells[name]!r} is not a time") from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC if name == "time_utc" else CAMPUS)
    return moment.astimezone(UTC)


def _offered(places: Mapping[Key, int], meetings: Mapping[Key, str]) -> Iterator[Offered]:
    """The sections in their order; a code met twice in a course is told apart by its id."""
    codes = [key[:2] for key in places]
    for course, code, section_id in places:
        text = meetings.get((course, code, section_id)) or meetings.get((course, code, ""), "")
        own = code if codes.count((course, code)) == 1 else f"{code} {section_id}"
        yield Offered(course, own, meetings_of(text))


def _meetings(directory: Path, term: str) -> dict[Key, str]:
    """The text of each section's meetings, with and without its id; a later part of a term
    (sp22d) meets as the term does (sp22)."""
    for length in range(len(term), 0, -1):
        for ending in (".gz", ""):
            path = directory / (term[:length] + SECTIONS + ending)
            if path.is_file():
                return dict(_texts(path))
    return {}


def _texts(path: Path) -> Iterator[tuple[Key, str]]:
    for _, cells in _table(path, ("course", "section", "meetings")):
        for section_id in {cells.get("section_id", ""), ""}:
            yield (cells["course"], cells["section"], section_id), cells["meetings"]


def _table(path: Path, columns: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    """Rows by column name, each with its line; columns nobody asked for are given too."""
    line = 0
    try:
        with _open(path) as file:
            # strict: a quote that is never closed would otherwise swallow all further rows
            lines = csv.reader(file, strict=True)
            header = [cell.strip() for cell in next(lines, [])]
            for column in columns:
                if header.count(column) != 1:
                    many = "no" if column not in header else "more than one"
                    has = ", ".join(header)
                    raise ReplayProblem(f"{path} has {many} column {column}; it has: {has}")
            for cells in lines:
                line = lines.line_num
                if cells and len(cells) != len(header):
                    raise ReplayProblem(
                        f"{path.name}, line {line}: {len(cells)} fields, the header has"
                        f" {len(header)}"
                    )
                if cells:
                    yield line, dict(zip(header, (cell.strip() for cell in cells), strict=True))
    except (OSError, EOFError, zlib.error, UnicodeDecodeError, csv.Error) as error:
        raise ReplayProblem(f"{path} cannot be read after line {line}: {error}") from error


def _open(path: Path) -> TextIO:
    # utf-8-sig: a byte order mark is no part of the first column's name
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")
