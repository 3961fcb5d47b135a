"""The schema as Relay's tools read it: nodes, connections and page info have the shapes that its
specifications give them."""

from collections.abc import Iterator

import pytest
from graphql import GraphQLField, GraphQLInterfaceType, GraphQLObjectType, get_named_type

from tests.schema.examples import SCHEMA, object_types

PAGE_INFO = {
    "hasNextPage": "Boolean!",
    "hasPreviousPage": "Boolean!",
    "startCursor": "String",
    "endCursor": "String",
}
CONNECTIONS = [noun for noun in object_types() if noun.name.endswith("Connection")]


def fields(name: str) -> dict[str, GraphQLField]:
    noun = SCHEMA.type_map[name]
    assert isinstance(noun, GraphQLObjectType | GraphQLInterfaceType)
    return dict(noun.fields)


def paged() -> Iterator[tuple[str, GraphQLField]]:
    """Every field that gives a connection."""
    for noun in object_types():
        for name, field in noun.fields.items():
            if get_named_type(field.type) in CONNECTIONS:
                yield f"{noun.name}.{name}", field


PAGED = dict(paged())


def test_a_node_is_found_by_its_id() -> None:
    query = fields("Query")

    assert {name: str(field.type) for name, field in fields("Node").items()} == {"id": "ID!"}
    assert str(query["node"].type) == "Node"
    assert {name: str(a.type) for name, a in query["node"].args.items()} == {"id": "ID!"}
    assert str(query["nodes"].type) == "[Node]!"
    assert {name: str(a.type) for name, a in query["nodes"].args.items()} == {"ids": "[ID!]!"}


def test_page_info_has_what_it_must() -> None:
    assert {name: str(field.type) for name, field in fields("PageInfo").items()} == PAGE_INFO


@pytest.mark.parametrize("connection", CONNECTIONS, ids=lambda noun: noun.name)
def test_a_connection_has_edges_and_page_info(connection: GraphQLObjectType) -> None:
    edge = connection.fields["edges"].type

    assert str(connection.fields["pageInfo"].type) == "PageInfo!"
    assert str(edge) == f"[{connection.name.removesuffix('Connection')}Edge!]!"
    assert str(fields(get_named_type(edge).name)["cursor"].type) == "String!"
    assert "node" in fields(get_named_type(edge).name)


@pytest.mark.parametrize("name", PAGED)
def test_a_connection_is_paged_both_ways(name: str) -> None:
    """A feed's cursors are positions, which are strings too and serve as `after` elsewhere."""
    given = {argument: str(a.type) for argument, a in PAGED[name].args.items()}
    cursor = "Position" if name == "Query.facts" else "String"

    assert given["first"] == given["last"] == "Int"
    assert given["after"] == given["before"] == cursor


def test_there_is_a_field_for_each_connection() -> None:
    assert {get_named_type(field.type) for field in PAGED.values()} == set(CONNECTIONS)
