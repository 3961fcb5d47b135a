"""Completing values by plan where one covers them; all the rest goes the way of graphql-core."""

from typing import Any

from graphql.pyutils import Path
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from schema.finding import Finding


class Reading(StrawberryGraphQLCoreExecutionContext):
    """graphql-core's execution, and findings are read."""

    def complete_value(
        self,
        return_type: Any,
        field_details_list: Any,
        info: Any,
        path: Any,
        result: Any,
        position_context: Any,
    ) -> Any:
        if not isinstance(result, Finding):
            return super().complete_value(
                return_type, field_details_list, info, path, result, position_context
            )
        if not within_list(path):
            return super().complete_value(
                return_type, field_details_list, info, path, result.read(), position_context
            )

        async def later() -> Any:
            completed = self.complete_value(
                return_type,
                field_details_list,
                info,
                path,
                await result.load(),
                position_context,
            )
            return await completed if self.is_awaitable(completed) else completed

        return later()


def within_list(path: Path | None) -> bool:
    """Whether there may be many of what is completed here."""
    while path is not None:
        if isinstance(path.key, int):
            return True
        path = path.prev
    return False
