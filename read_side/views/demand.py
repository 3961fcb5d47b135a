"""What students wanted: carts, waiting, refusals, enrollments by section, most wanted first.

A cart item that came and went and an attempt that was refused leave no trace in tables of
enrollments; here they are counted.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import Field, Session, col

from read_side.paging import Page, Rows
from read_side.rows import Row
from read_side.selection import Order, Selection, equal, ordered
from read_side.store import View
from read_side.window import Window
from read_side.writing import Writing
from write_side.events import (
    OfferAccepted,
    Recorded,
    RefusedCommand,
    SectionAddedToCart,
    SectionRemovedFromCart,
    SectionScheduled,
    StudentEnrolled,
    WaiterPromoted,
    WaitlistJoined,
)

# commands that reach for a seat, and where their input names the section
_REACHED_FOR = {"enroll": "section", "joinWaitlist": "section", "swapEnrollment": "take"}


class DemandSection(Row, table=True):
    """`wanted` orders the list: how often somebody reached for this section."""

    __tablename__ = "demand_section"
    WAKES = ("section",)
    section: UUID = Field(primary_key=True)
    term: UUID = Field(index=True)
    cart_adds: int = 0
    cart_removals: int = 0
    enrollments: int = 0
    waitlist_joins: int = 0
    promotions: int = 0
    refusals: int = 0
    wanted: int = 0
    position: int

    @property
    def less_wanted(self) -> int:
        """A keyset page ascends, so the most wanted come first by this."""
        return -self.wanted


class DemandRefusal(Row, table=True):
    __tablename__ = "demand_refusal"
    section: UUID = Field(primary_key=True)
    code: str = Field(primary_key=True)
    count: int = 0


def project(recorded: Recorded, session: Writing) -> None:
    fact = recorded.fact
    match fact:
        case SectionScheduled():
            session.add(
                DemandSection, section=recorded.stream, term=fact.term, position=recorded.position
            )
        case SectionAddedToCart():
            demand = session.get_one(DemandSection, fact.section)
            demand.cart_adds += 1
            demand.wanted += 1
        case SectionRemovedFromCart():
            session.get_one(DemandSection, fact.section).cart_removals += 1
        case WaitlistJoined():
            demand = session.get_one(DemandSection, recorded.stream)
            demand.waitlist_joins += 1
            demand.wanted += 1
        case WaiterPromoted() | OfferAccepted():
            session.get_one(DemandSection, recorded.stream).promotions += 1
        case StudentEnrolled(entry=None):
            demand = session.get_one(DemandSection, fact.section)
            demand.enrollments += 1
            demand.wanted += 1


def project_refusal(refused: RefusedCommand, session: Writing) -> None:
    wanted = _REACHED_FOR.get(refused.kind)
    if wanted is None:
        return
    demand = session.get(DemandSection, UUID(refused.input[wanted]))
    if demand is None:
        return
    demand.refusals += 1
    demand.wanted += 1
    for code in refused.codes:
        count = session.get(DemandRefusal, (demand.section, code))
        if count is None:
            count = session.add(DemandRefusal, section=demand.section, code=code)
        count.count += 1


def demand(session: Session, window: Window, *, term: UUID | None = None) -> Page[DemandSection]:
    """Sections by how much they are wanted."""
    row = DemandSection
    where = () if term is None else (equal(row, "term", term),)
    order = (Order("less_wanted", -col(row.wanted)), *ordered(row, "position"))
    return Page(session, Selection(row, order, where, window=window))


def refusals(session: Session, section: UUID) -> Sequence[DemandRefusal]:
    """Refusals by broken rule, the most frequent first."""
    row = DemandRefusal
    order = (Order("count", col(row.count).desc()), *ordered(row, "code"))
    return Rows(session, Selection(row, order, of=(("section",), (section,))))


VIEW = View("demand", (DemandSection, DemandRefusal), project, project_refusal)
