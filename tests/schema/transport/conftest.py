"""A real server on a real port, in a thread of its own."""

import threading
from collections.abc import AsyncGenerator, Generator
from contextlib import contextmanager
from socket import create_server
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route, WebSocketRoute

from schema.execution import Executor
from schema.http import GraphQLHTTP
from schema.limits import Limits
from schema.websocket import GraphQLSocket
from tests.schema.transport.talking import Socket, opened
from tests.schema.transport.toy import Ledger, ToyEdge, toy_schema


class Served:
    def __init__(self, port: int, edge: ToyEdge) -> None:
        self.http = f"http://127.0.0.1:{port}/graphql"
        self.ws = f"ws://127.0.0.1:{port}/graphql"
        self.port = port
        self.edge = edge

    @property
    def ledger(self) -> Ledger:
        return self.edge.ledger


@contextmanager
def serving(
    *,
    limits: Limits | None = None,
    http: dict[str, Any] | None = None,
    ws: dict[str, Any] | None = None,
) -> Generator[Served, None, None]:
    edge, executor = ToyEdge(), Executor(toy_schema(), limits or Limits())
    app = Starlette(
        routes=[
            Route("/graphql", GraphQLHTTP(executor, edge, **(http or {}))),
            WebSocketRoute("/graphql", GraphQLSocket(executor, edge, **(ws or {}))),
        ]
    )
    listener = create_server(("127.0.0.1", 0))  # listens at once: nothing to wait for
    config = uvicorn.Config(
        app, log_level="warning", lifespan="off", timeout_graceful_shutdown=1, ws_max_size=2**20
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield Served(listener.getsockname()[1], edge)
    finally:
        server.should_exit = True
        thread.join(timeout=10)
        assert not thread.is_alive()


@pytest.fixture(scope="module")
def shared() -> Generator[Served, None, None]:
    with serving() as served:
        yield served


@pytest.fixture
def served(shared: Served) -> Served:
    """The module's server with a new ledger."""
    shared.edge.ledger = Ledger()
    shared.edge.refuse_contexts = None
    return shared


@pytest.fixture
async def client(served: Served) -> AsyncGenerator[httpx.AsyncClient, None]:
    async with httpx.AsyncClient(
        base_url=served.http.removesuffix("/graphql"), timeout=10
    ) as client:
        yield client


@pytest.fixture
def executor() -> Executor:
    return Executor(toy_schema(), Limits())


@pytest.fixture
async def socket(served: Served) -> AsyncGenerator[Socket, None]:
    async with opened(served) as socket:
        yield socket
    await served.ledger.all_closed()
