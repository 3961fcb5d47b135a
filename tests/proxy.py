"""A wire between a client and its server that can be cut, held or taken away at a given moment."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum, auto

COMMIT = b"COMMIT\x00"
COMMITTED = b"C\x00\x00\x00\x0bCOMMIT\x00"
"""How PostgreSQL is asked for a commit, and what it says when it is durable."""


class Loss(Enum):
    """The wire is cut before a commit is asked for, or when it was done; or nothing more is said
    after it was; or then all wires are cut, and whoever comes is turned away until `admit`."""

    REQUEST = auto()
    REPLY = auto()
    SILENCE = auto()
    ALL = auto()


@dataclass(eq=False)
class Wire:
    """One client's connection, and ours to the server on its behalf."""

    client: socket.socket
    server: socket.socket
    speaking: threading.Event

    def cut(self) -> None:
        for end in (self.client, self.server):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


@dataclass(eq=False)
class Proxy:
    """Listens on a port of its own; `lost` counts the replies that it kept to itself, `refused`
    the connections it turned away, `hung_up` those that a client ended."""

    target: tuple[str, int]
    lost: int = 0
    refused: int = 0
    hung_up: int = 0
    _to_lose: int = 0
    _loss: Loss = Loss.REPLY
    _refusing: bool = False
    _wires: list[Wire] = field(default_factory=list)
    _told: threading.Condition = field(default_factory=threading.Condition)
    _speaking: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._speaking.set()
        self._door = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._listen, daemon=True).start()

    @property
    def port(self) -> int:
        return int(self._door.getsockname()[1])

    def lose_commits(self, number: int = 1, how: Loss = Loss.REPLY) -> None:
        """Of the next commits."""
        with self._told:
            self._to_lose, self._loss = number, how

    @contextmanager
    def silent(self) -> Iterator[None]:
        """Whatever is said, in either direction, is not passed on; nor is that it ended."""
        self._speaking.clear()
        try:
            yield
        finally:
            self._speaking.set()

    def half_open(self) -> None:
        """The wires there are fall silent for good, as when the other half of a connection is gone
        without a word; whoever comes from now on is served."""
        self._speaking.clear()
        self._speaking = threading.Event()
        self._speaking.set()

    @contextmanager
    def refusing(self) -> Iterator[None]:
        """All wires are cut, and whoever comes is turned away."""
        self._refusing = True
        self._cut_all()
        try:
            yield
        finally:
            self.admit()

    def admit(self) -> None:
        self._refusing = False

    def wait_for(self, what: str, number: int, seconds: float = 20) -> None:
        """Until one of the counts has come this far."""
        with self._told:
            assert self._told.wait_for(lambda: getattr(self, what) >= number, seconds), what

    def close(self) -> None:
        with suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()
        for speaking in (self._speaking, *(wire.speaking for wire in self._wires)):
            speaking.set()
        self._cut_all()

    def _cut_all(self) -> None:
        while self._wires:
            self._wires.pop().cut()

    def _count(self, what: str) -> None:
        with self._told:
            setattr(self, what, getattr(self, what) + 1)
            self._told.notify_all()

    def _listen(self) -> None:
        while True:
            try:
                client, _ = self._door.accept()
            except OSError:
                return
            try:
                server = None if self._refusing else socket.create_connection(self.target, 5)
            except OSError:  # the server itself is away
                server = None
            if server is None:
                client.close()
                self._count("refused")
                continue
            for end in (client, server):
                end.settimeout(None)
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            wire = Wire(client, server, self._speaking)
            self._wires.append(wire)
            for way in (self._forth, self._back):
                threading.Thread(target=way, args=(wire,), daemon=True).start()

    def _forth(self, wire: Wire) -> None:
        while said := _heard(wire.client):
            if COMMIT in said and self._loses(Loss.REQUEST):
                self._count("lost")
                break
            while not wire.speaking.wait(0.01) and (more := _heard_at_once(wire.client)) != b"":
                said += more or b""
            if not wire.speaking.is_set() or not _passed(wire.server, said):
                break
        self._count("hung_up")
        wire.speaking.wait()
        wire.cut()

    def _back(self, wire: Wire) -> None:
        while said := _heard(wire.server):
            wire.speaking.wait()
            if COMMITTED in said and self._loses(Loss.REPLY, Loss.SILENCE, Loss.ALL):
                if self._loss is Loss.ALL:
                    self._refusing = True
                    self._cut_all()
                elif self._loss is Loss.REPLY:
                    wire.cut()
                self._count("lost")
                return
            if not _passed(wire.client, said):
                break
        wire.cut()

    def _loses(self, *how: Loss) -> bool:
        with self._told:
            self._to_lose -= self._loss in how
            return self._loss in how and self._to_lose >= 0


def _heard(end: socket.socket) -> bytes:
    try:
        return end.recv(65_536)
    except OSError:
        return b""


def _heard_at_once(end: socket.socket) -> bytes | None:
    """None where nothing has been said."""
    try:
        return end.recv(65_536, socket.MSG_DONTWAIT)
    except BlockingIOError:
        return None
    except OSError:
        return b""


def _passed(end: socket.socket, said: bytes) -> bool:
    try:
        end.sendall(said)
    except OSError:
        return False
    return True


@contextmanager
def proxied(host: str, port: int) -> Iterator[Proxy]:
    proxy = Proxy((host, port))
    try:
        yield proxy
    finally:
        proxy.close()
