"""Limits: what is counted, what passes, and that counting is fast."""

import time
from typing import Any

import pytest
from graphql import get_introspection_query

from schema.errors import Failure
from schema.execution import Executor, Operation, Request
from schema.limits import Limits
from tests.schema.transport.toy import toy_schema


def prepare(executor: Executor, query: str, **variables: Any) -> Operation:
    return executor.prepare(Request(query, None, variables))


def refused(executor: Executor, query: str, **variables: Any) -> dict[str, int]:
    """The limits the document goes beyond, and what was found."""
    with pytest.raises(Failure) as caught:
        prepare(executor, query, **variables)
    assert {fault["extensions"]["code"] for fault in caught.value.faults} == {"TOO_COMPLEX"}
    return {
        fault["extensions"].get("limit"): fault["extensions"].get("found")
        for fault in caught.value.faults
    }


def cost(query: str, **variables: Any) -> int:
    """Read off the refusal under a cost limit of nothing."""
    return refused(Executor(toy_schema(), Limits(cost=-1)), query, **variables)["cost"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("{ hello }", 1),
        ("{ item { number } }", 2),
        ("{ item { plain { number } } }", 2 + 10),
        ("{ item { items(first: 30) { number } } }", 2 + 30),
        ("{ item { items(last: 30) { number parent { number } } } }", 2 + 90),
        ("{ item { items { number } } }", 2 + 10),
        ("{ connection(first: 50) { edges { node { number } } } }", 1 + 50 * 3),
        (
            "{ connection(first: 50) { ...C } } "
            "fragment C on Connection { edges { node { number } } }",
            151,
        ),
        ("{ connection(first: 50) { ... { edges { node { plain { number } } } } } }", 1 + 50 * 13),
        ('{ nodes(ids: ["a", "b", "c"]) { number } }', 1 + 3),
        ("{ item { items(first: 0) { number } } }", 2),
        ("{ item { items(first: -3) { number } } }", 2),
        ("{ ... on Query { item { number } } }", 2),
        ("subscription { count(to: 5) { value } }", 2),
        ('mutation { note(what: "x") }', 1),
    ],
)
def test_cost(query: str, expected: int) -> None:
    assert cost(query) == expected


def test_cost_with_variables() -> None:
    query = """query ($n: Int = 4, $m: Int) {
      item { items(first: $n) { ...F } } b: item { items(last: $m) { ...F } } }
      fragment F on Item { number parent { number } }"""
    assert cost(query) == 4 + 4 * 3 + 10 * 3
    assert cost(query, n=7, m=1) == 4 + 7 * 3 + 1 * 3
    assert cost(query, n=None) == 4 + 10 * 3 + 10 * 3
    ids = "query ($ids: [ID!]!) { nodes(ids: $ids) { number } }"
    assert cost(ids, ids=["a", "b"]) == 1 + 2
    assert cost(ids, ids=[]) == 1


def test_the_same_document_with_other_variables(executor: Executor) -> None:
    query = """query ($n: Int) { connection(first: $n) { edges { node {
      items(first: $n) { items(first: $n) { number } } } } } }"""
    prepare(executor, query, n=10)
    assert refused(executor, query, n=100) == {"cost": 1 + 100 * (3 + 100 * (1 + 100))}
    prepare(executor, query, n=10)
    found = refused(executor, query, n=2**31 - 1)["cost"]
    assert found == 10**15  # a ceiling, so that every JSON reader takes it


def test_counts() -> None:
    executor = Executor(
        toy_schema(), Limits(depth=3, aliases=2, root_fields=3, directives=2, definitions=3)
    )
    prepare(executor, "{ item { parent { number } } }")
    assert refused(executor, "{ item { parent { parent { number } } } }") == {"depth": 4}
    fragment = "{ item { ...F } } fragment F on Item { parent { parent { number } } }"
    assert refused(executor, fragment) == {"depth": 4}
    assert refused(executor, "{ a: hello b: hello c: hello }") == {"aliases": 3}
    three = "{ ...A ...A ...A } fragment A on Query { a: hello }"
    assert refused(executor, three) == {"aliases": 3}
    assert refused(executor, "{ hello who hello who }") == {"root_fields": 4}
    assert refused(executor, "{ ...A ...A } fragment A on Query { hello later }") == {
        "root_fields": 4
    }
    skips = "query @a @b @c { hello }"
    assert refused(executor, skips) == {"directives": 3}
    assert refused(executor, "{ hello @skip(if: true) @a @b }") == {"directives": 3}
    many = " ".join(f"query q{n} {{ hello }}" for n in range(4))
    assert refused(executor, many) == {"definitions": 4}
    several = refused(
        executor, "{ a: item { b: parent { c: parent { number } } } hello who later }"
    )
    assert several == {"depth": 4, "aliases": 3, "root_fields": 4}


def test_tokens_and_nesting() -> None:
    executor = Executor(toy_schema(), Limits(tokens=20))
    assert refused(executor, "{" + " hello" * 20 + "}") == {None: None}
    assert refused(executor, "{ hello }" + "\n#" * 30) == {None: None}
    assert refused(executor, "{ item" * 5 + "{ hello(a: " + "[" * 20) == {None: None}
    deep = "{ item " + "{ parent " * 220 + "{ number }" + "}" * 221
    assert refused(Executor(toy_schema()), deep) == {None: None}


@pytest.mark.parametrize("more", [{}, {"input_value_deprecation": True, "one_of": True}])
def test_introspection_passes(executor: Executor, more: dict[str, bool]) -> None:
    query = get_introspection_query(specified_by_url=True, schema_description=True, **more)
    prepare(executor, query)
    assert cost(query) < Limits().cost / 2
    nine = "{" + " ".join(f"s{n}: __schema {{ ...S }}" for n in range(9)) + "}"
    fragments = "fragment S on __Schema { types { ...FullType } } fragment"
    fragments += query.split("fragment", 1)[1]
    assert "selections" in refused(executor, nine + fragments)


def doubling(levels: int, leaf: str, start: str) -> str:
    fragments = [f"fragment F{n} on Item {{ ...F{n + 1} ...F{n + 1} }}" for n in range(levels)]
    return start + " ".join(fragments) + f" fragment F{levels} on Item {leaf}"


@pytest.mark.parametrize("leaf", ["{ number }", "{ a: number @skip(if: true) }", "{}"])
@pytest.mark.parametrize("start", ["{ item { ...F0 } } ", "{ hello } "])
def test_two_to_the_sixtieth(leaf: str, start: str) -> None:
    executor = Executor(toy_schema(), Limits(definitions=100))
    query = doubling(60, leaf, start)
    started = time.process_time()
    assert refused(executor, query)["selections"] == 10**15
    assert time.process_time() - started < 0.5  # milliseconds, but on any machine


def test_costing_is_linear_by_itself() -> None:
    """Not only because the count of selections is checked first."""
    limits = Limits(selections=10**15, definitions=100)
    executor = Executor(toy_schema(), limits)
    query = doubling(45, "{ items(first: $n) { number } }", "query ($n: Int) { item { ...F0 } } ")
    started = time.process_time()
    assert refused(executor, query, n=3) == {"cost": 1 + 2**45 * 4}
    assert time.process_time() - started < 0.5


def test_fragment_cycles_end(executor: Executor) -> None:
    with pytest.raises(Failure) as caught:
        prepare(
            executor, "{ item { ...A } } fragment A on Item { ...B } fragment B on Item { ...A }"
        )
    assert "itself" in caught.value.faults[0]["message"]


def test_deep_chains_of_deep_fragments(executor: Executor) -> None:
    nested = "... { " * 60 + "...F%d" + " }" * 60
    fragments = [f"fragment F{n} on Item {{ {nested % (n + 1)} }}" for n in range(50)]
    query = "{ item { ...F0 } } " + " ".join(fragments) + " fragment F50 on Item { number }"
    assert set(refused(Executor(toy_schema(), Limits(tokens=50_000)), query)) & {
        "depth",
        "selections",
    }
    assert set(refused(executor, query)) & {None, "depth"}


@pytest.mark.parametrize(
    "query",
    [
        "{ item {" + " parent { number }" * 160 + "} }",
        "{ item {" + " number" * 490 + "} }",
        "{ item {" + " ... { number }" * 160 + "} }",
        "{ item {"
        + " ".join(f"...F{n}" for n in range(58))
        + "} }"
        + " ".join(f"fragment F{n} on Item {{ parent {{ number }} }}" for n in range(58)),
    ],
)
def test_the_worst_that_passes_the_counts(executor: Executor, query: str) -> None:
    """Validation compares fields pairwise: the counts keep that to a fraction of a second."""
    started = time.process_time()
    prepare(executor, query)
    assert time.process_time() - started < 2


def test_refusals_are_fast_the_second_time(executor: Executor) -> None:
    query = doubling(50, "{ number }", "{ item { ...F0 } } ")
    refused(executor, query)
    started = time.process_time()
    for _ in range(100):
        refused(executor, query)
    assert time.process_time() - started < 0.5
