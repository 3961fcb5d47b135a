"""What students wanted, refused attempts and emptied carts included, for staff."""

from typing import Self
from uuid import UUID

import strawberry

from read_side.views import catalog, demand
from schema.answering.shape import Leaf, To, shape
from schema.connection import Connection, connection, nothing, window
from schema.context import Info
from schema.finding import every
from schema.section import Section
from schema.section import find as find_section
from write_side.refusals import RefusalCode


@strawberry.type
class RefusalCount:
    code: RefusalCode
    count: int

    @classmethod
    def of(cls, row: demand.DemandRefusal) -> Self:
        return cls(code=RefusalCode(row.code), count=row.count)


@strawberry.type(description="How often students reached for a section, and what came of it.")
class SectionDemand:
    cart_adds: int
    cart_removals: int
    enrollments: int
    waitlist_joins: int
    promotions: int
    refused: int = strawberry.field(description="Attempts to enroll that broke a rule.")
    key: strawberry.Private[UUID]

    @classmethod
    def of(cls, row: demand.DemandSection) -> Self:
        return cls(
            cart_adds=row.cart_adds,
            cart_removals=row.cart_removals,
            enrollments=row.enrollments,
            waitlist_joins=row.waitlist_joins,
            promotions=row.promotions,
            refused=row.refusals,
            key=row.section,
        )

    @strawberry.field
    def section(self, info: Info) -> Section | None:
        return find_section(info.context, self.key)

    @strawberry.field(description="Refused attempts by broken rule, the most frequent first.")
    def refusals(self, info: Info) -> list[RefusalCount]:
        rows = demand.refusals(info.context.read("demand"), self.key)
        return every(info.context, rows, RefusalCount.of)


shape("RefusalCount", demand.DemandRefusal, "code", "count")
shape(
    "SectionDemand",
    demand.DemandSection,
    *("cartAdds", "cartRemovals", "enrollments", "waitlistJoins", "promotions"),
    refused=Leaf(("refusals",)),
    section=To("section", catalog.CatalogSection, "Section"),
)

DemandConnection = Connection[SectionDemand]


@strawberry.type
class DemandQuery:
    @strawberry.field(description="Sections by how much they are wanted.")
    def demand(
        self,
        info: Info,
        term: str | None = None,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> Connection[SectionDemand]:
        session = info.context.read("demand")
        asked = window(first, after, last, before)
        key = None
        if term is not None:
            row = catalog.term_by_code(info.context.read("catalog"), term)
            if row is None:
                return nothing()
            key = row.id
        return connection(
            info.context, lambda: demand.demand(session, asked, term=key), SectionDemand.of
        )
