"""On PostgreSQL over real sockets: the same load on one API node and spread over two."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import ExitStack, asynccontextmanager
from itertools import cycle, repeat
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import SecretStr

import service
from docker.cluster import Cluster, running
from schema.ids import global_id
from tests.benchmarks.campus import Plan, found
from tests.benchmarks.enrolling import note_load
from tests.benchmarks.measure import Book, Round, Size
from tests.benchmarks.serving import Served
from tests.benchmarks.targets import ON_POSTGRES, Ground, Target
from tests.benchmarks.wire import Load, Wire, body, closed_loop, open_loop
from write_side.events import Role

ONE, TWO = "one node", "two nodes"
NODES = {ONE: ["api-1"], TWO: ["api-1", "api-2"]}
WRITES = "API nodes on PostgreSQL, enroll"
COMPUTED = "API nodes on PostgreSQL, list, every answer computed"
SHARED = "API nodes on PostgreSQL, list, unchanged"


@asynccontextmanager
async def spreading(ground: Ground) -> AsyncIterator[Round]:
    """Its folder is elsewhere: PostgreSQL runs as somebody who may not look into the ground's."""
    size = ground.size
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="rollbook-")))
        cluster = stack.enter_context(running(folder))
        parts = stack.enter_context(service.open_service(_settings(cluster), projecting=False))
        campus = found(parts.registrar, Plan(size.students, size.sections))
        parts.catch_up()
        target = Target(
            ON_POSTGRES,
            Served(
                port=cluster.ports["api-1"],
                pid=cluster.processes["api-1"].pid,
                token=parts.tokens.make(Role.REGISTRAR, name="bench"),
                students=[global_id("Student", key) for key in campus.students],
                sections=[global_id("Section", key) for key in campus.sections],
                hot=[],
            ),
        )
        pages = await _pages(target, size)

        async def round(book: Book) -> None:
            for name, nodes in NODES.items():
                ports = [cluster.ports[node] for node in nodes]
                load = await _load(target, size, ports, target.spread())
                note_load(book, WRITES, name, load, against=ONE)
                parts.catch_up()
                load = await _load(target, size, ports, repeat(pages[0]))
                note_load(book, SHARED, name, load, against=ONE)
                load = await _moving(target, size, ports, cycle(pages))
                note_load(book, COMPUTED, name, load, against=ONE)
                parts.catch_up()

        yield round


async def _pages(target: Target, size: Size) -> list[bytes]:
    """Pages that begin at different sections."""
    wire = await Wire.open(target.at.port, target.at.token)
    edges = (await wire.ask(body(target.words.cursors)))["sections"]["edges"]
    wire.close()
    rows = min(100, size.sections // 2)
    cursors = [None, *(edge["cursor"] for edge in edges[: size.sections - rows])]
    return [body(target.words.page, first=rows, after=cursor) for cursor in cursors]


async def _load(target: Target, size: Size, ports: list[int], bodies: Iterable[bytes]) -> Load:
    load = await closed_loop(ports, target.at.token, size.clients, bodies, seconds=size.seconds)
    assert load.all_good
    return load


async def _moving(target: Target, size: Size, ports: list[int], bodies: Iterator[bytes]) -> Load:
    """Beside a writer, so that no answer serves twice."""
    at = target.at
    writing = asyncio.create_task(
        open_loop(at.port, at.token, 8, size.moving, size.seconds, target.spread())
    )
    load = await _load(target, size, ports, bodies)
    await writing
    return load


def _settings(cluster: Cluster) -> service.Settings:
    secrets = {
        name: SecretStr(cluster.secret(f"rollbook_{name}"))
        for name in ("log_url", "views_url", "vault_url", "vault_key", "token_secret")
    }
    return service.Settings(data_dir=cluster.folder, **secrets)
