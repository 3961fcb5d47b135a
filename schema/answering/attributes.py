"""Fields that are nothing but an attribute of an object: read and written down without ceremony."""

from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any

from graphql import (
    GraphQLBoolean,
    GraphQLField,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLString,
    Undefined,
    get_nullable_type,
    is_leaf_type,
)
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.field import StrawberryField

from schema.policy import Rule, everybody, rule_for

NATIVE = {GraphQLString: str, GraphQLID: str, GraphQLBoolean: bool}
LARGEST_INT = 2**31 - 1


class Attributes:
    """The plain fields of a selection on an object type, by response name; `others` are not plain,
    and are graphql-core's."""

    def __init__(self, noun: GraphQLObjectType, grouped: Mapping[str, Any]) -> None:
        self._plain: list[tuple[str, Callable[[Any], Any]]] = []
        self._rules: set[Rule] = set()
        self.others: dict[str, Any] = {}
        for response, details in grouped.items():
            name = details[0].node.name.value
            if name == "__typename":
                self._plain.append((response, _always(noun.name)))
                continue
            field = noun.fields.get(name)
            read = None if field is None else _plain(field)
            if read is None:
                self.others[response] = details
            else:
                self._plain.append((response, read))
                rule = rule_for(f"{noun.name}.{name}")
                assert rule is not None
                if rule is not everybody:
                    self._rules.add(rule)

    def read(self, viewer: Any, source: Any) -> dict[str, Any] | None:
        """The values; None where one is not what it should be: graphql-core says so as it does."""
        try:
            if not all(rule(viewer, source) for rule in self._rules):
                return None
            return {response: read(source) for response, read in self._plain}
        except Exception:
            return None


class _Odd(ValueError):
    """A value that is no valid one of its field."""


def _plain(field: GraphQLField) -> Callable[[Any], Any] | None:
    """What reads and writes down this field; None where it takes more than that."""
    definition = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    if not isinstance(definition, StrawberryField) or field.args:
        return None
    if (
        definition.base_resolver is not None
        or definition.extensions
        or not is_leaf_type(get_nullable_type(field.type))
    ):
        return None
    get, write = attrgetter(definition.python_name), _writer(field)
    return lambda source: write(get(source))


def _writer(field: GraphQLField) -> Callable[[Any], Any]:
    inner: Any = get_nullable_type(field.type)
    needed = isinstance(field.type, GraphQLNonNull)
    native = NATIVE.get(inner)

    def write(value: Any) -> Any:
        if value is None:
            if needed:
                raise _Odd
            return None
        if type(value) is native:
            return value
        if inner is GraphQLInt and type(value) is int and -LARGEST_INT <= value <= LARGEST_INT:
            return value
        if inner is GraphQLFloat and type(value) is float and value - value == 0:
            return value
        written = inner.coerce_output_value(value)
        if written is None or written is Undefined:
            raise _Odd
        return written

    return write


def _always(value: str) -> Callable[[Any], Any]:
    return lambda _: value
