"""Holds and permits: what binds a student or lets them past a rule."""

from datetime import datetime
from typing import Self
from uuid import UUID

import strawberry

from read_side.views import catalog, standing
from schema.answering.shape import To, identifier, shape
from schema.context import Info
from schema.ids import global_id
from schema.personal import PersonalText
from schema.section import Section
from schema.section import find as find_section
from write_side.events import HoldKind
from write_side.refusals import RefusalCode

strawberry.enum(HoldKind, description="What a hold blocks.")


@strawberry.type(description="Blocks a student; why is between them and whoever placed it.")
class Hold:
    id: strawberry.ID
    kind: HoldKind
    placed_by: str
    placed_at: datetime
    about: strawberry.Private[UUID]
    sealed_reason: strawberry.Private[str]

    @classmethod
    def of(cls, row: standing.StandingHold) -> Self:
        return cls(
            id=global_id("Hold", row.id),
            kind=HoldKind(row.kind),
            placed_by=row.placed_by,
            placed_at=row.placed_at,
            about=row.student,
            sealed_reason=row.reason,
        )

    @strawberry.field
    def reason(self, info: Info) -> PersonalText | None:
        return PersonalText.of(self.sealed_reason, info)


@strawberry.type(description="Lets one student past one rule for one section, once.")
class Permit:
    id: strawberry.ID
    rule: RefusalCode
    issuer: str
    granted_at: datetime
    expires_at: datetime | None
    about: strawberry.Private[UUID]
    section_key: strawberry.Private[UUID]
    sealed_reason: strawberry.Private[str]

    @classmethod
    def of(cls, row: standing.StandingPermit) -> Self:
        return cls(
            id=global_id("Permit", row.id),
            rule=RefusalCode(row.rule),
            issuer=row.issuer,
            granted_at=row.granted_at,
            expires_at=row.expires_at,
            about=row.student,
            section_key=row.section,
            sealed_reason=row.reason,
        )

    @strawberry.field
    def section(self, info: Info) -> Section | None:
        return find_section(info.context, self.section_key)

    @strawberry.field
    def reason(self, info: Info) -> PersonalText | None:
        return PersonalText.of(self.sealed_reason, info)


shape(
    "Hold",
    standing.StandingHold,
    *("kind", "placedBy", "placedAt"),
    about="student",
    id=identifier("Hold"),
)
shape(
    "Permit",
    standing.StandingPermit,
    *("rule", "issuer", "grantedAt", "expiresAt"),
    about="student",
    id=identifier("Permit"),
    section=To("section", catalog.CatalogSection, "Section"),
)
