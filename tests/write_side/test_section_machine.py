"""Whatever students and staff do in whatever order, seats, enrollments and counts agree."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.scenario import PaperDesk, scenario
from tests.write_side.campus import (
    ADD_DEADLINE,
    CAMPUS,
    DROP_DEADLINE,
    FALL,
    TERM,
    A,
    B,
    L,
    student,
)
from write_side.aggregates import Section, Student
from write_side.commands import (
    AddToCart,
    CancelEnrollment,
    ChangeCapacity,
    Command,
    Enroll,
    RemoveFromCart,
    Withdraw,
)
from write_side.events import (
    CancellationReason,
    EnrollmentCanceled,
    EnrollmentWithdrawn,
    Fact,
    SeatFreed,
    SeatTaken,
    StudentEnrolled,
)
from write_side.refusals import RefusalCode, Refused

PEOPLE = [UUID(int=0xFACE00 + nth) for nth in range(5)]
COURSE_OF = {A: "CS-101", B: "CS-101", L: "LAT-1"}
CREDITS = {"CS-101": Decimal(4), "LAT-1": Decimal("7.5")}

people = st.sampled_from(PEOPLE)
sections = st.sampled_from([A, B, L])
capacities = st.one_of(st.none(), st.integers(0, 4))
reasons = st.sampled_from(list(CancellationReason))


class Registration(RuleBasedStateMachine):
    """The real commands beside a model of three dicts."""

    desk: PaperDesk

    @initialize(limit=st.sampled_from([None, Decimal(8), Decimal(12)]))
    def campus(self, limit: Decimal | None) -> None:
        term, *rest = CAMPUS
        assert term == FALL
        begun = scenario(replace(FALL, credit_limit=limit), *rest, *map(student, PEOPLE))
        self.desk = begun.desk
        self.limit = limit
        self.capacity: dict[UUID, int | None] = {A: 2, B: 2, L: None}
        self.seated: dict[UUID, set[UUID]] = {A: set(), B: set(), L: set()}
        self.cart: set[tuple[UUID, UUID]] = set()
        self.told: list[Fact] = []
        self.most = {A: 0, B: 0, L: 0}

    @rule(student=people, section=sections)
    def enroll(self, student: UUID, section: UUID) -> None:
        others = [s for s in (A, B, L) if student in self.seated[s]]
        same = any(COURSE_OF[s] == COURSE_OF[section] for s in others)
        total = sum((CREDITS[COURSE_OF[s]] for s in (*others, section)), Decimal(0))
        capacity = self.capacity[section]
        wanted = {
            RefusalCode.DEADLINE_PASSED: self.desk.at >= ADD_DEADLINE,
            RefusalCode.ALREADY_ENROLLED: section in others,
            RefusalCode.DUPLICATE_COURSE: same and section not in others,
            RefusalCode.SECTION_FULL: capacity is not None
            and len(self.seated[section]) >= capacity
            and section not in others,
            RefusalCode.CREDIT_LIMIT_EXCEEDED: self.limit is not None
            and total > self.limit
            and section not in others,
        }
        if self.send(Enroll(student, section), wanted):
            self.seated[section].add(student)
            self.cart.discard((student, section))

    @rule(student=people, section=sections, reason=reasons, staff=st.booleans())
    def cancel(self, student: UUID, section: UUID, reason: CancellationReason, staff: bool) -> None:
        late = self.desk.at >= DROP_DEADLINE
        wanted = {
            RefusalCode.NOT_ENROLLED: student not in self.seated[section],
            RefusalCode.DEADLINE_PASSED: late,
            RefusalCode.INVALID_INPUT: self.is_of_school(reason) and not staff,
        }
        if self.send(CancelEnrollment(student, section, reason), wanted, staff=staff):
            self.seated[section].remove(student)

    @rule(student=people, section=sections, reason=reasons)
    def withdraw(self, student: UUID, section: UUID, reason: CancellationReason) -> None:
        wanted = {
            RefusalCode.NOT_ENROLLED: student not in self.seated[section],
            RefusalCode.WINDOW_NOT_OPEN: self.desk.at < DROP_DEADLINE,
            RefusalCode.INVALID_INPUT: self.is_of_school(reason),
        }
        if self.send(Withdraw(student, section, reason), wanted):
            self.seated[section].remove(student)

    @rule(section=sections, capacity=capacities)
    def change_capacity(self, section: UUID, capacity: int | None) -> None:
        self.send(ChangeCapacity(section, capacity), {}, staff=True)
        self.capacity[section] = capacity

    @rule(student=people, section=sections)
    def add_to_cart(self, student: UUID, section: UUID) -> None:
        wanted = {RefusalCode.ALREADY_ENROLLED: student in self.seated[section]}
        if self.send(AddToCart(student, section), wanted):
            self.cart.add((student, section))

    @rule(student=people, section=sections)
    def remove_from_cart(self, student: UUID, section: UUID) -> None:
        self.send(RemoveFromCart(student, section), {})
        self.cart.discard((student, section))

    @precondition(lambda self: len(self.told) > 12 and self.desk.at < DROP_DEADLINE)
    @rule(to=st.sampled_from([ADD_DEADLINE, DROP_DEADLINE]))
    def time_passes(self, to: datetime) -> None:
        self.desk.at = max(self.desk.at, to)

    def send(
        self, command: Command, wanted: dict[RefusalCode, bool], *, staff: bool = False
    ) -> bool:
        """Whether it was accepted; exactly the model's broken rules must have been named."""
        self.desk.staff = staff
        self.desk.at += timedelta(seconds=1)
        self.most = {s: len(self.seated[s]) for s in self.seated}
        try:
            self.told += self.desk.decide(command)
            broken = []
        except Refused as refused:
            broken = [refusal.code for refusal in refused.refusals]
        assert sorted(broken) == sorted(code for code, holds in wanted.items() if holds), command
        return not broken

    @staticmethod
    def is_of_school(reason: CancellationReason) -> bool:
        return list(CancellationReason).index(reason) >= 10

    def section(self, stream: UUID) -> Section:
        found = self.desk.aggregates[stream]
        assert isinstance(found, Section)
        return found

    def students(self) -> dict[UUID, Student]:
        found = {person: self.desk.aggregates[person] for person in PEOPLE}
        return {person: s for person, s in found.items() if isinstance(s, Student)}

    @invariant()
    def the_code_agrees_with_the_model(self) -> None:
        assert {s: set(self.section(s).seats) for s in self.seated} == self.seated
        assert {s: self.section(s).capacity for s in self.seated} == self.capacity
        carts = {(p, section) for p, s in self.students().items() for section in s.cart}
        assert carts == self.cart

    @invariant()
    def a_section_is_over_capacity_only_while_it_shrinks(self) -> None:
        for stream, capacity in self.capacity.items():
            if capacity is not None and len(self.seated[stream]) > capacity:
                assert len(self.seated[stream]) <= self.most[stream]

    @invariant()
    def both_streams_tell_the_same_enrollments(self) -> None:
        seats = {
            (s, person, seat.enrollment)
            for s in self.seated
            for person, seat in self.section(s).seats.items()
        }
        active = {
            (e.section, person, e.enrollment)
            for person, s in self.students().items()
            for e in s.active.values()
        }
        assert seats == active
        assert len({enrollment for _, _, enrollment in seats}) == len(seats)

    @invariant()
    def one_enrollment_per_student_and_course(self) -> None:
        for person, enrolled in self.students().items():
            courses = [(e.course, e.term) for e in enrolled.active.values()]
            assert len(courses) == len(set(courses)), person
            assert self.limit is None or enrolled.credits_in(TERM) <= self.limit

    @invariant()
    def what_came_less_what_left_is_there(self) -> None:
        for section in self.seated:
            mine = [f for f in self.told if getattr(f, "section", None) == section]
            came = sum(isinstance(f, StudentEnrolled) for f in mine)
            gone = sum(isinstance(f, EnrollmentCanceled | EnrollmentWithdrawn) for f in mine)
            own = [f for f in self.told if f.originator_id == section]
            taken = sum(isinstance(f, SeatTaken) for f in own)
            freed = sum(isinstance(f, SeatFreed) for f in own)
            assert len(self.seated[section]) == came - gone == taken - freed


TestRegistration = Registration.TestCase
TestRegistration.settings = settings(
    max_examples=max(200, settings().max_examples // 5), stateful_step_count=40
)
