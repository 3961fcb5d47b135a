"""A client of graphql-transport-ws that waits with a limit and reads aloud."""

import json
import socket as sockets
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

PROTOCOL = Subprotocol("graphql-transport-ws")
PATIENCE = 15.0

Data = dict[str, Any]


class Socket:
    """One socket after `connection_ack`, usually with one subscription."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    def send(self, **message: Any) -> None:
        self.connection.send(json.dumps(message))

    def receive(self, timeout: float = PATIENCE) -> Data:
        message: Data = json.loads(self.connection.recv(timeout))
        return message

    def subscribe(
        self, query: str, key: str = "1", extensions: Data | None = None, **variables: Any
    ) -> None:
        payload: Data = {"query": query, "variables": variables}
        if extensions is not None:
            payload["extensions"] = extensions
        self.send(id=key, type="subscribe", payload=payload)

    def next(self, timeout: float = PATIENCE) -> Data:
        """The payload of the next message, which must be a value without errors."""
        message = self.receive(timeout)
        assert message["type"] == "next", message
        payload: Data = message["payload"]
        assert "errors" not in payload, payload
        return payload

    def value(self, field: str) -> Any:
        return self.next()["data"][field]

    def until(self, found: Callable[[Data], bool]) -> list[Data]:
        """The payloads up to the first that is looked for."""
        seen = [self.next()]
        while not found(seen[-1]["data"]):
            seen.append(self.next())
        return seen

    def errors(self) -> list[Data]:
        """The errors of an operation that could not start or broke off."""
        message = self.receive()
        assert message["type"] == "error", message
        errors: list[Data] = message["payload"]
        return errors

    def ask(self, query: str, key: str = "ask", **variables: Any) -> Data:
        """One query's payload, on a socket without subscriptions that might interrupt."""
        self.subscribe(query, key, **variables)
        payload = self.next()
        assert self.receive() == {"id": key, "type": "complete"}
        return payload


@contextmanager
def listening(
    address: str, token: str | None = None, **options: Any
) -> Generator[Socket, None, None]:
    """An open socket; the waiting for a proper goodbye is left out."""
    with connect(
        address,
        subprotocols=[PROTOCOL],
        compression=None,
        close_timeout=1,
        max_size=2**22,
        **options,
    ) as connection:
        socket = Socket(connection)
        socket.send(type="connection_init", payload={} if token is None else {"token": token})
        assert socket.receive() == {"type": "connection_ack"}
        yield socket


@contextmanager
def listening_slowly(address: str) -> Generator[Socket, None, None]:
    """An open socket that takes hardly anything off the network unless it is read."""
    host, _, port = address.removeprefix("ws://").partition("/")[0].partition(":")
    raw = sockets.socket()
    raw.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)
    raw.connect((host, int(port)))
    with listening(address, sock=raw, max_queue=1) as socket:
        yield socket
