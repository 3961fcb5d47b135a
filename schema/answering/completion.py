"""Completing values by plan where one covers them; all the rest goes the way of graphql-core."""

from collections.abc import Awaitable
from typing import Any

from graphql import GraphQLError, GraphQLObjectType, get_named_type, is_object_type
from graphql.pyutils import Path
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from schema.answering.attributes import Attributes
from schema.answering.plan import Plan
from schema.answering.reader import PageReader, Reader
from schema.answering.shaping import Fields, Uncovered
from schema.finding import Finding


class Plain(StrawberryGraphQLCoreExecutionContext):
    """graphql-core's execution, and findings are read whole: what plans are held against."""

    def complete_value(
        self,
        return_type: Any,
        field_details_list: Any,
        info: Any,
        path: Any,
        result: Any,
        position_context: Any,
    ) -> Any:
        rest = info, path
        if not isinstance(result, Finding):
            return super().complete_value(
                return_type, field_details_list, *rest, result, position_context
            )
        if not _within_list(path):
            return self._read(return_type, field_details_list, *rest, result, position_context)

        async def later() -> Any:
            completed = self.complete_value(
                return_type, field_details_list, *rest, await result.load(), position_context
            )
            return await completed if self.is_awaitable(completed) else completed

        return later()

    def _read(
        self, return_type: Any, details: Any, info: Any, path: Any, found: Finding[Any], more: Any
    ) -> Any:
        return self.complete_value(return_type, details, info, path, found.read(), more)


class Planned(Plain):
    """The same answers by plan: `plan` is the document's, set before execution."""

    plan: Plan

    def collect_subfields(self, return_type: Any, field_details_list: Any) -> Any:
        key = return_type.name, *[id(each.node) for each in field_details_list]
        known = self.plan.collected.get(key)
        if known is None:
            known = super().collect_subfields(return_type, field_details_list)
            self.plan.collected[key] = known
        return known

    def execute_fields(
        self,
        parent_type: GraphQLObjectType,
        source_value: Any,
        path: Any,
        grouped_field_set: Any,
        position_context: Any,
    ) -> Any:
        others = super().execute_fields
        if path is None:  # of an operation's roots nothing is an attribute
            return others(parent_type, source_value, path, grouped_field_set, position_context)
        attributes = self.plan.attributes.get(id(grouped_field_set))
        if attributes is None:
            attributes = Attributes(parent_type, grouped_field_set)
            self.plan.attributes[id(grouped_field_set)] = attributes
        values = attributes.read(self.context_value.viewer, source_value)
        if values is None:
            return others(parent_type, source_value, path, grouped_field_set, position_context)
        if not attributes.others:
            return values
        rest = others(parent_type, source_value, path, attributes.others, position_context)

        def merged(found: dict[str, Any]) -> dict[str, Any]:
            found |= values
            return {name: found[name] for name in grouped_field_set if name in found}

        async def later(found: Awaitable[dict[str, Any]]) -> dict[str, Any]:
            return merged(await found)

        return later(rest) if isinstance(rest, Awaitable) else merged(rest)

    def _read(
        self, return_type: Any, details: Any, info: Any, path: Any, found: Finding[Any], more: Any
    ) -> Any:
        try:
            reader = self._reader(return_type, details, found)
            if isinstance(reader, PageReader):
                return reader.answer(found)
            rows = reader.all(found)
        except Uncovered:
            return super()._read(return_type, details, info, path, found, more)
        if found.single:
            return (
                rows[0]
                if rows
                else self.complete_value(return_type, details, info, path, None, more)
            )
        return rows

    def _reader(self, return_type: Any, details: Any, found: Finding[Any]) -> Reader | PageReader:
        key = found.selection.table, *[id(each.node) for each in details]
        readers = self.plan.readers
        if key not in readers:
            try:
                readers[key] = self._new_reader(get_named_type(return_type), details, found)
            except Uncovered:
                readers[key] = None
        reader = readers[key]
        if reader is None:
            raise Uncovered
        return reader

    def _new_reader(self, noun: Any, details: Any, found: Finding[Any]) -> Reader | PageReader:
        if not is_object_type(noun):
            raise Uncovered
        fields = self._below(noun.name, details)
        if found.page is None:
            return Reader(noun.name, found, fields, self._below)
        return PageReader(noun.name.removesuffix("Connection"), found, fields, self._below)

    def _below(self, noun: str, below: Any) -> Fields:
        try:
            grouped = self.collect_subfields(self.schema.type_map[noun], below).grouped_field_set
        except GraphQLError:  # a directive's variable is null: of each object, if there is one
            raise Uncovered from None
        return [(name, each[0].node.name.value, each) for name, each in grouped.items()]


def _within_list(path: Path | None) -> bool:
    """Whether there may be many of what is completed here."""
    while path is not None:
        if isinstance(path.key, int):
            return True
        path = path.prev
    return False
