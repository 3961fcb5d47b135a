"""The three files as they are: columns found by name, cells as text, nothing interpreted."""

import csv
import gzip
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

LONGEST = 3_660
"""Ten years: no presentation is longer and no day of one is farther from its start."""

_PRESENTATION = re.compile(r"(19|20)[0-9]{2}[BJ]")
_MODULE = re.compile(r"[A-Za-z0-9_-]{1,40}")
_LENGTH = re.compile(r"[0-9]{1,4}(\.0*)?")
_KEYS = ("code_module", "code_presentation")
_MISSING = ("", "?")  # the copies in circulation write a missing value either way


class ImportProblem(RuntimeError):
    """The import cannot start or cannot go on; the message says what to do about it."""


@dataclass(frozen=True)
class Row:
    """A data row: its line in the file and the wanted cells, None if their number was wrong."""

    line: int
    cells: tuple[str, ...] | None


@dataclass(frozen=True)
class Presentation:
    """A module in a presentation: (AAA, 2013J), how many days it lasts."""

    line: int
    module: str
    code: str
    length: int


@dataclass(frozen=True)
class OuladData:
    """What the files hold.

    Cells of `registrations`: module, presentation, student, day registered, day unregistered; of
    `infos`: module, presentation, student, final result. A missing value is "".
    """

    directory: Path
    presentations: tuple[Presentation, ...]
    registrations: tuple[Row, ...]
    infos: tuple[Row, ...]


def read(directory: Path) -> OuladData:
    """Read `courses`, `studentRegistration` and `studentInfo`, each `.csv.gz` or `.csv`.

    ImportProblem names the file, and the column or line, that cannot be used. Rows of the last two
    that make no sense are kept as they are: that is for the report to say.
    """
    if not directory.is_dir():
        raise ImportProblem(f"{directory} is not a directory")
    courses = _table(directory, "courses", (*_KEYS, "module_presentation_length"))
    presentations = tuple(_presentation(row) for row in courses)
    if not presentations:
        raise ImportProblem(f"{_path(directory, 'courses')} has no rows: nothing to import")
    days = ("date_registration", "date_unregistration")
    return OuladData(
        directory,
        presentations,
        tuple(_table(directory, "studentRegistration", (*_KEYS, "id_student", *days))),
        tuple(_table(directory, "studentInfo", (*_KEYS, "id_student", "final_result"))),
    )


def _presentation(row: Row) -> Presentation:
    where = f"courses, line {row.line}"
    if row.cells is None:
        raise ImportProblem(f"{where}: the number of fields is not that of the header")
    module, code, length = row.cells
    if not _MODULE.fullmatch(module):
        raise ImportProblem(f"{where}: code_module {module!r} is not a module code")
    if not _PRESENTATION.fullmatch(code):
        raise ImportProblem(
            f"{where}: code_presentation {code!r} is not a year and B (February) or J (October),"
            " so nobody knows when it starts"
        )
    if not _LENGTH.fullmatch(length) or not 0 < int(float(length)) <= LONGEST:
        raise ImportProblem(
            f"{where}: module_presentation_length {length!r} is not a number of days"
            f" from 1 to {LONGEST}"
        )
    return Presentation(row.line, module, code, int(float(length)))


def _table(directory: Path, name: str, columns: tuple[str, ...]) -> Iterator[Row]:
    path = _path(directory, name)
    line = 0
    try:
        with _open(path) as file:
            # strict: a quote that is never closed would otherwise swallow all further rows
            lines = csv.reader(file, strict=True)
            header = [cell.strip() for cell in next(lines, [])]
            places = [_place(path, header, column) for column in columns]
            for cells in lines:
                line = lines.line_num
                if not cells:
                    continue
                if len(cells) != len(header):
                    yield Row(line, None)
                else:
                    yield Row(line, tuple(_cell(cells[place]) for place in places))
    except (OSError, EOFError, zlib.error, UnicodeDecodeError, csv.Error) as error:
        raise ImportProblem(f"{path} cannot be read after line {line}: {error}") from error


def _path(directory: Path, name: str) -> Path:
    for ending in (".csv.gz", ".csv"):
        if (path := directory / (name + ending)).is_file():
            return path
    raise ImportProblem(f"there is neither {name}.csv.gz nor {name}.csv in {directory}")


def _open(path: Path) -> TextIO:
    # utf-8-sig: a byte order mark is no part of the first column's name
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def _place(path: Path, header: list[str], column: str) -> int:
    if header.count(column) != 1:
        many = "no" if column not in header else "more than one"
        raise ImportProblem(f"{path} has {many} column {column}; it has: {', '.join(header)}")
    return header.index(column)


def _cell(text: str) -> str:
    text = text.strip()
    return "" if text in _MISSING else text
