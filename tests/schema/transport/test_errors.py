"""Errors: what is shown, what is masked."""

import logging

import pytest
from graphql import GraphQLError

from schema.errors import CODES, MASK, ApiError, Failure, log_unexpected, present, request_fault
from schema.http import STATUS


def test_every_code_has_a_status() -> None:
    assert set(STATUS) == set(CODES)


def test_an_api_error_keeps_its_words() -> None:
    cause = ApiError("OVERLOADED", "Later.", retry_after=2)
    wrapped = GraphQLError(
        "x", path=["a", 0], original_error=GraphQLError("y", original_error=cause)
    )
    assert present(wrapped, "r1") == {
        "message": "Later.",
        "path": ["a", 0],
        "extensions": {"code": "OVERLOADED", "retryAfter": 2, "requestId": "r1"},
    }


@pytest.mark.parametrize(
    "error",
    [
        GraphQLError("secret", path=["a"], original_error=ValueError("secret")),
        GraphQLError("secret", path=["a"], original_error=GraphQLError("secret")),
        GraphQLError("secret", path=["a"]),
        GraphQLError("secret", original_error=ValueError("secret")),
    ],
)
def test_everything_else_is_masked(error: GraphQLError) -> None:
    shown = present(error, "r1")
    assert shown["message"] == MASK
    assert shown["extensions"] == {"code": "INTERNAL", "requestId": "r1"}


def test_graphql_refusing_the_operation_is_no_secret(caplog: pytest.LogCaptureFixture) -> None:
    error = GraphQLError("Schema is not configured to execute mutation operation.")
    assert present(error, "r1")["extensions"]["code"] == "BAD_REQUEST"
    log_unexpected([error], "r1", None, "d")
    assert not caplog.records


def test_a_flood_of_errors_is_a_few_lines(caplog: pytest.LogCaptureFixture) -> None:
    errors = [GraphQLError("x", path=[n], original_error=ValueError("alice")) for n in range(1000)]
    log_unexpected(errors, "r1", "Op", "d1")
    assert len(caplog.records) == 5
    assert "1000 such" in caplog.text
    assert "alice" not in caplog.text


def test_debug_shows_the_cause(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "rollbook.api")
    log_unexpected([ValueError("what it was")], "r1", None, "d1")
    assert "what it was" in caplog.text


def test_what_may_be_asked_again() -> None:
    assert Failure([ApiError("STALE", "x").fault()]).retryable
    assert not Failure([ApiError("FORBIDDEN", "x").fault()]).retryable


def test_long_messages_are_cut() -> None:
    assert len(request_fault(GraphQLError("x" * 60_000))["message"]) == 500
