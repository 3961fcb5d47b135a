"""Many at once: whoever waits or listens holds nothing that the others need."""

import threading
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import httpx
import pytest

from tests.schema.campus import Campus, campus_at, held_up
from tests.schema.listening import listening
from write_side.submission import Overloaded

CROWD = 60
SECTION = "query($id: ID!) { section(id: $id) { enrolled course { code } } }"


@pytest.fixture
def campus(tmp_path_factory: pytest.TempPathFactory) -> Generator[Campus, None, None]:
    """One for each test: a service that stands still would fail the next test too."""
    with campus_at(tmp_path_factory.mktemp("crowd")) as campus:
        yield campus


def test_commands_that_wait_for_the_views_hold_up_nobody(
    campus: Campus, monkeypatch: pytest.MonkeyPatch
) -> None:
    section, before = campus.section(), campus.head
    saved = threading.Condition()
    document = """mutation($i: ChangeCapacityInput!) { changeCapacity(input: $i) {
      facts { type } section { capacity course { code } } } }"""

    def told() -> None:
        with saved:
            saved.notify_all()

    def change(capacity: int) -> list[str]:
        given = {"section": section, "capacity": capacity}
        return campus.post(document, campus.registrar, {"Max-Wait": "25"}, i=given).codes

    campus.service.registrar.on_saved(told)
    with ThreadPoolExecutor(CROWD) as pool:
        with held_up(campus, monkeypatch):
            waiting = [pool.submit(change, 100 + turn) for turn in range(CROWD)]
            with saved:
                assert saved.wait_for(lambda: campus.head == before + CROWD, 20)
            assert_alive(campus)
        assert [answer.result() for answer in waiting] == [[]] * CROWD


def test_idle_listeners_hold_up_nobody(campus: Campus) -> None:
    """Each has read a section with its course and waits for the next change."""
    section = campus.section()
    document = SECTION.replace("query", "subscription")
    with ExitStack() as stack:
        sockets = [stack.enter_context(listening(campus.ws)) for _ in range(CROWD)]
        for number, socket in enumerate(sockets):
            socket.subscribe(document, id=section)
            try:
                assert socket.value("section")["enrolled"] == 0
            except TimeoutError:
                pytest.fail(f"listener {number + 1} is not answered: the others hold it up")

        assert_alive(campus)
        campus.enroll(campus.student(), section)

        assert [socket.value("section")["enrolled"] for socket in sockets] == [1] * CROWD


def test_a_burst_of_reads_is_answered(campus: Campus) -> None:
    section = campus.section()
    with ThreadPoolExecutor(CROWD) as pool:
        answers = list(pool.map(lambda _: campus.post(SECTION, id=section), range(CROWD * 4)))

    assert {answer.status for answer in answers} == {200}
    assert [answer.codes for answer in answers] == [[]] * len(answers)


def test_a_full_queue_is_told_and_when_to_come_back(
    campus: Campus, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise Overloaded("too many commands are waiting")

    monkeypatch.setattr(campus.service.registrar, "submit", full)
    answer = campus.try_("addCourse", code="FULL 1", title="x", credits=1)

    assert answer.codes == ["OVERLOADED"]
    assert answer.errors[0]["extensions"]["retryAfter"] >= 1
    assert answer.headers["retry-after"] == "1"


def assert_alive(campus: Campus) -> None:
    try:
        alive = httpx.get(f"http://127.0.0.1:{campus.port}/health/live", timeout=5)
    except httpx.TimeoutException:
        pytest.fail("the event loop stands still: something waits in it for a connection")
    assert alive.status_code == 200
