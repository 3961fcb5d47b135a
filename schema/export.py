"""Everything Rollbook has about one person, with their values opened: for them to be given."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

import strawberry
from sqlmodel import Session
from strawberry.scalars import JSON

from read_side.store import ViewStore
from read_side.views import activity, catalog, directory, feedback, schedule, standing, waitlist
from schema.context import Info
from schema.errors import ApiError
from schema.ids import global_id, key_of
from schema.personal import audited
from schema.viewer import Viewer
from write_side.events import Sealed, sealed_in
from write_side.log.log import Log
from write_side.vault import Vault

PAGE = 500


@dataclass
class Exporting:
    """For whom and what for it is made; every value opened is written down once."""

    store: ViewStore
    log: Log
    vault: Vault
    viewer: Viewer
    purpose: str
    request: str
    at: datetime
    opened: dict[str, str] = field(default_factory=dict)

    def person(self, student: UUID) -> dict[str, Any]:
        """The document; ApiError where there is nobody, or nobody any more."""
        with self.store.reading() as session:
            row = session.get(directory.DirectoryStudent, student)
            if row is None:
                raise ApiError("BAD_REQUEST", "There is no student with this id.")
            facts = list(self._facts(session, student))
            erased = [each["position"] for each in facts if each["type"] == "PersonalDataErased"]
            if row.erased or erased:
                raise ApiError(
                    "BAD_REQUEST",
                    "This person was erased: nothing is left of them that could be given out.",
                )
            views = self.store.places(session)
            document = {
                "student": global_id("Student", student),
                "key": student.hex,
                "madeAt": self.at.isoformat(),
                "madeBy": self.viewer.role.value,
                "purpose": self.purpose,
                "positions": {"log": self.log.head(), "views": min(views.values(), default=0)},
                "contact": {
                    "number": row.number,
                    "name": self._open(row.name),
                    "email": self._open(row.email),
                    "groups": row.groups,
                    "registeredAt": row.registered_at.isoformat(),
                },
                **self._holdings(session, student),
                "facts": facts,
            }
            document["personalValues"] = self._values()
            return document

    def _holdings(self, session: Session, student: UUID) -> dict[str, Any]:
        def code(section: UUID) -> str:
            found = session.get_one(catalog.CatalogSection, section)
            return f"{found.course_code} {found.code} ({found.term_code})"

        return {
            "enrollments": [
                {
                    "section": code(row.section),
                    "status": row.status,
                    "credits": row.credits,
                    "enrolledAt": row.enrolled_at.isoformat(),
                    "endedAt": _time(row.ended_at),
                    "endedBy": row.ended_by,
                    "reason": row.reason,
                    "comment": self._open(row.comment),
                }
                for row in schedule.enrollments(session, student)
            ],
            "waitlist": [
                {
                    "section": code(row.section),
                    "joinedAt": row.joined_at.isoformat(),
                    "offered": row.offered,
                    "offerExpiresAt": _time(row.offer_expires_at),
                }
                for row in waitlist.of_student(session, student)
            ],
            "cart": [
                {"section": code(row.section), "addedAt": row.added_at.isoformat()}
                for row in schedule.cart(session, student)
            ],
            "holds": [
                {
                    "kind": row.kind,
                    "placedAt": row.placed_at.isoformat(),
                    "reason": self._open(row.reason),
                }
                for row in standing.holds(session, student)
            ],
            "permits": [
                {
                    "section": code(row.section),
                    "rule": row.rule,
                    "grantedAt": row.granted_at.isoformat(),
                    "expiresAt": _time(row.expires_at),
                    "reason": self._open(row.reason),
                }
                for row in standing.permits(session, student)
            ],
            "feedback": [
                {
                    "at": row.at.isoformat(),
                    "reason": row.reason,
                    "comment": self._open(row.comment),
                }
                for row in feedback.of_student(session, student)
            ],
        }

    def _facts(self, session: Session, student: UUID) -> Iterable[dict[str, Any]]:
        """Told of in roles only: who acted are people too."""
        after = 0
        while True:
            page = activity.entries(session, PAGE, above=after, student=student)
            told = {entry.position: entry for entry in page.rows}
            for recorded in self.log.at(list(told)):
                entry = told[recorded.position]
                boxes = {
                    box.label.split(".")[-1]: self._open(box.as_text())
                    for box in sealed_in(recorded.fact, student)
                }
                yield {
                    "position": recorded.position,
                    "type": entry.type,
                    "at": recorded.at.isoformat(),
                    "recordedAt": recorded.recorded_at.isoformat(),
                    "role": recorded.envelope.role.value,
                    "channel": recorded.envelope.channel.value,
                    "summary": entry.summary,
                    "values": {**activity.shown(recorded.fact), **boxes},
                }
            if len(told) < PAGE:
                return
            after = max(told)

    def _open(self, sealed: str | None) -> str | None:
        if sealed is None:
            return None
        if sealed not in self.opened:
            box = Sealed.from_text(sealed)
            text = self.vault.open(box)
            if text is None:
                return None
            audited(self.viewer, box.label, UUID(box.person), self.purpose, self.request)
            self.opened[sealed] = text
        return self.opened[sealed]

    def _values(self) -> list[dict[str, str]]:
        """Each value once, for `rollbook prove-erasure` to look for."""
        pairs = {text: Sealed.from_text(sealed).label for sealed, text in self.opened.items()}
        return [{"label": label, "text": text} for text, label in pairs.items()]


@strawberry.type
class ExportQuery:
    @strawberry.field(
        description="Everything about one person, values opened; its operation needs a name."
    )
    def export_student(self, info: Info, student: strawberry.ID) -> JSON:
        context, operation = info.context, info._raw_info.operation.name
        if operation is None:
            raise ApiError(
                "FORBIDDEN",
                "Reading another person's data needs a purpose: give the operation a name.",
            )
        services = context.services
        exporting = Exporting(
            store=services.store,
            log=services.log,
            vault=services.vault,
            viewer=context.viewer,
            purpose=operation.value,
            request=context.request_id,
            at=datetime.now(UTC),
        )
        return cast(JSON, exporting.person(key_of(student, "Student")))


def _time(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
