"""PostGraphile on PostgreSQL, from npm and a wheel: only where somebody asks for peers."""

import os
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

import jwt
import psycopg

from tests.benchmarks.campus import Pairs, Plan
from tests.benchmarks.serving import Served, running
from tests.benchmarks.twin.app import SECRET
from tests.postgres import Server, serving
from web.build import find_node, install_node, install_packages

FOLDER = Path(__file__).parent / "peers"
OLDEST_NODE = 22
"""What postgraphile 5 runs on."""

_CAMPUS = """
INSERT INTO campus.term VALUES (1, 'T', now() + interval '100 days');
INSERT INTO campus.student SELECT n, n::text FROM generate_series(1, {students}) n;
"""


@dataclass(frozen=True)
class Peers:
    """A PostgreSQL server as durable as it comes, for PostGraphile and for Rollbook, and the Node
    that runs the former."""

    server: Server
    node: Path

    @asynccontextmanager
    async def postgraphile(self, bench: str, plan: Plan) -> AsyncIterator[Served]:
        url = self.server.database(f"postgraphile_{bench}")
        with psycopg.connect(url) as connection:
            _fill(connection, plan)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
        command = [str(self.node), "serve.mjs", url.replace("//postgres@", "//campus_api@"), SECRET]
        production = {"NODE_ENV": "production", "GRAPHILE_ENV": "production"}
        async with running(command, cwd=FOLDER, env={**os.environ, **production}) as said:
            keys = list(range(1, len(plan.capacities) + 1))
            yield Served(
                **said,
                token=jwt.encode({"sub": "bench"}, SECRET, algorithm="HS256"),
                students=list(range(1, plan.students + 1)),
                sections=keys[: plan.sections],
                hot=keys[plan.sections :],
            )


@contextmanager
def open_peers() -> Iterator[Peers]:
    """Install what is not there yet, and start PostgreSQL."""
    node, npm = find_node(OLDEST_NODE) or install_node()
    lock, done = FOLDER / "package-lock.json", FOLDER / "node_modules" / ".package-lock.json"
    if not done.exists() or done.stat().st_mtime < lock.stat().st_mtime:
        install_packages(node, npm, FOLDER)
    # not beside the code: PostgreSQL runs as somebody who may not look into it
    folder = Path(mkdtemp(prefix="rollbook-peers-"))
    try:
        with serving(folder / "postgres", "max_connections = 300") as server:
            yield Peers(server, node)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _fill(connection: "psycopg.Connection[tuple[object, ...]]", plan: Plan) -> None:
    """The campus as rows, what the others have."""
    roles = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = 'campus_api'").fetchone()
    schema = (FOLDER / "schema.sql").read_text()
    # a role is the server's, not the database's
    connection.execute(schema.replace("CREATE ROLE campus_api LOGIN;", "") if roles else schema)
    connection.execute(_CAMPUS.format(students=plan.students))
    places = range(1, len(plan.capacities) + 1)
    pairs = Pairs(list(range(1, plan.students + 1)), list(places[: plan.sections]))
    taken = [next(pairs) for _ in range(plan.students * plan.enrolled)]
    cursor = connection.cursor()
    cursor.executemany(
        "INSERT INTO campus.course VALUES (%s, %s, 'Course')", [(n, f"C {n:06}") for n in places]
    )
    cursor.executemany(
        "INSERT INTO campus.section (id, term_id, course_id, code, capacity)"
        " VALUES (%s, 1, %s, 'A', %s)",
        [(n, n, seats) for n, seats in zip(places, plan.capacities, strict=True)],
    )
    cursor.executemany(
        "INSERT INTO campus.enrollment (student_id, section_id, course_id, status)"
        " VALUES (%s, %s, %s, 'ENROLLED')",
        [(student, section, section) for student, section in taken],
    )
    connection.execute(
        "UPDATE campus.section s SET enrolled ="
        " (SELECT count(*) FROM campus.enrollment e WHERE e.section_id = s.id)"
    )
