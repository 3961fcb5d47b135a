"""Which subscriptions are one: equal documents and variables, for those who may see the same."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Hashable
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import orjson
from graphql import FieldNode, VariableNode, Visitor, visit

from schema.answering.audience import Audience
from schema.answering.feed import Feed
from schema.answering.group import Group, Valued
from schema.documents import Chosen
from schema.errors import new_request_id
from schema.execution import Edge, Executor, Operation, Request, Viewer

AFTER = "after"
AGAIN_SECONDS, MOST_FAILURES = 0.5, 20


class Live:
    """The groups and feeds of a process. On the event loop only."""

    def __init__(self, executor: Executor, edge: Edge, head: Callable[[], int]) -> None:
        """`head` is the position of the newest fact."""
        self._executor = executor
        self._edge = edge
        self.head = head
        self._shared: dict[Hashable, Group | Feed] = {}

    def __len__(self) -> int:
        """How many groups and feeds there are."""
        return len(self._shared)

    @property
    def listeners(self) -> int:
        """How many share them."""
        return sum(len(each) for each in self._shared.values())

    def is_feed(self, operation: Operation) -> bool:
        """Whether it is a feed that may be followed with others."""
        chosen = operation.chosen
        return chosen.audience is not Audience.NOBODY and _after(chosen) is not None

    def is_state(self, operation: Operation) -> bool:
        """Whether it is a state that may be watched with others."""
        chosen, subscriptions = operation.chosen, self._executor.schema.subscription_type
        root = _root(chosen)
        if chosen.audience is Audience.NOBODY or root is None or subscriptions is None:
            return False
        return AFTER not in subscriptions.fields[root.name.value].args

    def feed(self, operation: Operation, viewer: Viewer) -> Feed:
        """The feed of this operation, to be joined at once."""
        after = _after(operation.chosen)
        assert after is not None
        variables = dict(operation.request.variables)
        variables.pop(after, None)
        key = self._key(operation, viewer, variables)
        known = self._shared.get(key)
        if known is None:
            who = self._who(operation, viewer)

            def items(position: int) -> AsyncGenerator[Valued, None]:
                return self._values(operation, who, variables | {after: str(position)}, after)

            known = self._shared[key] = Feed(items, self.head(), lambda: self._end(key))
        assert isinstance(known, Feed)
        return known

    def group(self, operation: Operation, viewer: Viewer) -> Group:
        """The group of this operation, to be joined at once."""
        variables = operation.request.variables
        key = self._key(operation, viewer, variables)
        known = self._shared.get(key)
        if known is None:
            who = self._who(operation, viewer)

            def values() -> AsyncGenerator[Valued, None]:
                return self._values(operation, who, variables)

            known = self._shared[key] = Group(values, lambda: self._end(key))
        assert isinstance(known, Group)
        return known

    def _end(self, key: Hashable) -> None:
        self._shared.pop(key, None)

    def _who(self, operation: Operation, viewer: Viewer) -> Viewer:
        everybody = operation.chosen.audience is Audience.EVERYBODY
        return self._edge.authenticate(None) if everybody else viewer

    def _key(self, operation: Operation, viewer: Viewer, variables: dict[str, Any]) -> Hashable:
        everybody = operation.chosen.audience is Audience.EVERYBODY
        spelled = orjson.dumps(variables, option=orjson.OPT_SORT_KEYS)
        identity = None if everybody else viewer.identity
        return operation.request.query, operation.chosen.name, spelled, identity

    async def _values(
        self,
        operation: Operation,
        who: Viewer,
        variables: dict[str, Any],
        after: str | None = None,
    ) -> AsyncGenerator[Valued, None]:
        """The values of all who listen. A store that goes away and comes back ends none of them:
        it is tried again, a feed behind the last item that came."""
        failures, began = 0, False
        while True:
            try:
                async with aclosing(self._evaluated(operation, who, variables)) as values:
                    async for value in values:
                        failures, began = 0, True
                        if after is not None:
                            variables = variables | {after: str(value[0])}
                        yield value
                return
            except Exception as error:
                failure = self._executor.failure(error, new_request_id(), operation)
                failures += 1
                if not (began and failure.retryable) or failures > MOST_FAILURES:
                    raise failure from error
            await asyncio.sleep(AGAIN_SECONDS)

    async def _evaluated(
        self, operation: Operation, who: Viewer, variables: dict[str, Any]
    ) -> AsyncGenerator[Valued, None]:
        """The one evaluation: with a context of its own, whoever came first."""
        request: Request = replace(operation.request, variables=variables, min_position=None)
        own = self._executor.prepare(request, operation.chosen)
        context = self._edge.context(who, min_position=None, max_wait=None)
        try:
            async with aclosing(self._executor.events(own, context)) as events:
                async for event, answer in events:
                    text = self._executor.encode(answer, context.request_id, own).decode()
                    yield position_of(event, answer), text
        finally:
            context.close()


def position_of(event: Any, answer: dict[str, Any]) -> int:
    """Of a feed's item its own position, of a state that at which it was read."""
    place = getattr(event, "position", None)
    if place is None:
        place = answer.get("extensions", {}).get("position", 0)
    return int(place)


def place_asked(operation: Operation) -> int | None:
    """The position behind which a feed is asked for; None where it is to begin now."""
    after = _after(operation.chosen)
    given = None if after is None else operation.core.variable_values.coerced.get(after)
    return None if given is None else int(given)


def _root(chosen: Chosen) -> FieldNode | None:
    """The subscription's field, where it stands in the operation itself."""
    first = chosen.node.selection_set.selections[0]
    return first if isinstance(first, FieldNode) else None


def _after(chosen: Chosen) -> str | None:
    """The variable that says behind which position a feed begins, where it says only that."""
    root = _root(chosen)
    for argument in root.arguments or () if root else ():
        if argument.name.value == AFTER and isinstance(argument.value, VariableNode):
            uses = _Uses()
            visit(chosen.document.node, uses)
            name = argument.value.name.value
            return name if uses.counts[name] == 2 else None  # where it is declared, and here
    return None


class _Uses(Visitor):
    """Counts where variables are used."""

    def __init__(self) -> None:
        super().__init__()
        self.counts: Counter[str] = Counter()

    def enter_variable(self, node: VariableNode, *_: Any) -> None:
        self.counts[node.name.value] += 1
