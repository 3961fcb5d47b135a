"""Registration day told as given, when, then, with a look at seats and lists after every step."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count
from typing import Any, Self
from uuid import UUID

from tests.registration.campus import university
from tests.scenario import Scenario, Told
from write_side.aggregates import Section, Student
from write_side.commands import Command, ScheduleSection
from write_side.events import Fact
from write_side.refusals import Refusal, RefusalCode, Refused


@dataclass
class Day(Scenario):
    """One story; ids are never compared, names are."""

    def when(self, command: Command) -> Self:
        self.command, self.facts, self.refusals = command, [], ()
        try:
            self.facts = self.desk.decide(command)
        except Refused as refused:
            self.refusals = refused.refusals
        agree(self.desk.aggregates.values())
        return self

    def done(self, *commands: Command) -> Self:
        """These are accepted, one after the other, by whoever acts now."""
        for command in commands:
            self.when(command)
            assert not self.refusals, (command, self.refusals)
        return self

    def accepted(self) -> Self:
        __tracebackhide__ = True
        assert not self.refusals, self.refusals
        return self

    def by_student(self) -> Self:
        self.desk.staff = False
        return self

    # what is so now

    def seated(self, section: UUID, *students: UUID) -> Self:
        """Exactly these students hold its seats."""
        __tracebackhide__ = True
        assert set(self.section(section).seats) == set(students)
        return self

    def waiting(self, section: UUID, *students: UUID) -> Self:
        """Exactly these wait, in this order, without an offer."""
        __tracebackhide__ = True
        assert [w.student for w in self.section(section).waitlist.waiting] == list(students)
        return self

    def offered(self, section: UUID, *students: UUID) -> Self:
        """Exactly these hold an offer."""
        __tracebackhide__ = True
        assert [w.student for w in self.section(section).waitlist.offers] == list(students)
        return self

    def skipped(self, section: UUID, student: UUID, *rules: RefusalCode) -> Self:
        """The list keeps why this waiter did not get a seat."""
        __tracebackhide__ = True
        assert self.section(section).waitlist.waiters[student].skipped == rules
        return self

    def holding(self, student: UUID, *sections: UUID) -> Self:
        """The student is enrolled in exactly these sections."""
        __tracebackhide__ = True
        assert set(self.student(student).active) == set(sections)
        return self

    # what was recorded

    def recorded(self, kind: type[Fact], stream: UUID, times: int = 1, **values: Any) -> Self:
        """The last command left this fact, with these values, so often."""
        __tracebackhide__ = True
        found = [f for f in self.facts if type(f) is kind and f.originator_id == stream]
        same = [f for f in found if values.items() <= vars(f).items()]
        assert len(same) == times, [Told.of(f) for f in self.facts]
        return self

    def not_recorded(self, *kinds: type[Fact]) -> Self:
        __tracebackhide__ = True
        assert not [f for f in self.facts if isinstance(f, kinds)]
        return self

    def times(self, kind: type[Fact], stream: UUID) -> int:
        """How often this was recorded in the whole story."""
        return sum(type(f) is kind for f in self.desk.history[stream])

    def refusal(self, code: RefusalCode) -> Refusal:
        (found,) = [refusal for refusal in self.refusals if refusal.code is code]
        return found

    def section(self, stream: UUID) -> Section:
        found = self.desk.aggregates[stream]
        assert isinstance(found, Section)
        return found

    def student(self, stream: UUID) -> Student:
        found = self.desk.aggregates[stream]
        assert isinstance(found, Student)
        return found


def day(*sections: ScheduleSection) -> Day:
    """Begin with the university and these sections, on the desk of a student."""
    made = Day()
    made.desk.ids = (UUID(int=0xA00000 + nth) for nth in count()).__next__
    return made.given(*university(*sections))


def agree(aggregates: Iterable[object]) -> None:
    """Sections and students tell the same: seats and places, each on both sides."""
    all_of = list(aggregates)
    sections = [each for each in all_of if isinstance(each, Section)]
    students = [each for each in all_of if isinstance(each, Student)]
    seats = {(s.id, who, seat.enrollment) for s in sections for who, seat in s.seats.items()}
    held = {(e.section, s.id, e.enrollment) for s in students for e in s.active.values()}
    assert seats == held
    places = {(s.id, w.student, w.entry) for s in sections for w in s.waitlist.waiters.values()}
    waits = {(w.section, s.id, w.entry) for s in students for w in s.waiting.values()}
    assert places == waits
    assert not {pair[:2] for pair in seats} & {pair[:2] for pair in places}
