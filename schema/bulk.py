"""Several enrollments in one act: a swap, a cart, a list."""

import asyncio
from dataclasses import replace
from typing import Self
from uuid import NAMESPACE_URL, uuid5

import strawberry

from schema.context import Info
from schema.enrollment import EnrollPayload
from schema.errors import ApiError
from schema.fact import Fact
from schema.ids import Position, key_of, position
from schema.payload import CommandInput, Payload, check_command_id, submit
from schema.refusal import Refusal
from schema.section import Section
from schema.section import find as find_section
from schema.student import Student
from schema.student import find as find_student
from write_side.commands import Enroll, EnrollCart, SwapEnrollment
from write_side.commands.rehearsal import Rehearsal
from write_side.drawing import draw
from write_side.events import Recorded
from write_side.submission import Outcome

MOST_ROWS = 500
_ROWS = uuid5(NAMESPACE_URL, "rollbook:enrollMany")


@strawberry.input(description="Exactly one of the two is held afterwards.")
class SwapEnrollmentInput(CommandInput):
    student: strawberry.ID
    from_: strawberry.ID = strawberry.field(name="from")
    to: strawberry.ID
    waitlist_if_full: bool = strawberry.field(
        default=False, description="Wait for `to`, and keep `from` until promoted."
    )


@strawberry.input(description="Term by code.")
class EnrollCartInput(CommandInput):
    student: strawberry.ID
    term: str


@strawberry.input(description="Term by code.")
class ValidateCartInput(CommandInput):
    student: strawberry.ID
    term: str


@strawberry.input
class EnrollManyRow:
    student: strawberry.ID
    section: strawberry.ID


@strawberry.input(description="Each row is a command of its own, with an id made from yours.")
class EnrollManyInput(CommandInput):
    rows: list[EnrollManyRow]
    permit_capacity: bool = strawberry.field(
        default=False, description="Go over capacity where needed, by a permit that is recorded."
    )

    def command(self, row: EnrollManyRow) -> Enroll:
        student, section = key_of(row.student, "Student"), key_of(row.section, "Section")
        return Enroll(student, section, over_capacity=self.permit_capacity)


@strawberry.type
class SwapEnrollmentPayload(Payload):
    @strawberry.field
    async def section(self, info: Info) -> Section | None:
        return find_section(await self.reached(info), self.command.take)

    @strawberry.field
    async def student(self, info: Info) -> Student | None:
        return find_student(await self.reached(info), self.command.student)


@strawberry.type
class CartPayload(Payload):
    @strawberry.field
    async def student(self, info: Info) -> Student | None:
        return find_student(await self.reached(info), self.command.student)


@strawberry.type
class EnrollCartPayload(CartPayload):
    pass


@strawberry.type
class ValidateCartPayload(CartPayload):
    pass


@strawberry.type(description="An outcome per row, in the order of the rows.")
class EnrollManyPayload:
    command_id: strawberry.ID
    position: Position | None
    refusals: list[Refusal] = strawberry.field(
        description="All rows' together, each with the row it is about as its path."
    )
    accepted: int
    refused: int
    rows: list[EnrollPayload]

    @classmethod
    def of(cls, command_id: str, rows: list[EnrollPayload]) -> Self:
        positions = [row.outcome.position for row in rows if row.outcome.position is not None]
        refused = sum(bool(row.refusals) for row in rows)
        broken = [_at_row(nth, each) for nth, row in enumerate(rows) for each in row.refusals]
        return cls(
            command_id=strawberry.ID(command_id),
            position=position(max(positions)) if positions else None,
            refusals=broken,
            accepted=len(rows) - refused,
            refused=refused,
            rows=rows,
        )

    @strawberry.field(description="What was recorded, row by row.")
    def facts(self) -> list[Fact]:
        return [Fact.of(recorded) for row in self.rows for recorded in row.outcome.facts]


@strawberry.type
class BulkMutation:
    @strawberry.mutation(description="Drop one section and add another in one decision.")
    async def swap_enrollment(
        self, info: Info, input: SwapEnrollmentInput
    ) -> SwapEnrollmentPayload:
        command = SwapEnrollment(
            key_of(input.student, "Student"),
            key_of(input.from_, "Section"),
            key_of(input.to, "Section"),
            input.waitlist_if_full,
        )
        return await submit(info, input, command, SwapEnrollmentPayload)

    @strawberry.mutation(description="Enroll in all of the cart, or in nothing.")
    async def enroll_cart(self, info: Info, input: EnrollCartInput) -> EnrollCartPayload:
        command = EnrollCart(key_of(input.student, "Student"), input.term)
        return await submit(info, input, command, EnrollCartPayload)

    @strawberry.mutation(description="What enrolling in the cart would do; records nothing.")
    async def validate_cart(self, info: Info, input: ValidateCartInput) -> ValidateCartPayload:
        command = EnrollCart(key_of(input.student, "Student"), input.term)
        input.dry_run = True
        return await submit(info, input, command, ValidateCartPayload)

    @strawberry.mutation(description="A list of enrollments; sending it again doubles nothing.")
    async def enroll_many(self, info: Info, input: EnrollManyInput) -> EnrollManyPayload:
        if not 1 <= len(input.rows) <= MOST_ROWS:
            raise ApiError("BAD_REQUEST", f"`rows` has 1 to {MOST_ROWS} items.")
        check_command_id(input)
        whole = input.command_id or str(draw())
        listed = [input.command(row) for row in input.rows]
        ids = [_row_id(whole, command) for command in listed]
        rows = dict(zip(ids, listed, strict=True))
        answers = await (_rehearse if input.dry_run else _enroll)(info, whole, rows)
        return EnrollManyPayload.of(whole, [answers[each] for each in ids])


async def _enroll(info: Info, whole: str, rows: dict[str, Enroll]) -> dict[str, EnrollPayload]:
    """Each row is a command of its own; they come to the writer in their order."""

    async def one(row_id: str, command: Enroll) -> EnrollPayload:
        own = CommandInput(command_id=strawberry.ID(row_id))
        return await submit(info, own, command, EnrollPayload, correlation=whole)

    answers = await asyncio.gather(*(one(*row) for row in rows.items()))
    return dict(zip(rows, answers, strict=True))


async def _rehearse(info: Info, whole: str, rows: dict[str, Enroll]) -> dict[str, EnrollPayload]:
    """All rows in one dry run, so that each sees what those before it would have done."""
    rehearsal = Rehearsal(tuple(rows.values()))
    dry = CommandInput(command_id=strawberry.ID(whole), dry_run=True)
    told = (await submit(info, dry, rehearsal, Payload)).outcome.facts
    recorded = {id(each.fact): each for each in told}
    answers = {}
    for (row_id, command), row in zip(rows.items(), rehearsal.rehearsed, strict=True):
        facts = tuple(_of_row(recorded[id(fact)], row_id) for fact in row.facts)
        answers[row_id] = EnrollPayload.of(command, Outcome(row_id, None, facts, row.refusals))
    return answers


def _of_row(recorded: Recorded, row_id: str) -> Recorded:
    return replace(recorded, envelope=replace(recorded.envelope, command_id=row_id))


def _row_id(whole: str, row: Enroll) -> str:
    """The same row of the same list is the same command, wherever it stands in it."""
    return str(uuid5(_ROWS, f"{whole}/{row.student.hex}/{row.section.hex}"))


def _at_row(nth: int, refusal: Refusal) -> Refusal:
    rest = (refusal.path or [])[1:]
    return replace(refusal, path=["input", "rows", str(nth), *rest])
