"""Who may share an answer follows from the policy, for every way a document can name a field."""

import pytest
from graphql import OperationDefinitionNode, parse

from schema.answering.audience import Audience, audience_of
from schema.limits import fragments_of
from schema.root import build_schema

EVERYBODY, VIEWER, NOBODY = Audience.EVERYBODY, Audience.VIEWER, Audience.NOBODY
SCHEMA = build_schema()._schema


def audience(text: str) -> Audience:
    document = parse(text)
    operation = next(d for d in document.definitions if isinstance(d, OperationDefinitionNode))
    return audience_of(SCHEMA, fragments_of(document), operation)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{ __typename }", EVERYBODY),
        ("{ sections(first: 5) { edges { node { id code course { title } } } } }", EVERYBODY),
        ("subscription { section(id: 1) { seatsAvailable } }", EVERYBODY),
        ("{ viewer { role } }", VIEWER),
        ("{ node(id: 1) { id } }", VIEWER),
        ("{ nodes(ids: []) { __typename } }", VIEWER),
        ("{ section(id: 1) { roster(first: 1) { edges { cursor } } } }", VIEWER),
        ("{ section(id: 1) { ...F } } fragment F on Section { ...G } "
         "fragment G on Section { waitlist(first: 1) { edges { cursor } } }", VIEWER),
        ("{ section(id: 1) { ... on Section { ... @include(if: false) "
         "{ roster(first: 1) { edges { cursor } } } } } }", VIEWER),
        ("{ student(id: 1) { number } }", VIEWER),
        ("subscription { facts { ... on Fact { position } } }", VIEWER),
        ("{ student(id: 1) { name { erased } } }", NOBODY),
        ("{ section(id: 1) { roster(first: 1) { edges { node { student { name { text } } } } } } }",
         NOBODY),
        ("{ views { lag } }", NOBODY),
        ("{ command(id: 1) { status } }", NOBODY),
        ("{ students(first: 1) { pageInfo { hasNextPage } } }", NOBODY),
    ],
)  # fmt: skip
def test_the_audience_is_that_of_the_most_private_field(text: str, expected: Audience) -> None:
    assert audience(text) is expected
