"""A server in a process of its own: Rollbook or the twin, on a free port, until its input ends.

python -m tests.benchmarks.serving service|twin DIR '{"students": ..., ...}'
"""

import asyncio
import base64
import json
import logging
import socket
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jwt
import uvicorn
from pydantic import SecretStr

from tests.benchmarks.campus import found
from tests.benchmarks.measure import Size
from tests.benchmarks.twin import SECRET, fill_twin, open_twin

# as `serve` has them
FLAGS: dict[str, Any] = {"log_level": "warning", "ws_max_size": 131_072}

SECRETS: dict[str, Any] = {
    "vault_key": SecretStr(base64.b64encode(bytes(32)).decode()),
    "token_secret": SecretStr("a secret for benchmarks, long enough for HS256"),
}


@dataclass(frozen=True)
class Served:
    """Where a server is, the ids it knows, and a token for everything."""

    port: int
    token: str
    students: list[str]
    sections: list[str]
    hot: list[str]


@asynccontextmanager
async def served(what: str, folder: Path, size: Size) -> AsyncIterator[Served]:
    """Start one, and end it by closing its input: it ends too if we do not live to do that."""
    wanted = {"students": size.students, "sections": size.sections, "hot": size.rounds}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", __name__, what, str(folder)),
        json.dumps(wanted | {"seats": size.hot_seats}),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=2**24,
    )
    assert process.stdin is not None and process.stdout is not None
    try:
        async with asyncio.timeout(60):
            said = await process.stdout.readline()
        yield Served(**json.loads(said))
    finally:
        process.stdin.close()
        try:
            async with asyncio.timeout(10):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


def main(what: str, folder: Path, wanted: dict[str, int]) -> None:
    logging.disable(logging.WARNING)
    door = socket.create_server(("127.0.0.1", 0), backlog=256)
    (_twin if what == "twin" else _service)(folder, wanted, door)


def _twin(folder: Path, wanted: dict[str, int], door: socket.socket) -> None:
    folder.mkdir(parents=True)
    app = open_twin(folder / "twin.db")
    ids = fill_twin(**wanted)
    token = jwt.encode({"sub": "bench"}, SECRET, algorithm="HS256")
    _serve(app, door, ids | {"token": token})


def _service(folder: Path, wanted: dict[str, int], door: socket.socket) -> None:
    import service
    from schema.ids import global_id
    from write_side.events import Role

    settings = service.Settings(data_dir=folder, **SECRETS)
    with service.open_service(settings) as parts:
        campus = found(parts.registrar, **wanted)
        parts.catch_up()
        ids = {
            "students": [global_id("Student", key) for key in campus.students],
            "sections": [global_id("Section", key) for key in campus.sections],
            "hot": [global_id("Section", key) for key in campus.hot],
        }
        token = parts.tokens.make(Role.REGISTRAR, name="bench")
        _serve(service.create_app(parts), door, ids | {"token": token})


def _serve(app: Any, door: socket.socket, said: dict[str, Any]) -> None:
    server = uvicorn.Server(uvicorn.Config(app, timeout_graceful_shutdown=2, **FLAGS))

    def until_the_input_ends() -> None:
        sys.stdin.read()
        server.should_exit = True

    threading.Thread(target=until_the_input_ends, daemon=True).start()
    print(json.dumps(said | {"port": door.getsockname()[1]}), flush=True)
    server.run(sockets=[door])


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), json.loads(sys.argv[3]))
