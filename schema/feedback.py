"""Why students leave, for staff."""

from datetime import datetime
from operator import add
from typing import Any, Self
from uuid import UUID

import strawberry

from read_side.views import catalog, feedback
from schema.answering.shape import Leaf, To, shape
from schema.context import Info
from schema.course import Course
from schema.errors import ApiError
from schema.finding import every, one
from schema.personal import PersonalText
from schema.term import Term
from write_side.events import CancellationReason

MOST_COMMENTS = 100


@strawberry.type
class FeedbackComment:
    at: datetime
    sealed: strawberry.Private[str]

    @classmethod
    def of(cls, row: feedback.FeedbackComment) -> Self:
        return cls(at=row.at, sealed=row.comment)

    @strawberry.field
    def comment(self, info: Info) -> PersonalText | None:
        return PersonalText.of(self.sealed, info)


@strawberry.type(description="How many left a course in a term for one reason.")
class CancellationFeedback:
    reason: CancellationReason
    count: int
    canceled: int
    withdrawn: int
    term_key: strawberry.Private[UUID]
    course_key: strawberry.Private[UUID]

    @classmethod
    def of(cls, row: feedback.FeedbackCount) -> Self:
        return cls(
            reason=CancellationReason(row.reason),
            count=row.canceled + row.withdrawn,
            canceled=row.canceled,
            withdrawn=row.withdrawn,
            term_key=row.term,
            course_key=row.course,
        )

    @strawberry.field
    def term(self, info: Info) -> Term | None:
        return one(info.context, catalog.CatalogTerm, self.term_key, Term.of)

    @strawberry.field
    def course(self, info: Info) -> Course | None:
        return one(info.context, catalog.CatalogCourse, self.course_key, Course.of)

    @strawberry.field(description="The newest comments given with this reason.")
    def comments(self, info: Info, first: int = 10) -> list[FeedbackComment]:
        if not 1 <= first <= MOST_COMMENTS:
            raise ApiError("BAD_REQUEST", f"`first` is a number from 1 to {MOST_COMMENTS}.")
        rows = feedback.comments(
            info.context.read("feedback"), self.term_key, self.course_key, self.reason.value, first
        )
        return every(info.context, rows, FeedbackComment.of)


shape(
    "CancellationFeedback",
    feedback.FeedbackCount,
    *("reason", "canceled", "withdrawn"),
    count=Leaf(("canceled", "withdrawn"), add),
    term=To("term", catalog.CatalogTerm, "Term"),
    course=To("course", catalog.CatalogCourse, "Course"),
)


@strawberry.type
class FeedbackQuery:
    @strawberry.field(description="Cancellations and withdrawals by reason; codes narrow it down.")
    def feedback(
        self, info: Info, term: str | None = None, course: str | None = None
    ) -> list[CancellationFeedback]:
        session = info.context.read("feedback")
        keys: dict[str, Any] = {}
        for name, code, find in (
            ("term", term, catalog.term_by_code),
            ("course", course, catalog.course_by_code),
        ):
            if code is not None:
                row = find(info.context.read("catalog"), code)
                if row is None:
                    return []
                keys[name] = row.id
        return every(info.context, feedback.counts(session, **keys), CancellationFeedback.of)
