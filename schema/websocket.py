"""GraphQL over WebSocket at /graphql: the graphql-transport-ws protocol, and no other."""

import asyncio
import time
from contextlib import aclosing
from typing import Any

import orjson
from starlette.types import Receive, Scope, Send

from schema.errors import ApiError, new_request_id
from schema.execution import Context, Edge, Executor, Operation, Request, Viewer

PROTOCOL = "graphql-transport-ws"
REASON_BYTES = 123  # what a close frame has room for


class Close(Exception):
    """Ends the whole socket."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(code, reason)
        self.code = code
        self.reason = reason.encode()[:REASON_BYTES].decode(errors="ignore")


TOO_SLOW = (4290, "Too slow: resume from the last position you saw")


class GraphQLSocket:
    """An ASGI endpoint: `WebSocketRoute("/graphql", GraphQLSocket(executor, edge))`. Seconds."""

    def __init__(
        self,
        executor: Executor,
        edge: Edge,
        *,
        init_timeout: float = 5.0,
        send_timeout: float = 30.0,
        max_operations: int = 100,
    ) -> None:
        self.executor = executor
        self.edge = edge
        self.init_timeout = init_timeout
        self.send_timeout = send_timeout
        self.max_operations = max_operations

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()  # websocket.connect
        if PROTOCOL not in scope.get("subprotocols", ()):
            # Accepted first, since a refused handshake cannot say why.
            await send({"type": "websocket.accept"})
            await send({"type": "websocket.close", "code": 4406, "reason": f"Speak {PROTOCOL}"})
            return
        await send({"type": "websocket.accept", "subprotocol": PROTOCOL})
        await _Connection(self, receive, send).run()


class _Connection:
    """One accepted socket: a task that reads, and a task per running operation."""

    def __init__(self, settings: GraphQLSocket, receive: Receive, send: Send) -> None:
        self.settings = settings
        self.executor = settings.executor
        self.edge = settings.edge
        self._receive = receive
        self._raw_send = send
        self._sending = asyncio.Lock()
        self._ending: asyncio.Future[Close | None] = asyncio.get_running_loop().create_future()
        self._timers: list[asyncio.TimerHandle] = []
        self._viewer: Viewer | None = None
        self._initialised = False
        self._running: dict[str, asyncio.Task[None]] = {}
        # Also the cancelled ones that are still closing their sources.
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        self._close_in(self.settings.init_timeout, Close(4408, "Connection initialisation timeout"))
        reading = asyncio.ensure_future(self._read())
        end: Close | None = None
        try:
            end = await self._ending
        finally:
            for timer in self._timers:
                timer.cancel()
            tasks = [reading, *self._tasks]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        if end is not None:
            # A listener that does not drain gets the code if it reads on within this time.
            try:
                async with asyncio.timeout(self.settings.send_timeout):
                    message = {"type": "websocket.close", "code": end.code, "reason": end.reason}
                    await self._raw_send(message)
            except (OSError, TimeoutError):
                pass

    def _end(self, close: Close | None) -> None:
        """End the socket; None if the client left. The first reason counts."""
        if not self._ending.done():
            self._ending.set_result(close)

    def _close_in(self, seconds: float, close: Close) -> None:
        loop = asyncio.get_running_loop()
        self._timers.append(loop.call_later(max(0.0, seconds), self._end, close))

    # What comes in

    async def _read(self) -> None:
        try:
            while True:
                message = await self._receive()
                if message["type"] == "websocket.disconnect":
                    return self._end(None)
                await self._handle(parse(message, self.executor.limits.max_bytes))
        except Close as close:
            self._end(close)
        except Exception as error:
            self.executor.failure(error, new_request_id())  # logs it
            self._end(Close(1011, "Internal error"))

    async def _handle(self, message: dict[str, Any]) -> None:
        match message["type"]:
            case "subscribe":
                await self._subscribe(message)
            case "complete":
                task = self._running.pop(id_of(message), None)
                if task is not None:
                    task.cancel()
            case "ping":
                pong: dict[str, Any] = {"type": "pong"}
                if (payload := optional_object(message)) is not None:
                    pong["payload"] = payload
                await self._send(orjson.dumps(pong))
            case "pong":
                optional_object(message)
            case "connection_init":
                await self._initialise(optional_object(message) or {})
            case other:
                raise Close(4400, f"Unexpected message of type {other}")

    async def _initialise(self, parameters: dict[str, Any]) -> None:
        if self._initialised:
            raise Close(4429, "Too many initialisation requests")
        self._initialised = True
        token = parameters.get("token")
        if token is not None and not isinstance(token, str):
            raise Close(4400, "connectionParams.token must be a string")
        try:
            self._viewer = self.edge.authenticate(token)
        except ApiError as error:
            busy = error.code in ("OVERLOADED", "RATE_LIMITED")
            raise Close(*((1013, "Try again later") if busy else (4403, "Forbidden"))) from None
        for timer in self._timers:
            timer.cancel()
        if self._viewer.expires_at is not None:
            expired = Close(4403, "Token expired")
            self._close_in(self._viewer.expires_at - time.time(), expired)
        await self._send(b'{"type":"connection_ack"}')

    async def _subscribe(self, message: dict[str, Any]) -> None:
        if self._viewer is None:
            raise Close(4401, "Unauthorized")
        key = id_of(message)
        if key in self._running:
            raise Close(4409, f"Subscriber for {key} already exists")
        try:
            request = self.executor.read(message.get("payload"))
        except ApiError as error:
            raise Close(4400, error.message) from None
        if len(self._running) >= self.settings.max_operations:
            text = f"A socket may run {self.settings.max_operations} operations at a time."
            await self._send_error(key, ApiError("RATE_LIMITED", text), new_request_id(), None)
            return
        task = asyncio.ensure_future(self._operate(key, request, self._viewer))
        self._running[key] = task
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # What goes out

    async def _operate(self, key: str, request: Request, viewer: Viewer) -> None:
        """Run one operation to its `complete` or `error`, which leaves the others alone."""
        context: Context | None = None
        operation: Operation | None = None
        request_id = new_request_id()
        start = b'{"id":' + orjson.dumps(key) + b',"type":"next","payload":'
        try:
            operation = self.executor.prepare(request)
            context = self.edge.context(
                viewer, min_position=request.min_position, max_wait=request.max_wait
            )
            request_id = context.request_id
            await context.ready()
            async with aclosing(self.executor.stream(operation, context)) as answers:
                async for answer in answers:
                    encoded = self.executor.encode(answer, request_id, operation)
                    await self._send(start + encoded + b"}")
            if self._finish(key):
                await self._send(orjson.dumps({"id": key, "type": "complete"}))
        except Close as close:
            self._end(close)
        except Exception as error:
            if self._finish(key):
                await self._send_error(key, error, request_id, operation)
        finally:
            if context is not None:
                context.close()

    def _finish(self, key: str) -> bool:
        """Free the id before saying so, since the client may use it again at once.

        False if the client has completed the operation, and perhaps used its id again already.
        """
        if self._running.get(key) is not asyncio.current_task():
            return False
        del self._running[key]
        return True

    async def _send_error(
        self, key: str, error: Exception, request_id: str, operation: Operation | None
    ) -> None:
        errors = self.executor.failure(error, request_id, operation).present(request_id)
        try:
            await self._send(orjson.dumps({"id": key, "type": "error", "payload": errors}))
        except Close as close:
            self._end(close)

    async def _send(self, message: bytes) -> None:
        """Raises `Close` if the client is gone or does not drain."""
        try:
            async with asyncio.timeout(self.settings.send_timeout), self._sending:
                await self._raw_send({"type": "websocket.send", "text": message.decode()})
        except TimeoutError:
            raise Close(*TOO_SLOW) from None
        except OSError:
            self._end(None)
            raise Close(1006, "Gone") from None


def parse(message: Any, max_bytes: int) -> dict[str, Any]:
    text = message.get("text")
    if text is None:
        raise Close(4400, "Only text messages")
    if len(text) > max_bytes or len(text.encode()) > max_bytes:
        raise Close(1009, f"A message may have {max_bytes} bytes")
    try:
        data = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise Close(4400, "The message is not valid JSON") from None
    if not isinstance(data, dict) or not isinstance(data.get("type"), str):
        raise Close(4400, "The message must be an object with a `type`")
    return data


def id_of(message: dict[str, Any]) -> str:
    key = message.get("id")
    if not isinstance(key, str) or not key:
        raise Close(4400, "`id` must be a non-empty string")
    return key


def optional_object(message: dict[str, Any]) -> dict[str, Any] | None:
    payload = message.get("payload")
    if payload is not None and not isinstance(payload, dict):
        raise Close(4400, "`payload` must be an object or absent")
    return payload
