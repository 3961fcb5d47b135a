"""Refusals: the rules a command broke, as data for the one who sent it."""

from dataclasses import dataclass
from enum import StrEnum


class RefusalCode(StrEnum):
    """Every rule that can be broken; the names are part of the API."""

    SECTION_FULL = "SECTION_FULL"
    WAITLIST_FULL = "WAITLIST_FULL"
    WAITLIST_NOT_OFFERED = "WAITLIST_NOT_OFFERED"
    WAITLIST_HAS_PRIORITY = "WAITLIST_HAS_PRIORITY"
    SEAT_AVAILABLE = "SEAT_AVAILABLE"
    RESERVED_SEATS_ONLY = "RESERVED_SEATS_ONLY"
    SECTION_CANCELED = "SECTION_CANCELED"
    SECTION_CLOSED = "SECTION_CLOSED"
    WINDOW_NOT_OPEN = "WINDOW_NOT_OPEN"
    WINDOW_CLOSED = "WINDOW_CLOSED"
    DEADLINE_PASSED = "DEADLINE_PASSED"
    HOLD = "HOLD"
    PREREQUISITE_NOT_MET = "PREREQUISITE_NOT_MET"
    COREQUISITE_MISSING = "COREQUISITE_MISSING"
    TIME_CONFLICT = "TIME_CONFLICT"
    CREDIT_LIMIT_EXCEEDED = "CREDIT_LIMIT_EXCEEDED"
    DUPLICATE_COURSE = "DUPLICATE_COURSE"
    ALREADY_ENROLLED = "ALREADY_ENROLLED"
    ALREADY_WAITLISTED = "ALREADY_WAITLISTED"
    NOT_ENROLLED = "NOT_ENROLLED"
    NOT_WAITLISTED = "NOT_WAITLISTED"
    CONSENT_REQUIRED = "CONSENT_REQUIRED"
    OFFER_EXPIRED = "OFFER_EXPIRED"
    NO_OFFER = "NO_OFFER"
    REASON_REQUIRED = "REASON_REQUIRED"
    STUDENT_ERASED = "STUDENT_ERASED"
    TERM_CLOSED = "TERM_CLOSED"
    NOT_FOUND = "NOT_FOUND"
    ALREADY_EXISTS = "ALREADY_EXISTS"
    INVALID_INPUT = "INVALID_INPUT"


@dataclass(frozen=True)
class Refusal:
    """One broken rule: a code for programs, a sentence for people, what would help, and which
    part of the input it is about."""

    code: RefusalCode
    message: str
    remedy: str | None = None
    path: tuple[str, ...] = ()


class Refused(Exception):
    """Raised by a decision with every rule it found broken; never a bug."""

    def __init__(self, *refusals: Refusal) -> None:
        super().__init__("; ".join(refusal.message for refusal in refusals))
        self.refusals = refusals


def erased() -> Refusal:
    """Who was erased is no longer anybody that something can be done for."""
    return Refusal(
        RefusalCode.STUDENT_ERASED,
        "The student's personal data was erased; nothing can be done about them any more.",
        "Register the person anew, if they come back.",
        ("student",),
    )
