"""What staff do on the stage."""

from datetime import timedelta
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.registration import sameness
from tests.registration.stage import Stage, groups, names, often, picks, seldom, whos
from write_side import commands as real
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


class Staff(Stage):
    """Capacity, reserves, holds, permits, groups, and the end of a section."""

    @rule(who=whos, name=names)
    def enroll_over_capacity(self, who: str, name: str) -> None:
        refused = self.model.enroll(who, name, over=True)
        self.same(self.wish(real.Enroll, who, name, over_capacity=True), refused, staff=True)

    @rule(name=names, capacity=st.sampled_from([2, 1, 3, 0, None]))
    def change_capacity(self, name: str, capacity: int | None) -> None:
        self.model.sections[name].capacity = capacity
        self.model.settle(name)
        self.twice(real.ChangeCapacity(self.ids[name], capacity))

    @rule(name=names, closed=seldom)
    def close_or_reopen(self, name: str, closed: bool) -> None:
        shut = [each for each, section in self.model.sections.items() if section.closed]
        if shut and not closed:
            name = shut[0]
        self.model.sections[name].closed = closed
        if not closed:
            self.model.settle(name)
        self.twice((real.CloseSection if closed else real.ReopenSection)(self.ids[name]))

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

    @rule(who=whos, name=names, hours=st.sampled_from([None, 2]), way=st.integers(0, 2))
    def permit_what_is_needed(self, who: str, name: str, hours: int | None, way: int) -> None:
        """Everything that keeps a student out of a section, and then in by one way or another."""
        needed = self.model.broken(who, name) | self.model.no_seat(who, name)
        for code in sorted(needed & set(PERMITS)):
            self.permit(who, name, code, hours)
        if way == 0:
            self.enter(who, name)
        elif way == 1 and name not in self.model.people[who].enrolled:
            me = self.model.people[who]
            if name not in me.cart:
                me.cart.append(name)
            self.same(self.wish(real.AddToCart, who, name), set())
            self.same(real.EnrollCart(self.ids[who], "FA"), self.model.enroll_cart(who, "FA"))

    @rule(who=whos, mine=st.sets(groups))
    def regroup(self, who: str, mine: set[str]) -> None:
        self.model.people[who].groups = set(mine)
        self.model.settle(*self.model.people[who].waits)
        self.twice(real.ChangeGroups(self.ids[who], tuple(sorted(mine))))

    @rule(name=names, group=groups, seats=st.integers(0, 2), days=st.sampled_from([None, 1, -1]))
    def reserve(self, name: str, group: str, seats: int, days: int | None) -> None:
        until = None if days is None else self.model.at + timedelta(days=days)
        refused = self.model.reserve(name, group, seats, until)
        self.same(real.ReserveSeats(self.ids[name], group, seats, until), refused, staff=True)

    @precondition(lambda self: any(s.reserves for s in self.model.sections.values()))
    @rule(name=names, group=groups, pick=picks, there=often)
    def release(self, name: str, group: str, pick: int, there: bool) -> None:
        kept = [(n, g) for n, s in self.model.sections.items() for g in s.reserves]
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
