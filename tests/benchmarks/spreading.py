"""On PostgreSQL over real sockets: the same load on one API node and spread over two."""

from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import SecretStr

import service
from docker.cluster import Cluster, running
from schema.ids import global_id
from tests.benchmarks.answering import ENROLL, LIST
from tests.benchmarks.campus import Pairs, found
from tests.benchmarks.measure import Book, Round, Size
from tests.benchmarks.wire import body, closed_loop
from write_side.events import Role

NODES = {"one node": ["api-1"], "two nodes": ["api-1", "api-2"]}


@asynccontextmanager
async def spreading(place: Path, size: Size) -> AsyncIterator[Round]:
    """`place` is not used: PostgreSQL runs as somebody who may not look into it."""
    del place
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="rollbook-")))
        cluster = stack.enter_context(running(folder))
        parts = stack.enter_context(service.open_service(_settings(cluster), projecting=False))
        made = {"students": size.students, "sections": size.sections}
        campus = found(parts.registrar, **made, hot=0, seats=0)
        parts.catch_up()
        token = parts.tokens.make(Role.REGISTRAR, name="bench")
        pairs = Pairs(
            [global_id("Student", key) for key in campus.students],
            [global_id("Section", key) for key in campus.sections],
        )

        async def round(book: Book) -> None:
            for name, nodes in NODES.items():
                ports = [cluster.ports[node] for node in nodes]
                against = None if len(ports) == 1 else "one node"
                enrolls = (body(ENROLL, student=s, section=c) for s, c in pairs)
                rows = min(100, size.sections)
                for bench, clients, bodies in (
                    (
                        f"enroll, {size.clients} clients",
                        size.clients,
                        islice(enrolls, size.enrolls),
                    ),
                    (f"list, {rows} sections x 5 fields, 8 clients", 8, [body(LIST)] * size.lists),
                ):
                    load = await closed_loop(ports, token, clients, bodies)
                    assert not any(b'"errors"' in answer for answer in load.answers)
                    bench = f"PostgreSQL, {bench}"
                    book.note(bench, name, load.rate, "requests/s", against=against)
                    book.note_times(bench, name, load.waits, against=against)
                    parts.catch_up()

        yield round


def _settings(cluster: Cluster) -> service.Settings:
    secrets = {
        name: SecretStr(cluster.secret(f"rollbook_{name}"))
        for name in ("log_url", "views_url", "vault_url", "vault_key", "token_secret")
    }
    return service.Settings(data_dir=cluster.folder, **secrets)
