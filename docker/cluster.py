"""The processes of compose.yaml on this machine without containers: same commands, same settings.

    python docker/cluster.py [FOLDER]

PostgreSQL comes from its wheel. Ctrl-C stops everything; the folder keeps its data.
"""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from tests.postgres import BINARIES, Server, free_port

HERE = Path(__file__).parent
ROOT = HERE.parent
PATIENCE_SECONDS = 60.0


class Cluster:
    """PostgreSQL and Rollbook's processes, each by its name in compose.yaml.

    A service can be killed and started again. `environment` is set for those that serve, before
    what compose.yaml and the secrets say.
    """

    def __init__(self, folder: Path, *files: str, **environment: str) -> None:
        self.folder = folder
        self.services = _services(*(files or ("compose.yaml",)))
        self.environment = environment
        self.secrets = folder / "secrets"
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.ports: dict[str, int] = {}
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run([HERE / "secrets.sh", self.secrets], check=True)
        self.server = self._made_server()

    def start(self) -> None:
        """Return once every process answers."""
        self.server.start()
        self._logins()
        self._run("prepare").wait(PATIENCE_SECONDS)
        names = [name for name, service in self.services.items() if _serves(service)]
        for name in names:
            self.run(name)
        for name in names:
            self.wait(name)

    def run(self, name: str) -> None:
        """Start one service, again at the same port."""
        self.ports.setdefault(name, free_port())
        self.processes[name] = self._run(name)

    def wait(self, name: str) -> None:
        """Return once a service answers that it lives."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        look = threading.Event()
        while not self.lives(name):
            process = self.processes[name]
            if process.poll() is not None or time.monotonic() > deadline:
                said = (self.folder / f"{name}.log").read_text()
                raise RuntimeError(f"{name} does not answer: {said[-2000:]}")
            look.wait(0.05)

    def lives(self, name: str) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address(name)}/health/live", timeout=2):
                return True
        except OSError:
            return False

    def address(self, name: str) -> str:
        return f"http://127.0.0.1:{self.ports[name]}"

    def kill(self, name: str, how: int = signal.SIGKILL) -> None:
        process = self.processes.pop(name)
        process.send_signal(how)
        process.wait(PATIENCE_SECONDS)

    def stop(self) -> None:
        for process in self.processes.values():
            process.terminate()
        for name in list(self.processes):
            self.kill(name, signal.SIGTERM)
        self.server.stop("fast")

    def secret(self, name: str) -> str:
        """A secret as the process on this machine needs it."""
        text = (self.secrets / name).read_text()
        return text.replace("@postgres/", f"@127.0.0.1:{self.server.port}/")

    def _run(self, name: str) -> "subprocess.Popen[bytes]":
        service = self.services[name]
        environment = {key: str(value) for key, value in service.get("environment", {}).items()}
        for secret in service.get("secrets", ()):
            if secret.startswith("rollbook_"):
                environment[secret.upper()] = self.secret(secret)
        own = self.folder / name
        own.mkdir(exist_ok=True)
        with (self.folder / f"{name}.log").open("ab") as said:
            return subprocess.Popen(
                [sys.executable, "-m", "service", *service["command"]],
                cwd=ROOT,
                env={
                    **os.environ,
                    "ROLLBOOK_DEMO": "false",
                    "ROLLBOOK_DATA_DIR": str(own),
                    "ROLLBOOK_PORT": str(self.ports.get(name, 0)),
                    **environment,
                    **(self.environment if _serves(service) else {}),
                },
                stdout=said,
                stderr=said,
                stdin=subprocess.DEVNULL,
            )

    def _made_server(self) -> Server:
        data = self.folder / "postgres"
        if (data / "PG_VERSION").exists():
            return Server.found(data)
        return Server.made(data, "max_connections = 300", auth="scram-sha-256")

    def _logins(self) -> None:
        """What the image's first start does with logins.sh."""
        if self.server.execute("SELECT 1 FROM pg_database WHERE datname = 'rollbook'"):
            return
        self.server.database("rollbook")
        own = self.folder / "postgres-secrets"
        own.mkdir()
        for name in self.services["postgres"]["secrets"]:
            shutil.copy(self.secrets / name, own / name)
        password = (own / "postgres_password").read_text()
        self.server.execute(f"ALTER ROLE postgres PASSWORD '{password}'")
        subprocess.run(
            [HERE / "logins.sh"],
            check=True,
            env={
                "PATH": f"{BINARIES}:{os.environ['PATH']}",
                "PGHOST": str(self.server.folder),
                "PGPORT": str(self.server.port),
                "PGDATA": str(self.server.folder),
                "POSTGRES_USER": "postgres",
                "POSTGRES_DB": "rollbook",
                "SECRETS": str(own),
            },
            stdout=subprocess.DEVNULL,
        )


@contextmanager
def running(folder: Path, *files: str, **environment: str) -> Iterator[Cluster]:
    cluster = Cluster(folder, *files, **environment)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()


def _services(*files: str) -> dict[str, Any]:
    """The services of compose files; a later file adds to what an earlier one says."""
    services: dict[str, Any] = {}
    for file in files:
        for name, service in yaml.safe_load((HERE / file).read_text())["services"].items():
            known = services.setdefault(name, {})
            secrets = [*known.get("secrets", ()), *service.get("secrets", ())]
            known |= {**service, "secrets": secrets}
    return services


def _serves(service: dict[str, Any]) -> bool:
    return service.get("command") in (["serve"], ["project"])


def main() -> None:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "var/cluster").resolve()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with running(folder) as cluster:
        for name in cluster.ports:
            print(f"{name:18} {cluster.address(name)}")
        # by its socket the owner of the folder needs no password
        socket = f"host={cluster.server.folder}&port={cluster.server.port}&user=postgres"
        print(f"{'postgres':18} postgresql:///rollbook?{socket}")
        secret = f"ROLLBOOK_TOKEN_SECRET=$(cat {cluster.secrets / 'rollbook_token_secret'})"
        print(f"{'a token':18} {secret} .venv/bin/rollbook token --role registrar")
        print("Ctrl-C stops all of them", flush=True)
        try:
            signal.pause()
        except KeyboardInterrupt:
            print("stopping")


if __name__ == "__main__":
    main()
