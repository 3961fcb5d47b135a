"""Students: who they are, what they have, and the data only few may open."""

from collections.abc import AsyncGenerator
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Self, cast
from uuid import UUID

import strawberry

from read_side.views import catalog, directory, schedule, standing, waitlist
from schema.answering.shape import To, identifier, shape
from schema.connection import Connection, connection, window
from schema.context import Context, Info
from schema.finding import every, one, reduced
from schema.ids import global_id, key_of
from schema.node import Node
from schema.payload import CommandInput, Payload, submit
from schema.personal import PersonalText
from schema.section import LazyEnrollment, LazyEntry, Section
from schema.section import find as find_section
from schema.standing import Hold, Permit
from write_side.commands import ChangeContact, ChangeGroups, Personal, RegisterStudent

if TYPE_CHECKING:
    from schema.enrollment import EnrollmentStatus

LazyStatus = Annotated["EnrollmentStatus", strawberry.lazy("schema.enrollment")]


@strawberry.type(description="A section a student considers; it holds no seat.")
class CartItem:
    added_at: datetime
    about: strawberry.Private[UUID]
    section_key: strawberry.Private[UUID]

    @classmethod
    def of(cls, row: schedule.ScheduleCartItem) -> Self:
        return cls(added_at=row.added_at, about=row.student, section_key=row.section)

    @strawberry.field
    def section(self, info: Info) -> Section:
        return cast("Section", find_section(info.context, self.section_key))


@strawberry.type(description="A person who enrolls.")
class Student(Node):
    number: str | None
    groups: list[str]
    erased: bool = strawberry.field(description="Their personal data is gone for good.")
    about: strawberry.Private[UUID]
    sealed_name: strawberry.Private[str | None]
    sealed_email: strawberry.Private[str | None]

    @classmethod
    def of(cls, row: directory.DirectoryStudent) -> Self:
        return cls(
            id=global_id("Student", row.id),
            number=row.number,
            groups=row.groups,
            erased=row.erased,
            about=row.id,
            sealed_name=row.name,
            sealed_email=row.email,
        )

    @strawberry.field
    def name(self, info: Info) -> PersonalText | None:
        return PersonalText.of(self.sealed_name, info)

    @strawberry.field
    def email(self, info: Info) -> PersonalText | None:
        return PersonalText.of(self.sealed_email, info)

    @strawberry.field(description="Past and present, in the order they began.")
    async def enrollments(
        self,
        info: Info,
        term: str | None = None,
        status: list[LazyStatus] | None = None,
    ) -> list[LazyEnrollment]:
        from schema.enrollment import Enrollment

        found = await _term_key(info, term)
        if term is not None and found is None:
            return []
        rows = schedule.enrollments(
            info.context.read("schedule"),
            self.about,
            term=found,
            status=[each.value for each in status or ()],
        )
        return every(info.context, rows, Enrollment.of)

    @strawberry.field
    def cart(self, info: Info) -> list[CartItem]:
        rows = schedule.cart(info.context.read("schedule"), self.about)
        return every(info.context, rows, CartItem.of)

    @strawberry.field(description="Live places on waitlists, offers included.")
    def waitlist_entries(self, info: Info) -> list[LazyEntry]:
        from schema.waitlist import WaitlistEntry

        rows = waitlist.of_student(info.context.read("waitlist"), self.about)
        return every(info.context, rows, WaitlistEntry.of)

    @strawberry.field
    def holds(self, info: Info) -> list[Hold]:
        rows = standing.holds(info.context.read("standing"), self.about)
        return every(info.context, rows, Hold.of)

    @strawberry.field(description="Permits not used yet.")
    def permits(self, info: Info) -> list[Permit]:
        rows = standing.permits(info.context.read("standing"), self.about)
        return every(info.context, rows, Permit.of)

    @strawberry.field(description="Credits of the active enrollments in a term.")
    async def credits(self, info: Info, term: str) -> float:
        found = await _term_key(info, term)
        if found is None:
            return 0.0
        session = info.context.read("schedule")
        rows = schedule.enrollments(session, self.about, term=found, status=["ENROLLED"])
        return await reduced(info.context, rows, lambda found: sum(row.credits for row in found))


shape(
    "Student",
    directory.DirectoryStudent,
    *("number", "groups", "erased"),
    about="id",
    id=identifier("Student"),
)
shape(
    "CartItem",
    schedule.ScheduleCartItem,
    "addedAt",
    about="student",
    section=To("section", catalog.CatalogSection, "Section"),
)

StudentConnection = Connection[Student]


@strawberry.input
class RegisterStudentInput(CommandInput):
    number: str
    name: str
    email: str
    groups: list[str] = strawberry.field(
        default_factory=list, description="Known to registration windows and reserved seats."
    )


@strawberry.input(description="Replaces the groups the student was in.")
class ChangeGroupsInput(CommandInput):
    student: strawberry.ID
    groups: list[str]


@strawberry.input(description="What is left out stays as it is.")
class ChangeContactInput(CommandInput):
    student: strawberry.ID
    name: str | None = None
    email: str | None = None


@strawberry.type
class RegisterStudentPayload(Payload):
    @strawberry.field
    async def student(self, info: Info) -> Student | None:
        return find(await self.reached(info), self.named("student"))


@strawberry.type
class ChangeContactPayload(Payload):
    @strawberry.field
    async def student(self, info: Info) -> Student | None:
        return find(await self.reached(info), self.command.student)


@strawberry.type
class ChangeGroupsPayload(Payload):
    @strawberry.field
    async def student(self, info: Info) -> Student | None:
        return find(await self.reached(info), self.command.student)


@strawberry.type
class StudentQuery:
    @strawberry.field(description="Oneself, or anybody for staff.")
    def student(self, info: Info, id: strawberry.ID) -> Student | None:
        return find(info.context, key_of(id, "Student"))

    @strawberry.field(description="By number or e-mail (exactly) or part of a name; for staff.")
    def students(
        self,
        info: Info,
        search: str | None = None,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> Connection[Student]:
        session = info.context.read("directory")
        asked = window(first, after, last, before)
        wanted = (search or "").strip() or None
        among: list[UUID] = []
        if wanted is not None:
            services = info.context.services
            among = services.vault.find_by_email(wanted)
            among += services.names.find(session, wanted)
        return connection(
            info.context,
            lambda: directory.students(session, asked, number=wanted, among=among),
            Student.of,
        )


@strawberry.type
class StudentMutation:
    @strawberry.mutation
    async def register_student(
        self, info: Info, input: RegisterStudentInput
    ) -> RegisterStudentPayload:
        command = RegisterStudent(
            input.number, Personal(input.name), Personal(input.email), tuple(input.groups)
        )
        return await submit(info, input, command, RegisterStudentPayload)

    @strawberry.mutation
    async def change_contact(self, info: Info, input: ChangeContactInput) -> ChangeContactPayload:
        command = ChangeContact(
            key_of(input.student, "Student"),
            None if input.name is None else Personal(input.name),
            None if input.email is None else Personal(input.email),
        )
        return await submit(info, input, command, ChangeContactPayload)

    @strawberry.mutation
    async def change_groups(self, info: Info, input: ChangeGroupsInput) -> ChangeGroupsPayload:
        command = ChangeGroups(key_of(input.student, "Student"), tuple(input.groups))
        return await submit(info, input, command, ChangeGroupsPayload)


@strawberry.type
class StudentSubscription:
    @strawberry.subscription(
        description="State: the student's schedule, cart and data now, then after each change."
    )
    async def student(self, info: Info, id: strawberry.ID) -> AsyncGenerator[Student | None, None]:
        key, context = key_of(id, "Student"), info.context
        topics = {(view, key) for view in ("schedule", "directory", "waitlist", "standing")}
        with context.services.changes.listen(topics) as listener:
            while True:
                # a rank moves with every change of the list it is in
                places = waitlist.of_student(context.read("waitlist"), key)
                listener.listen(topics | {("waitlist", place.section) for place in places})
                context.fresh()
                yield await load(context, key)
                await listener.changed()


def find(context: Context, key: UUID | None) -> Student | None:
    """The student with this key, to be read as the answer needs it."""
    return one(context, directory.DirectoryStudent, key, Student.of)


async def load(context: Context, key: UUID | None) -> Student | None:
    """The student with this key, as the context's snapshot has them."""
    row = None if key is None else await context.student(key)
    return None if row is None else Student.of(row)


async def _term_key(info: Info, code: str | None) -> UUID | None:
    row = None if code is None else await info.context.term_by_code(code)
    return None if row is None else row.id
