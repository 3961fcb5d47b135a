"""The stage: the real thing and the model side by side, and what must hold after every step."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant

from tests.registration import sameness
from tests.registration.doors import Door
from tests.registration.watch import Watch
from tests.registration.world import GROUPS, HERE, MONTH, STUDENTS, create, plans
from write_side import commands as real
from write_side.commands import Command
from write_side.events import CancellationReason
from write_side.refusals import Refusal

whos = st.sampled_from(STUDENTS)
names = st.sampled_from([*HERE, *"AABBLLD"])
groups = st.sampled_from(GROUPS)
picks = st.integers(0, 59)
often = st.sampled_from([True, True, True, False])
seldom = st.sampled_from([False, False, False, False, True])


class Stage(RuleBasedStateMachine):
    """`open_door` is where the real commands go."""

    open_door: ClassVar[Callable[[], Door]]

    @initialize(plan=plans)
    def begin(self, plan: dict[str, Any]) -> None:
        self.door = type(self).open_door()
        self.world = create(plan, self.door)
        self.model, self.ids = self.world.model, self.world.ids
        self.watch = Watch()
        self.watch.see(self.world.facts)
        for who in sorted(plan["took"]):
            self.enter(who, "PAST")
        self.model.at = MONTH + timedelta(days=2)
        if plan["window"]:
            opens, closes = (MONTH + timedelta(days=days) for days in plan["window"])
            self.model.terms["FA"].windows["HON"] = opens, closes
            self.same(real.SetRegistrationWindow("FA", "HON", opens, closes), set(), staff=True)
        for nth, name in enumerate(plan["crowded"]):
            self.all_want(name, nth)

    def teardown(self) -> None:
        if hasattr(self, "door"):
            self.door.close()

    # what rules are made of

    def same(self, command: Command, refused: object, *, staff: bool = False) -> bool:
        """Send it; whether it was accepted. The real codes must be the model's."""
        refusals, facts = self.door.send(command, self.model.at, staff=staff)
        if isinstance(command, real.EnrollCart):
            found: object = {(_section_of(r), r.code.value) for r in refusals}
        else:
            found = {refusal.code.value for refusal in refusals}
        assert found == refused, (command, found, refused)
        self.watch.see(facts)
        self.new_facts = facts
        sameness.check_queue(self.world, self.watch.passed_by)  # invariant 5
        return not refusals

    def twice(self, command: Command) -> None:
        """Accepted, and the second time nothing is left to do."""
        assert self.same(command, set(), staff=True)
        assert self.same(command, set(), staff=True) and not self.new_facts

    def wish(
        self, kind: Callable[..., Command], who: str, name: str, *more: Any, **how: Any
    ) -> Command:
        return kind(self.ids[who], self.ids[name], *more, **how)

    def enter(self, who: str, name: str) -> bool:
        return self.same(self.wish(real.Enroll, who, name), self.model.enroll(who, name))

    def join(self, who: str, name: str) -> None:
        self.same(self.wish(real.JoinWaitlist, who, name), self.model.join(who, name))

    def depart(
        self, who: str, name: str, *, late: bool, staff: bool = False, ours: bool = False
    ) -> None:
        """`late`: by withdrawing. `ours`: for a reason that is not a student's to give."""
        reason = CancellationReason.NON_PAYMENT if ours else CancellationReason.OTHER
        kind = real.Withdraw if late else real.CancelEnrollment
        refused = self.model.leave(who, name, late=late, staff=staff, ours=ours)
        self.same(self.wish(kind, who, name, reason), refused, staff=staff)

    def exchange(self, who: str, old: str, new: str, wait: bool) -> None:
        refused = self.model.swap(who, old, new, wait=wait)
        self.same(self.wish(real.SwapEnrollment, who, old, self.ids[new], wait), refused)
        if not refused and new in self.model.people[who].enrolled:  # invariant 9
            assert old not in self.model.people[who].enrolled

    def all_want(self, name: str, first: int) -> None:
        """All want in, and wait where they cannot."""
        for nth in range(len(STUDENTS)):
            who = STUDENTS[(first + nth) % len(STUDENTS)]
            if not self.enter(who, name):
                self.join(who, name)

    def some_enrollment(self, pick: int, *, wanted: bool = False) -> tuple[str, str] | None:
        """One of those that are held now; `wanted`: in a section others wait for."""
        held = [
            (who, name)
            for who, me in self.model.people.items()
            for name in me.enrolled
            if name in HERE and (not wanted or self.model.sections[name].line)
        ]
        return held[pick % len(held)] if held else None

    # what must hold

    @invariant()
    def the_real_thing_is_as_the_model(self) -> None:
        if hasattr(self, "world"):
            sameness.check(self.world)

    @invariant()
    def the_facts_keep_every_promise(self) -> None:
        if hasattr(self, "world"):
            self.watch.check()

    @invariant()
    def no_seat_is_free_beside_somebody_who_may_have_it(self) -> None:
        """Invariant 4."""
        if hasattr(self, "world"):
            for name, section in self.model.sections.items():
                assert not [p for p in section.line if self.model.is_next(section, name, p)]


def _section_of(refusal: Refusal) -> str:
    """Which section of a cart a refusal speaks of: "CS A: Section A is full.", or none."""
    return "" if refusal.path else refusal.message.split(":")[0].split()[-1]
