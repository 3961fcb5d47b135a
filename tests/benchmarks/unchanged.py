"""Asking again with the tag of an answer one has: nothing changed, so nothing is sent."""

import asyncio
import sys
import time
from urllib.parse import urlencode

import orjson

from tests.benchmarks.enrolling import note_load
from tests.benchmarks.measure import Book, Size
from tests.benchmarks.serving import Served
from tests.benchmarks.wire import Load, Wire


async def unchanged(
    book: Book, bench: str, name: str, at: Served, content: bytes, size: Size
) -> None:
    """As many 304 as there can be; no line where the server tags no answers."""
    request = orjson.loads(content)
    request["variables"] = orjson.dumps(request["variables"]).decode()
    path = f"/graphql?{urlencode(request)}"
    wires = [await Wire.open(at.port, at.token, path) for _ in range(size.clients)]
    first = await wires[0].send(wires[0].get())
    tag = first.header("etag")
    if first.status != 200 or tag is None:
        print(f"{bench}: {name} answers {first.status} and no tag", file=sys.stderr)
    else:
        load = Load()
        headers = f"If-None-Match: {tag}\r\n"
        began, used = time.perf_counter(), time.process_time()

        async def client(wire: Wire) -> None:
            while (sent := time.perf_counter()) < began + size.seconds:
                answer = await wire.send(wire.get(headers))
                load.waits.append(time.perf_counter() - sent)
                load.good += answer.status == 304 and not answer.content

        await asyncio.gather(*(client(wire) for wire in wires))
        load.seconds, load.client = time.perf_counter() - began, time.process_time() - used
        assert load.all_good, f"{name} sent an answer again that had not changed"
        note_load(book, bench, name, load)
    for wire in wires:
        wire.close()
