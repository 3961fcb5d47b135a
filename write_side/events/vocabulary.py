"""The words facts are told in: enumerations and small values of the domain."""

from dataclasses import dataclass
from datetime import time
from enum import StrEnum


class Role(StrEnum):
    """In which role somebody acted."""

    ANONYMOUS = "ANONYMOUS"
    STUDENT = "STUDENT"
    INSTRUCTOR = "INSTRUCTOR"
    REGISTRAR = "REGISTRAR"
    PRIVACY_OFFICER = "PRIVACY_OFFICER"
    LISTENER = "LISTENER"
    SYSTEM = "SYSTEM"


class Channel(StrEnum):
    """Through what a command came."""

    SELF = "SELF"
    STAFF = "STAFF"
    SYSTEM = "SYSTEM"
    IMPORT = "IMPORT"


class Weekday(StrEnum):
    MONDAY = "MONDAY"
    TUESDAY = "TUESDAY"
    WEDNESDAY = "WEDNESDAY"
    THURSDAY = "THURSDAY"
    FRIDAY = "FRIDAY"
    SATURDAY = "SATURDAY"
    SUNDAY = "SUNDAY"


class Promotion(StrEnum):
    """What happens to the first eligible waiter when a seat is freed."""

    AUTO_ENROLL = "AUTO_ENROLL"
    OFFER = "OFFER"


class HoldKind(StrEnum):
    """What a hold blocks until it is lifted."""

    ALL = "ALL"
    ADDS_ONLY = "ADDS_ONLY"


class WaitlistExit(StrEnum):
    """How a place on a waitlist ended."""

    PROMOTED = "PROMOTED"
    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"
    EXPIRED = "EXPIRED"
    REVOKED = "REVOKED"
    LEFT = "LEFT"
    ENROLLED = "ENROLLED"
    REMOVED = "REMOVED"


class CancellationReason(StrEnum):
    """Why an enrollment ended early; the free text beside it is personal, the code is not."""

    SCHEDULE_CONFLICT = "SCHEDULE_CONFLICT"
    COURSE_NOT_SUITABLE = "COURSE_NOT_SUITABLE"
    WORKLOAD = "WORKLOAD"
    CHANGED_PROGRAM = "CHANGED_PROGRAM"
    HEALTH = "HEALTH"
    FINANCIAL = "FINANCIAL"
    EMPLOYMENT = "EMPLOYMENT"
    PERSONAL = "PERSONAL"
    DISSATISFIED = "DISSATISFIED"
    OTHER = "OTHER"
    SECTION_CANCELED = "SECTION_CANCELED"
    ADMINISTRATIVE = "ADMINISTRATIVE"
    NON_PAYMENT = "NON_PAYMENT"
    NON_ATTENDANCE = "NON_ATTENDANCE"
    INELIGIBLE = "INELIGIBLE"
    SWAP = "SWAP"
    DATA_ERASURE = "DATA_ERASURE"


class ErasureBasis(StrEnum):
    """Which ground of article 17(1) of the GDPR an erasure rests on; a code, so that nobody can
    write a personal value where it would stay."""

    NO_LONGER_NECESSARY = "NO_LONGER_NECESSARY"
    CONSENT_WITHDRAWN = "CONSENT_WITHDRAWN"
    OBJECTION = "OBJECTION"
    UNLAWFUL_PROCESSING = "UNLAWFUL_PROCESSING"
    LEGAL_OBLIGATION = "LEGAL_OBLIGATION"
    CHILD_CONSENT = "CHILD_CONSENT"


STUDENT_REASONS = frozenset(list(CancellationReason)[:10])
"""The reasons a student may give; the others are the school's own."""


@dataclass(frozen=True)
class Meeting:
    """When and where a section meets, in the school's local time; end = start is no overlap."""

    days: tuple[Weekday, ...]
    starts_at: time
    ends_at: time
    place: str | None = None
