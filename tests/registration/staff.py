"""What staff do on the stage."""

from datetime import timedelta
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.registration import sameness
from tests.registration.stage import Stage, groups, names, often, picks, seldom, whos
from tests.registration.world import COURSES
from write_side import commands as real
from write_side.aggregates import Course as RealCourse
from write_side.commands import Personal
from write_side.events import HoldKind, HoldPlaced
from write_side.refusals import RefusalCode

PERMITS = [
    "SECTION_FULL",
    "HOLD",
    "TIME_CONFLICT",
    "CREDIT_LIMIT_EXCEEDED",
    "RESERVED_SEATS_ONLY",
    "SECTION_CLOSED",
    "DEADLINE_PASSED",
    "PREREQUISITE_NOT_MET",
    "COREQUISITE_MISSING",
    "CONSENT_REQUIRED",
    "WINDOW_NOT_OPEN",
    "WINDOW_CLOSED",
    "WAITLIST_HAS_PRIORITY",
]
WHY = Personal("because")
courses = st.sampled_from(["CS", "CS", "LAT"])


class Staff(Stage):
    """Capacity, reserves, holds, permits, groups, and the end of a section."""

    @rule(who=whos, name=names)
    def enroll_over_capacity(self, who: str, name: str) -> None:
        refused = self.model.enroll(who, name, over=True)
        self.same(self.wish(real.Enroll, who, name, over_capacity=True), refused, staff=True)

    def reserves(self) -> list[tuple[str, str]]:
        return [(name, group) for name, s in self.model.sections.items() for group in s.reserves]

    @rule(
        name=names,
        capacity=st.sampled_from([2, 1, 3, 0, None]),
        pick=picks,
        reserved=st.booleans(),
    )
    def change_capacity(self, name: str, capacity: int | None, pick: int, reserved: bool) -> None:
        if reserved and (kept := self.reserves()):
            name, _ = kept[pick % len(kept)]
        self.model.sections[name].capacity = capacity
        self.model.settle(name)
        self.twice(real.ChangeCapacity(self.ids[name], capacity))

    @rule(name=names, closed=seldom)
    def close_or_reopen(self, name: str, closed: bool) -> None:
        shut = [each for each, section in self.model.sections.items() if section.closed]
        if shut and not closed:
            name = shut[0]
        command = (real.CloseSection if closed else real.ReopenSection)(self.ids[name])
        refused = self.model.close(name, closed)
        if refused:
            self.same(command, refused, staff=True)
        else:
            self.twice(command)

    @precondition(lambda self: any(s.line and s.seats for s in self.model.sections.values()))
    @rule(pick=picks)
    def close_free_and_reopen(self, pick: int) -> None:
        """Seats freed while a section is closed go to the list when it opens again."""
        crowded = [n for n, s in self.model.sections.items() if s.line and s.seats]
        name = crowded[pick % len(crowded)]
        section = self.model.sections[name]
        self.close_or_reopen(name, True)
        for who in list(section.seats):
            self.depart(who, name, late=False)
        self.close_or_reopen(name, False)

    @rule(code=st.sampled_from(["ADV", "LAB", "ADV", "LAB", *COURSES]), what=st.sets(courses))
    def revise(self, code: str, what: set[str]) -> None:
        """The scheduler promotes whom that makes eligible: a course knows no sections."""
        needed = tuple(sorted(what - {code}))
        before, beside = (needed, ()) if code == "ADV" else ((), needed)
        self.model.revise(code, before, beside)
        revised = real.ReviseCourse(
            RealCourse.id_of(code), prerequisites=before, corequisites=beside
        )
        assert self.same(revised, set(), staff=True)
        sections = [n for n, each in self.model.sections.items() if each.course == code]
        self.twice(real.PromoteWaiters(tuple(self.ids[name] for name in sections)))

    @precondition(lambda self: sum(bool(me.holds) for me in self.model.people.values()) < 2)
    @rule(who=whos, everything=st.booleans())
    def place_a_hold(self, who: str, everything: bool) -> None:
        kind = HoldKind.ALL if everything else HoldKind.ADDS_ONLY
        assert self.same(real.PlaceHold(self.ids[who], kind, WHY), set(), staff=True)
        (placed,) = [f for f in self.new_facts if isinstance(f, HoldPlaced)]
        self.model.people[who].holds[placed.hold.hex] = kind.value

    @precondition(lambda self: any(me.holds for me in self.model.people.values()))
    @rule(pick=picks)
    def lift_a_hold(self, pick: int) -> None:
        holds = [(who, hold) for who, me in self.model.people.items() for hold in me.holds]
        who, hold = holds[pick % len(holds)]
        del self.model.people[who].holds[hold]
        self.model.settle(*self.model.people[who].waits)
        self.same(real.LiftHold(self.ids[who], UUID(hold)), set(), staff=True)

    @rule(who=whos, name=names, code=st.sampled_from(PERMITS), hours=st.sampled_from([None, 2]))
    def permit(self, who: str, name: str, code: str, hours: int | None) -> None:
        until = None if hours is None else self.model.at + timedelta(hours=hours)
        refused = self.model.permit(who, name, code, until)
        command = self.wish(real.GrantPermit, who, name, RefusalCode(code), WHY, until)
        self.same(command, refused, staff=True)

    @rule(
        who=whos,
        name=names,
        hours=st.sampled_from([None, 2]),
        way=st.sampled_from(["enroll", "cart", "wait", "later"]),
    )
    def permit_what_is_needed(self, who: str, name: str, hours: int | None, way: str) -> None:
        """Everything that keeps a student out of a section, and then in by one way or another."""
        needed = self.model.broken(who, name)
        if way != "wait":
            needed |= self.model.no_seat(who, name)
        self.permit_all(who, name, needed, hours)
        if way == "enroll":
            self.enter(who, name)
        elif way == "wait":
            self.join(who, name)
        elif way == "cart" and name not in self.model.people[who].enrolled:
            me = self.model.people[who]
            if name not in me.cart:
                me.cart.append(name)
            self.same(self.wish(real.AddToCart, who, name), set())
            self.same(real.EnrollCart(self.ids[who], "FA"), self.model.enroll_cart(who, "FA"))

    @precondition(lambda self: any(s.line for s in self.model.sections.values()))
    @rule(pick=picks, hours=st.sampled_from([None, 2]))
    def permit_a_waiter(self, pick: int, hours: int | None) -> None:
        """Everything that keeps a waiter from a seat, should there be one or come one."""
        places = [(name, p) for name, s in self.model.sections.items() for p in s.line]
        name, place = places[pick % len(places)]
        self.permit_all(place.who, name, self.model.ineligible(name, place), hours)

    @precondition(lambda self: self.some_enrollment(0))
    @rule(pick=picks, new=names, wait=st.booleans(), held=seldom)
    def swap_by_permit(self, pick: int, new: str, wait: bool, held: bool) -> None:
        """Whatever it takes to get into the one: that frees nobody from the other."""
        who, old = self.some_enrollment(pick) or ("ann", "A")
        if held:
            self.place_a_hold(who, True)
        self.permit_all(who, new, self.model.broken(who, new, without=old), None)
        self.exchange(who, old, new, wait)

    def permit_all(self, who: str, name: str, needed: set[str], hours: int | None) -> None:
        for code in sorted(needed & set(PERMITS)):
            self.permit(who, name, code, hours)

    @rule(who=whos, mine=st.sets(groups))
    def regroup(self, who: str, mine: set[str]) -> None:
        self.model.people[who].groups = set(mine)
        self.model.settle(*self.model.people[who].waits)
        self.twice(real.ChangeGroups(self.ids[who], tuple(sorted(mine))))

    @rule(
        name=names,
        group=groups,
        seats=st.integers(0, 2),
        days=st.sampled_from([None, 1, -1]),
        pick=picks,
        there=st.booleans(),
    )
    def reserve(
        self, name: str, group: str, seats: int, days: int | None, pick: int, there: bool
    ) -> None:
        if there and (kept := self.reserves()):
            name, group = kept[pick % len(kept)]
        until = None if days is None else self.model.at + timedelta(days=days)
        refused = self.model.reserve(name, group, seats, until)
        self.same(real.ReserveSeats(self.ids[name], group, seats, until), refused, staff=True)

    @precondition(lambda self: any(s.reserves for s in self.model.sections.values()))
    @rule(name=names, group=groups, pick=picks, there=often)
    def release(self, name: str, group: str, pick: int, there: bool) -> None:
        kept = self.reserves()
        if there:
            name, group = kept[pick % len(kept)]
        self.model.release(name, group)
        self.twice(real.ReleaseReservedSeats(self.ids[name], group))

    @precondition(lambda self: len(self.watch.episodes) > 9)
    @rule(name=names, sure=seldom)
    def cancel_section(self, name: str, sure: bool) -> None:
        if sure:
            self.model.sections[name].canceled = True
            self.twice(real.CancelSection(self.ids[name], "no teacher"))

    @precondition(lambda self: any(s.canceled for s in self.model.sections.values()))
    @rule(name=names, step=st.sampled_from([1, 2, 100]), canceled=often)
    def empty_section(self, name: str, step: int, canceled: bool) -> None:
        if canceled:
            name = next(n for n, section in self.model.sections.items() if section.canceled)
        self.model.empty(name, step)
        self.same(real.EmptySection(self.ids[name], step), set(), staff=True)
        if self.model.sections[name].canceled and step == 100:  # invariant 11
            assert sameness.nobody_in(self.door.live(), self.ids[name])
