"""GraphQL over WebSocket at /graphql: the graphql-transport-ws protocol, and no other."""

import asyncio
import time
from collections.abc import Coroutine
from contextlib import aclosing
from typing import Any

import orjson
from starlette.types import Receive, Scope, Send

from schema.answering.listening import Listening, listen
from schema.answering.live import Live
from schema.errors import ApiError, Failure, new_request_id
from schema.execution import Context, Edge, Executor, Operation, Request, Viewer
from schema.messages import Close, id_of, optional_object, parse, start_of
from schema.outbox import Outbox, TooSlow

PROTOCOL = "graphql-transport-ws"


TOO_SLOW = (4290, "Too slow: resume from the last position you saw")


class GraphQLSocket:
    """An ASGI endpoint: `WebSocketRoute("/graphql", GraphQLSocket(executor, edge))`. Seconds.

    With `live`, equal subscriptions share their evaluation."""

    def __init__(
        self,
        executor: Executor,
        edge: Edge,
        live: Live | None = None,
        *,
        init_timeout: float = 5.0,
        send_timeout: float = 30.0,
        max_operations: int = 100,
    ) -> None:
        self.executor = executor
        self.edge = edge
        self.live = live
        self.init_timeout = init_timeout
        self.send_timeout = send_timeout
        self.max_operations = max_operations

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()  # websocket.connect
        offered = scope.get("subprotocols", ())
        if PROTOCOL not in offered:
            # Accepted first, since a refused handshake cannot say why; and with one of the client's
            # own, since browsers and others break off where none is chosen and see 1006.
            await send({"type": "websocket.accept", "subprotocol": next(iter(offered), None)})
            await send({"type": "websocket.close", "code": 4406, "reason": f"Speak {PROTOCOL}"})
            return
        await send({"type": "websocket.accept", "subprotocol": PROTOCOL})
        await _Connection(self, receive, send).run()


class _Connection:
    """One accepted socket. What comes in is read by the task that accepted it; operations that are
    not shared have a task each."""

    __slots__ = (
        "_ended",
        "_initialised",
        "_outbox",
        "_raw_send",
        "_reader",
        "_receive",
        "_running",
        "_settings",
        "_tasks",
        "_timers",
        "_viewer",
    )

    def __init__(self, settings: GraphQLSocket, receive: Receive, send: Send) -> None:
        self._settings = settings
        self._receive = receive
        self._raw_send = send
        self._outbox = Outbox(send, settings.send_timeout, self._broken)
        self._ended: list[Close | None] = []  # the first reason counts
        self._reader: asyncio.Task[Any] | None = None
        self._timers: list[asyncio.TimerHandle] = []
        self._viewer: Viewer | None = None
        self._initialised = False
        self._running: dict[str, asyncio.Task[None] | Listening] = {}
        # Also the cancelled ones that are still closing their sources.
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        timeout = Close(4408, "Connection initialisation timeout")
        self._close_in(self._settings.init_timeout, timeout)
        self._reader = reader = asyncio.current_task()
        try:
            await self._read()
        except asyncio.CancelledError:
            if not self._ended or reader is None:
                raise
            reader.uncancel()  # it was `_end` that did it
        finally:
            self._reader = None
            await self._clear()
        end = self._ended[0] if self._ended else None
        if end is not None:
            # A listener that does not drain gets the code if it reads on within this time.
            try:
                async with asyncio.timeout(self._settings.send_timeout):
                    message = {"type": "websocket.close", "code": end.code, "reason": end.reason}
                    await self._raw_send(message)
            except (OSError, TimeoutError):
                pass

    async def _clear(self) -> None:
        for timer in self._timers:
            timer.cancel()
        for running in self._running.values():
            if not isinstance(running, asyncio.Task):
                running.leave()
        self._outbox.close()
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def _end(self, close: Close | None) -> None:
        """End the socket; None if the client left."""
        self._ended.append(close)
        if self._reader is not None and len(self._ended) == 1:
            self._reader.cancel()

    def _broken(self, error: Exception) -> None:
        if not isinstance(error, OSError | TooSlow):
            self._settings.executor.failure(error, new_request_id())  # logs it
        self._end(Close(*TOO_SLOW) if isinstance(error, TooSlow) else None)

    def _close_in(self, seconds: float, close: Close) -> None:
        loop = asyncio.get_running_loop()
        self._timers.append(loop.call_later(max(0.0, seconds), self._end, close))

    # What comes in

    async def _read(self) -> None:
        most = self._settings.executor.limits.max_bytes
        try:
            while True:
                message = await self._receive()
                if message["type"] == "websocket.disconnect":
                    self._ended.append(None)
                    return
                await self._handle(parse(message, most))
        except Close as close:
            self._ended.append(close)
        except Exception as error:
            self._settings.executor.failure(error, new_request_id())  # logs it
            self._ended.append(Close(1011, "Internal error"))

    async def _handle(self, message: dict[str, Any]) -> None:
        match message["type"]:
            case "subscribe":
                await self._subscribe(message)
            case "complete":
                running = self._running.pop(id_of(message), None)
                if isinstance(running, asyncio.Task):
                    running.cancel()
                elif running is not None:
                    running.leave()
            case "ping":
                pong: dict[str, Any] = {"type": "pong"}
                if (payload := optional_object(message)) is not None:
                    pong["payload"] = payload
                await self._send(pong)
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
            self._viewer = self._settings.edge.authenticate(token)
        except ApiError as error:
            busy = error.code in ("OVERLOADED", "RATE_LIMITED")
            raise Close(*((1013, "Try again later") if busy else (4403, "Forbidden"))) from None
        while self._timers:
            self._timers.pop().cancel()
        if self._viewer.expires_at is not None:
            expired = Close(4403, "Token expired")
            self._close_in(self._viewer.expires_at - time.time(), expired)
        await self._send({"type": "connection_ack"})

    async def _subscribe(self, message: dict[str, Any]) -> None:
        if self._viewer is None:
            raise Close(4401, "Unauthorized")
        key = id_of(message)
        if key in self._running:
            raise Close(4409, f"Subscriber for {key} already exists")
        try:
            request = self._settings.executor.read(message.get("payload"))
        except ApiError as error:
            raise Close(4400, error.message) from None
        if len(self._running) >= self._settings.max_operations:
            text = f"A socket may run {self._settings.max_operations} operations at a time."
            await self._send_error(key, ApiError("RATE_LIMITED", text), new_request_id(), None)
            return
        if request.min_position is None and await self._share(key, request, self._viewer):
            return
        self._spawn(key, self._operate(key, request, self._viewer))

    async def _share(self, key: str, request: Request, viewer: Viewer) -> bool:
        """Join those who listen to the same, at once; False where this has to be run alone."""
        live = self._settings.live
        if live is None:
            return False
        try:
            operation = self._settings.executor.prepare(request)
            listening = self._listening(key, operation, viewer)
        except (ApiError, Failure) as error:
            await self._send_error(key, error, new_request_id(), None)
            return True
        if listening is None:
            return False
        self._running[key] = listening
        listening.begin()
        return True

    def _listening(self, key: str, operation: Operation, viewer: Viewer) -> Listening | None:
        live = self._settings.live
        if live is None:
            return None

        def fail(error: Exception) -> None:
            if self._running.pop(key, None) is not None:
                self._spawn(None, self._send_error(key, error, new_request_id(), operation))

        return listen(live, operation, viewer, self._outbox, (start_of(key), "}"), fail)

    def _spawn(self, key: str | None, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        if key is not None:
            self._running[key] = task
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # What goes out

    async def _operate(self, key: str, request: Request, viewer: Viewer) -> None:
        """Run one operation to its `complete` or `error`, which leaves the others alone."""
        executor = self._settings.executor
        context: Context | None = None
        operation: Operation | None = None
        request_id = new_request_id()
        start = start_of(key)
        try:
            operation = executor.prepare(request)
            context = self._settings.edge.context(
                viewer, min_position=request.min_position, max_wait=request.max_wait
            )
            request_id = context.request_id
            await context.ready()
            async with aclosing(executor.stream(operation, context)) as answers:
                async for answer in answers:
                    encoded = executor.encode(answer, request_id, operation)
                    await self._outbox.send(start + encoded.decode() + "}")
            if self._finish(key):
                await self._send({"id": key, "type": "complete"})
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
        failure = self._settings.executor.failure(error, request_id, operation)
        await self._send({"id": key, "type": "error", "payload": failure.present(request_id)})

    async def _send(self, message: dict[str, Any]) -> None:
        await self._outbox.send(orjson.dumps(message).decode())
