"""What a row means: when somebody enrolled and left, and where that had to be decided.

The rule, which `recount.py` follows on its own:

- A row is usable if it has as many fields as the header, its presentation is in `courses`, its
  student number is 1 to 20 digits, and each day is missing or a whole number within ten years.
- Of several usable rows of one student in one presentation the first stands.
- The day of unregistration always stands. A day of registration that is missing, or later than
  it, is taken to be that same day; with neither day given it is day 0.
- Day 0 begins at 00:00 UTC of 1 February (B) or 1 October (J). Leaving before it cancels.
- `studentInfo` changes nothing: where it disagrees, that is reported and the registration stands.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from write_side.imports.oulad.contradictions import (
    COURSES,
    INFOS,
    REGISTRATIONS,
    Contradiction,
    Reason,
)
from write_side.imports.oulad.read import LONGEST, OuladData, Row

_DAY = re.compile(r"(-?[0-9]{1,6})(\.0*)?")
_STUDENT = re.compile(r"[0-9]{1,20}")
_MONTHS = {"B": 2, "J": 10}
_RESULTS = frozenset({"Pass", "Distinction", "Fail", "Withdrawn"})

_SKIPPED = "The row was not imported."
_STANDS = "The registration file stands."

Key = tuple[str, str, str]
"""Module, presentation, student."""


@dataclass(frozen=True)
class Episode:
    """One usable row: when the student enrolled, and when they left if they did."""

    line: int
    module: str
    presentation: str
    student: str
    enrolled_at: datetime
    left_at: datetime | None

    @property
    def before_start(self) -> bool:
        """Whether they left so early that it counts as canceled."""
        return self.left_at is not None and self.left_at < start_of(self.presentation)


def start_of(presentation: str) -> datetime:
    """The first moment of day 0."""
    return datetime(int(presentation[:4]), _MONTHS[presentation[4:]], 1, tzinfo=UTC)


def interpret(data: OuladData) -> tuple[list[Episode], list[Contradiction]]:
    """The usable rows in file order, and everything that is wrong with any row."""
    known: set[tuple[str, str]] = set()
    found: list[Contradiction] = []
    for offered in data.presentations:
        name = (offered.module, offered.code)
        if name in known:
            detail, done = (
                "A row above is about the same presentation.",
                "The longest length counts.",
            )
            wrong = Reason.DUPLICATE_ROW
            found.append(Contradiction(COURSES, offered.line, *name, "", wrong, detail, done))
        known.add(name)
    episodes: dict[Key, Episode] = {}
    seen: set[Key] = set()
    for row in data.registrations:
        if row.cells is not None:
            module, code, student, *_ = row.cells
            seen.add((module, code, student))
        episode = _episode(row, known, episodes, found)
        if episode is not None:
            episodes[(episode.module, episode.presentation, episode.student)] = episode
    found += _disagreements(data, episodes, seen)
    return list(episodes.values()), found


def _episode(
    row: Row,
    known: set[tuple[str, str]],
    earlier: dict[Key, Episode],
    found: list[Contradiction],
) -> Episode | None:
    def report(reason: Reason, detail: str, done: str = _SKIPPED) -> None:
        skipped = done == _SKIPPED
        found.append(
            Contradiction(REGISTRATIONS, row.line, *key, reason, detail, done, skipped=skipped)
        )

    key: Key = ("", "", "")
    if row.cells is None:
        report(Reason.WRONG_FIELD_COUNT, "The number of fields is not that of the header.")
        return None
    module, code, student, *texts = row.cells
    key = (module, code, student)
    days = [_day(text) for text in texts]
    faults = len(found)
    if (module, code) not in known:
        report(Reason.UNKNOWN_PRESENTATION, "The courses file has no such presentation.")
    elif not _STUDENT.fullmatch(student):
        report(Reason.NOT_A_STUDENT_NUMBER, f"{student!r} is not 1 to 20 digits.")
    elif _NO_DAY in days:
        wrong = " and ".join(repr(t) for t, d in zip(texts, days, strict=True) if d == _NO_DAY)
        report(Reason.NOT_A_DAY, f"{wrong}: not a whole number of days within ten years.")
    elif key in earlier:
        first = earlier[key].line
        report(Reason.DUPLICATE_ROW, f"Line {first} is about the same student and presentation.")
    if len(found) > faults:
        return None
    registered, left = days
    if registered is None:
        registered = 0 if left is None else left
        detail = f"No day of registration; unregistered: {'no' if left is None else left}."
        report(Reason.NO_REGISTRATION_DAY, detail, f"Enrolled as of day {registered}.")
    elif left is not None and left < registered:
        detail = f"Registered on day {registered}, unregistered on day {left}."
        report(Reason.UNREGISTERED_BEFORE_REGISTERED, detail, f"Enrolled as of day {left}.")
        registered = left
    start = start_of(code)
    left_at = None if left is None else start + timedelta(days=left)
    return Episode(row.line, *key, start + timedelta(days=registered), left_at)


_NO_DAY = LONGEST + 1


def _day(text: str) -> int | None:
    """The day, None where it is missing, _NO_DAY where the text is none."""
    if not text:
        return None
    match = _DAY.fullmatch(text)
    day = int(match[1]) if match else _NO_DAY
    return day if abs(day) <= LONGEST else _NO_DAY


def _disagreements(
    data: OuladData, episodes: dict[Key, Episode], registered: set[Key]
) -> list[Contradiction]:
    """Where the registrations and the students' information do not fit together."""
    found: list[Contradiction] = []
    results: dict[Key, str] = {}
    for row in data.infos:
        if row.cells is None:
            detail, ignored = "The number of fields is not that of the header.", "Ignored."
            wrong = Reason.WRONG_FIELD_COUNT
            found.append(Contradiction(INFOS, row.line, "", "", "", wrong, detail, ignored, True))
            continue
        module, code, student, result = row.cells
        key = (module, code, student)
        if key in results:
            detail = "A row above is about the same student and presentation."
            wrong = Reason.DUPLICATE_ROW
            found.append(Contradiction(INFOS, row.line, *key, wrong, detail, "Ignored.", True))
        elif key not in registered:
            detail, done = "There is no registration for it.", "Nobody was enrolled."
            wrong = Reason.NOT_REGISTERED
            found.append(Contradiction(INFOS, row.line, *key, wrong, detail, done, True))
        results.setdefault(key, result)
    for key, episode in episodes.items():
        against = _against(episode, results.get(key))
        if against is not None:
            found.append(Contradiction(REGISTRATIONS, episode.line, *key, *against, _STANDS))
    return found


def _against(episode: Episode, result: str | None) -> tuple[Reason, str] | None:
    if result is None:
        return Reason.NO_STUDENT_INFO, "The student information has no row for it."
    if result not in _RESULTS:
        return Reason.UNKNOWN_RESULT, f"The final result is {result!r}."
    if result == "Withdrawn" and episode.left_at is None:
        return Reason.WITHDRAWN_WITHOUT_DAY, "The final result is Withdrawn; no day says when."
    if result != "Withdrawn" and episode.left_at is not None:
        return Reason.UNREGISTERED_WITH_RESULT, f"Unregistered, but the final result is {result}."
    return None
