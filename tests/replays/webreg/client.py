"""A lean HTTP client: one keep-alive connection, one GraphQL request at a time."""

import asyncio
import json
from typing import Any

ANSWER_SECONDS = 30.0

Reply = dict[str, Any]


class Connection:
    """`open` one, `ask` it, `close` it; a reply that is not 200 raises ConnectionError."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, token: str
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._head = (
            "POST /graphql HTTP/1.1\r\nHost: rollbook\r\nContent-Type: application/json\r\n"
            f"Authorization: Bearer {token}\r\nContent-Length: "
        ).encode()

    @classmethod
    async def open(cls, port: int, token: str) -> "Connection":
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        return cls(reader, writer, token)

    async def ask(self, query: str, after: str | None = None, **variables: object) -> Reply:
        """The reply as it came, with `data` and perhaps `errors`; `after` is a position in the log
        that the views must have."""
        extensions = {} if after is None else {"minPosition": after, "maxWait": ANSWER_SECONDS}
        request = {"query": query, "variables": variables, "extensions": extensions}
        body = json.dumps(request).encode()
        self._writer.write(self._head + str(len(body)).encode() + b"\r\n\r\n" + body)
        reply: Reply = json.loads(await asyncio.wait_for(self._reply(), ANSWER_SECONDS + 5))
        return reply

    async def data(self, query: str, after: str | None = None, **variables: object) -> Reply:
        """The reply's data where nothing may go wrong."""
        reply = await self.ask(query, after, **variables)
        if reply.get("errors"):
            raise ConnectionError(f"the service answered {reply['errors']}")
        found: Reply = reply["data"]
        return found

    async def close(self) -> None:
        self._writer.close()
        await self._writer.wait_closed()

    async def _reply(self) -> bytes:
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        status, *lines = head.split("\r\n")
        length = next(
            (int(line.split(":")[1]) for line in lines if line.lower().startswith("content-len")),
            None,
        )
        if length is None:
            raise ConnectionError(f"no length in the reply: {status}")
        body = await self._reader.readexactly(length)
        if " 200 " not in f"{status} ":
            raise ConnectionError(f"{status}: {body[:200].decode(errors='replace')}")
        return body
