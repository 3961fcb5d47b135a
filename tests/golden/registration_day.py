"""What the facts of registration day read as; see test_facts.py."""

from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from write_side.events import (
    ErasureBasis,
    HoldKind,
    Meeting,
    Promotion,
    Sealed,
    WaitlistExit,
    Weekday,
)

STUDENT, SECTION, COURSE, TERM, ENROLLMENT, ENTRY, OFFER, HOLD, PERMIT = (
    UUID(f"0a0a0a0a-0000-4000-8000-00000000000{nth}") for nth in range(1, 10)
)
OPENS, CLOSES = datetime(2026, 8, 10, 8, tzinfo=UTC), datetime(2026, 8, 12, 20, tzinfo=UTC)
PLACE = {"entry": ENTRY, "section": SECTION, "course": COURSE, "term": TERM}


def _sealed(label: str) -> Sealed:
    return Sealed(STUDENT.hex, label, "bm9uY2UgYW5kIGNpcGhlcnRleHQ=")


EXPECTED: dict[str, list[dict[str, Any]]] = {
    "CourseRevised": [
        {
            "title": "Databases and Logs",
            "credits": Decimal(8),
            "prerequisites": (COURSE,),
            "corequisites": (),
        }
    ],
    "HoldLifted": [{"hold": HOLD}],
    "HoldPlaced": [
        {
            "hold": HOLD,
            "kind": HoldKind.ADDS_ONLY,
            "placed_by": "bursar",
            "reason": _sealed("HoldPlaced.reason"),
        }
    ],
    "OfferAccepted": [{"student": STUDENT, "offer": OFFER}],
    "OfferDeclined": [{"student": STUDENT, "offer": OFFER}],
    "OfferExpired": [{"student": STUDENT, "offer": OFFER}],
    "OfferRevoked": [{"student": STUDENT, "offer": OFFER}],
    "PermitGranted": [
        {
            "permit": PERMIT,
            "section": SECTION,
            "rule": "SECTION_FULL",
            "issuer": "registrar",
            "reason": _sealed("PermitGranted.reason"),
            "expires_at": CLOSES,
        }
    ],
    "PermitUsed": [
        {"permit": PERMIT, "section": SECTION, "enrollment": ENROLLMENT, "entry": None},
        {"permit": PERMIT, "section": SECTION, "enrollment": None, "entry": ENTRY},
    ],
    "PersonalDataErased": [{"basis": ErasureBasis.CONSENT_WITHDRAWN}],
    "RegistrationWindowSet": [{"group": "seniors", "opens_at": OPENS, "closes_at": CLOSES}],
    "ReservedSeatsReleased": [{"group": "seniors"}],
    "SeatOffered": [
        {
            "student": STUDENT,
            "entry": ENTRY,
            "offer": OFFER,
            "expires_at": CLOSES,
            "reserve": None,
        }
    ],
    "SeatTaken": [{"student": STUDENT, "enrollment": ENROLLMENT, "reserve": "seniors"}],
    "SeatsReserved": [{"group": "seniors", "seats": 5, "releases_on": CLOSES}],
    "SectionCanceled": [{"reason": "no teacher"}],
    "SectionClosed": [{}],
    "SectionReopened": [{}],
    "SectionScheduled": [
        {
            "term": TERM,
            "course": COURSE,
            "code": "B",
            "capacity": None,
            "waitlist_capacity": 0,
            "promotion": Promotion.AUTO_ENROLL,
            "meetings": (Meeting((Weekday.TUESDAY,), time(9), time(10), None),),
            "offer_hours": 48,
            "consent_required": True,
        }
    ],
    "StudentEnrolled": [
        {
            "enrollment": ENROLLMENT,
            "section": SECTION,
            "course": COURSE,
            "term": TERM,
            "credits": Decimal("7.5"),
            "entry": ENTRY,
        }
    ],
    "StudentGroupsChanged": [{"groups": ("seniors", "honors")}],
    "StudentLeftWaitlist": [{**PLACE, "how": WaitlistExit.PROMOTED}],
    "StudentRegistered": [
        {"number": "S-1817", "name": None, "email": None, "groups": ("seniors",)}
    ],
    "StudentWaitlisted": [{**PLACE, "drops": None}],
    "WaiterPromoted": [{"student": STUDENT, "entry": ENTRY}],
    "WaiterSkipped": [{"student": STUDENT, "entry": ENTRY, "rules": ("HOLD", "TIME_CONFLICT")}],
    "WaitlistJoined": [{"student": STUDENT, "entry": ENTRY, "drops": SECTION}],
    "WaitlistLeft": [{"student": STUDENT, "entry": ENTRY, "how": WaitlistExit.LEFT}],
}
"""Facts that are new, and the newest shape of those that got a field."""

SINCE: dict[str, dict[str, Any]] = {
    "CourseRevised": {"prerequisites": (), "corequisites": ()},
    "SeatTaken": {"reserve": None},
    "SectionScheduled": {"offer_hours": 24, "consent_required": False},
    "StudentEnrolled": {"entry": None},
    "StudentRegistered": {"groups": ()},
}
"""What an older payload reads as where a fact got a field."""
