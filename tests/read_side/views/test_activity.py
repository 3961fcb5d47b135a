"""Every fact with a sentence for people and a payload with nothing personal in it."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest

from read_side.views import activity
from read_side.views.activity import ActivityEntry
from tests.read_side.conftest import Given
from tests.read_side.past import Past, minutes
from tests.read_side.shown import Shown
from tests.read_side.views import registration_day
from tests.scenario import Told, fact, sealed
from tests.write_side.campus import ANN, CAMPUS, CS, TERM, A, L, enrolled, left, student
from write_side.commands import ChangeCapacity, Personal, RegisterStudent, ReviseCourse
from write_side.events import (
    CancellationReason,
    ContactChanged,
    EnrollmentCanceled,
    EnrollmentWithdrawn,
    ErasureBasis,
    Fact,
    PersonalDataErased,
    SectionAddedToCart,
    SectionRemovedFromCart,
    fact_types,
)
from write_side.log.codec import decode

VIEW = activity.VIEW
E1 = UUID(int=1)
STORED = json.loads((Path(__file__).parents[2] / "golden/facts.json").read_text())
WHY = {"reason": CancellationReason.SCHEDULE_CONFLICT, "comment": None}


class Inspected(Fact):
    """A fact of a noun this view has no words for; without TOPIC at birth nobody registers it."""

    AGGREGATE = "Room"
    finding: str


Inspected.TOPIC = "Inspected"


def in_cart(kind: type[Fact]) -> Told:
    return fact(kind, ANN, section=A, term=TERM)


def changed_name() -> Told:
    return fact(ContactChanged, ANN, name=sealed(ANN, "ContactChanged.name", "Anna"), email=None)


TOLD: list[tuple[tuple[Any, ...], list[str]]] = [
    (
        (),
        [
            "Term 2026FA was opened",
            "Course CS-101 was added: Databases",
            "Course LAT-1 was added: Latin",
            "Section CS-101 A (2026FA) was scheduled with 2 seats",
            "Section CS-101 B (2026FA) was scheduled with 2 seats",
            "Section LAT-1 L (2026FA) was scheduled with unlimited seats",
            "A student was registered",
        ],
    ),
    ((ReviseCourse(CS, title="Logs"),), ["Course CS-101 was revised"]),
    ((ChangeCapacity(A, 0),), ["The capacity of CS-101 A (2026FA) became 0"]),
    ((ChangeCapacity(A, None),), ["The capacity of CS-101 A (2026FA) became unlimited"]),
    (
        (RegisterStudent("S9", Personal("Nine"), None),),
        ["A student number was assigned", "A student was registered"],
    ),
    ((changed_name(),), ["A student's contact data changed"]),
    (
        (fact(PersonalDataErased, ANN, basis=ErasureBasis.CONSENT_WITHDRAWN),),
        ["A student's personal data was erased (consent withdrawn)"],
    ),
    (
        enrolled(ANN, E1),
        ["A student enrolled in CS-101 A (2026FA)", "A seat of CS-101 A (2026FA) was taken"],
    ),
    (
        (*enrolled(ANN, E1), *left(EnrollmentCanceled, ANN, E1, **WHY)),
        [
            "A student canceled CS-101 A (2026FA) (schedule conflict)",
            "A seat of CS-101 A (2026FA) was freed",
        ],
    ),
    (
        (*enrolled(ANN, E1), *left(EnrollmentWithdrawn, ANN, E1, **WHY)),
        [
            "A student withdrew from CS-101 A (2026FA) (schedule conflict)",
            "A seat of CS-101 A (2026FA) was freed",
        ],
    ),
    ((in_cart(SectionAddedToCart),), ["A student put CS-101 A (2026FA) into the cart"]),
    (
        (in_cart(SectionAddedToCart), in_cart(SectionRemovedFromCart)),
        ["A student took CS-101 A (2026FA) out of the cart"],
    ),
    *registration_day.TOLD,
]


@pytest.mark.parametrize(("things", "sentences"), TOLD)
def test_a_fact_is_a_sentence(given: Given, things: Any, sentences: list[str]) -> None:
    story = given(*CAMPUS, student(ANN), *things)
    with story.reading() as session:
        found = activity.entries(session, len(sentences), backward=True)
        assert [row.summary for row in found.rows] == sentences


def test_every_kind_of_fact_has_a_sentence_of_its_own() -> None:
    pasts = [Past().tell(*CAMPUS, student(ANN), *things) for things, _ in TOLD]
    kinds = {each.fact.TOPIC for past in pasts for each in past.facts}
    assert kinds == set(fact_types()), "TOLD lacks a fact: add it, with its sentence"


def test_an_entry_carries_the_envelope_and_whom_it_is_about(given: Given) -> None:
    story = given(*CAMPUS, student(ANN), *enrolled(ANN, E1))
    with story.reading() as session:
        taken, came = activity.entries(session, 2, backward=True).rows[::-1]
    assert (came.type, came.noun, came.stream, came.version) == (
        "StudentEnrolled",
        "Student",
        ANN,
        2,
    )
    assert (taken.type, taken.noun, taken.stream, taken.version) == ("SeatTaken", "Section", A, 2)
    assert came.student == taken.student == ANN
    assert (came.actor, came.role, came.channel) == ("registrar-7", "REGISTRAR", "STAFF")
    assert (came.command_id, came.correlation) == ("command-8", "command-8")
    assert came.at == came.recorded_at == minutes(7)


def test_a_sealed_value_is_marked_and_never_shown(given: Given) -> None:
    story = given(*CAMPUS, student(ANN), changed_name())
    with story.reading() as session:
        (changed,) = activity.entries(session, 1, backward=True).rows
    assert changed.data == {"name": {"sealed": True}, "email": None}


def test_payloads_are_plain_json_of_the_facts_own_fields() -> None:
    header = {"stream": A, "version": 9, "at": minutes(9)}
    for topic, (*_, stored) in STORED.items():
        # of our campus, so that it has names for everything
        ours = {"term": TERM.hex, "course": CS.hex, "section": A.hex}
        payload = {name: ours.get(name, value) for name, value in stored.items()}
        happened = decode(topic, orjson.dumps(payload), **header)
        shown = activity.shown(happened)
        assert orjson.loads(orjson.dumps(shown)) == shown
        assert set(shown) == set(payload), topic
        assert "bm9uY2U" not in str(shown), "a sealed box is shown"


def test_a_fact_of_a_noun_without_words_is_shown_by_its_type(given: Given) -> None:
    story = given(*CAMPUS)
    room = UUID(int=0x600)
    story.past.record(
        Inspected(
            originator_id=room,
            originator_version=1,
            timestamp=minutes(6),
            finding="dry",
        )
    )
    story.projected()
    with story.reading() as session:
        (last,) = activity.entries(session, 1, backward=True).rows
    assert (last.type, last.summary, last.stream) == ("Inspected", "Inspected", room)


def shown(given: Given) -> Shown:
    return given(*CAMPUS, student(ANN), *enrolled(ANN, E1), in_cart(SectionAddedToCart))


@pytest.mark.parametrize(
    ("wish", "positions", "more"),
    [
        ({}, [1, 2, 3], (True, False)),
        ({"above": 7}, [8, 9, 10], (False, True)),
        ({"above": 8}, [9, 10], (False, True)),
        ({"above": 10}, [], (False, True)),
        ({"backward": True}, [8, 9, 10], (False, True)),
        ({"backward": True, "below": 3}, [1, 2], (True, False)),
        ({"backward": True, "below": 8}, [5, 6, 7], (True, True)),
        ({"above": 2, "below": 5}, [3, 4], (False, True)),
        ({"stream": A}, [4, 9], (False, False)),
        ({"student": ANN}, [7, 8, 9], (True, False)),
        ({"student": ANN, "stream": L}, [], (False, False)),
        ({"types": ["SeatTaken", "TermOpened"]}, [1, 9], (False, False)),
    ],
)
def test_entries_are_found(
    given: Given, wish: dict[str, Any], positions: list[int], more: tuple[bool, bool]
) -> None:
    with shown(given).reading() as session:
        found = activity.entries(session, 3, **wish)
    assert [row.position for row in found.rows] == positions
    assert list(found.cursors) == [str(position) for position in positions]
    assert (found.has_next, found.has_previous) == more


def test_entries_say_nothing_twice(given: Given) -> None:
    shown(given).then(ActivityEntry, *[{"position": nth} for nth in range(1, 11)])
