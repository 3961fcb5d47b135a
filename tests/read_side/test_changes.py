"""Waiting for a position and listening for a key: woken by the commit, never by looking again."""

import asyncio
import gc
import threading
import weakref
from time import perf_counter
from uuid import UUID

import pytest

from read_side.changes import ANY, Changes, Notice
from tests.read_side.house import House
from tests.write_side.campus import A
from tests.write_side.office import PATIENCE
from write_side.commands import ChangeCapacity

ANN, BOB = UUID(int=1), UUID(int=2)
MANY = 8_000


def changes() -> Changes:
    return Changes({"catalog": 0, "roster": 0})


def notice(view: str, position: int, *keys: UUID) -> Notice:
    return Notice(view, position, frozenset(keys))


def publish(to: Changes, *notices: Notice) -> None:
    """From the projector's thread, as always."""
    thread = threading.Thread(target=to.publish, args=(list(notices),))
    thread.start()
    thread.join(PATIENCE)


async def turns(count: int = 10) -> None:
    """Let everything run that needs no time to pass."""
    for _ in range(count):
        await asyncio.sleep(0)


async def test_a_position_that_is_reached_is_no_wait() -> None:
    moved = changes()
    publish(moved, notice("catalog", 5))
    waiting = asyncio.ensure_future(moved.reached(5, ["catalog"], 0))
    await turns()
    assert waiting.done()
    await waiting


async def test_a_waiter_is_woken_by_the_commit_and_by_no_clock() -> None:
    moved = changes()
    waiting = asyncio.ensure_future(moved.reached(5, ["catalog"], PATIENCE))
    await turns()
    publish(moved, notice("catalog", 4))
    await turns()
    assert not waiting.done(), "too early"
    publish(moved, notice("catalog", 7))
    await turns()
    assert waiting.done(), "it needs time to pass: it looks again and again"
    await waiting


async def test_all_named_views_must_be_there_and_no_other() -> None:
    moved = changes()
    both = asyncio.ensure_future(moved.reached(3, ["catalog", "roster"], PATIENCE))
    one = asyncio.ensure_future(moved.reached(3, ["catalog"], PATIENCE))
    await turns()
    publish(moved, notice("catalog", 3))
    await turns()
    assert (one.done(), both.done()) == (True, False)
    publish(moved, notice("roster", 3))
    await asyncio.gather(one, both)


async def test_a_position_that_is_not_reached_in_time_is_a_timeout() -> None:
    moved = changes()
    with pytest.raises(TimeoutError):
        await moved.reached(1, ["catalog"], 0.01)
    assert sizes(moved) == sizes(changes())


async def test_a_waiter_who_gave_up_leaves_nothing_and_disturbs_nobody() -> None:
    moved = changes()
    gone = asyncio.ensure_future(moved.reached(1, ["catalog"], PATIENCE))
    stays = asyncio.ensure_future(moved.reached(1, ["catalog"], PATIENCE))
    await turns()
    gone.cancel()
    publish(moved, notice("catalog", 1))
    await stays
    with pytest.raises(asyncio.CancelledError):
        await gone
    assert sizes(moved) == sizes(changes())


async def test_thousands_who_wait_are_woken_at_once() -> None:
    moved = changes()
    waiting = [
        asyncio.ensure_future(moved.reached(1, ["catalog", "roster"], PATIENCE))
        for _ in range(MANY)
    ]
    await turns(3)
    began = perf_counter()
    publish(moved, notice("catalog", 1), notice("roster", 1))
    await asyncio.gather(*waiting)
    took = perf_counter() - began
    print(f"{MANY} waiters woken in {took * 1000:.0f} ms")
    assert sizes(moved) == sizes(changes())
    assert took < 1, "waking costs more than in proportion to the waiters"


def test_a_thread_waits_the_same_way() -> None:
    moved = changes()
    waiting = threading.Thread(target=moved.wait, args=(3, PATIENCE, ["catalog"]), daemon=True)
    waiting.start()
    moved.publish([notice("catalog", 3)])
    waiting.join(PATIENCE)
    assert not waiting.is_alive()
    with pytest.raises(TimeoutError, match="3"):
        moved.wait(3, 0.01)
    moved.publish([notice("roster", 4)])
    moved.wait(3, 0)


def test_positions_follow_the_notices() -> None:
    moved = changes()
    moved.publish([notice("catalog", 3), notice("roster", 2)])
    moved.publish([notice("catalog", 9)])
    assert dict(moved.positions) == {"catalog": 9, "roster": 2}


async def woken(listener: "asyncio.Future[None]") -> bool:
    await turns()
    return listener.done()


async def test_a_listener_hears_its_own_keys_and_no_others() -> None:
    moved = changes()
    with moved.listen([("catalog", ANN), ("roster", BOB)]) as listener:
        heard = asyncio.ensure_future(listener.changed())
        publish(moved, notice("catalog", 1, BOB), notice("roster", 1, ANN), notice("roster", 2))
        assert not await woken(heard)
        publish(moved, notice("roster", 3, ANN, BOB))
        assert await woken(heard)


async def test_any_change_of_a_view_can_be_listened_for() -> None:
    moved = changes()
    with moved.listen([("catalog", ANY)]) as listener:
        heard = asyncio.ensure_future(listener.changed())
        publish(moved, notice("roster", 1, ANN))
        assert not await woken(heard)
        publish(moved, notice("catalog", 1, BOB))
        assert await woken(heard)


async def test_changes_while_a_listener_is_busy_are_one_wake_up() -> None:
    moved = changes()
    with moved.listen([("catalog", ANN), ("catalog", BOB)]) as listener:
        for position in range(1, 6):
            publish(moved, notice("catalog", position, ANN, BOB))
        await turns()
        await listener.changed()
        again = asyncio.ensure_future(listener.changed())
        assert not await woken(again), "five changes were more than one wake-up"
        publish(moved, notice("catalog", 6, BOB))
        assert await woken(again), "the next change was lost"


async def test_a_change_between_two_waits_is_not_lost() -> None:
    moved = changes()
    with moved.listen([("catalog", ANN)]) as listener:
        publish(moved, notice("catalog", 1, ANN))
        await turns()
        assert await woken(asyncio.ensure_future(listener.changed()))


async def test_listeners_of_one_key_do_not_share_a_wake_up() -> None:
    moved = changes()
    with moved.listen([("catalog", ANN)]) as one, moved.listen([("catalog", ANN)]) as other:
        publish(moved, notice("catalog", 1, ANN))
        await turns()
        await asyncio.wait_for(one.changed(), PATIENCE)
        await asyncio.wait_for(other.changed(), PATIENCE)


async def test_a_listener_that_left_is_forgotten() -> None:
    moved = changes()
    with moved.listen([("catalog", ANN), ("catalog", BOB)]) as listener:
        with moved.listen([("catalog", ANN)]):
            pass
        publish(moved, notice("catalog", 1, ANN))
        await turns()
        await listener.changed()
    gone = weakref.ref(listener)
    del listener
    gc.collect()
    assert gone() is None
    assert sizes(moved) == sizes(changes())


def test_publishing_after_the_loop_is_gone_hurts_nobody() -> None:
    moved = changes()

    async def listen_once() -> None:
        with moved.listen([("catalog", ANN)]):
            await turns()

    asyncio.run(listen_once())
    moved.publish([notice("catalog", 1, ANN)])
    assert moved.positions["catalog"] == 1


async def test_the_wait_that_reading_after_writing_adds(house: House) -> None:
    took: list[float] = []
    for nth in range(150):
        sent = house.office.send(ChangeCapacity(A, nth + 10))
        outcome = await asyncio.wrap_future(sent)
        answered = perf_counter()
        assert outcome.position is not None
        await house.changes.reached(outcome.position, list(house.store.views), PATIENCE)
        took.append((perf_counter() - answered) * 1000)
    took.sort()
    print(f"added wait: p50 {took[75]:.1f} ms, p99 {took[148]:.1f} ms, most {took[-1]:.1f} ms")
    assert took[75] < 500, "a wake-up is missed and the poll makes up for it"


def sizes(moved: Changes) -> dict[str, int]:
    """How much it keeps of everything it keeps."""
    return {name: len(value) for name, value in vars(moved).items() if hasattr(value, "__len__")}


async def test_a_listener_may_change_what_it_listens_to() -> None:
    """As a student joins a list and leaves another while watching: nothing in between is lost."""
    moved, one, two = changes(), ("catalog", ANN), ("waitlist", BOB)
    with moved.listen({one}) as listener:
        listener.listen({one, two})
        publish(moved, notice("waitlist", 1, BOB))
        await asyncio.wait_for(listener.changed(), PATIENCE)
        publish(moved, notice("catalog", 1, ANN))
        await turns()
        listener.listen({two})
        await asyncio.wait_for(listener.changed(), PATIENCE)
        publish(moved, notice("catalog", 2, ANN))
        waiting = asyncio.ensure_future(listener.changed())
        await turns()
        assert not waiting.done(), "it listens to that no more"
        waiting.cancel()
    assert not moved._listeners
