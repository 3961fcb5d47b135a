"""What a student should hear of, as a feed of one's own."""

from collections.abc import AsyncGenerator
from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import strawberry

from read_side.views import notifications
from schema.context import Info
from schema.errors import ApiError
from schema.fact import Reset, feed
from schema.ids import Position, position
from schema.section import Section
from schema.section import find as find_section


@strawberry.enum
class NotificationKind(StrEnum):
    ENROLLED = "ENROLLED"
    PROMOTED = "PROMOTED"
    SEAT_OFFERED = "SEAT_OFFERED"
    OFFER_EXPIRED = "OFFER_EXPIRED"
    REMOVED_FROM_WAITLIST = "REMOVED_FROM_WAITLIST"
    SECTION_CANCELED = "SECTION_CANCELED"
    SWAPPED_OUT = "SWAPPED_OUT"
    ENROLLMENT_ENDED = "ENROLLMENT_ENDED"
    HOLD_PLACED = "HOLD_PLACED"
    HOLD_LIFTED = "HOLD_LIFTED"
    PERMIT_GRANTED = "PERMIT_GRANTED"


@strawberry.type(description="Something others, or the service, did about a student.")
class Notification:
    position: Position
    kind: NotificationKind
    at: datetime
    expires_at: datetime | None = strawberry.field(description="Until when an offer is open.")
    section_key: strawberry.Private[UUID | None]

    @classmethod
    def of(cls, row: notifications.Notification) -> "Notification":
        return cls(
            position=position(row.position),
            kind=NotificationKind(row.kind),
            at=row.at,
            expires_at=row.expires_at,
            section_key=row.section,
        )

    @strawberry.field
    def section(self, info: Info) -> Section | None:
        return find_section(info.context, self.section_key)


NotificationOrReset = Annotated[Notification | Reset, strawberry.union("NotificationOrReset")]


@strawberry.type
class NotificationSubscription:
    @strawberry.subscription(
        description="A feed of one's own: every notification once; resume with `after`."
    )
    async def notifications(
        self, info: Info, after: Position | None = None
    ) -> AsyncGenerator[NotificationOrReset, None]:
        student = info.context.viewer.student
        if student is None:
            raise ApiError("FORBIDDEN", "Only students have notifications.")
        async for item in feed(
            info,
            after,
            ("notifications", student),
            lambda session, seen, size: notifications.notifications(session, student, seen, size),
            Notification.of,
        ):
            yield item
