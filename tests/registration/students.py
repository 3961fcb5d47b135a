"""What students do on the stage."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.registration.stage import Stage, names, often, picks, seldom, whos
from write_side import commands as real


class Students(Stage):
    """Enrolling, waiting, answering, swapping and leaving."""

    @rule(who=whos, name=names)
    def enroll(self, who: str, name: str) -> None:
        self.enter(who, name)

    @rule(name=names, first=picks)
    def rush(self, name: str, first: int) -> None:
        self.all_want(name, first)

    @rule(who=whos, name=names)
    def wait(self, who: str, name: str) -> None:
        self.join(who, name)

    @rule(who=whos, name=names, pick=picks, there=often)
    def stop_waiting(self, who: str, name: str, pick: int, there: bool) -> None:
        places = [(p.who, n) for n, s in self.model.sections.items() for p in s.line]
        if there and places:
            who, name = places[pick % len(places)]
        self.same(self.wish(real.LeaveWaitlist, who, name), self.model.unjoin(who, name))

    @rule(who=whos, name=names, pick=picks, offered=often, yes=often)
    def answer(self, who: str, name: str, pick: int, offered: bool, yes: bool) -> None:
        offers = [(p.who, n) for n, s in self.model.sections.items() for p in s.offers()]
        if offered and offers:
            who, name = offers[pick % len(offers)]
        self.reply(who, name, yes)

    @precondition(lambda self: any(s.offers() for s in self.model.sections.values()))
    @rule(pick=picks, yes=often, late=st.sampled_from([-1, 0]))
    def answer_as_the_clock_strikes(self, pick: int, yes: bool, late: int) -> None:
        offers = [(p, n) for n, s in self.model.sections.items() for p in s.offers()]
        place, name = offers[pick % len(offers)]
        assert place.offer
        self.model.moved_to(place.offer[0], early=late == -1)
        self.reply(place.who, name, yes)

    def reply(self, who: str, name: str, yes: bool) -> None:
        if yes:
            self.same(self.wish(real.AcceptOffer, who, name), self.model.accept(who, name))
        else:
            self.same(self.wish(real.DeclineOffer, who, name), self.model.decline(who, name))

    @rule(pick=picks, who=whos, name=names, held=often, late=seldom, staff=seldom, ours=seldom)
    def leave(
        self, pick: int, who: str, name: str, held: bool, late: bool, staff: bool, ours: bool
    ) -> None:
        if held:
            who, name = self.some_enrollment(pick) or (who, name)
        late = late or self.model.at > self.model.terms["FA"].drop
        self.depart(who, name, late=late, staff=staff, ours=ours)

    @precondition(lambda self: self.some_enrollment(0, wanted=True))
    @rule(pick=picks)
    def free_a_wanted_seat(self, pick: int) -> None:
        who, name = self.some_enrollment(pick, wanted=True) or ("ann", "A")
        self.depart(who, name, late=False)

    @rule(pick=picks, who=whos, old=names, new=names, held=often, wait=st.booleans())
    def swap(self, pick: int, who: str, old: str, new: str, held: bool, wait: bool) -> None:
        if held:
            who, old = self.some_enrollment(pick) or (who, old)
        self.exchange(who, old, new, wait)

    @precondition(lambda self: self.some_enrollment(0, wanted=True))
    @rule(pick=picks, new=names, wait=often)
    def swap_a_wanted_seat(self, pick: int, new: str, wait: bool) -> None:
        who, old = self.some_enrollment(pick, wanted=True) or ("ann", "A")
        self.exchange(who, old, new, wait)

    @rule(who=whos, name=names, into=often)
    def cart(self, who: str, name: str, into: bool) -> None:
        me = self.model.people[who]
        if not into:
            me.cart = [each for each in me.cart if each != name]
            self.same(self.wish(real.RemoveFromCart, who, name), set())
        else:
            refused = {"ALREADY_ENROLLED"} if name in me.enrolled else set()
            if not refused and name not in me.cart:
                me.cart.append(name)
            self.same(self.wish(real.AddToCart, who, name), refused)

    @rule(who=whos, wanted=st.lists(names, max_size=3), clean=often)
    def enroll_in_the_cart(self, who: str, wanted: list[str], clean: bool) -> None:
        for name in list(self.model.people[who].cart) if clean else []:
            self.cart(who, name, False)
        for name in wanted:
            self.cart(who, name, True)
        self.same(real.EnrollCart(self.ids[who], "FA"), self.model.enroll_cart(who, "FA"))
