"""The document cache: bounded, with errors as results, and picking the operation."""

import pytest

from schema.documents import Documents, digest_of
from schema.errors import Failure
from schema.execution import Executor
from schema.limits import Limits


def documents(executor: Executor, **bounds: int) -> Documents:
    return Documents(executor.schema, Limits(), **bounds)


def test_the_same_text_is_read_once(executor: Executor) -> None:
    kept = documents(executor)
    assert kept.get("{ hello }") is kept.get("{ hello }")
    assert len(kept) == 1


def test_least_recently_used_goes_first(executor: Executor) -> None:
    kept = documents(executor, size=2)
    first, second = kept.get("{ hello }"), kept.get("{ who }")
    assert kept.get("{ hello }") is first
    kept.get("{ later }")
    assert len(kept) == 2
    assert kept.get("{ hello }") is first
    assert kept.get("{ who }") is not second


def test_bounded_by_text_too(executor: Executor) -> None:
    kept = documents(executor, characters=100)
    for n in range(20):
        kept.get(f"query q{n} {{ hello }}")
    assert len(kept) == 5
    kept.get("{ hello }" + " " * 200)  # larger than the whole cache: served, not kept
    assert len(kept) == 0


@pytest.mark.parametrize("text", ["{", "{ nope }", "{" + " hello" * 600 + "}"])
def test_errors_are_kept_as_plain_data(executor: Executor, text: str) -> None:
    kept = documents(executor)
    failures = []
    for _ in range(2):
        with pytest.raises(Failure) as caught:
            kept.get(text)
        failures.append(caught.value)
    assert failures[0] is not failures[1]
    assert failures[0].faults is failures[1].faults
    assert failures[0].present("one")[0]["extensions"]["requestId"] == "one"
    assert "requestId" not in failures[1].faults[0]["extensions"]


def test_selecting_an_operation(executor: Executor) -> None:
    document = documents(executor).get('query a { hello } mutation b { note(what: "x") }')
    chosen = document.select("b")
    assert chosen.node.operation.value == "mutation"
    assert chosen.cost == 1
    for name in (None, "c"):
        with pytest.raises(Failure):
            document.select(name)


def test_digests_of_any_text() -> None:
    assert len(digest_of("{ hello }")) == len(digest_of("\ud800")) == 16
