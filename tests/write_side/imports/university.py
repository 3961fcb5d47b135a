"""A small university in the files' own format, a place to import it into, and its counts."""

import csv
import gzip
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.stores import open_log, open_vault
from write_side.events import (
    CourseAdded,
    EnrollmentCanceled,
    EnrollmentWithdrawn,
    Recorded,
    StudentEnrolled,
    TermOpened,
)
from write_side.imports.oulad import Enrollment, ImportRun, OuladData, Report, compare
from write_side.log.sqlite import SQLiteLog
from write_side.registrar import Registrar

COURSES = ("code_module", "code_presentation", "module_presentation_length")
REGISTRATIONS = (
    "code_module",
    "code_presentation",
    "id_student",
    "date_registration",
    "date_unregistration",
)
INFOS = ("code_module", "code_presentation", "id_student", "region", "final_result")

Rows = Iterable[Sequence[object]]

OFFERED = (("AAA", "2013J", 268), ("BBB", "2013J", 240), ("AAA", "2014B", 234))
CLEAN = (
    ("AAA", "2013J", 1, -30, ""),
    ("AAA", "2013J", 2, -20, -1),
    ("AAA", "2013J", 3, -20, 0),
    ("AAA", "2013J", 4, 5, 444),
    ("BBB", "2013J", 1, -30, -30),
    ("BBB", "2013J", 5, -25, 12),
    ("AAA", "2014B", 2, -40, ""),
    ("AAA", "2014B", 6, 300, ""),
)
"""What the real data has: cancels, withdraws (one on day 0, one after the term), leaving on the
day of registering, a student in two modules and two terms, one who comes after the term's end."""


def results(registrations: Rows) -> list[tuple[object, ...]]:
    """A studentInfo row that agrees with each registration."""
    return [
        (*row[:3], "Wales", "Pass" if row[4] == "" else "Withdrawn")
        for row in map(tuple, registrations)
    ]


def write(
    directory: Path,
    registrations: Rows = CLEAN,
    infos: Rows | None = None,
    offered: Rows = OFFERED,
    *,
    zipped: bool = True,
) -> Path:
    """The three files, every field quoted and lines ending in CRLF, like the real ones."""
    registrations = list(registrations)
    infos = results(registrations) if infos is None else infos
    directory.mkdir(parents=True, exist_ok=True)
    for name, header, rows in (
        ("courses", COURSES, offered),
        ("studentRegistration", REGISTRATIONS, registrations),
        ("studentInfo", INFOS, infos),
    ):
        text = io.StringIO()
        csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows([header, *rows])
        content = text.getvalue().encode()
        if zipped:
            (directory / f"{name}.csv.gz").write_bytes(gzip.compress(content, mtime=0))
        else:
            (directory / f"{name}.csv").write_bytes(content)
    return directory


@contextmanager
def service(directory: Path) -> Iterator[tuple[Registrar, SQLiteLog]]:
    """A write side on the files of `directory`; opened a second time it is a restart."""
    directory.mkdir(parents=True, exist_ok=True)
    log = open_log(directory / "log.db")
    vault = open_vault(directory / "vault.db", bytes(32))
    registrar = Registrar(log, vault)
    try:
        yield registrar, log
    finally:
        registrar.close()
        log.close()
        vault.close()


def facts(log: SQLiteLog) -> list[Recorded]:
    return log.read(0, 10**9)


def enrollments(recorded: Iterable[Recorded]) -> list[Enrollment]:
    """The log folded into episodes, as a roster would hold them."""
    codes: dict[object, str] = {}
    episodes: dict[object, Enrollment] = {}
    for each in recorded:
        match each.fact:
            case TermOpened() | CourseAdded():
                codes[each.stream] = each.fact.code
            case StudentEnrolled(enrollment=enrollment, term=term, course=course):
                assert enrollment not in episodes
                episodes[enrollment] = Enrollment(
                    codes[term], codes[course], "ENROLLED", each.at, None
                )
            case EnrollmentCanceled(enrollment=enrollment):
                _end(episodes, enrollment, "CANCELED", each)
            case EnrollmentWithdrawn(enrollment=enrollment):
                _end(episodes, enrollment, "WITHDRAWN", each)
    return list(episodes.values())


def compared(data: OuladData, done: ImportRun, log: SQLiteLog) -> Report:
    """The report, with the log in the place of both views."""
    roster = enrollments(facts(log))
    feedback = Counter((e.term_code, e.course_code) for e in roster if e.status != "ENROLLED")
    return compare(data, done, roster, feedback)


def _end(
    episodes: dict[object, Enrollment], enrollment: object, status: str, how: Recorded
) -> None:
    assert episodes[enrollment].status == "ENROLLED"
    episodes[enrollment] = episodes[enrollment]._replace(status=status, ended_at=how.at)
