"""The gate: what a schema may not lose unless it was announced and the date has passed."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from graphql import (
    REMOVE,
    BreakingChangeType,
    DirectiveNode,
    EnumValueDefinitionNode,
    FieldDefinitionNode,
    GraphQLSchema,
    InputValueDefinitionNode,
    Node,
    StringValueNode,
    Visitor,
    build_ast_schema,
    parse,
    visit,
)
from graphql.utilities import find_schema_changes

ANNOUNCEMENT = re.compile(r"\bRemoved after (\d{4}-\d{2}-\d{2})\b")

Deprecated = FieldDefinitionNode | EnumValueDefinitionNode | InputValueDefinitionNode


def unannounced(old: str, new: str, today: date) -> list[str]:
    """The breaking changes between two printed schemas that nobody was told of in time."""
    left = build_ast_schema(visit(parse(old), _Removing(today)), assume_valid=True)
    changes = find_schema_changes(_reachable(left), build_ast_schema(parse(new)))
    return [each.description for each in changes if isinstance(each.type, BreakingChangeType)]


def announcements(sdl: str) -> Iterator[tuple[str, date | None]]:
    """Every @deprecated: its reason, and the date in it if there is one."""
    found: list[str] = []

    class Reading(Visitor):
        def enter(self, node: Node, *_: Any) -> None:
            if isinstance(node, Deprecated) and (reason := _reason(node)) is not None:
                found.append(reason)

    visit(parse(sdl), Reading())
    for reason in found:
        yield reason, _date(reason)


class _Removing(Visitor):
    """Takes out what may go by now."""

    def __init__(self, today: date) -> None:
        super().__init__()
        self._today = today

    def enter(self, node: Node, *_: Any) -> Any:
        if isinstance(node, Deprecated):
            gone = _date(_reason(node) or "")
            if gone is not None and gone < self._today:
                return REMOVE
        return None


def _reason(node: Deprecated) -> str | None:
    for directive in node.directives or ():
        if directive.name.value == "deprecated":
            return _text(directive)
    return None


def _text(directive: DirectiveNode) -> str:
    values = [argument.value for argument in directive.arguments or ()]
    return " ".join(value.value for value in values if isinstance(value, StringValueNode))


def _date(reason: str) -> date | None:
    said = ANNOUNCEMENT.search(reason)
    return date.fromisoformat(said.group(1)) if said else None


def _reachable(schema: GraphQLSchema) -> GraphQLSchema:
    """The schema without the types that only removed fields led to."""
    implementing = [t for t in schema.type_map.values() if getattr(t, "interfaces", ())]
    return GraphQLSchema(
        query=schema.query_type,
        mutation=schema.mutation_type,
        subscription=schema.subscription_type,
        types=implementing,
        directives=schema.directives,
        assume_valid=True,
    )
