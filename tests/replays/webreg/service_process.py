"""A service of one's own in a process of its own, for as long as a block lasts."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.replays.webreg.read import ReplayProblem
from write_side.opening import WritePlace

ROOT = Path(__file__).parents[3]
STOP_SECONDS = 20.0
_ROLLBOOK = (sys.executable, "-c", "from service import cli; cli()")


@dataclass(frozen=True)
class RunningService:
    """Where it listens, and a registrar's token for it."""

    port: int
    token: str


@contextmanager
def running_service(place: WritePlace) -> Iterator[RunningService]:
    """Serve this until the block ends; ReplayProblem if it does not come up."""
    environment = os.environ | {
        "ROLLBOOK_DATA_DIR": str(place.folder),
        **({"ROLLBOOK_DATABASE_URL": place.log} if place.log else {}),
        "ROLLBOOK_DEMO": "0",
        "ROLLBOOK_LOG_LEVEL": "WARNING",
        # the code beside these tests, wherever the environment's own copy is
        "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
    }
    made = subprocess.run(
        [*_ROLLBOOK, "token", "--role", "registrar"],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        raise ReplayProblem(f"no token could be made: {made.stderr.strip()[-500:]}")
    port = _free_port()
    said = place.folder / "service.txt"
    with said.open("wb") as output:
        process = subprocess.Popen(
            [*_ROLLBOOK, "serve", "--project", "--host", "127.0.0.1", "--port", str(port)],
            env=environment,
            cwd=ROOT,
            stdout=output,
            stderr=output,
        )
        try:
            _await_port(process, port, said)
            yield RunningService(port, made.stdout.strip())
        finally:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _await_port(process: "subprocess.Popen[bytes]", port: int, said: Path) -> None:
    """Return once it listens. Waiting for its end is what paces the tries."""
    for _ in range(300):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.1)
            break
    raise ReplayProblem(f"the service did not come up: {said.read_text()[-500:]}")
