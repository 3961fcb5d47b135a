"""Clients that run in Node.js: their packages, installed once, and a line of JSON each way."""

import fcntl
import json
import subprocess
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from functools import cache
from hashlib import sha256
from itertools import count
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from typing import Any

import pytest

from web.build import CannotBuild, find_node, install_node, install_packages

HERE = Path(__file__).parent
LOCK = HERE / "package-lock.json"
INSTALLED = HERE / "node_modules" / ".installed"
INSTALL_SECONDS = 180
PATIENCE = 20.0

Data = dict[str, Any]


def node() -> Path:
    """Node with the packages of the lock beside it; skips with the reason where they cannot be."""
    found = _node()
    if isinstance(found, CannotBuild):
        pytest.skip(str(found))
    return found


@cache  # what cannot be had is not asked for again by each test
def _node() -> Path | CannotBuild:
    try:
        found = find_node() or install_node()
        _install(*found)
    except CannotBuild as missing:
        return missing
    return found[0]


def _install(node: Path, npm: Path) -> None:
    with LOCK.open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # tests run in more than one process
        wanted = sha256(lock.read()).hexdigest()
        if not INSTALLED.is_file() or INSTALLED.read_text() != wanted:
            install_packages(node, npm, HERE, INSTALL_SECONDS)
            INSTALLED.write_text(wanted)


class Client:
    """A client that does what it is told, and says what it hears meanwhile under a name.

    Each `open` begins a visit with a client of its own; what the last one still hears is told
    apart, for names are those of a visit.
    """

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._answers: Queue[Data] = Queue()
        self._heard: dict[str, Queue[Any]] = {}
        self._numbers = count(1)
        self._visit = 0
        Thread(target=self._listen, daemon=True).start()

    def open(self, **given: Any) -> None:
        self._visit += 1
        self.do("open", visit=self._here(""), **given)

    def do(self, act: str, **given: Any) -> Any:
        """What the client answers to one of its acts."""
        assert self._process.stdin is not None
        if "name" in given:
            given["name"] = self._here(given["name"])
        number = next(self._numbers)
        self._process.stdin.write(json.dumps({"number": number, "act": act, **given}) + "\n")
        self._process.stdin.flush()
        answer = self._answers.get(timeout=PATIENCE)
        assert answer["number"] == number, answer
        assert "thrown" not in answer, answer["thrown"]
        return answer["answer"]

    def hear(self, name: str, seconds: float = PATIENCE) -> Any:
        """The next that it says under this name."""
        try:
            return self._queue(name).get(timeout=seconds)
        except Empty:
            raise AssertionError(f"nothing more is heard of {name}") from None

    def hear_until(self, name: str, found: Callable[[Any], bool]) -> list[Any]:
        """What it says under this name, up to the first that is looked for."""
        heard = [self.hear(name)]
        while not found(heard[-1]):
            heard.append(self.hear(name))
        return heard

    def heard(self, name: str) -> list[Any]:
        """What it has said under this name and nobody has heard yet; does not wait."""
        said = []
        with suppress(Empty):
            while True:
                said.append(self._queue(name).get_nowait())
        return said

    def _here(self, name: str) -> str:
        return f"{name} of visit {self._visit}"

    def _queue(self, name: str) -> Queue[Any]:
        return self._heard.setdefault(self._here(name), Queue())

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            said = json.loads(line)
            if "number" in said:
                self._answers.put(said)
            else:
                self._heard.setdefault(said["name"], Queue()).put(said["said"])


@contextmanager
def client(script: str) -> Generator[Client, None, None]:
    """A client in a process of its own; it ends when nobody tells it anything any more."""
    process = subprocess.Popen(
        [str(node()), f"{script}.mjs"],
        cwd=HERE / "clients",
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Client(process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise


def told(script: str, **given: Any) -> Any:
    """The JSON that a script prints about a service, in the end."""
    done = subprocess.run(
        [str(node()), f"{script}.mjs", json.dumps(given)],
        cwd=HERE / "clients",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
