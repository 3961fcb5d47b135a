"""Admission: all rules between a student and a seat, in one place for every way to get one."""

from collections import deque
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from write_side.aggregates import Course, Section, Student, Term
from write_side.aggregates.section import Free
from write_side.aggregates.student import Enrolled, Permit
from write_side.aggregates.waitlist import Waiter
from write_side.commands.command import Desk, Personal, require
from write_side.events import (
    CancellationReason,
    EnrollmentCanceled,
    Meeting,
    OfferDeclined,
    OfferRevoked,
    WaitlistExit,
)
from write_side.refusals import Refusal, RefusalCode


@dataclass(frozen=True)
class Admission:
    """One student on the way into one section: `without` is a section they give up for it,
    `beside` what they take up in the same act."""

    desk: Desk
    student: Student
    section: Section
    term: Term
    course: Course
    wanted: Enrolled
    without: UUID | None = None
    beside: Sequence[Enrolled] = ()

    @classmethod
    def of(
        cls,
        desk: Desk,
        student: Student,
        section: Section,
        *,
        without: UUID | None = None,
        beside: Sequence[Enrolled] = (),
    ) -> "Admission":
        term = require(desk.find(Term, section.term), "term", "section")
        course = require(desk.find(Course, section.course), "course", "section")
        wanted = Enrolled(desk.new_id(), section.id, course.id, term.id, course.credits)
        return cls(desk, student, section, term, course, wanted, without, beside)

    @classmethod
    def promoting(
        cls, desk: Desk, student: Student, section: Section, waiter: Waiter
    ) -> "Admission":
        """From the list, giving up what they said, if they still have it."""
        dropped = waiter.drops if waiter.drops in student.active else None
        return cls.of(desk, student, section, without=dropped)

    def broken(self, *, acting: bool = True) -> tuple[list[Refusal], list[Permit]]:
        """Every broken rule but those of the seat, and the permits that cover others. A permit is
        for the section it names: it frees nobody from the one they give up."""
        left, permits = self.waive(self.refusals(acting=acting))
        bound = self._bound_to_the_other(staff=acting and self.desk.staff)
        return [*left, *(each for each in bound if each not in left)], permits

    def refusals(self, *, acting: bool = True) -> Iterator[Refusal]:
        """What permits can cover. `acting`: the student asks now, and so within their window; a
        promotion only needs that adding is possible at all."""
        at, student = self.desk.at, self.student
        yield from self.section.refuse_adds()
        yield from self.section.refuse_without_consent()
        if acting:
            yield from self.term.refuse_adding(at, student.groups)
        else:
            yield from self.term.refuse_added(at)
        yield from student.refuse_by_holds(adding=True)
        yield from student.refuse_enrolling(
            self.wanted,
            self.course.code,
            self.term.credit_limit,
            without=self.without,
            beside=self.beside,
        )
        yield from self._requisites()
        yield from self._conflicts()

    def seat_refusals(self) -> Iterator[Refusal]:
        """Why there is no seat for this student; whoever sits on one already needs none, and
        whoever is offered one has to answer."""
        if self.student.id in self.section.seats:
            return
        if self._offered:
            yield Refusal(
                RefusalCode.ALREADY_WAITLISTED,
                "A seat of this section is offered to the student.",
                "Accept the offer.",
            )
            return
        yield from self.section.refuse_seat(
            self.student.id, self.student.groups, waiter_first=self._somebody_waits()
        )

    def waive(self, refusals: Iterator[Refusal]) -> tuple[list[Refusal], list[Permit]]:
        return self.student.waive(list(refusals), self.section.id, self.desk.at)

    def enroll(
        self, free: Free, permits: Collection[Permit] = (), entry: UUID | None = None
    ) -> list[Section]:
        """Take the seat and take up the enrollment. Places on lists of the course go, the one for
        this seat first; the other sections are given back, for a seat may have been offered
        there."""
        if self.student.id in self.section.waitlist.waiters:
            leave_list(self.desk, self.student, self.section, WaitlistExit.ENROLLED)
        self.section.take_seat(self.desk.at, self.student.id, self.wanted.enrollment, free.reserve)
        return self.taken_up(permits, entry)

    def taken_up(
        self, permits: Collection[Permit] = (), entry: UUID | None = None
    ) -> list[Section]:
        """The student's side of a seat that is taken."""
        self.student.enroll(self.desk.at, self.wanted, entry, permits)
        left = []
        for place in list(self.student.waiting.values()):
            if (place.course, place.term) == (self.course.id, self.term.id):
                section = require(self.desk.find(Section, place.section), "section", "section")
                leave_list(self.desk, self.student, section, WaitlistExit.ENROLLED)
                left.append(section)
        return left

    def _bound_to_the_other(self, *, staff: bool) -> Iterator[Refusal]:
        """Why the section given up cannot be left, or not without trace any more."""
        if self.without in self.student.active:
            term = self.desk.find(Term, self.student.active[self.without].term)
            yield from require(term, "term", "section").refuse_canceling(self.desk.at)
            if not staff:
                yield from self.student.refuse_by_holds(adding=False)

    @property
    def _offered(self) -> bool:
        waiter = self.section.waitlist.waiters.get(self.student.id)
        return waiter is not None and waiter.offer is not None

    def _somebody_waits(self) -> bool:
        """Whether a free seat is somebody else's: who waits ahead, or at all if this student does
        not. Of a full section nobody's place is looked at."""
        if self.section.seat_for(self.student.groups) is None:
            return False
        for waiter, student, _ in _next_in_line(self.desk, self.section):
            if student.id == self.student.id:
                return False
            ahead = Admission.promoting(self.desk, student, self.section, waiter)
            if not ahead.broken(acting=False)[0]:
                return True
        return False

    def _requisites(self) -> Iterator[Refusal]:
        active = [e for e in self.student.active.values() if e.section != self.without]
        earlier = {e.course for e in active if self._before(e.term)}
        now = {e.course for e in (*active, *self.beside) if e.term == self.term.id}
        for course in self.course.prerequisites:
            if course not in earlier:
                yield Refusal(
                    RefusalCode.PREREQUISITE_NOT_MET,
                    f"{self.course.code} requires {self._code(course)} from an earlier term.",
                    "Take it first, or ask the registrar's office for a permit.",
                )
        for course in self.course.corequisites:
            if course not in now | earlier:
                yield Refusal(
                    RefusalCode.COREQUISITE_MISSING,
                    f"{self.course.code} requires {self._code(course)} in the same term.",
                    "Put both into your cart and enroll in the cart.",
                )

    def _before(self, term: UUID) -> bool:
        other = self.desk.find(Term, term)
        return other is not None and other.starts_on < self.term.starts_on

    def _code(self, course: UUID) -> str:
        found = self.desk.find(Course, course)
        return "another course" if found is None else found.code

    def _conflicts(self) -> Iterator[Refusal]:
        if not self.section.meetings:
            return
        remedy = "Choose another section, or swap the two."
        if self._offered:
            remedy = "Cancel the other first: this seat is held for you."
        others = [*self.student.active.values(), *self.beside]
        for other in others:
            if other.term != self.term.id or other.section in {self.without, self.section.id}:
                continue
            section = self.desk.find(Section, other.section)
            if section is not None and overlap(self.section.meetings, section.meetings):
                course = self._code(other.course)
                yield Refusal(
                    RefusalCode.TIME_CONFLICT,
                    f"Section {self.section.code} of {self.course.code} meets at the same time as"
                    f" section {section.code} of {course}.",
                    remedy,
                )


def overlap(some: Sequence[Meeting], others: Sequence[Meeting]) -> bool:
    """Whether two sets of meetings share a moment; one ending as the other starts do not."""
    return any(
        set(one.days) & set(other.days)
        and one.starts_at < other.ends_at
        and other.starts_at < one.ends_at
        for one in some
        for other in others
    )


def grant_capacity(desk: Desk, student: Student, section: Section) -> Permit:
    """A permit to go over capacity, granted in the act that uses it: never silently."""
    permit = Permit(desk.new_id(), section.id, RefusalCode.SECTION_FULL.value, None)
    reason = desk.seal(student.id, "PermitGranted.reason", Personal("bulk enrollment"))
    student.grant_permit(desk.at, permit, desk.actor, reason)
    return permit


def leave_list(desk: Desk, student: Student, section: Section, how: WaitlistExit) -> None:
    """Take a student off a list, on both sides; a seat that was offered to them is free again, so
    whoever calls this settles the section."""
    waiter = section.waitlist.waiters[student.id]
    if waiter.offer is None:
        section.leave_waitlist(desk.at, waiter, how)
    else:
        by_student = how is WaitlistExit.LEFT
        section.end_offer(desk.at, waiter, OfferDeclined if by_student else OfferRevoked)
        how = WaitlistExit.REVOKED if how is WaitlistExit.REMOVED else how
    student.leave_waitlist(desk.at, section.id, how)


def drop(desk: Desk, student: Student, section: UUID, reason: CancellationReason) -> Section:
    """Cancel an enrollment as part of another act, and say which section has a seat more."""
    left = require(desk.find(Section, section), "section", "section")
    left.free_seat(desk.at, student.id)
    student.leave(desk.at, section, EnrollmentCanceled, reason)
    return left


def settle(desk: Desk, *changed: Section) -> None:
    """Give free seats to whoever waits, first come first served, in these sections and in those
    that a promotion frees a seat in: so that at rest no free seat stands beside an eligible
    waiter."""
    pending = deque(changed)
    while pending:
        pending.extend(_fill(desk, pending.popleft()))


def settle_around(desk: Desk, student: Student, *changed: Section) -> None:
    """The same after something about a student changed that may make them eligible elsewhere."""
    waits = (desk.find(Section, section) for section in student.waiting)
    settle(desk, *changed, *(section for section in waits if section is not None))


def _next_in_line(desk: Desk, section: Section) -> Iterator[tuple[Waiter, Student, Free]]:
    """The waiters there is a seat for at their turn. Whoever is passed over here has done nothing
    wrong: what is free is reserved for others, or the section adds nobody without a permit."""
    term = require(desk.find(Term, section.term), "term", "section")
    shut = [*section.refuse_adds(), *term.refuse_added(desk.at)]
    for waiter in section.waitlist.waiting:
        if section.full:
            return
        student = require(desk.find(Student, waiter.student), "student", "student")
        free = section.seat_for(student.groups)
        if free is not None and not student.waive(shut, section.id, desk.at)[0]:
            yield waiter, student, free


def _fill(desk: Desk, section: Section) -> list[Section]:
    """One pass over a section's list; the sections where a promotion changed something."""
    changed: list[Section] = []
    for waiter, student, free in _next_in_line(desk, section):
        admission = Admission.promoting(desk, student, section, waiter)
        broken, permits = admission.broken(acting=False)
        if broken:
            rules = tuple(dict.fromkeys(refusal.code.value for refusal in broken))
            section.skip(desk.at, waiter, rules)
        elif section.offers_seats:
            section.offer(desk.at, waiter, desk.new_id(), free)
        else:
            student.leave_waitlist(desk.at, section.id, WaitlistExit.PROMOTED)
            if admission.without is not None:
                changed.append(drop(desk, student, admission.without, CancellationReason.SWAP))
            section.promote(desk.at, waiter, admission.wanted.enrollment, free)
            changed += admission.taken_up(permits, waiter.entry)
            changed += [
                found for each in student.waiting if (found := desk.find(Section, each)) is not None
            ]
    return changed
