"""A state that many watch is evaluated once a change, and nobody who is slow is waited for."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from schema.answering.group import Group, Valued
from schema.answering.listening import Watching
from tests.schema.answering.sockets import Socket


class Source:
    """Values that a test gives; counts who asks for them."""

    def __init__(self) -> None:
        self.begun, self.closed = 0, 0
        self._given: asyncio.Queue[Valued | Exception] = asyncio.Queue()

    async def values(self) -> AsyncGenerator[Valued, None]:
        self.begun += 1
        try:
            while True:
                given = await self._given.get()
                if isinstance(given, Exception):
                    raise given
                yield given
        finally:
            self.closed += 1

    async def give(self, *values: Valued | Exception) -> None:
        for value in values:
            self._given.put_nowait(value)
        for _ in range(3 * len(values)):
            await asyncio.sleep(0)


class Scene:
    def __init__(self) -> None:
        self.source, self.ended = Source(), 0
        self.failures: list[Exception] = []
        self._group: Group | None = None

    def _end(self) -> None:
        self.ended += 1
        self._group = None

    def group(self) -> Group:
        if self._group is None:
            self._group = Group(self.source.values, self._end)
        return self._group

    def watcher(self, socket: Socket) -> Watching:
        watching = Watching(self.group, socket, ("<", ">"), self.failures.append)
        watching.begin()
        return watching


@pytest.fixture
def scene() -> Scene:
    return Scene()


async def test_all_are_shown_what_was_evaluated_once(scene: Scene) -> None:
    sockets = [Socket() for _ in range(50)]
    for socket in sockets:
        scene.watcher(socket)

    await scene.source.give((1, "one"), (2, "two"))

    assert {tuple(socket.sent) for socket in sockets} == {("<one>", "<two>")}
    assert scene.source.begun == 1


async def test_who_joins_later_is_shown_the_newest_at_once(scene: Scene) -> None:
    scene.watcher(Socket())
    await scene.source.give((1, "one"), (2, "two"))

    late = Socket()
    scene.watcher(late)

    assert late.sent == ["<two>"]
    assert scene.source.begun == 1


async def test_who_is_slow_skips_values_and_holds_up_nobody(scene: Scene) -> None:
    quick, slow = Socket(), Socket()
    for socket in (quick, slow):
        scene.watcher(socket)
    slow.stuck = True

    await scene.source.give(*((n, str(n)) for n in range(1, 6)))
    assert quick.sent == ["<1>", "<2>", "<3>", "<4>", "<5>"]
    assert slow.sent == ["<1>"]

    slow.free()
    assert slow.sent == ["<1>", "<5>"]


async def test_two_on_one_slow_socket_are_both_shown_the_newest(scene: Scene) -> None:
    socket = Socket()
    for _ in range(2):
        scene.watcher(socket)
    socket.stuck = True
    await scene.source.give((1, "one"), (2, "two"))

    socket.stuck = False
    socket.free()

    assert socket.sent[-2:] == ["<two>", "<two>"]


async def test_nobody_is_shown_an_older_value_after_a_newer_one(scene: Scene) -> None:
    socket = Socket()
    scene.watcher(socket)
    await scene.source.give((5, "five"), (4, "four"), (5, "five again"))
    assert socket.sent == ["<five>", "<five again>"]


async def test_the_last_one_to_leave_ends_it(scene: Scene) -> None:
    one, other = scene.watcher(Socket()), scene.watcher(Socket())
    await scene.source.give((1, "one"))
    one.leave()
    assert (scene.ended, scene.source.closed) == (0, 0)

    other.leave()
    await asyncio.sleep(0)

    assert (scene.ended, scene.source.closed) == (1, 1)
    again = Socket()
    scene.watcher(again)
    await scene.source.give((2, "two"))
    assert (again.sent, scene.source.begun) == (["<two>"], 2)


async def test_a_failure_is_everybody_s(scene: Scene) -> None:
    for _ in range(3):
        scene.watcher(Socket())

    await scene.source.give(RuntimeError("gone"))

    assert [str(failure) for failure in scene.failures] == ["gone"] * 3
    assert (scene.ended, scene.source.closed) == (1, 1)


async def test_whoever_left_is_shown_nothing_more(scene: Scene) -> None:
    slow, other = Socket(), Socket()
    leaving = scene.watcher(slow)
    scene.watcher(other)
    slow.stuck = True
    await scene.source.give((1, "one"), (2, "two"))

    leaving.leave()
    slow.free()

    assert slow.sent == ["<one>"]
