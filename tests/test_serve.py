"""`rollbook serve` as a process: it fills the demo once, serves, and stops when told to."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import httpx

from tests.schema.listening import listening

ROLLBOOK = Path(sys.executable).with_name("rollbook")


@dataclass
class Process:
    running: subprocess.Popen[str]
    client: httpx.Client
    port: int
    welcome: list[str]

    def stop(self) -> str:
        """What it says after Ctrl-C, which must end it soon and well."""
        self.running.send_signal(signal.SIGINT)
        _, said = self.running.communicate(timeout=10)
        assert self.running.returncode == 0, said
        return said

    @property
    def head(self) -> int:
        text = self.client.get("/metrics").text
        return int(float(re.findall(r"^rollbook_log_position (\S+)$", text, re.M)[0]))


@contextmanager
def serving(folder: Path, **env: str) -> Generator[Process, None, None]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    given = {"ROLLBOOK_DATA_DIR": str(folder), "ROLLBOOK_PORT": "1", **env}
    running = subprocess.Popen(
        [ROLLBOOK, "serve", "--port", str(port)],
        env={k: v for k, v in os.environ.items() if not k.startswith("ROLLBOOK_")} | given,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert running.stderr is not None
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=10) as client:
            welcome = list(lines_until(running.stderr, "registrar" if not env else "Rollbook is"))
            assert client.get("/health/ready").status_code == 200
            yield Process(running, client, port, welcome)
    finally:
        if running.poll() is None:
            running.kill()
            running.communicate()


def lines_until(stream: IO[str], word: str) -> Generator[str, None, None]:
    for line in stream:
        yield line.rstrip("\n")
        if word in line:
            return


def test_the_demo_is_filled_once_and_ctrl_c_ends_it_well(tmp_path: Path) -> None:
    with serving(tmp_path) as first:
        head = first.head
        terms = first.client.post("/graphql", json={"query": "{ terms { code } }"}).json()
        token = next(line for line in first.welcome if line.startswith("eyJ"))
        said = first.stop()

    assert head > 50
    assert terms["data"]["terms"][0]["code"].startswith("DEMO-")
    assert "Traceback" not in said and said.strip().endswith("stopped")
    with serving(tmp_path) as again:
        assert again.head == head
        document = {"query": "{ viewer { student { number } } }"}
        headers = {"authorization": f"Bearer {token}"}
        answer = again.client.post("/graphql", json=document, headers=headers).json()
        assert answer["data"]["viewer"]["student"] == {"number": "1001"}
        again.stop()


def test_a_second_one_is_told_and_open_sockets_do_not_keep_the_first_from_stopping(
    tmp_path: Path,
) -> None:
    with serving(tmp_path, ROLLBOOK_DEMO="0") as process:
        assert process.head == 0
        second = subprocess.run(
            [ROLLBOOK, "serve", "--port", "1"],
            env=os.environ | {"ROLLBOOK_DATA_DIR": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )
        with listening(f"ws://127.0.0.1:{process.port}/graphql") as listener:
            listener.subscribe("subscription { views { position } }")
            assert listener.next()
            said = process.stop()

    assert second.returncode == 1
    assert second.stderr.splitlines()[-1].startswith("another Rollbook process writes ")
    assert "Traceback" not in second.stderr + said


def test_port_0_is_any_free_port_and_not_the_default(tmp_path: Path) -> None:
    """A process that asks for any port must not end up where somebody else is."""
    running = subprocess.Popen(
        [ROLLBOOK, "serve", "--port", "0"],
        env=os.environ
        | {"ROLLBOOK_DATA_DIR": str(tmp_path), "ROLLBOOK_DEMO": "0", "ROLLBOOK_PORT": "9"},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert running.stderr is not None
        welcome = list(lines_until(running.stderr, "Rollbook is"))[-1]
    finally:
        running.send_signal(signal.SIGINT)
        _, said = running.communicate(timeout=15)

    assert ":9/" not in welcome, welcome
    assert (running.returncode, said.splitlines()[-1]) == (0, "stopped"), "Ctrl-C at once, too"
