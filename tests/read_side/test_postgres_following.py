"""A second process's changes: what one projector commits to a server, all others are told."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from time import perf_counter
from uuid import UUID

import pytest

from read_side import listening
from read_side.changes import Changes, Notice
from read_side.postgres import CHANNEL, MOST_KEYS, PostgresViews, follow, spelled, understood
from read_side.projector import Projector, positions_of
from read_side.store import ViewPosition, ViewStore
from read_side.views import VIEWS
from tests.proxy import proxied
from tests.read_side.past import Past
from tests.read_side.test_listening import FOR_EVER, SOON, address, through
from tests.stores import database, views_at
from tests.write_side.campus import CAMPUS, A, B
from tests.write_side.office import PATIENCE
from write_side.commands import ChangeCapacity

ANN, BOB = UUID(int=1), UUID(int=2)
NAMES = {view.name for view in VIEWS}
Follow = Callable[..., Changes]


@pytest.fixture
def url(tmp_path: Path) -> str:
    return views_at(database(tmp_path))


@pytest.fixture
def store(url: str) -> Iterator[ViewStore]:
    opened = ViewStore(PostgresViews(url), VIEWS)
    yield opened
    opened.close()


@pytest.fixture
def elsewhere(url: str) -> Iterator[Follow]:
    """The changes of another process, which reads these views and does not project them."""
    with ExitStack() as opened:

        def begin(connection: str = url) -> Changes:
            changes = Changes(dict.fromkeys(NAMES, 0))
            following = follow(connection, changes)
            opened.callback(following.stop)
            following.start()
            return changes

        yield begin


@pytest.fixture
def _no_poll(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever depends on the poll waits until the test fails."""
    monkeypatch.setattr(listening, "POLL_SECONDS", FOR_EVER)


def commit(store: ViewStore, view: str, position: int, *keys: UUID, told: bool = True) -> None:
    with store.writing(view) as session:
        session.get_one(ViewPosition, view).position = position
        session.flush()
        if told:
            notice = Notice(view, position, frozenset(keys))
            store.database.announce(session.connection(), [notice])
        session.commit()


async def woken(listener: Awaitable[None], seconds: float = PATIENCE) -> None:
    await asyncio.wait_for(listener, seconds)


@pytest.mark.usefixtures("_no_poll")
async def test_a_commit_elsewhere_is_told_and_no_poll_is_needed(
    store: ViewStore, elsewhere: Follow
) -> None:
    changes = elsewhere()
    commit(store, "catalog", 3, ANN)
    await changes.reached(3, ["catalog"], PATIENCE)
    assert changes.positions["roster"] == 0


@pytest.mark.usefixtures("_no_poll")
async def test_whoever_listens_for_the_key_is_woken_and_nobody_else(
    store: ViewStore, elsewhere: Follow
) -> None:
    changes = elsewhere()
    topics = {"hers": ("catalog", ANN), "his": ("catalog", BOB), "other view": ("roster", ANN)}
    with ExitStack() as listening_in:
        heard = {
            who: asyncio.ensure_future(
                listening_in.enter_context(changes.listen([topic])).changed()
            )
            for who, topic in topics.items()
        }
        await asyncio.sleep(0)
        commit(store, "catalog", 3, ANN)
        await woken(heard["hers"])
        # all that was told with it has been delivered by the time the next is
        commit(store, "schedule", 1)
        await changes.reached(1, ["schedule"], PATIENCE)
        assert [who for who, future in heard.items() if future.done()] == ["hers"]
        for future in heard.values():
            future.cancel()


async def test_a_message_that_was_lost_is_found_by_looking(
    store: ViewStore, elsewhere: Follow
) -> None:
    """Within a second or so; which keys it was about nobody knows."""
    changes = elsewhere()
    with changes.listen([("catalog", BOB)]) as his, changes.listen([("roster", BOB)]) as other:
        heard = asyncio.ensure_future(his.changed())
        not_heard = asyncio.ensure_future(other.changed())
        await asyncio.sleep(0)
        began = perf_counter()
        commit(store, "catalog", 3, ANN, told=False)
        await changes.reached(3, ["catalog"], PATIENCE)
        assert perf_counter() - began < 2 * listening.POLL_SECONDS
        await woken(heard)
        assert not not_heard.done(), "its view did not change"
        not_heard.cancel()


async def test_looking_wakes_nobody_where_all_was_told(
    store: ViewStore, elsewhere: Follow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A look sees a commit before its message comes; that is not a lost message."""
    monkeypatch.setattr(listening, "POLL_SECONDS", 0.001)
    changes = elsewhere()
    with changes.listen([("catalog", BOB)]) as his:
        heard = asyncio.ensure_future(his.changed())
        await asyncio.sleep(0)
        for position in range(1, 300):
            commit(store, "catalog", position, ANN)
        await changes.reached(299, ["catalog"], PATIENCE)
        assert not heard.done(), "woken for somebody else's key"
        heard.cancel()


async def test_what_was_told_while_nobody_could_hear_wakes_everybody(
    url: str, store: ViewStore, elsewhere: Follow
) -> None:
    """A refusal moves no position, so that no look can find it."""
    with proxied(*address(url)) as proxy:
        changes = elsewhere(through(proxy, url))
        commit(store, "demand", 3, ANN)
        await changes.reached(3, ["demand"], PATIENCE)
        with changes.listen([("demand", BOB)]) as his:
            heard = asyncio.ensure_future(his.changed())
            await asyncio.sleep(0)
            with proxy.refusing():
                commit(store, "demand", 3, BOB)
            await woken(heard, SOON)


async def test_a_half_open_connection_is_found_out_and_what_it_swallowed_is_made_good(
    url: str, store: ViewStore, elsewhere: Follow
) -> None:
    """Nobody hangs up, and nothing is said any more: no position is missed for five seconds."""
    with proxied(*address(url)) as proxy:
        changes = elsewhere(through(proxy, url))
        commit(store, "catalog", 3, ANN)
        await changes.reached(3, ["catalog"], PATIENCE)
        with changes.listen([("catalog", ANN)]) as hers:
            heard = asyncio.ensure_future(hers.changed())
            await asyncio.sleep(0)
            proxy.half_open()
            began = perf_counter()
            commit(store, "catalog", 4, ANN)
            await changes.reached(4, ["catalog"], PATIENCE)
            await woken(heard)
        took = perf_counter() - began
        assert proxy.hung_up == 1
    print(f"resumed after {took:.1f} s")
    assert took < SOON


async def test_a_view_that_is_made_again_is_behind_everywhere(
    store: ViewStore, elsewhere: Follow
) -> None:
    changes = elsewhere()
    commit(store, "catalog", 30, ANN)
    await changes.reached(30, ["catalog"], PATIENCE)
    store.clear("catalog")
    commit(store, "catalog", 2, ANN)
    commit(store, "roster", 1)
    await changes.reached(1, ["roster"], PATIENCE)
    assert changes.positions["catalog"] == 2


async def test_what_a_crash_took_back_is_taken_back_everywhere(
    store: ViewStore, elsewhere: Follow
) -> None:
    changes = elsewhere()
    commit(store, "catalog", 30, ANN)
    await changes.reached(30, ["catalog"], PATIENCE)
    with changes.listen([("catalog", BOB)]) as his:
        commit(store, "catalog", 28, told=False)
        await woken(his.changed())
    assert changes.positions["catalog"] == 28


async def test_thousands_of_keys_reach_everybody_they_concern(
    store: ViewStore, elsewhere: Follow
) -> None:
    changes = elsewhere()
    keys = [UUID(int=nth) for nth in range(3_000)]
    with (
        changes.listen([("catalog", keys[0])]) as first,
        changes.listen([("catalog", keys[-1])]) as last,
        changes.listen([("catalog", UUID(int=9_999))]) as nobody,
    ):
        heard = [asyncio.ensure_future(each.changed()) for each in (first, last, nobody)]
        await asyncio.sleep(0)
        commit(store, "catalog", 1, *keys)
        await asyncio.gather(*heard[:2])
        assert not heard[2].done()
        commit(store, "catalog", 2, *(UUID(int=nth) for nth in range(MOST_KEYS + 1)))
        await woken(heard[2])


@pytest.mark.parametrize("count", [0, 1, 200, 201, 3_999, MOST_KEYS])
def test_a_notice_is_spelled_in_messages_that_are_carried(count: int) -> None:
    keys = frozenset(UUID(int=nth << 90) for nth in range(count))
    parts = spelled(Notice("notifications", 2**62, keys))
    assert max(len(part.encode()) for part in parts) + len(CHANNEL) < 7_900
    heard = [understood(part) for part in parts]
    assert {(part.view, part.position) for part in heard} == {("notifications", 2**62)}
    assert frozenset().union(*(part.keys or () for part in heard)) == keys


@pytest.mark.parametrize("keys", [None, frozenset(UUID(int=n) for n in range(MOST_KEYS + 1))])
def test_what_may_be_anything_or_is_too_much_is_everything(keys: frozenset[UUID] | None) -> None:
    assert [understood(part) for part in spelled(Notice("roster", 7, keys))] == [
        Notice("roster", 7, None)
    ]


async def test_how_late_another_process_hears(store: ViewStore, elsewhere: Follow) -> None:
    changes, past = elsewhere(), Past().tell(*CAMPUS)
    projector = Projector(store, past, Changes(positions_of(store)))
    projector.start()
    try:
        await changes.reached(past.head, NAMES, PATIENCE)
        took: list[float] = []
        for nth in range(150):
            past.tell(ChangeCapacity((A, B)[nth % 2], nth + 10))
            told = perf_counter()
            projector.follower.nudge()
            await changes.reached(past.head, NAMES, PATIENCE)
            took.append((perf_counter() - told) * 1000)
    finally:
        projector.stop()
    took.sort()
    print(f"heard elsewhere: p50 {took[75]:.1f} ms, p99 {took[148]:.1f} ms, most {took[-1]:.1f} ms")
    assert took[75] < 500, "messages are missed and the look makes up for it"
