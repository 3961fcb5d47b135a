"""From a request to its answers: what all transports share, and what they ask of the service."""

from collections.abc import AsyncGenerator, AsyncIterable, Collection, Hashable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any, Protocol, cast

import orjson
import strawberry
from graphql import ExecutionResult, GraphQLError, OperationType
from graphql.execution import Executor as CoreExecutor
from graphql.execution import create_source_event_stream, execute_subscription_event
from strawberry.execution import optimized_is_awaitable

from schema import nul
from schema.answering.completion import Planned
from schema.documents import Chosen, Documents, digest_of
from schema.errors import MASK, ApiError, Failure, log_unexpected, present, request_fault
from schema.limits import Limits, check_cost
from schema.trusted import Named, Trusted, named_in

# {"data": ..., "errors": [...], "extensions": {...}}, ready for orjson; or those bytes already.
Answer = dict[str, Any]


class Viewer(Protocol):
    """Who asks."""

    @property
    def identity(self) -> Hashable:
        """Equal for those who are given equal answers."""

    @property
    def expires_at(self) -> float | None:
        """Unix seconds; sockets and streams end then."""


class Context(Protocol):
    """One per operation; resolvers see it as `info.context`."""

    @property
    def request_id(self) -> str: ...

    @property
    def position(self) -> str | None:
        """The oldest position among the views read, once there is one."""

    @property
    def views(self) -> Collection[str] | None:
        """The views read; None where they were behind what this process knows of them."""

    async def ready(self) -> None:
        """Wait until the views are where the request asks; may raise `ApiError("STALE")`."""

    def follow(self) -> None:
        """What is read from here on is watched: called once, before a subscription begins."""

    def fresh(self) -> None:
        """Forget what was read: called after each event of a subscription was executed."""

    def close(self) -> None: ...


class Edge(Protocol):
    """What the transports need from the service."""

    def authenticate(self, token: str | None) -> Viewer:
        """Raises `ApiError("UNAUTHENTICATED")`."""

    def context(
        self, viewer: Viewer, *, min_position: str | None, max_wait: float | None
    ) -> Context:
        """`max_wait` in seconds. Raises `ApiError("BAD_REQUEST")` on a garbled position."""


@dataclass(frozen=True, slots=True)
class Request:
    """A well-formed request, from whichever transport.

    `query` is the text, also where a document of the manifest was sent by its id; where `named` is
    still set, nobody has yet looked whether the two fit (`Executor.choose` does).
    """

    query: str
    operation_name: str | None
    variables: dict[str, Any]
    min_position: str | None = None
    max_wait: float | None = None
    named: Named | None = None


def read_request(
    body: object, min_position: str | None = None, max_wait: str | None = None
) -> Request:
    """Check a JSON body's shape; `extensions` win over the headers, which come as arguments.

    Raises `ApiError("BAD_REQUEST")`.
    """
    if not isinstance(body, dict):
        raise ApiError("BAD_REQUEST", "The request must be a JSON object.")
    name = body.get("operationName")
    if name is not None and not isinstance(name, str):
        raise ApiError("BAD_REQUEST", "`operationName` must be a string or null.")
    variables = body.get("variables")
    if variables is not None and not isinstance(variables, dict):
        raise ApiError("BAD_REQUEST", "`variables` must be an object or null.")
    if nul.in_json(variables):
        raise ApiError("BAD_REQUEST", nul.MESSAGE)
    extensions = body.get("extensions")
    if extensions is not None and not isinstance(extensions, dict):
        raise ApiError("BAD_REQUEST", "`extensions` must be an object or null.")
    extensions = extensions or {}
    query, named = body.get("query"), named_in(body, extensions)
    if query is None and named is not None:
        query = ""
    if not isinstance(query, str):
        raise ApiError("BAD_REQUEST", "`query` must be a string.")
    position = extensions.get("minPosition", min_position)
    if position is not None and not isinstance(position, str):
        raise ApiError("BAD_REQUEST", "`extensions.minPosition` must be a string.")
    wait = extensions.get("maxWait", max_wait)
    return Request(query, name or None, variables or {}, position, _seconds(wait), named)


def _seconds(value: object) -> float | None:
    if value is None:
        return None
    try:
        seconds = float(value) if isinstance(value, str | int | float) else -1.0
    except (ValueError, OverflowError):
        seconds = -1.0
    if not 0 <= seconds < float("inf"):
        raise ApiError("BAD_REQUEST", "The maximum wait must be a number of seconds.")
    return seconds


@dataclass(slots=True)
class Operation:
    """A request that may be executed, once."""

    request: Request
    chosen: Chosen
    core: CoreExecutor[Any]

    @property
    def name(self) -> str | None:
        return self.chosen.name

    @property
    def is_subscription(self) -> bool:
        return self.chosen.node.operation is OperationType.SUBSCRIPTION


class Executor:
    """Prepares and executes operations on one Strawberry schema."""

    def __init__(
        self,
        schema: strawberry.Schema,
        limits: Limits | None = None,
        trusted: Trusted | None = None,
    ) -> None:
        self.limits = limits or Limits()
        self.schema = schema._schema  # graphql-core's, which Strawberry does not publish
        self.documents = Documents(self.schema, self.limits, trusted=trusted)
        self._core: type[CoreExecutor[Any]] = schema.execution_context_class

    def read(
        self, body: object, min_position: str | None = None, max_wait: str | None = None
    ) -> Request:
        """`read_request`, with the text of a trusted document that came by its id."""
        request = read_request(body, min_position, max_wait)
        if request.named is None or request.query:
            return request
        text = self.documents.trusted.text_of(request.named)
        return request if text is None else replace(request, query=text, named=None)

    def choose(self, request: Request) -> Chosen:
        """The operation a request means; raises `Failure` if there is none that may be run."""
        if request.named is not None:
            request.named.check(request.query)
        return self.documents.get(request.query).select(request.operation_name)

    def prepare(self, request: Request, chosen: Chosen | None = None) -> Operation:
        """Everything before execution; raises `Failure` with what is wrong with the request."""
        chosen = chosen or self.choose(request)
        core = self._core.build(
            self.schema,
            chosen.document.node,
            raw_variable_values=request.variables,
            operation_name=chosen.name,
            is_awaitable=cast("Any", optimized_is_awaitable),  # says bool, means TypeGuard
        )
        if isinstance(core, list):
            raise Failure([request_fault(error) for error in core])
        variables = core.variable_values.coerced
        check_cost(chosen.cost, variables, self.limits)
        if isinstance(core, Planned):
            core.plan = chosen.document.plans.of(variables)
        return Operation(request, chosen, core)

    async def execute(self, operation: Operation, context: Context) -> Answer:
        """The answer to a query or mutation. Does not raise."""
        operation.core.context_value = context
        return await self._run(operation, operation.core, context)

    async def stream(self, operation: Operation, context: Context) -> AsyncGenerator[Answer, None]:
        """The answers to any operation: one, or a subscription's.

        Raises `Failure` if a subscription cannot start or its source raises: a broken stream must
        never look like one that came to its end. Close the generator (`aclosing`) to close the
        source.
        """
        if not operation.is_subscription:
            yield await self.execute(operation, context)
            return
        async with aclosing(self.events(operation, context)) as events:
            async for _, answer in events:
                yield answer

    async def events(
        self, operation: Operation, context: Context
    ) -> AsyncGenerator[tuple[Any, Answer], None]:
        """What a subscription's source gave, and the answer made of it; as `stream`."""
        context.follow()
        operation.core.context_value = context
        source = await self._source(operation, context)
        try:
            async for event in source:
                core = operation.core.build_per_event_executor(event)
                answer = await self._run(operation, core, context)
                context.fresh()  # neither a slow nor an idle listener holds on to what was read
                yield event, answer
        except Exception as error:
            raise self.failure(error, context.request_id, operation) from error
        finally:
            if (close := getattr(source, "aclose", None)) is not None:
                await close()

    def failure(
        self, error: Exception, request_id: str, operation: Operation | None = None
    ) -> Failure:
        """What a client is told about an exception; logs it if nobody meant it for the client."""
        if isinstance(error, Failure):
            return error
        if isinstance(error, ApiError):
            return Failure([error.fault()])
        self._log([error], request_id, operation)
        return Failure([{"message": MASK, "extensions": {"code": "INTERNAL"}}])

    async def _source(self, operation: Operation, context: Context) -> AsyncIterable[Any]:
        source = create_source_event_stream(operation.core)
        if not isinstance(source, ExecutionResult | AsyncIterable):
            source = await source
        if isinstance(source, ExecutionResult):
            errors = source.errors or []
            self._log(errors, context.request_id, operation)
            raise Failure([present(error, context.request_id) for error in errors])
        return source

    async def _run(self, operation: Operation, core: CoreExecutor[Any], context: Context) -> Answer:
        data, errors = None, None
        try:
            if operation.is_subscription:
                outcome = execute_subscription_event(core)
            else:
                outcome = core.execute_operation()  # type: ignore[assignment]
            result = outcome if isinstance(outcome, ExecutionResult) else await outcome
            data, errors = result.data, result.errors
        except Exception as error:
            errors = [GraphQLError(MASK, original_error=error)]
        answer: Answer = {}
        if errors:
            self._log(errors, context.request_id, operation)
            answer["errors"] = [present(error, context.request_id) for error in errors]
        answer["data"] = data
        position = context.position
        if position is not None:
            answer["extensions"] = {"position": position}
        return answer

    def _log(self, errors: Sequence[Exception], request_id: str, of: Operation | None) -> None:
        digest = digest_of(of.request.query) if of else "-"
        log_unexpected(errors, request_id, of.name if of else None, digest)

    def encode(self, answer: Answer | bytes, request_id: str, operation: Operation) -> bytes:
        """JSON bytes; bytes pass through, so that one encoding can serve many listeners."""
        if isinstance(answer, bytes):
            return answer
        try:
            return orjson.dumps(answer)
        except TypeError as error:
            # A custom scalar let something through that is no JSON. (NaN becomes null.)
            failure = self.failure(error, request_id, operation)
            return orjson.dumps({"errors": failure.present(request_id), "data": None})
