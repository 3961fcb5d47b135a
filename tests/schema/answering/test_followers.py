"""A feed that many follow: every item once and in order, wherever one joins and however slowly."""

import asyncio
from collections.abc import AsyncGenerator
from random import Random

import pytest

from schema.answering import feed as feeds
from schema.answering.feed import Feed
from schema.answering.group import Valued
from schema.answering.listening import Following
from tests.schema.answering.sockets import Socket


class Store:
    """Items at positions with gaps, and who reads them."""

    def __init__(self) -> None:
        self.positions: list[int] = []
        self.head = 0
        self.read: list[int] = []
        self.open = 0
        self._moved = asyncio.Condition()

    async def add(self, gap: int = 1) -> None:
        async with self._moved:
            self.head += gap
            self.positions.append(self.head)
            self._moved.notify_all()

    async def items(self, seen: int) -> AsyncGenerator[Valued, None]:
        self.read.append(seen)
        self.open += 1
        try:
            if seen > self.head:
                seen = self.head
                yield seen, f"reset to {seen}"
            while True:
                for position in [p for p in self.positions if p > seen]:
                    seen = position
                    yield position, str(position)
                async with self._moved:
                    await self._moved.wait_for(lambda: self.head > seen)  # noqa: B023
        finally:
            self.open -= 1


class Scene:
    def __init__(self) -> None:
        self.store = Store()
        self._feed: Feed | None = None

    def feed(self) -> Feed:
        if self._feed is None:
            self._feed = Feed(self.store.items, self.store.head, self._end)
        return self._feed

    def _end(self) -> None:
        self._feed = None

    def follow(self, socket: Socket, after: int | None = None) -> Following:
        following = Following(self.feed, after, self.store.head, socket, ("", ""), _raise)
        following.begin()
        return following


def _raise(error: Exception) -> None:
    raise error


async def settled() -> None:
    for _ in range(30):
        await asyncio.sleep(0)


@pytest.fixture
def scene() -> Scene:
    return Scene()


async def test_all_are_given_what_was_evaluated_once(scene: Scene) -> None:
    sockets = [Socket() for _ in range(20)]
    for socket in sockets:
        scene.follow(socket)
    await settled()
    for _ in range(5):
        await scene.store.add()
    await settled()

    assert {tuple(socket.sent) for socket in sockets} == {("1", "2", "3", "4", "5")}
    assert scene.store.read == [0]


async def test_who_resumes_where_it_is_remembered_reads_nothing(scene: Scene) -> None:
    scene.follow(Socket())
    await settled()
    for _ in range(5):
        await scene.store.add()
    await settled()

    again = Socket()
    scene.follow(again, after=2)
    await settled()

    assert again.sent == ["3", "4", "5"]
    assert scene.store.read == [0]


async def test_who_is_far_behind_reads_alone_until_it_is_not(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feeds, "MOST_ITEMS", 3)
    scene.follow(Socket())
    await settled()
    for _ in range(10):
        await scene.store.add()
    await settled()

    far = Socket()
    scene.follow(far, after=2)
    await settled()
    await scene.store.add()
    await settled()

    assert far.sent == [str(n) for n in range(3, 12)]
    assert scene.store.read == [0, 2]
    assert scene.store.open == 1, "it went on reading alone"


async def test_a_position_ahead_of_the_log_is_said_to_be_one(scene: Scene) -> None:
    await scene.store.add()
    socket = Socket()
    scene.follow(socket, after=99)
    await settled()
    await scene.store.add()
    await settled()
    assert socket.sent == ["reset to 1", "2"]


async def test_the_last_one_to_leave_ends_it(scene: Scene) -> None:
    following = [scene.follow(Socket(), after=0) for _ in range(3)]
    await settled()
    for each in following:
        each.leave()
    await settled()
    assert scene.store.open == 0


@pytest.mark.parametrize("seed", range(60))
async def test_nothing_is_lost_or_repeated(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """Followers join anywhere, are stuck and freed, leave and come back where they were."""
    chance = Random(seed)
    monkeypatch.setattr(feeds, "MOST_ITEMS", chance.choice([1, 2, 5, 50]))
    told: list[tuple[int, list[str]]] = []
    present: list[tuple[Following, Socket, int]] = []

    def join(after: int) -> None:
        socket = Socket()
        present.append((scene.follow(socket, after), socket, after))

    def leave(place: int) -> None:
        following, socket, after = present.pop(place)
        following.leave()
        told.append((after, socket.sent))

    for _ in range(120):
        match chance.choice(["add", "add", "add", "join", "stick", "free", "cut", "wait"]):
            case "add":
                await scene.store.add(chance.choice([1, 1, 3]))
            case "join":
                join(chance.randint(0, scene.store.head))
            case "cut" if present:
                _, socket, after = present[-1]
                leave(len(present) - 1)
                join(int(socket.sent[-1]) if socket.sent else after)
            case "stick" if present:
                chance.choice(present)[1].stuck = True
            case "free" if present:
                socket = chance.choice(present)[1]
                socket.stuck = False
                socket.free()
            case _:
                await asyncio.sleep(0)
    for _, socket, _ in present:
        socket.stuck = False
        socket.free()
    await settled()
    whole = [(after, socket.sent) for _, socket, after in present]
    while present:
        leave(0)

    for after, sent in whole:
        assert sent == [str(p) for p in scene.store.positions if p > after]
    for after, sent in told:
        assert sent == [str(p) for p in scene.store.positions if p > after][: len(sent)]
    await settled()
    assert scene.store.open == 0
