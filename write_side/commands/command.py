"""What every command is: frozen input with its decision, and the desk it is decided at."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, NewType, Protocol, TypeVar, get_args, get_type_hints
from uuid import UUID

from pydantic import TypeAdapter

from write_side.aggregates import Section, Student
from write_side.aggregates.stream import Stream
from write_side.events import Sealed
from write_side.refusals import Refusal, RefusalCode, Refused, erased

Personal = NewType("Personal", str)
"""Text about a person: sealed in facts, left out of receipts."""

NAME_LENGTH = 200
COMMENT_LENGTH = 2_000

AnyStream = TypeVar("AnyStream", bound=Stream)


class Desk(Protocol):
    """Where a command is decided: the aggregates, the time and the randomness it may use."""

    @property
    def at(self) -> datetime:
        """The service's clock at the decision (for an import: when it happened), UTC."""
        ...

    @property
    def actor(self) -> str:
        """Who sent the command."""
        ...

    @property
    def staff(self) -> bool:
        """Whether somebody acts who may pass deadlines that bind students."""
        ...

    def find(self, kind: type[AnyStream], stream: UUID) -> AnyStream | None:
        """The aggregate, or None where no such stream of that kind exists."""
        ...

    def add(self, aggregate: Stream) -> None:
        """Put a new aggregate, just begun, under the desk's care."""
        ...

    def new_id(self) -> UUID:
        """A random id."""
        ...

    def seal(self, person: UUID, label: str, text: Personal) -> Sealed:
        """Seal a personal value for one field of one fact ("StudentRegistered.name")."""
        ...

    def index_email(self, person: UUID, email: Personal) -> None:
        """Let the vault find this person by this address."""
        ...


_HALF = re.compile("[\ud800-\udfff]")  # half a character: as unwelcome as NUL, and then storable


@dataclass(frozen=True)
class Command:
    """Somebody's wish. `decide` records facts at the desk or raises Refused with every rule the
    wish breaks; it refuses before it records, and nothing to do is success without facts.

    Texts are trimmed as they come in, so that no rule sees blanks at their ends.
    """

    def __post_init__(self) -> None:
        for name, value in list(vars(self).items()):
            if type(value) is str:
                object.__setattr__(self, name, _HALF.sub("\0", value.strip()))

    def decide(self, desk: Desk) -> None:
        raise NotImplementedError

    @classmethod
    def kind(cls) -> str:
        """The name receipts and the API know it by: `changeCapacity`."""
        return cls.__name__[0].lower() + cls.__name__[1:]

    def described(self) -> tuple[dict[str, Any], bytes]:
        """For its receipt: the input without personal values, and all of it as bytes to hash."""
        adapter, personal = _shape(type(self))  # type: ignore[arg-type]  # mypy hashes the instance
        whole = adapter.dump_json(self)
        kept = adapter.dump_python(self, mode="json", exclude=personal)
        return kept, self.kind().encode() + whole


@cache
def _shape(command: Any) -> tuple[TypeAdapter[Any], set[str]]:
    hints = get_type_hints(command)
    personal = {
        name for name, hint in hints.items() if hint is Personal or Personal in get_args(hint)
    }
    return TypeAdapter(command), personal


def refuse(*refusals: Refusal) -> None:
    """Raise Refused if any rule was found broken."""
    if refusals:
        raise Refused(*refusals)


def require(found: AnyStream | None, what: str, field: str) -> AnyStream:
    """The aggregate, or a refusal that says which part of the input names nothing."""
    if found is None:
        raise Refused(not_found(what, field))
    return found


def require_student(desk: "Desk", student_id: UUID) -> Student:
    """The student, or a refusal: there is none, or nothing can be done about them any more."""
    student = require(desk.find(Student, student_id), "student", "student")
    refuse(*erased_faults(student))
    return student


def erased_faults(student: Student | None) -> Iterator[Refusal]:
    """Who was erased is no longer anybody that something can be done for."""
    if student is not None and student.erased:
        yield erased()


def not_found(what: str, field: str) -> Refusal:
    return Refusal(RefusalCode.NOT_FOUND, f"There is no such {what}.", path=(field,))


def invalid(message: str, *path: str, remedy: str | None = None) -> Refusal:
    return Refusal(RefusalCode.INVALID_INPUT, message, remedy, path)


_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def text_faults(text: str | None, field: str, longest: int = NAME_LENGTH) -> Iterator[Refusal]:
    """What is wrong with a text input: any script may come, control characters may not."""
    if text is None:
        return
    if not text:
        yield invalid(f"{field} must not be empty.", field)
    if len(text) > longest:
        yield invalid(f"{field} has {len(text)} characters; {longest} are allowed.", field)
    if _CONTROL.search(text):
        yield invalid(f"{field} contains control characters.", field, remedy="Remove them.")


def moment_faults(moment: datetime | None, field: str) -> Iterator[Refusal]:
    """What is wrong with a moment: without a time zone it is none, and it must exist in UTC."""
    if moment is None:
        return
    if moment.tzinfo is None:
        yield invalid(f"{field} needs a time zone.", field, remedy='Add "Z" for UTC.')
        return
    try:
        moment.astimezone(UTC)
    except OverflowError:
        yield invalid(f"{field} is out of range.", field)


def coming_faults(moment: datetime | None, field: str, at: datetime) -> Iterator[Refusal]:
    """The same for a moment that must not have passed yet."""
    odd = list(moment_faults(moment, field))
    yield from odd
    if moment is not None and not odd and moment <= at:
        yield invalid(f"{field} has passed already.", field)


def both(desk: Desk, student_id: UUID, section_id: UUID) -> tuple[Student, Section]:
    """Student and section, or a refusal that names whichever does not exist."""
    student, section = desk.find(Student, student_id), desk.find(Section, section_id)
    if student is None or section is None:
        raise Refused(
            *([not_found("student", "student")] if student is None else []),
            *([not_found("section", "section")] if section is None else []),
            *erased_faults(student),
        )
    refuse(*erased_faults(student))
    return student, section
