"""What binds a student and what frees them: holds until lifted, permits until used."""

from read_side.views import standing
from read_side.views.standing import StandingHold, StandingPermit
from tests.read_side.conftest import Given
from tests.read_side.past import minutes
from tests.read_side.queue import (
    HOLD,
    HOLD2,
    PERMIT,
    PERMIT2,
    TOMORROW,
    held,
    lifted,
    permitted,
    used,
)
from tests.scenario import sealed
from tests.write_side.campus import ANN, BOB, CAMPUS, NOBODY, A, B, student
from write_side.events import HoldKind

VIEW = standing.VIEW
BEGIN = (*CAMPUS, student(ANN), student(BOB))


def test_a_hold_is_shown_as_it_was_placed_its_reason_sealed(given: Given) -> None:
    given(*BEGIN, held(ANN), held(BOB, HOLD2, HoldKind.ADDS_ONLY)).then(
        StandingHold,
        {
            "id": HOLD,
            "student": ANN,
            "kind": "ALL",
            "placed_by": "bursar",
            "placed_at": minutes(8),
            "reason": sealed(ANN, "HoldPlaced.reason", "unpaid fees").as_text(),
        },
        {
            "id": HOLD2,
            "student": BOB,
            "kind": "ADDS_ONLY",
            "placed_by": "bursar",
            "placed_at": minutes(9),
            "reason": sealed(BOB, "HoldPlaced.reason", "unpaid fees").as_text(),
        },
    )


def test_a_lifted_hold_is_gone_and_the_others_stay(given: Given) -> None:
    given(*BEGIN, held(ANN), held(ANN, HOLD2), held(BOB, PERMIT), lifted(ANN)).then(
        StandingHold, {"id": HOLD2, "student": ANN}, {"id": PERMIT, "student": BOB}
    )


def test_a_permit_is_shown_as_it_was_granted_its_reason_sealed(given: Given) -> None:
    timed = permitted(ANN, PERMIT2, section=B, rule="TIME_CONFLICT", expires_at=TOMORROW)
    reason = sealed(ANN, "PermitGranted.reason", "graduates in spring").as_text()
    given(*BEGIN, permitted(ANN), timed).then(
        StandingPermit,
        {
            "id": PERMIT,
            "student": ANN,
            "section": A,
            "rule": "SECTION_FULL",
            "issuer": "registrar-7",
            "granted_at": minutes(8),
            "expires_at": None,
            "reason": reason,
        },
        {
            "id": PERMIT2,
            "student": ANN,
            "section": B,
            "rule": "TIME_CONFLICT",
            "issuer": "registrar-7",
            "granted_at": minutes(9),
            "expires_at": TOMORROW,
            "reason": reason,
        },
    )


def test_a_used_permit_is_gone_and_the_others_stay(given: Given) -> None:
    given(*BEGIN, permitted(ANN), permitted(ANN, PERMIT2), used(ANN)).then(
        StandingPermit, {"id": PERMIT2}
    )


def test_holds_and_permits_are_found_by_student_the_oldest_first(given: Given) -> None:
    things = (held(ANN, HOLD2), permitted(BOB), permitted(ANN, PERMIT2), held(ANN, HOLD))
    with given(*BEGIN, *things).reading() as session:
        assert [hold.id for hold in standing.holds(session, ANN)] == [HOLD2, HOLD]
        assert [permit.id for permit in standing.permits(session, ANN)] == [PERMIT2]
        assert [permit.id for permit in standing.permits(session, BOB)] == [PERMIT]
        assert standing.holds(session, BOB) == []
        assert standing.holds(session, NOBODY) == standing.permits(session, NOBODY) == []
