"""One service answered twice in process: by plan, and by graphql-core field by field."""

import asyncio
from collections.abc import Generator, Mapping
from contextlib import aclosing, contextmanager
from pathlib import Path
from typing import Any

import orjson

from schema.answering.completion import Plain, Planned
from schema.context import ServiceEdge
from schema.errors import ApiError, Failure
from schema.execution import Executor, Request
from schema.limits import Limits
from schema.root import build_schema
from schema.viewer import Viewer
from tests.schema.campus import Campus, campus_at

Variables = Mapping[str, Any]

# a small term has small answers, whatever a document might cost elsewhere
LIMITS = Limits(cost=200_000, aliases=100, directives=100)


class Twins:
    """Planned and plain on one campus. An answer is JSON: what a client can tell apart."""

    def __init__(self, campus: Campus, runner: asyncio.Runner) -> None:
        self.campus = campus
        self.planned = Executor(build_schema(Planned), LIMITS)
        self.plain = Executor(build_schema(Plain), LIMITS)
        self._edge = ServiceEdge(campus.service.services)
        self._runner = runner

    def viewer(self, token: str | None) -> Viewer:
        return self._edge.authenticate(token)

    def answer(
        self,
        executor: Executor,
        text: str,
        viewer: Viewer,
        variables: Variables | None = None,
        name: str | None = None,
    ) -> bytes:
        """The answer without its request id, as bytes: keys in their order."""
        request = Request(text, name, dict(variables or {}))
        return self._runner.run(self._answer(executor, request, viewer))

    def first(
        self, executor: Executor, text: str, viewer: Viewer, variables: Variables | None = None
    ) -> bytes:
        """The first answer of a subscription."""
        request = Request(text, None, dict(variables or {}))
        return self._runner.run(self._first(executor, request, viewer))

    def agree(
        self,
        text: str,
        viewer: Viewer,
        variables: Variables | None = None,
        name: str | None = None,
    ) -> Any:
        """The answer, after both gave the same: the plan when it is new, and when it is known."""
        expected = self.answer(self.plain, text, viewer, variables, name)
        for _ in range(2):
            given = self.answer(self.planned, text, viewer, variables, name)
            assert given == expected, f"{text}\n{variables}\n{given!r}\n{expected!r}"
        return orjson.loads(expected)

    async def _answer(self, executor: Executor, request: Request, viewer: Viewer) -> bytes:
        context = self._edge.context(viewer, min_position=None, max_wait=20)
        try:
            operation = executor.prepare(request)
            await context.ready()
            return _bare(await executor.execute(operation, context), context.request_id)
        except Failure as failure:
            return _bare({"errors": failure.present("-")}, "-")
        except ApiError as error:
            return _bare({"errors": [error.fault()]}, "-")
        finally:
            context.close()

    async def _first(self, executor: Executor, request: Request, viewer: Viewer) -> bytes:
        context = self._edge.context(viewer, min_position=None, max_wait=20)
        try:
            async with aclosing(executor.stream(executor.prepare(request), context)) as answers:
                return _bare(await anext(answers), context.request_id)
        except Failure as failure:
            return _bare({"errors": failure.present("-")}, "-")
        finally:
            context.close()


@contextmanager
def twins_at(folder: Path) -> Generator[Twins, None, None]:
    with campus_at(folder) as campus, asyncio.Runner() as runner:
        yield Twins(campus, runner)


def _bare(answer: Mapping[str, Any], request_id: str) -> bytes:
    return orjson.dumps(answer).replace(request_id.encode(), b"-")
