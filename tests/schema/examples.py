"""An example request for any root field, made from the schema itself, so that new ones get one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    get_named_type,
    is_composite_type,
    is_required_argument,
    is_required_input_field,
)

from schema.root import build_schema

SCHEMA = build_schema()._schema
KINDS = {
    "query": SCHEMA.query_type,
    "mutation": SCHEMA.mutation_type,
    "subscription": SCHEMA.subscription_type,
}
PLAIN = {
    "Int": 1,
    "Float": 1.5,
    "Boolean": True,
    "Date": "2026-09-01",
    "DateTime": "2026-09-01T12:00:00Z",
    "Position": "0",
}
# what is asked for although nobody must
WANTED = ("first", "after", "input", "dryRun")


@dataclass(frozen=True)
class Request:
    kind: str
    name: str
    document: str
    variables: dict[str, Any]


def root_fields(kind: str) -> Mapping[str, GraphQLField]:
    root = KINDS[kind]
    assert root is not None
    return root.fields


def names(kind: str) -> list[str]:
    return sorted(root_fields(kind))


def example(kind: str, name: str, known: Mapping[str, str], *also: str) -> Request:
    """A well-formed request for a root field, with the arguments it must have and `also` these.
    `known` gives ids and codes by noun: for the arguments `student` and `section` and for `id` of
    a field that gives such a noun."""
    field = root_fields(kind)[name]
    given = get_named_type(field.type)
    noun = given.name[0].lower() + given.name[1:]
    arguments = {
        argument: (definition.type, example_value(definition.type, argument, known, noun))
        for argument, definition in field.args.items()
        if is_required_argument(definition)
        or argument in ("first", "input", *also)
        # feeds begin somewhere, so that there is something to be told
        or (kind == "subscription" and argument == "after")
    }
    declared = ", ".join(f"${a}: {type_}" for a, (type_, _) in arguments.items())
    passed = ", ".join(f"{a}: ${a}" for a in arguments)
    selected = " { __typename }" if is_composite_type(given) else ""
    document = (
        f"{kind} Example{f'({declared})' if declared else ''}"
        f" {{ {name}{f'({passed})' if passed else ''}{selected} }}"
    )
    return Request(kind, name, document, {a: value for a, (_, value) in arguments.items()})


def example_value(type_: Any, name: str, known: Mapping[str, str], noun: str) -> Any:
    match type_:
        case GraphQLNonNull():
            return example_value(type_.of_type, name, known, noun)
        case GraphQLList():
            return [example_value(type_.of_type, name, known, noun)]
        case GraphQLEnumType():
            return next(iter(type_.values))
        case GraphQLInputObjectType():
            return {
                field: example_value(definition.type, field, known, noun)
                for field, definition in type_.fields.items()
                if wanted(field, definition)
            }
    if type_.name in PLAIN:
        return PLAIN[type_.name]
    if name in ("id", "ids") and noun in known:
        return known[noun]
    return known.get(name, known["section"] if type_.name == "ID" else "example@campus.invalid")


def wanted(name: str, field: GraphQLInputField) -> bool:
    return is_required_input_field(field) or name in WANTED


def object_types() -> list[GraphQLObjectType]:
    return [
        noun
        for noun in SCHEMA.type_map.values()
        if isinstance(noun, GraphQLObjectType) and not noun.name.startswith("__")
    ]
