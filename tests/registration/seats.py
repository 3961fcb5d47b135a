"""The model's seats: taken, given up, and passed on to those who wait."""

from collections import deque
from datetime import timedelta

from tests.registration.model import Codes, Model, Place


class Seats(Model):
    """What happens, once the rules allow it."""

    def use_up(self, who: str, name: str, codes: Codes) -> None:
        me = self.people[who]
        for code in codes:
            valid = (
                p
                for p in me.permits
                if (p.section, p.rule) == (name, code) and (p.until is None or self.at < p.until)
            )
            me.permits.remove(next(valid))

    def take(self, who: str, name: str, reserve: str | None) -> list[str]:
        """The seat is theirs; the sections of the course that they wait for no longer."""
        me, section = self.people[who], self.sections[name]
        section.seats[who] = reserve
        me.enrolled.append(name)
        if name in me.cart:
            me.cart.remove(name)
        kind = (section.course, section.term)
        ended = [s for s in me.waits if (self.sections[s].course, self.sections[s].term) == kind]
        for other in ended:
            self.leave_line(who, other)
        return ended

    def leave_line(self, who: str, name: str) -> None:
        section = self.sections[name]
        section.line = [place for place in section.line if place.who != who]
        self.people[who].waits.remove(name)

    def drop(self, who: str, name: str) -> None:
        del self.sections[name].seats[who]
        self.people[who].enrolled.remove(name)

    def settle(self, *names: str) -> None:
        """Free seats go to those who wait, here and wherever that frees another."""
        pending = deque(names)
        while pending:
            pending.extend(self.fill(pending.popleft()))

    def fill(self, name: str) -> list[str]:
        section, touched = self.sections[name], []
        for place in [p for p in section.line if p.offer is None]:
            seat = section.seat_for(self.people[place.who].groups)
            if not seat or self.shut(name) - self.permitted(place.who, name):
                continue
            reasons = self.ineligible(name, place)
            if reasons:
                place.skipped = frozenset(reasons)
            elif section.offering:
                place.skipped = frozenset()
                place.offer = (self.at + timedelta(hours=section.hours), seat[0])
            else:
                touched += self.promote(name, place, seat[0])
        return touched

    def promote(self, name: str, place: Place, reserve: str | None) -> list[str]:
        """The seat, and in the same step what is given up for it; the sections to look at next."""
        who, me, touched = place.who, self.people[place.who], []
        needed = self.broken(who, name, acting=False, without=place.drops)
        self.leave_line(who, name)
        if place.drops in me.enrolled:
            self.drop(who, place.drops)
            touched.append(place.drops)
        self.use_up(who, name, needed)
        touched += self.take(who, name, reserve)
        return [*touched, *me.waits]
