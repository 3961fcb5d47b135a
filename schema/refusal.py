"""Refusals: the rules a command broke, as clients see them."""

from typing import Self

import strawberry

from write_side.refusals import Refusal as BrokenRule
from write_side.refusals import RefusalCode

strawberry.enum(RefusalCode, description="The rules a command can break.")


@strawberry.type(description="One broken rule; a refused command answers with all of them.")
class Refusal:
    code: RefusalCode
    message: str
    remedy: str | None
    path: list[str] | None

    @classmethod
    def of(cls, broken: BrokenRule) -> Self:
        path = ["input", *broken.path] if broken.path else None
        return cls(code=broken.code, message=broken.message, remedy=broken.remedy, path=path)
