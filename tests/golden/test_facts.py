"""Facts stored long ago still read as they did: facts.json holds payloads as logs hold them."""

import json
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from tests.golden import registration_day
from tests.scenario import NOON
from write_side.events import CancellationReason, Meeting, Promotion, Sealed, Weekday, fact_types
from write_side.log.codec import decode, encode

EXAMPLES: dict[str, list[dict[str, Any]]] = json.loads(
    Path(__file__).with_name("facts.json").read_text()
)
STREAM = UUID("0a0a0a0a-0000-4000-8000-000000000001")
SECTION = UUID("0a0a0a0a-0000-4000-8000-000000000002")
COURSE = UUID("0a0a0a0a-0000-4000-8000-000000000003")
TERM = UUID("0a0a0a0a-0000-4000-8000-000000000004")
ENROLLMENT = UUID("0a0a0a0a-0000-4000-8000-000000000005")
OF_STUDENT = {"section": SECTION, "course": COURSE, "term": TERM, "enrollment": ENROLLMENT}


def sealed(label: str) -> Sealed:
    return Sealed("0a0a0a0a000040008000000000000001", label, "bm9uY2UgYW5kIGNpcGhlcnRleHQ=")


EXPECTED: dict[str, list[dict[str, Any]]] = {
    "CapacityChanged": [{"capacity": 30}, {"capacity": None}],
    "ContactChanged": [{"name": sealed("ContactChanged.name"), "email": None}],
    "CourseAdded": [{"code": "CS-101", "title": "Databases", "credits": Decimal("7.5")}],
    "CourseRevised": [{"title": "Databases and Logs", "credits": Decimal(8)}],
    "EnrollmentCanceled": [
        {
            **OF_STUDENT,
            "reason": CancellationReason.EMPLOYMENT,
            "comment": sealed("EnrollmentCanceled.comment"),
        }
    ],
    "EnrollmentWithdrawn": [
        {**OF_STUDENT, "reason": CancellationReason.NON_PAYMENT, "comment": None}
    ],
    "SeatFreed": [{"student": STREAM, "enrollment": ENROLLMENT}],
    "SeatTaken": [{"student": STREAM, "enrollment": ENROLLMENT}],
    "SectionAddedToCart": [{"section": SECTION, "term": TERM}],
    "SectionRemovedFromCart": [{"section": SECTION, "term": TERM}],
    "SectionScheduled": [
        {
            "term": TERM,
            "course": COURSE,
            "code": "A",
            "capacity": 0,
            "waitlist_capacity": 5,
            "promotion": Promotion.OFFER,
            "meetings": (
                Meeting((Weekday.MONDAY, Weekday.FRIDAY), time(9), time(10, 30), "Hörsaal 1"),
                Meeting((Weekday.SUNDAY,), time(14), time(15), None),
            ),
        }
    ],
    "StudentEnrolled": [{**OF_STUDENT, "credits": Decimal("7.5")}],
    "StudentNumberAssigned": [{"student": STREAM}],
    "StudentRegistered": [
        {
            "number": "S-1815",
            "name": sealed("StudentRegistered.name"),
            "email": sealed("StudentRegistered.email"),
        },
        {"number": "S-1816", "name": None, "email": None},
    ],
    "TermOpened": [
        {
            "code": "2026FA",
            "name": "Fall 2026",
            "starts_on": date(2026, 8, 24),
            "ends_on": date(2026, 12, 18),
            "registration_opens_at": datetime(2026, 8, 10, 8, tzinfo=UTC),
            "add_deadline": datetime(2026, 9, 11, 16, tzinfo=UTC),
            "drop_deadline": datetime(2026, 9, 25, 16, 0, 0, 500_000, tzinfo=UTC),
            "withdrawal_deadline": datetime(2026, 12, 19, tzinfo=UTC),
            "credit_limit": Decimal(18),
        },
        {
            "code": "2027SP",
            "name": "Spring 2027",
            "starts_on": date(2027, 1, 11),
            "ends_on": date(2027, 5, 14),
            "registration_opens_at": None,
            "add_deadline": datetime(2027, 5, 15, tzinfo=UTC),
            "drop_deadline": datetime(2027, 5, 15, tzinfo=UTC),
            "withdrawal_deadline": datetime(2027, 5, 15, tzinfo=UTC),
            "credit_limit": None,
        },
    ],
}
for topic, added in registration_day.SINCE.items():
    EXPECTED[topic] = [{**expected, **added} for expected in EXPECTED[topic]]
for topic, examples in registration_day.EXPECTED.items():
    EXPECTED.setdefault(topic, []).extend(examples)

HEADER = {"originator_id", "originator_version", "originator_topic", "timestamp"}
CASES = [(topic, nth) for topic, examples in EXAMPLES.items() for nth in range(len(examples))]


def test_every_fact_has_an_example() -> None:
    missing = sorted(set(fact_types()) - set(EXAMPLES))
    assert not missing, (
        f"{missing} have no stored example. Add one to tests/golden/facts.json, as encode() writes"
        " it, and what it must read as to EXPECTED here. When a fact gets a new field (with a"
        " default), add a second example; never edit one that is there: logs hold that shape."
    )


def test_no_fact_that_was_ever_stored_is_forgotten() -> None:
    gone = sorted(set(EXAMPLES) - set(fact_types()))
    assert not gone, (
        f"no code reads {gone} any more, but logs hold them: a fact may stop being recorded, never"
        " being read. Bring the class (or its TOPIC) back."
    )


@pytest.mark.parametrize(("topic", "nth"), CASES)
def test_an_old_payload_reads_as_it_did(topic: str, nth: int) -> None:
    state = json.dumps(EXAMPLES[topic][nth]).encode()
    fact = decode(topic, state, stream=STREAM, version=1, at=NOON)
    values = {name: value for name, value in vars(fact).items() if name not in HEADER}
    assert values == EXPECTED[topic][nth], (
        "the code reads a stored payload differently now. Change the code, not the example; if a"
        " field was added, give it a default and EXPECTED that default."
    )


@pytest.mark.parametrize("topic", sorted(EXAMPLES))
def test_the_newest_example_is_what_is_written_today(topic: str) -> None:
    newest = EXAMPLES[topic][-1]
    fact = decode(topic, json.dumps(newest).encode(), stream=STREAM, version=1, at=NOON)
    assert json.loads(encode(fact)) == newest, (
        f"{topic} is written in another shape now. Add an example of it to tests/golden/facts.json"
        " behind the others, and leave those as they are."
    )
