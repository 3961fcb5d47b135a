"""The machine: students, staff, and the clock that moves on under them."""

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.registration.staff import Staff
from tests.registration.stage import names, often, picks, whos
from tests.registration.students import Students
from write_side import commands as real

MOMENTS = ("add", "drop", "withdraw", "window opens", "window closes")


class Machine(Students, Staff):
    """All of it. The scheduler comes when it should, or later."""

    @rule(how=st.sampled_from(["minute", "hours", "before next", "next"]), punctual=often)
    def time_passes(self, how: str, punctual: bool) -> None:
        if how in ("minute", "hours"):
            self.model.at += timedelta(minutes=1) if how == "minute" else timedelta(hours=5)
        else:
            coming = min(self.model.moments(), default=self.model.at)
            self.model.moved_to(coming, early=how == "before next")
        if punctual:
            self.the_scheduler_comes()

    @rule()
    def the_scheduler_comes(self) -> None:
        for name, section in self.model.sections.items():
            if any(place.offer and place.offer[0] <= self.model.at for place in section.offers()):
                self.model.expire(name)
                self.twice(real.ExpireOffers(self.ids[name]))
            if any(moment <= self.model.at for moment in section.dates.values()):
                self.model.release_due(name)
                self.twice(real.ReleaseDueSeats(self.ids[name]))

    @precondition(lambda self: len(self.watch.episodes) > 6)
    @rule(
        to=st.sampled_from(MOMENTS),
        early=st.booleans(),
        who=whos,
        name=names,
        pick=picks,
        sure=st.sampled_from([False, False, True]),
    )
    def time_leaps(self, to: str, early: bool, who: str, name: str, pick: int, sure: bool) -> None:
        """To the instant of a deadline, where somebody tries to get in and another to get out."""
        term = self.model.terms["FA"]
        window = term.windows.get("HON")
        if not sure or (to.startswith("window") and window is None):
            return
        at = {"add": term.add, "drop": term.drop, "withdraw": term.withdraw}
        if window is not None:
            at |= {"window opens": window[0], "window closes": window[1]}
        self.model.moved_to(at[to], early=early)
        self.enter(who, name)
        self.join(who, name)
        self.answer(who, name, pick, True, True)
        for late in (False, True):
            self.depart(*(self.some_enrollment(pick) or (who, name)), late=late)
        self.swap(pick, who, name, name, True, False)
        self.the_scheduler_comes()
