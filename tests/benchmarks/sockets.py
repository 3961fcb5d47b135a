"""A lean WebSocket client: handshake and frames read by hand, so that thousands fit a process."""

import asyncio
import base64
import os
from collections.abc import Callable
from typing import Any

import orjson

TEXT, CLOSE, PING, PONG = 1, 8, 9, 10
ID = "1"


class Socket(asyncio.Protocol):
    """One connection; `hear` is called with each text message."""

    def __init__(self, path: str, hear: Callable[["Socket", bytes], None]) -> None:
        self._path, self._hear = path, hear
        self._transport: Any = None
        self._got = b""
        self._open = False
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.lost = False
        self.last = b""
        """The newest message, for whoever listens: the same one again is no news."""

    @classmethod
    async def connect(
        cls, port: int, hear: Callable[["Socket", bytes], None], path: str = "/graphql"
    ) -> "Socket":
        loop = asyncio.get_running_loop()
        _, socket = await loop.create_connection(lambda: cls(path, hear), "127.0.0.1", port)
        await socket.opened
        return socket

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        key = base64.b64encode(os.urandom(16)).decode()
        self._transport.write(
            f"GET {self._path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        got = self._got + data if self._got else data
        if not self._open:
            end = got.find(b"\r\n\r\n")
            if end < 0:
                self._got = got
                return
            if not got.startswith(b"HTTP/1.1 101"):
                self.opened.set_exception(ConnectionError(got[:200].decode()))
                self._transport.close()
                return
            self._open, got = True, got[end + 4 :]
            self.opened.set_result(None)
        self._got = self._frames(got)

    def _frames(self, got: bytes) -> bytes:
        """Hears every whole frame; what is left of the bytes."""
        while len(got) >= 2:
            length, start = got[1] & 0x7F, 2
            if length == 126:
                length, start = int.from_bytes(got[2:4], "big"), 4
            elif length == 127:
                length, start = int.from_bytes(got[2:10], "big"), 10
            if len(got) < start + length:
                break
            self._frame(got[0], got[start : start + length])
            got = got[start + length :]
        return got

    def _frame(self, first: int, content: bytes) -> None:
        if first == 0x80 | TEXT:
            self._hear(self, content)
        elif first == 0x80 | PING:
            self._write(PONG, content)
        elif first == 0x80 | CLOSE:
            self._transport.close()
        elif first != 0x80 | PONG:
            raise RuntimeError(f"a frame this client does not know: {first:#x}")

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost = True
        if not self.opened.done():
            self.opened.set_exception(ConnectionError("the server hung up"))

    def say(self, message: dict[str, Any]) -> None:
        self._write(TEXT, orjson.dumps(message))

    def subscribe(self, document: str, **variables: Any) -> None:
        """After the server has acknowledged the connection."""
        payload = {"query": document, "variables": variables}
        self.say({"id": ID, "type": "subscribe", "payload": payload})

    def _write(self, opcode: int, content: bytes) -> None:
        size = len(content)
        length = bytes([0x80 | size]) if size < 126 else b"\xfe" + size.to_bytes(2, "big")
        # a mask of zeros is a mask
        self._transport.write(bytes([0x80 | opcode]) + length + bytes(4) + content)

    def close(self) -> None:
        if not self.lost:
            self._write(CLOSE, (1000).to_bytes(2, "big"))
            self._transport.close()


async def join(
    port: int,
    token: str,
    document: str,
    variables: dict[str, Any],
    hear: Callable[[Socket, bytes], None],
) -> Socket:
    """A socket with one subscription; `hear` gets what comes after the server's acknowledgment."""
    acknowledged = asyncio.get_running_loop().create_future()

    def first(socket: Socket, message: bytes) -> None:
        if not acknowledged.done():
            acknowledged.set_result(message)
        else:
            hear(socket, message)

    socket = await Socket.connect(port, first)
    socket.say({"type": "connection_init", "payload": {"token": token}})
    if orjson.loads(await acknowledged)["type"] != "connection_ack":
        raise ConnectionError("the server did not acknowledge the connection")
    socket.subscribe(document, **variables)
    return socket
