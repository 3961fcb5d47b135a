"""A client that speaks graphql-transport-ws message by message, nonsense included."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

if TYPE_CHECKING:
    from tests.schema.transport.conftest import Served

PROTOCOL = Subprotocol("graphql-transport-ws")


class Socket:
    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    async def send(self, message: Any) -> None:
        data = message if isinstance(message, str | bytes) else json.dumps(message)
        await self.connection.send(data)

    async def receive(self) -> Any:
        return json.loads(await asyncio.wait_for(self.connection.recv(), 10))

    async def subscribe(self, key: str, query: str, **payload: Any) -> None:
        payload = {"query": query, **payload}
        await self.send({"id": key, "type": "subscribe", "payload": payload})

    async def closed(self) -> tuple[int, str]:
        """The close code and reason; what else still comes is dropped."""
        with suppress(ConnectionClosed):
            while True:
                await asyncio.wait_for(self.connection.recv(), 10)
        code, reason = self.connection.close_code, self.connection.close_reason
        assert code is not None and reason is not None
        return code, reason

    async def init(self, **parameters: Any) -> None:
        await self.send({"type": "connection_init", "payload": parameters})
        assert await self.receive() == {"type": "connection_ack"}


@asynccontextmanager
async def raw(served: "Served", protocol: Subprotocol = PROTOCOL) -> AsyncGenerator[Socket, None]:
    async with connect(served.ws, subprotocols=[protocol], compression=None) as connection:
        yield Socket(connection)


@asynccontextmanager
async def opened(served: "Served", **parameters: Any) -> AsyncGenerator[Socket, None]:
    async with raw(served) as socket:
        await socket.init(**parameters)
        yield socket


def data(message: Any, key: str = "1") -> Any:
    assert (message["type"], message["id"]) == ("next", key), message
    return message["payload"]["data"]


def codes(message: Any, key: str = "1") -> list[str]:
    assert (message["type"], message["id"]) == ("error", key), message
    return [error["extensions"]["code"] for error in message["payload"]]
