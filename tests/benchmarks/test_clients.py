"""The clients that measure: whole messages out of any pieces, and what they say of a load."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import count, repeat

import pytest

from tests.benchmarks.campus import Pairs, Plan
from tests.benchmarks.crowd import Wish, crowd
from tests.benchmarks.growth.picture import draw
from tests.benchmarks.growth.series import Series
from tests.benchmarks.serving import served
from tests.benchmarks.sockets import Socket
from tests.benchmarks.wire import Wire, closed_loop, open_loop

SIZES = [0, 1, 125, 126, 127, 65_535, 65_536, 200_000]


def frame(content: bytes) -> bytes:
    """As a server sends it: not masked."""
    size = len(content)
    if size < 126:
        return b"\x81" + bytes([size]) + content
    if size < 65_536:
        return b"\x81\x7e" + size.to_bytes(2, "big") + content
    return b"\x81\x7f" + size.to_bytes(8, "big") + content


class Nowhere(asyncio.Transport):
    def write(self, data: bytes | bytearray | memoryview) -> None: ...

    def close(self) -> None: ...


@pytest.mark.parametrize("piece", [1, 7, 1_000, 1_000_000])
async def test_a_socket_hears_whole_messages_whatever_pieces_they_come_in(piece: int) -> None:
    heard: list[bytes] = []
    socket = Socket("/graphql", lambda _, message: heard.append(message))
    socket.connection_made(Nowhere())
    told = [bytes([65 + number]) * size for number, size in enumerate(SIZES[: 5 + (piece > 1) * 3])]
    stream = b"HTTP/1.1 101 Switching\r\nx: y\r\n\r\n" + b"".join(frame(text) for text in told)
    for start in range(0, len(stream), piece):
        socket.data_received(stream[start : start + piece])
    assert heard == told


async def test_a_refused_handshake_is_no_open_socket() -> None:
    socket = Socket("/graphql", lambda *_: None)
    socket.connection_made(Nowhere())
    socket.data_received(b"HTTP/1.1 403 Forbidden\r\n\r\n")
    with pytest.raises(ConnectionError, match="403"):
        await socket.opened


@asynccontextmanager
async def shelf(content: bytes) -> AsyncIterator[tuple[int, Wire]]:
    """The bare server, with these bytes at `/static/x`."""
    async with served("limits", "", Plan(0, 0)) as at:
        wire = await Wire.open(at.port, path="/static/x")
        length = f"Content-Length: {len(content)}\r\n\r\n".encode()
        await wire.send(b"PUT /static/x HTTP/1.1\r\nHost: x\r\n" + length + content)
        yield at.port, wire
        wire.close()


async def test_a_load_counts_every_answer_and_judges_it() -> None:
    content = b"x" * 100_000
    async with shelf(content) as (port, wire):
        assert await wire.post(b"{}") == content
        lengths: Iterator[bool] = (number % 4 == 0 for number in count())
        load = await closed_loop(
            port,
            "",
            3,
            [b"{}"] * 40,
            "/static/x",
            judge=lambda got: got == content and next(lengths),
        )
        assert (len(load.waits), load.good, load.all_good) == (40, 10, False)
        assert load.client > 0 and 0 < load.seconds < 10
        load = await closed_loop(port, "", 3, repeat(b"{}"), "/static/x", seconds=0.1)
        assert load.all_good and load.seconds >= 0.1
        load = await open_loop(port, "", 3, 200, 0.25, repeat(b"{}"), "/static/x")
        assert len(load.waits) == 50 and load.seconds >= 0.24


async def test_a_wire_that_was_idle_for_too_long_connects_again() -> None:
    async def answer_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer_once, "127.0.0.1", 0) as server:
        wire = await Wire.open(server.sockets[0].getsockname()[1])
        assert [(await wire.send(wire.get())).content for _ in range(3)] == [b"ok"] * 3
        wire.close()


async def test_a_crowd_tells_when_the_last_has_it() -> None:
    async with served("limits", "", Plan(0, 0)) as at:
        wire = await Wire.open(at.port, path="/broadcast")
        async with crowd(Wish(at.port, "", 20)) as listening:
            await listening.until_joined()
            sent = time.perf_counter()
            await wire.post(b'{"news": 1}')
            assert 0 < await listening.received('"news": 1') - sent < 10
            with pytest.raises(TimeoutError):
                await listening.received('"news": 2', patience=0.1)
        wire.close()


def test_pairs_meet_once_and_fill_sections_evenly() -> None:
    pairs = Pairs(list(range(10)), list("abcde"))
    met = [next(pairs) for _ in range(50)]
    assert len(set(met)) == 50
    assert [next(Pairs(list(range(10)), list("abcde"), met=2)) for _ in range(1)] == [met[20]]
    with pytest.raises(AssertionError, match="met every section"):
        next(pairs)


def test_growth_is_drawn_for_each_unit() -> None:
    found = [
        Series("facts", "page", "ms of CPU", [(10, 0.5), (100, 7.0)]),
        Series("facts", "start", "s", [(10, 1.0), (100, 10.0)]),
        Series("facts", "enroll <b>", "ms of CPU", [(10, 0.0), (100, 2.0)]),
    ]
    drawn = draw(found)
    assert drawn.count('class="name"') == 2 and "enroll &lt;b&gt;" in drawn
    assert drawn.count(" dot") == 6
