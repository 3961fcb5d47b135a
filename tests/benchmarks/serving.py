"""A server in a process of its own: Rollbook, the twin or the limits, on a free port, until its
input ends.

python -m tests.benchmarks.serving service|opened|postgres|twin|limits WHERE '{"students": ...}'
"""

import asyncio
import base64
import json
import logging
import os
import socket
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import jwt
import uvicorn
from pydantic import SecretStr

from schema.serving import SERVER, settle
from tests.benchmarks.campus import Campus, Plan, found
from tests.benchmarks.crowd import many_files
from tests.benchmarks.limits import Limits
from tests.benchmarks.twin.app import SECRET, open_twin
from tests.benchmarks.twin.rows import fill, open_rows

# as `serve` has them
FLAGS = SERVER

SECRETS: dict[str, Any] = {
    "vault_key": SecretStr(base64.b64encode(bytes(32)).decode()),
    "token_secret": SecretStr(SECRET),
}
STARTING = 300.0
"""Seconds that filling the largest campus may take."""


@dataclass(frozen=True)
class Served:
    """Where a server is, the ids it knows, and a token for everything."""

    port: int
    pid: int
    token: str
    students: list[Any]
    sections: list[Any]
    hot: list[Any]


@asynccontextmanager
async def served(what: str, where: Path | str, plan: Plan) -> AsyncIterator[Served]:
    """Start one; `where` is a folder, or a database's address."""
    command = [sys.executable, "-m", __name__, what, str(where), json.dumps(asdict(plan))]
    async with running(command) as said:
        yield Served(**said)


@asynccontextmanager
async def running(command: list[str], **how: Any) -> AsyncIterator[dict[str, Any]]:
    """A process that says on its first line where it serves. It is ended by closing its input: it
    ends too if we do not live to do that."""
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=2**27,
        **how,
    )
    assert process.stdin is not None and process.stdout is not None
    try:
        async with asyncio.timeout(STARTING):
            said = await process.stdout.readline()
        if not said:
            raise RuntimeError(f"{command[:4]} did not start")
        yield {"pid": process.pid, **json.loads(said)}
    finally:
        process.stdin.close()
        try:
            async with asyncio.timeout(15):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


def main(what: str, where: str, plan: Plan) -> None:
    logging.disable(logging.WARNING)
    many_files()
    door = socket.create_server(("127.0.0.1", 0), backlog=2048)
    if what == "limits":
        _serve(Limits(), door, {"token": "", "students": [], "sections": [], "hot": []})
    elif what == "twin":
        _twin(Path(where), plan, door)
    else:
        _service(where, None if what == "opened" else plan, door, embedded=what != "postgres")


def _twin(folder: Path, plan: Plan, door: socket.socket) -> None:
    folder.mkdir(parents=True)
    engine = open_rows(folder / "twin.db")
    ids = fill(engine, plan)
    token = jwt.encode({"sub": "bench"}, SECRET, algorithm="HS256")
    _serve(open_twin(engine), door, ids | {"token": token})


def _service(where: str, plan: Plan | None, door: socket.socket, *, embedded: bool) -> None:
    import service
    from schema.ids import global_id
    from write_side.events import Role

    place = {"data_dir": Path(where)} if embedded else {"database_url": SecretStr(where)}
    os.environ["ROLLBOOK_DATA_DIR"] = where  # for the process that projects
    apart = service.BESIDE if embedded else ()
    with service.open_service(service.Settings(**place, **SECRETS), apart=apart) as parts:
        campus = Campus([], [], []) if plan is None else found(parts.registrar, plan)
        parts.catch_up()
        ids = {
            "students": [global_id("Student", key) for key in campus.students],
            "sections": [global_id("Section", key) for key in campus.sections],
            "hot": [global_id("Section", key) for key in campus.hot],
        }
        token = parts.tokens.make(Role.REGISTRAR, name="bench")
        _serve(service.create_app(parts), door, ids | {"token": token})


def _serve(app: Any, door: socket.socket, said: dict[str, Any]) -> None:
    config = uvicorn.Config(app, timeout_graceful_shutdown=2, backlog=2048, **FLAGS)
    server = uvicorn.Server(config)

    def until_the_input_ends() -> None:
        sys.stdin.read()
        server.should_exit = True

    threading.Thread(target=until_the_input_ends, daemon=True).start()
    more = {"port": door.getsockname()[1], "pid": os.getpid()}
    settle()
    print(json.dumps(said | more), flush=True)
    server.run(sockets=[door])


if __name__ == "__main__":
    given = json.loads(sys.argv[3])
    main(sys.argv[1], sys.argv[2], Plan(**given | {"hot": tuple(given["hot"])}))
