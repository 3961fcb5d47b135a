"""A student: what they are enrolled in, wait for and consider, and what binds or frees them."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from write_side.aggregates.stream import Stream
from write_side.events import (
    CancellationReason,
    ContactChanged,
    EnrollmentCanceled,
    EnrollmentWithdrawn,
    ErasureBasis,
    Fact,
    HoldKind,
    HoldLifted,
    HoldPlaced,
    PermitGranted,
    PermitUsed,
    PersonalDataErased,
    Sealed,
    SectionAddedToCart,
    SectionRemovedFromCart,
    StudentEnrolled,
    StudentGroupsChanged,
    StudentLeftWaitlist,
    StudentRegistered,
    StudentWaitlisted,
    WaitlistExit,
)
from write_side.refusals import Refusal, RefusalCode


@dataclass(frozen=True)
class Enrolled:
    """One active enrollment as the student's rules need it."""

    enrollment: UUID
    section: UUID
    course: UUID
    term: UUID
    credits: Decimal


@dataclass(frozen=True)
class Hold:
    kind: HoldKind
    placed_by: str
    placed_at: datetime


@dataclass(frozen=True)
class Permit:
    """One rule that may be broken once for one section."""

    id: UUID
    section: UUID
    rule: str
    expires_at: datetime | None


class Student(Stream):
    """`active`, `waiting` and `cart` are keyed by section. Names, addresses and reasons stay in
    the facts, sealed: no rule needs them, so no aggregate carries them."""

    NOUN = "Student"

    def evolve(self, fact: Fact) -> None:
        match fact:
            case StudentRegistered():
                self.erased = False
                self.groups = frozenset(fact.groups)
                self.active: dict[UUID, Enrolled] = {}
                self.waiting: dict[UUID, StudentWaitlisted] = {}
                self.cart: dict[UUID, UUID] = {}
                self.holds: dict[UUID, Hold] = {}
                self.permits: dict[UUID, Permit] = {}
            case ContactChanged():
                pass
            case PersonalDataErased():
                self.erased = True
            case StudentGroupsChanged():
                self.groups = frozenset(fact.groups)
            case StudentEnrolled():
                self.active[fact.section] = Enrolled(
                    fact.enrollment, fact.section, fact.course, fact.term, fact.credits
                )
                self.cart.pop(fact.section, None)
            case EnrollmentCanceled() | EnrollmentWithdrawn():
                del self.active[fact.section]
            case StudentWaitlisted():
                self.waiting[fact.section] = fact
            case StudentLeftWaitlist():
                del self.waiting[fact.section]
            case SectionAddedToCart():
                self.cart[fact.section] = fact.term
            case SectionRemovedFromCart():
                del self.cart[fact.section]
            case HoldPlaced():
                self.holds[fact.hold] = Hold(fact.kind, fact.placed_by, fact.timestamp)
            case HoldLifted():
                del self.holds[fact.hold]
            case PermitGranted():
                permit = Permit(fact.permit, fact.section, fact.rule, fact.expires_at)
                self.permits[fact.permit] = permit
            case PermitUsed():
                del self.permits[fact.permit]
            case _:
                super().evolve(fact)

    def credits_in(self, term: UUID) -> Decimal:
        return sum((e.credits for e in self.active.values() if e.term == term), Decimal(0))

    # rules

    def refuse_enrolling(
        self,
        wanted: Enrolled,
        course_code: str,
        credit_limit: Decimal | None,
        *,
        without: UUID | None = None,
        beside: Sequence[Enrolled] = (),
    ) -> Iterator[Refusal]:
        """Why this student cannot take up this enrollment beside the others: those they have
        except the one in section `without`, and those wanted at the same time."""
        others = [e for e in self.active.values() if e.section != without] + list(beside)
        if any(e.section == wanted.section for e in others):
            yield Refusal(
                RefusalCode.ALREADY_ENROLLED,
                "The student is already enrolled in this section.",
            )
            return
        if any((e.course, e.term) == (wanted.course, wanted.term) for e in others):
            yield Refusal(
                RefusalCode.DUPLICATE_COURSE,
                f"The student is already enrolled in another section of {course_code} this term.",
                "Cancel that enrollment first, or swap the sections.",
            )
        total = wanted.credits + sum(e.credits for e in others if e.term == wanted.term)
        if credit_limit is not None and total > credit_limit:
            yield Refusal(
                RefusalCode.CREDIT_LIMIT_EXCEEDED,
                f"{total} credits would exceed the limit of {credit_limit} for this term.",
                "Cancel another enrollment, or ask the registrar's office for a permit.",
            )

    def refuse_leaving(self, section: UUID) -> Iterator[Refusal]:
        """Why there is nothing to cancel or withdraw from."""
        if section not in self.active:
            yield Refusal(RefusalCode.NOT_ENROLLED, "The student is not enrolled in this section.")

    def refuse_by_holds(self, *, adding: bool) -> Iterator[Refusal]:
        """What blocks the student: who placed it is said, never why."""
        for hold in self.holds.values():
            if adding or hold.kind is HoldKind.ALL:
                yield Refusal(
                    RefusalCode.HOLD,
                    f"A hold placed by {hold.placed_by} on {hold.placed_at:%Y-%m-%d} blocks this.",
                    f"Ask {hold.placed_by} to lift it.",
                )

    def waive(
        self, refusals: Sequence[Refusal], section: UUID, at: datetime
    ) -> tuple[list[Refusal], list[Permit]]:
        """The rules no permit covers, and the permits that cover the others: one each."""
        left: list[Refusal] = []
        used: dict[str, Permit] = {}
        for refusal in refusals:
            permit = used.get(refusal.code) or self._permit(refusal.code, section, at)
            if permit is None:
                left.append(refusal)
            else:
                used[refusal.code] = permit
        return left, list(used.values())

    def _permit(self, rule: str, section: UUID, at: datetime) -> Permit | None:
        for permit in self.permits.values():
            if (permit.rule, permit.section) == (rule, section) and (
                permit.expires_at is None or at < permit.expires_at
            ):
                return permit
        return None

    # acts

    def enroll(
        self,
        at: datetime,
        wanted: Enrolled,
        entry: UUID | None = None,
        permits: Collection[Permit] = (),
    ) -> None:
        """Take up an enrollment, using up the permits it needed."""
        for permit in permits:
            self.use_permit(at, permit, enrollment=wanted.enrollment)
        self.record(StudentEnrolled, at, **vars(wanted), entry=entry)

    def use_permit(self, at: datetime, permit: Permit, **needed_by: UUID) -> None:
        """Once: by an `enrollment`, or by the `entry` of a waitlist."""
        self.record(PermitUsed, at, permit=permit.id, section=permit.section, **needed_by)

    def leave(
        self,
        at: datetime,
        section: UUID,
        how: type[EnrollmentCanceled] | type[EnrollmentWithdrawn],
        reason: CancellationReason,
        comment: Sealed | None = None,
    ) -> None:
        """End an enrollment early, by cancellation or by withdrawal."""
        ending = self.active[section]
        self.record(
            how,
            at,
            enrollment=ending.enrollment,
            section=section,
            course=ending.course,
            term=ending.term,
            reason=reason,
            comment=comment,
        )

    def join_waitlist(
        self, at: datetime, entry: UUID, section: UUID, course: UUID, term: UUID, drops: UUID | None
    ) -> None:
        self.record(
            StudentWaitlisted,
            at,
            entry=entry,
            section=section,
            course=course,
            term=term,
            drops=drops,
        )

    def leave_waitlist(self, at: datetime, section: UUID, how: WaitlistExit) -> None:
        place = self.waiting[section]
        self.record(
            StudentLeftWaitlist,
            at,
            entry=place.entry,
            section=section,
            course=place.course,
            term=place.term,
            how=how,
        )

    def change_contact(self, at: datetime, name: Sealed | None, email: Sealed | None) -> None:
        self.record(ContactChanged, at, name=name, email=email)

    def erase(self, at: datetime, basis: ErasureBasis) -> None:
        """Once is for good; again is no fact."""
        if not self.erased:
            self.record(PersonalDataErased, at, basis=basis)

    def change_groups(self, at: datetime, groups: Sequence[str]) -> None:
        """The same groups again are no fact."""
        if frozenset(groups) != self.groups:
            self.record(StudentGroupsChanged, at, groups=tuple(groups))

    def add_to_cart(self, at: datetime, section: UUID, term: UUID) -> None:
        """Already there is no fact."""
        if section not in self.cart:
            self.record(SectionAddedToCart, at, section=section, term=term)

    def remove_from_cart(self, at: datetime, section: UUID) -> None:
        """Not there is no fact."""
        if section in self.cart:
            self.record(SectionRemovedFromCart, at, section=section, term=self.cart[section])

    def place_hold(
        self, at: datetime, hold: UUID, kind: HoldKind, placed_by: str, reason: Sealed
    ) -> None:
        self.record(HoldPlaced, at, hold=hold, kind=kind, placed_by=placed_by, reason=reason)

    def lift_hold(self, at: datetime, hold: UUID) -> None:
        """Not there any more is no fact."""
        if hold in self.holds:
            self.record(HoldLifted, at, hold=hold)

    def grant_permit(
        self,
        at: datetime,
        permit: Permit,
        issuer: str,
        reason: Sealed,
    ) -> None:
        self.record(
            PermitGranted,
            at,
            permit=permit.id,
            section=permit.section,
            rule=permit.rule,
            issuer=issuer,
            reason=reason,
            expires_at=permit.expires_at,
        )
