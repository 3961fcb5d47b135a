"""Why students left: counts by term, course and reason, comments only sealed."""

from uuid import UUID

from read_side.views import feedback
from read_side.views.feedback import FeedbackComment, FeedbackCount
from tests.read_side.conftest import Given
from tests.read_side.past import minutes
from tests.read_side.shown import Shown
from tests.scenario import Told, fact, sealed
from tests.write_side.campus import (
    ANN,
    BOB,
    CAMPUS,
    CID,
    CS,
    LAT,
    NOBODY,
    TERM,
    L,
    enrolled,
    left,
    student,
)
from write_side.events import CancellationReason, EnrollmentCanceled, EnrollmentWithdrawn

VIEW = feedback.VIEW
E1, E2, E3, E4 = (UUID(int=nth) for nth in range(1, 5))
WORKLOAD, HEALTH = CancellationReason.WORKLOAD, CancellationReason.HEALTH
LONG = sealed(ANN, "EnrollmentCanceled.comment", "too long")
LATE = sealed(CID, "EnrollmentCanceled.comment", "too late")


def latin_left(person: UUID, enrollment: UUID, reason: CancellationReason) -> Told:
    ending = {"enrollment": enrollment, "section": L, "course": LAT, "term": TERM}
    return fact(EnrollmentCanceled, person, reason=reason, comment=None, **ending)


def shown(given: Given) -> Shown:
    return given(
        *CAMPUS,
        *map(student, (ANN, BOB, CID)),
        *enrolled(ANN, E1),
        *enrolled(BOB, E2),
        *enrolled(ANN, E4, L, LAT, "7.5"),
        *left(EnrollmentCanceled, ANN, E1, reason=WORKLOAD, comment=LONG),
        *left(EnrollmentWithdrawn, BOB, E2, reason=WORKLOAD, comment=None),
        *enrolled(CID, E3),
        *left(EnrollmentCanceled, CID, E3, reason=WORKLOAD, comment=LATE),
        latin_left(ANN, E4, HEALTH),
    )


def test_those_who_canceled_and_those_who_withdrew_are_counted_by_reason(given: Given) -> None:
    shown(given).then(
        FeedbackCount,
        {"term": TERM, "course": CS, "reason": "WORKLOAD", "canceled": 2, "withdrawn": 1},
        {"term": TERM, "course": LAT, "reason": "HEALTH", "canceled": 1, "withdrawn": 0},
    )


def test_comments_are_kept_as_sealed_as_they_came(given: Given) -> None:
    told = {"term": TERM, "course": CS, "reason": "WORKLOAD"}
    shown(given).then(
        FeedbackComment,
        {
            **told,
            "position": 16,
            "comment": LONG.as_text(),
            "student": UUID(LONG.person),
            "at": minutes(15),
        },
        {
            **told,
            "position": 22,
            "comment": LATE.as_text(),
            "student": UUID(LATE.person),
            "at": minutes(21),
        },
    )


def test_the_newest_comments_come_first_and_no_more_than_asked(given: Given) -> None:
    with shown(given).reading() as session:
        newest = feedback.comments(session, TERM, CS, "WORKLOAD", 1)
        assert [row.comment for row in newest] == [LATE.as_text()]
        both = feedback.comments(session, TERM, CS, "WORKLOAD", 9)
        assert [row.position for row in both] == [22, 16]
        assert feedback.comments(session, TERM, CS, "HEALTH", 9) == []


def test_counts_are_of_everything_or_of_a_term_or_course(given: Given) -> None:
    with shown(given).reading() as session:
        assert len(feedback.counts(session)) == 2
        assert len(feedback.counts(session, term=TERM)) == 2
        assert [row.reason for row in feedback.counts(session, course=LAT)] == ["HEALTH"]
        assert feedback.counts(session, term=NOBODY) == []


def test_enrolling_alone_says_nothing(given: Given) -> None:
    given(*CAMPUS, student(ANN), *enrolled(ANN, E1)).then(FeedbackCount)
