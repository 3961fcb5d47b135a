"""The web app, and serving it on a port until told to stop."""

import gc
import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from socket import socket
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from schema.answering.live import Live
from schema.answering.shared import Answers
from schema.context import ServiceEdge, Services
from schema.execution import Executor
from schema.http import GraphQLHTTP
from schema.limits import Limits
from schema.ops import ops_routes, schema_routes
from schema.pages import page_routes
from schema.root import build_schema, possible_types, sdl
from schema.settings import Settings
from schema.trusted import open_trusted
from schema.websocket import GraphQLSocket


def web_app(services: Services, pages: Path, settings: Settings) -> ASGIApp:
    """The API, the pages as built, and what operators look at. Raises `NoManifest`."""
    trusted = open_trusted(
        pages / "documents.json", settings.documents_file, only=settings.documents == "trusted"
    )
    executor, edge = Executor(build_schema(), trusted=trusted), ServiceEdge(services)
    live = Live(executor, edge, services.head)
    graphql = GraphQLHTTP(executor, edge, Answers(services.changes), live)
    others = Starlette(
        routes=[
            WebSocketRoute("/graphql", GraphQLSocket(executor, edge, live)),
            *ops_routes(
                services.head,
                services.changes,
                led=services.led,
                waiting=lambda: services.registrar.waiting,
                live=live,
            ),
            *schema_routes(sdl(), possible_types()),
            *page_routes(pages),
        ]
    )

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        # past the routes: looking through them costs as much as a kept answer
        here = scope["type"] == "http" and scope["path"] == "/graphql"
        await (graphql if here else others)(scope, receive, send)

    return app


SERVER: dict[str, Any] = {
    "log_level": "warning",
    "proxy_headers": False,  # nothing here looks at whom a request comes from
    "ws_max_size": Limits().max_bytes * 2,
    # to each socket a compressor of its own, for bytes that could be anybody's
    "ws_per_message_deflate": False,
}
"""How uvicorn is set up, whoever serves."""


def settle() -> None:
    """Once everything is loaded: what is there now stays, so the garbage collector need not walk
    through it again and again, which costs more than the answers in between."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 50, 100)


def listen(app: ASGIApp, host: str, port: int, ready: Callable[[str], None]) -> None:
    """Blocks until Ctrl-C or SIGTERM; `ready` is called with the address once it listens."""
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        timeout_graceful_shutdown=3,
        **SERVER,
    )
    listening = config.bind_socket()
    address = f"http://{host}:{listening.getsockname()[1]}"
    settle()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with suppress(KeyboardInterrupt):  # uvicorn raises the signal it stopped for once more
        _Telling(config, lambda: ready(address)).run([listening])


class _Telling(uvicorn.Server):
    """Tells when it listens and minds signals: whoever stops it at once is heard, too."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()
