"""Who is in a section, in the order they came, and who was."""

from uuid import UUID

from read_side.views import roster
from read_side.views.roster import RosterEntry
from read_side.window import Window
from tests.read_side.conftest import Given
from tests.read_side.past import minutes
from tests.read_side.shown import Shown
from tests.write_side.campus import ANN, BOB, CAMPUS, CID, LAT, A, L, enrolled, left, student
from write_side.events import CancellationReason, EnrollmentCanceled, EnrollmentWithdrawn

VIEW = roster.VIEW
E1, E2, E3, E4 = (UUID(int=nth) for nth in range(1, 5))
WHY = {"reason": CancellationReason.OTHER, "comment": None}


def shown(given: Given) -> Shown:
    """Cid is in, Ann canceled, Bob withdrew; Ann is also in Latin."""
    return given(
        *CAMPUS,
        *map(student, (ANN, BOB, CID)),
        *enrolled(ANN, E1),
        *enrolled(BOB, E2),
        *left(EnrollmentCanceled, ANN, E1, **WHY),
        *enrolled(CID, E3),
        *left(EnrollmentWithdrawn, BOB, E2, **WHY),
        *enrolled(ANN, E4, L, LAT, "7.5"),
    )


def test_entries_say_who_came_and_left_and_when(given: Given) -> None:
    shown(given).then(
        RosterEntry,
        {
            "enrollment": E1,
            "section": A,
            "student": ANN,
            "status": "CANCELED",
            "enrolled_at": minutes(9),
            "ended_at": minutes(13),
            "position": 10,
        },
        {
            "enrollment": E2,
            "section": A,
            "student": BOB,
            "status": "WITHDRAWN",
            "enrolled_at": minutes(11),
            "ended_at": minutes(17),
            "position": 12,
        },
        {
            "enrollment": E3,
            "section": A,
            "student": CID,
            "status": "ENROLLED",
            "enrolled_at": minutes(15),
            "ended_at": None,
            "position": 16,
        },
        {
            "enrollment": E4,
            "section": L,
            "student": ANN,
            "status": "ENROLLED",
            "enrolled_at": minutes(19),
            "ended_at": None,
            "position": 20,
        },
    )


def test_a_roster_is_who_is_enrolled_unless_others_are_asked_for(given: Given) -> None:
    with shown(given).reading() as session:
        everything = Window(100)
        assert [row.student for row in roster.roster(session, A, everything).rows] == [CID]
        gone = roster.roster(session, A, everything, status=("CANCELED", "WITHDRAWN"))
        assert [row.student for row in gone.rows] == [ANN, BOB]
        assert roster.roster(session, A, everything, status=()).rows == []
        assert [row.student for row in roster.roster(session, L, everything).rows] == [ANN]


def test_everybody_is_all_entries_of_all_sections(given: Given) -> None:
    with shown(given).reading() as session:
        assert {row.enrollment for row in roster.everybody(session)} == {E1, E2, E3, E4}
