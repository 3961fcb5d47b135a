"""Holds, which block a student, and permits, which let one past a rule."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from write_side.aggregates.student import Permit
from write_side.commands.admission import settle_around
from write_side.commands.command import (
    COMMENT_LENGTH,
    Command,
    Desk,
    Personal,
    both,
    coming_faults,
    invalid,
    not_found,
    refuse,
    require_student,
    text_faults,
)
from write_side.events import HoldKind
from write_side.refusals import Refusal, RefusalCode

PERMITTED = frozenset(
    {
        RefusalCode.SECTION_FULL,
        RefusalCode.WAITLIST_HAS_PRIORITY,
        RefusalCode.RESERVED_SEATS_ONLY,
        RefusalCode.SECTION_CLOSED,
        RefusalCode.CONSENT_REQUIRED,
        RefusalCode.WINDOW_NOT_OPEN,
        RefusalCode.WINDOW_CLOSED,
        RefusalCode.DEADLINE_PASSED,
        RefusalCode.HOLD,
        RefusalCode.PREREQUISITE_NOT_MET,
        RefusalCode.COREQUISITE_MISSING,
        RefusalCode.TIME_CONFLICT,
        RefusalCode.CREDIT_LIMIT_EXCEEDED,
    }
)


@dataclass(frozen=True)
class PlaceHold(Command):
    """Block a student; they are told who did, never why."""

    student: UUID
    hold: HoldKind
    reason: Personal

    def decide(self, desk: Desk) -> None:
        student = require_student(desk, self.student)
        refuse(*text_faults(self.reason, "reason", COMMENT_LENGTH))
        sealed = desk.seal(student.id, "HoldPlaced.reason", self.reason)
        student.place_hold(desk.at, desk.new_id(), self.hold, desk.actor, sealed)


@dataclass(frozen=True)
class LiftHold(Command):
    student: UUID
    hold: UUID

    def decide(self, desk: Desk) -> None:
        student = require_student(desk, self.student)
        refuse(*([] if self.hold in student.holds else [not_found("hold", "hold")]))
        student.lift_hold(desk.at, self.hold)
        settle_around(desk, student)


@dataclass(frozen=True)
class GrantPermit(Command):
    """Let one student past one rule for one section, once."""

    student: UUID
    section: UUID
    rule: RefusalCode
    reason: Personal
    expires_at: datetime | None = None

    def decide(self, desk: Desk) -> None:
        student, section = both(desk, self.student, self.section)
        refuse(*self._faults(desk.at))
        permit = Permit(desk.new_id(), section.id, self.rule.value, self.expires_at)
        sealed = desk.seal(student.id, "PermitGranted.reason", self.reason)
        student.grant_permit(desk.at, permit, desk.actor, sealed)
        settle_around(desk, student)

    def _faults(self, at: datetime) -> Iterator[Refusal]:
        yield from text_faults(self.reason, "reason", COMMENT_LENGTH)
        if self.rule not in PERMITTED:
            yield invalid(f"No permit lets anybody past {self.rule.value}.", "rule")
        yield from coming_faults(self.expires_at, "expiresAt", at)
