"""Contradictions: what is wrong with a row, and what the import did about it."""

from dataclasses import dataclass
from enum import StrEnum

REGISTRATIONS = "studentRegistration"
INFOS = "studentInfo"
COURSES = "courses"


class Reason(StrEnum):
    """What a row contradicts; the first six cost a row its import, the others do not."""

    WRONG_FIELD_COUNT = "WRONG_FIELD_COUNT"
    UNKNOWN_PRESENTATION = "UNKNOWN_PRESENTATION"
    NOT_A_STUDENT_NUMBER = "NOT_A_STUDENT_NUMBER"
    NOT_A_DAY = "NOT_A_DAY"
    DUPLICATE_ROW = "DUPLICATE_ROW"
    NOT_REGISTERED = "NOT_REGISTERED"
    NO_REGISTRATION_DAY = "NO_REGISTRATION_DAY"
    UNREGISTERED_BEFORE_REGISTERED = "UNREGISTERED_BEFORE_REGISTERED"
    NO_STUDENT_INFO = "NO_STUDENT_INFO"
    UNKNOWN_RESULT = "UNKNOWN_RESULT"
    WITHDRAWN_WITHOUT_DAY = "WITHDRAWN_WITHOUT_DAY"
    UNREGISTERED_WITH_RESULT = "UNREGISTERED_WITH_RESULT"


@dataclass(frozen=True)
class Contradiction:
    """One thing wrong with one row; `line` counts the header as 1. Keys are "" where the row is
    too broken to have any. `skipped`: nothing of the row was imported."""

    file: str
    line: int
    module: str
    presentation: str
    student: str
    reason: Reason
    detail: str
    done: str
    skipped: bool = False
