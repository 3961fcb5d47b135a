"""A registration day with waitlists, offers, holds and permits: wishes that set each other off."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from tests.read_side.wishes import Day
from tests.scenario import NOON
from tests.write_side.campus import ADD_DEADLINE, CS, section_id
from tests.write_side.office import PATIENCE, SELF, STAFF, Office
from write_side.aggregates import Course
from write_side.commands import (
    AcceptOffer,
    AddCourse,
    AddToCart,
    CancelEnrollment,
    CancelSection,
    ChangeCapacity,
    ChangeGroups,
    CloseSection,
    Command,
    DeclineOffer,
    EmptySection,
    Enroll,
    EnrollCart,
    ExpireOffers,
    GrantPermit,
    JoinWaitlist,
    LeaveWaitlist,
    LiftHold,
    Personal,
    PlaceHold,
    ReleaseDueSeats,
    ReleaseReservedSeats,
    ReopenSection,
    ReserveSeats,
    ReviseCourse,
    ScheduleSection,
    SetRegistrationWindow,
    SwapEnrollment,
)
from write_side.events import (
    CancellationReason,
    Fact,
    HoldKind,
    HoldLifted,
    HoldPlaced,
    Promotion,
    SeatFreed,
    SeatOffered,
    SeatTaken,
)
from write_side.refusals import RefusalCode
from write_side.submission import Outcome

AUTO, OFFER = Promotion.AUTO_ENROLL, Promotion.OFFER
DRAWING = AddCourse("ART-1", "Drawing", Decimal(2))
ART = Course.id_of("ART-1")
OFFERED = (
    ScheduleSection("2026FA", "CS-101", "W", 2, 6, AUTO),
    ScheduleSection("2026FA", "CS-101", "X", 2, 6, OFFER),
    ScheduleSection("2026FA", "ART-1", "Y", 1, 6, AUTO),
    ScheduleSection("2026FA", "ART-1", "Z", 1, 6, OFFER, offer_hours=2),
)
GROUPS = ("seniors", "honors")
WHY = Personal("between us")


class Rush(Day):
    """Students act for themselves, staff for them, and the clock goes on."""

    def __init__(self, office: Office, seed: int) -> None:
        super().__init__(office, seed)
        office.accept(DRAWING, *OFFERED)
        self.sections = list(map(section_id, OFFERED))
        self.holds: list[tuple[UUID, UUID]] = []
        self.offers: list[tuple[UUID, UUID]] = []
        self.seats: list[tuple[UUID, UUID]] = []

    def pass_by(self, bursts: int, most: int) -> list[Outcome]:
        outcomes: list[Outcome] = []
        for nth in range(bursts):
            self.office.now = NOON + (ADD_DEADLINE - NOON) * (nth / bursts)
            sent = [
                self.office.send(self.wish(), actor=self.chance.choice([SELF, STAFF]))
                for _ in range(self.chance.randint(1, most))
            ]
            done = [future.result(PATIENCE) for future in sent]
            outcomes += done
            for recorded in (r for outcome in done for r in outcome.facts):
                self.notice(recorded.stream, recorded.fact)
        return outcomes

    def notice(self, stream: UUID, fact: Fact) -> None:
        """Remember what there is to answer, to lift and to give up."""
        match fact:
            case HoldPlaced():
                self.holds.append((stream, fact.hold))
            case HoldLifted():
                self.holds.remove((stream, fact.hold))
            case SeatOffered():
                self.offers.append((fact.student, stream))
            case SeatTaken():
                self.seats.append((fact.student, stream))
            case SeatFreed():
                self.seats.remove((fact.student, stream))

    def wish(self) -> Command:
        pick, flip = self.chance.choice, self.chance.random
        student, section, other = pick(self.students), pick(self.sections), pick(self.sections)
        seat = pick([(student, section), *self.seats])
        self.made += 1
        days = timedelta(days=1)
        soon = self.office.now + timedelta(hours=self.chance.randint(1, 9))
        often: list[Command] = [
            Enroll(student, section),
            JoinWaitlist(student, section),
            JoinWaitlist(student, section),
            AcceptOffer(*pick([(student, section), *self.offers[-3:]])),
            CancelEnrollment(*seat, CancellationReason.WORKLOAD),
            SwapEnrollment(*seat, other, flip() < 0.6),
            AddToCart(student, section),
            ExpireOffers(section),
        ]
        sometimes: list[Command] = [
            LeaveWaitlist(student, section),
            DeclineOffer(*pick([(student, section), *self.offers[-3:]])),
            EnrollCart(student, "2026FA"),
            ChangeCapacity(section, pick([0, 1, 1, 2, 2, 3, 4])),
            LiftHold(*pick(self.holds or [(student, section)])),
            ReopenSection(section),
            GrantPermit(student, section, pick(list(RefusalCode)), WHY, pick([None, soon])),
        ]
        seldom: list[Command] = [
            PlaceHold(student, pick(list(HoldKind)), WHY),
            Enroll(student, section, over_capacity=True),
            ReserveSeats(section, pick(GROUPS), self.chance.randint(0, 2), pick([None, soon])),
            ReleaseReservedSeats(section, pick(GROUPS)),
            ReleaseDueSeats(section),
            ChangeGroups(student, tuple(g for g in GROUPS if flip() < 0.5)),
            CloseSection(section),
            SetRegistrationWindow(
                "2026FA", pick(GROUPS), soon - pick([0, 2]) * days, soon + 9 * days
            ),
            ReviseCourse(pick([CS, ART]), f"T{self.made}", corequisites=pick([(), None])),
            EmptySection(section, students=1),
        ]
        rare = [CancelSection(section, "no teacher")] if self.made > 800 and flip() < 0.05 else []
        return pick([*often * 4, *sometimes * 2, *seldom, *rare])
