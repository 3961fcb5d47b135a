"""What students and staff wish of the model: each answers with the codes it is refused by."""

from datetime import datetime, timedelta

from tests.registration.model import (
    LOOKED_AT_LATER,
    LOOKED_AT_NOW,
    NO_SEAT,
    OVER_FULL,
    Codes,
    Course,
    Permit,
    Place,
)
from tests.registration.seats import Seats


class Wishes(Seats):
    """The model's commands."""

    def enroll(self, who: str, name: str, *, over: bool = False) -> Codes:
        """`over`: staff grant what is needed to go over capacity in the act itself."""
        needed, seat = self.broken(who, name), self.no_seat(who, name)
        refused = (needed | seat) - self.permitted(who, name) - ({OVER_FULL} if over else set())
        if not refused:
            if over:
                seat -= {OVER_FULL} - self.permitted(who, name)
            self.use_up(who, name, needed | seat)
            left = self.seat(who, name)
            self.settle(*left, *self.people[who].waits)
        return refused

    def seat(self, who: str, name: str) -> list[str]:
        """Off this list, onto a seat; the sections where that changed something."""
        section = self.sections[name]
        if section.place(who):
            self.leave_line(who, name)
        reserve = section.seat_for(self.people[who].groups) or [None]
        return self.take(who, name, reserve[0])

    def leave(self, who: str, name: str, *, late: bool, staff: bool, ours: bool) -> Codes:
        """`late`: withdrawing, not canceling. `ours`: the reason is one only the school gives."""
        me, term = self.people[who], self.terms[self.sections[name].term]
        refused: Codes = set()
        if name not in me.enrolled:
            refused.add("NOT_ENROLLED")
        if "ALL" in me.holds.values() and not staff:
            refused.add("HOLD")
        if ours and not staff:
            refused.add("INVALID_INPUT")
        if not late and self.at >= term.drop:
            refused.add("DEADLINE_PASSED")
        if late and self.at < term.drop:
            refused.add("WINDOW_NOT_OPEN")
        if late and self.at >= term.withdraw and not staff:
            refused.add("DEADLINE_PASSED")
        if late and self.sections[name].canceled:
            refused.add("SECTION_CANCELED")
        if not refused:
            self.drop(who, name)
            self.settle(name, *me.waits)
        return refused

    def swap(self, who: str, old: str, new: str, *, wait: bool) -> Codes:
        if old == new:
            return {"INVALID_INPUT"}
        me, section = self.people[who], self.sections[new]
        needed, seat = self.broken(who, new, without=old), self.no_seat(who, new)
        missing: Codes = set() if old in me.enrolled else {"NOT_ENROLLED"}
        refused = missing | (needed - self.permitted(who, new)) | self.bound(who, old)
        no_seat = seat - self.permitted(who, new)
        if wait and no_seat and no_seat <= NO_SEAT:
            refused = (refused - LOOKED_AT_LATER) | self.cannot_wait(who, new)
            if not refused:
                self.line_up(who, new, needed, old)
            return refused
        refused |= no_seat
        if not refused:
            reserve = section.seat_for(me.groups) or [None]
            self.use_up(who, new, needed | seat)
            self.drop(who, old)
            ended = self.take(who, new, reserve[0])
            self.settle(old, *ended, *me.waits)
        return refused

    def join(self, who: str, name: str) -> Codes:
        section = self.sections[name]
        needed = self.broken(who, name)
        refused = needed - LOOKED_AT_LATER - self.permitted(who, name)
        if not self.no_seat(who, name) and who not in section.seats:
            refused.add("SEAT_AVAILABLE")
        refused |= self.cannot_wait(who, name)
        if not refused:
            self.line_up(who, name, needed)
        return refused

    def line_up(self, who: str, name: str, needed: Codes, drops: str | None = None) -> None:
        self.use_up(who, name, needed & LOOKED_AT_NOW)
        self.sections[name].line.append(Place(who, drops))
        self.people[who].waits.append(name)

    def unjoin(self, who: str, name: str) -> Codes:
        if not self.sections[name].place(who):
            return {"NOT_WAITLISTED"}
        self.leave_line(who, name)
        self.settle(name)
        return set()

    def accept(self, who: str, name: str) -> Codes:
        place = self.sections[name].place(who)
        if not place or not place.offer:
            return {"NO_OFFER"}
        refused = self.ineligible(name, place)
        if self.at >= place.offer[0]:
            refused.add("OFFER_EXPIRED")
        if not refused:
            self.settle(*self.promote(name, place, place.offer[1]))
        return refused

    def decline(self, who: str, name: str) -> Codes:
        place = self.sections[name].place(who)
        return self.unjoin(who, name) if place and place.offer else {"NO_OFFER"}

    def enroll_cart(self, who: str, term: str) -> set[tuple[str, str]]:
        """Refusals here are of a section each."""
        me = self.people[who]
        wanted = [name for name in me.cart if self.sections[name].term == term]
        needs = {
            name: self.broken(who, name, beside=[s for s in wanted if s != name])
            | self.no_seat(who, name)
            for name in wanted
        }
        refused = {(n, c) for n in wanted for c in needs[n] - self.permitted(who, n)}
        if not wanted:
            return {("", "NOT_FOUND")}
        if not refused:
            touched: list[str] = []
            for name in wanted:
                self.use_up(who, name, needs[name])
                touched += self.seat(who, name)
            self.settle(*touched, *me.waits)
        return refused

    # staff, and the clock

    def reserve(self, name: str, group: str, seats: int, until: datetime | None) -> Codes:
        section = self.sections[name]
        others = sum(n for g, n in section.reserves.items() if g != group)
        more = seats > section.reserves.get(group, 0)
        too_many = more and section.capacity is not None and others + seats > section.capacity
        if too_many or seats < section.used()[group] or (until and until <= self.at):
            return {"INVALID_INPUT"}
        section.reserves[group] = seats
        section.dates.pop(group, None)
        if until:
            section.dates[group] = until
        self.settle(name)
        return set()

    def close(self, name: str, closed: bool) -> Codes:
        section = self.sections[name]
        if section.canceled:
            return {"SECTION_CANCELED"}
        section.closed = closed
        if not closed:
            self.settle(name)
        return set()

    def revise(self, code: str, before: tuple[str, ...], beside: tuple[str, ...]) -> Codes:
        """And whoever may now have a seat of it gets one."""
        self.courses[code] = Course(self.courses[code].credits, before, beside)
        self.settle(*(name for name, each in self.sections.items() if each.course == code))
        return set()

    def release(self, name: str, *groups: str) -> Codes:
        for group in groups:
            self.sections[name].reserves.pop(group, None)
            self.sections[name].dates.pop(group, None)
        self.settle(name)
        return set()

    def release_due(self, name: str) -> Codes:
        return self.release(
            name, *(g for g, d in self.sections[name].dates.items() if d <= self.at)
        )

    def expire(self, name: str) -> Codes:
        for place in self.sections[name].offers():
            if place.offer and place.offer[0] <= self.at:
                self.leave_line(place.who, name)
        self.settle(name)
        return set()

    def empty(self, name: str, step: int) -> Codes:
        section = self.sections[name]
        if section.canceled:
            waiting = [place.who for place in section.line]
            for who in [*waiting, *section.seats][:step]:
                if section.place(who):
                    self.leave_line(who, name)
                elif who in section.seats:
                    self.drop(who, name)
                self.settle(*self.people[who].waits)
        return set()

    def permit(self, who: str, name: str, rule: str, until: datetime | None) -> Codes:
        self.people[who].permits.append(Permit(name, rule, until))
        self.settle(*self.people[who].waits)
        return set()

    def moments(self) -> list[datetime]:
        """When the clock alone will change something."""
        term = self.terms["FA"]
        moments = [term.opens or self.at, term.add, term.drop, term.withdraw]
        moments += [moment for window in term.windows.values() for moment in window]
        for section in self.sections.values():
            moments += section.dates.values()
            moments += [place.offer[0] for place in section.line if place.offer]
        moments += [p.until for me in self.people.values() for p in me.permits if p.until]
        return [moment for moment in moments if moment > self.at]

    def moved_to(self, moment: datetime, *, early: bool = False) -> None:
        """The clock goes to a moment, or to the last instant before it; never back."""
        self.at = max(self.at, moment - timedelta(microseconds=early))
