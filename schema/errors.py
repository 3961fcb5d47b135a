"""What goes wrong at the API's edge, and the shape in which a client sees it."""

import logging
import traceback
from collections.abc import Iterable, Sequence
from typing import Any, Literal, get_args

from graphql import GraphQLError

from write_side.drawing import draw

Code = Literal[
    "UNAUTHENTICATED",
    "FORBIDDEN",
    "BAD_REQUEST",
    "TOO_COMPLEX",
    "RATE_LIMITED",
    "OVERLOADED",
    "STALE",
    "INTERNAL",
]
CODES: tuple[Code, ...] = get_args(Code)
# Asking again later may help with these; with the others only another request can.
RETRYABLE: frozenset[str] = frozenset({"RATE_LIMITED", "OVERLOADED", "STALE", "INTERNAL"})
MASK = "Something went wrong on our side."
LOGGED_PER_ANSWER = 5
MESSAGE_LENGTH = 500

# One entry of an answer's `errors`, with or without `extensions.requestId`.
Fault = dict[str, Any]

logger = logging.getLogger("rollbook.api")


class ApiError(Exception):
    """An error meant for the client: raise it anywhere, in a resolver too.

    `retry_after` is in seconds and becomes `extensions.retryAfter` and the `Retry-After` header.
    """

    def __init__(self, code: Code, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.code: Code = code
        self.message = message
        self.retry_after = retry_after

    def fault(self) -> Fault:
        extensions: dict[str, Any] = {"code": self.code}
        if self.retry_after is not None:
            extensions["retryAfter"] = self.retry_after
        return {"message": self.message, "extensions": extensions}


class Failure(Exception):
    """An operation without data: refused before it ran, or a stream that broke."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(str(fault["message"]) for fault in faults))
        self.faults = faults

    @property
    def retryable(self) -> bool:
        return any(fault["extensions"]["code"] in RETRYABLE for fault in self.faults)

    def present(self, request_id: str) -> list[Fault]:
        """The faults as one request sees them; the faults themselves may be shared (cached)."""
        return [
            {**fault, "extensions": {**fault["extensions"], "requestId": request_id}}
            for fault in self.faults
        ]


def new_request_id() -> str:
    return draw().hex


def request_fault(error: GraphQLError, code: Code = "BAD_REQUEST") -> Fault:
    """A syntax, validation or coercion error. Drops the nodes, so it may be cached cheaply."""
    # Messages quote names and literals, which may be as long as the body.
    fault: Fault = {"message": error.message[:MESSAGE_LENGTH], "extensions": {"code": code}}
    if error.locations:
        fault["locations"] = [location.formatted for location in error.locations]
    return fault


def present(error: GraphQLError, request_id: str) -> Fault:
    """An error met while executing. What nobody meant for the client is masked as INTERNAL."""
    cause = cause_of(error)
    if isinstance(cause, ApiError):
        fault = cause.fault()
    elif cause is None and error.path is None:
        # graphql-core refused the operation itself; only errors in fields have a path.
        fault = {"message": error.message, "extensions": {"code": "BAD_REQUEST"}}
    else:
        fault = {"message": MASK, "extensions": {"code": "INTERNAL"}}
    if error.locations:
        fault["locations"] = [location.formatted for location in error.locations]
    if error.path is not None:
        fault["path"] = error.path
    fault["extensions"]["requestId"] = request_id
    return fault


def cause_of(error: GraphQLError) -> Exception | None:
    """The exception a resolver raised, however often graphql-core wrapped it."""
    cause: Exception | None = error.original_error
    while isinstance(cause, GraphQLError) and cause.original_error is not None:
        cause = cause.original_error
    return cause


def log_unexpected(
    errors: Iterable[BaseException], request_id: str, operation: str | None, document: str
) -> None:
    """Write the causes of masked errors to the log, a few per answer.

    Neither query text, variables nor the exceptions' own texts go into the record: those hold
    values (SQLAlchemy prints parameters), and what is in a log is not erased. Level DEBUG adds
    the full traceback, for development.
    """
    causes: list[BaseException] = []
    for error in errors:
        cause = cause_of(error) or error if isinstance(error, GraphQLError) else error
        refusal = isinstance(error, GraphQLError) and cause is error and error.path is None
        if not isinstance(cause, ApiError) and not refusal:
            causes.append(cause)
    for cause in causes[:LOGGED_PER_ANSWER]:
        logger.error(
            "unexpected %s: request %s, operation %s, document %s, %d such in this answer\n%s",
            type(cause).__qualname__,
            request_id,
            operation,
            document,
            len(causes),
            "".join(traceback.format_tb(cause.__traceback__, limit=-8)),
        )
        if not isinstance(cause, GraphQLError):  # its text quotes the query
            logger.debug("request %s failed", request_id, exc_info=cause)
