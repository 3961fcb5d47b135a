"""What the server alone can do: answers that are bytes already, and one message to everybody."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class Limits:
    """A bare ASGI app.

    `PUT /static/NAME` keeps a body, any other request there is answered with it. Sockets at
    `/broadcast` get, as it is, what is posted there.
    """

    def __init__(self) -> None:
        self._static: dict[str, bytes] = {}
        self._listening: set[Send] = set()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return
        if scope["type"] == "websocket":
            await self._listen(receive, send)
            return
        content = await _read(receive)
        answer = b"{}"
        if scope["method"] == "PUT":
            self._static[scope["path"]] = content
        elif scope["path"] == "/broadcast":
            message = {"type": "websocket.send", "text": content.decode()}
            for each in list(self._listening):
                await each(message)
        else:
            answer = self._static[scope["path"]]
        headers = [
            (b"content-type", b"application/json; charset=utf-8"),
            (b"content-length", str(len(answer)).encode()),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": answer})

    async def _listen(self, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "websocket.accept", "subprotocol": "graphql-transport-ws"})
        self._listening.add(send)
        try:
            while (await receive())["type"] != "websocket.disconnect":
                pass
        finally:
            self._listening.discard(send)


async def _read(receive: Receive) -> bytes:
    content = b""
    while True:
        message = await receive()
        content += message.get("body", b"")
        if not message.get("more_body"):
            return content
