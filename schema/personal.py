"""Personal values: opened in one place, for those who may, and written down that they were."""

import logging
from typing import Self
from uuid import UUID

import strawberry

from schema.context import Info
from schema.errors import ApiError
from schema.viewer import Viewer
from write_side.events import Sealed

_audit = logging.getLogger("rollbook.audit")


@strawberry.type(description="A value about a person, opened for those who may read it.")
class PersonalText:
    erased: bool
    about: strawberry.Private[UUID]
    opened: strawberry.Private[str | None]
    label: strawberry.Private[str]

    @classmethod
    def of(cls, sealed: str | None, info: Info) -> Self | None:
        """The one place where sealed values are opened. None stays None."""
        if sealed is None:
            return None
        box = Sealed.from_text(sealed)
        text = info.context.services.vault.open(box)
        about = UUID(box.person)
        return cls(erased=text is None, about=about, opened=text, label=box.label)

    @strawberry.field(description="Null once the person was erased.")
    def text(self, info: Info) -> str | None:
        context, operation = info.context, info._raw_info.operation.name
        if context.viewer.student != self.about:
            if operation is None:
                raise ApiError(
                    "FORBIDDEN",
                    "Reading another person's data needs a purpose: give the operation a name.",
                )
            audited(context.viewer, self.label, self.about, operation.value, context.request_id)
        return self.opened


def audited(viewer: Viewer, label: str, about: UUID, purpose: str, request: str) -> None:
    """Write down that a value was read, by whom and what for; not what it says."""
    _audit.info(
        "%s (%s) read %s of %s for %s, request %s",
        viewer.name,
        viewer.role.value,
        label,
        about,
        purpose,
        request,
    )
