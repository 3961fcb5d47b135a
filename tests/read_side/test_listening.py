"""Listening to a server: told at once, looking anyway, and never deaf for long."""

import os
import resource
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import mkdtemp
from time import monotonic

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from read_side import listening
from read_side.listening import Listening, nudged
from tests.postgres import Server, serving
from tests.proxy import Proxy, proxied
from tests.read_side.leading import until
from tests.stores import QUICK, database
from tests.write_side.office import PATIENCE

CHANNEL = "news"
SOON = 5.0
FOR_EVER = 3_600.0


class Ear:
    """Keeps what is heard; any thread may wait for a word."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self._more = threading.Condition()

    def __call__(self, word: str) -> None:
        with self._more:
            self.heard.append(word)
            self._more.notify_all()

    def until(self, word: str, seconds: float = PATIENCE) -> None:
        with self._more:
            assert self._more.wait_for(lambda: word in self.heard, seconds), self.heard

    def again(self, url: str) -> None:
        """Words are heard again, soon; those said while nobody listened need not be."""
        began = monotonic()
        while "again" not in self.heard:
            assert monotonic() - began < SOON, "still deaf"
            tell(url, "again")
            with self._more:
                self._more.wait(0.05)


Begin = Callable[..., Ear]


@pytest.fixture
def url(tmp_path: Path) -> str:
    return database(tmp_path)


@pytest.fixture
def begin() -> Iterator[Begin]:
    """Begin to listen, until the end of the test."""
    with ExitStack() as opened:

        def listen(
            connection: str, *look: Callable[[object], object], kind: type[Ear] = Ear
        ) -> Ear:
            ear = kind()
            listener = Listening(connection, CHANNEL, ear, *look)
            opened.callback(listener.stop)
            listener.start()
            return ear

        yield listen


@pytest.fixture
def _no_poll(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever depends on the poll waits until the test fails."""
    monkeypatch.setattr(listening, "POLL_SECONDS", FOR_EVER)


def tell(url: str, *words: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for word in words:
            connection.execute("SELECT pg_notify(%s, %s)", [CHANNEL, word])


def through(proxy: Proxy, url: str) -> str:
    return make_conninfo(url, host="127.0.0.1", port=proxy.port)


def address(url: str) -> tuple[str, int]:
    with psycopg.connect(url) as connection:
        return connection.info.host, connection.info.port


def took(act: Callable[[], object]) -> float:
    began = monotonic()
    act()
    return monotonic() - began


@pytest.mark.usefixtures("_no_poll")
def test_what_is_told_is_heard_in_order_and_no_poll_is_needed(begin: Begin, url: str) -> None:
    ear = begin(url)
    tell(url, "one", "two", "three")
    ear.until("three")
    assert ear.heard == ["one", "two", "three"]


@pytest.mark.usefixtures("_no_poll")
def test_it_has_looked_before_it_is_started_and_nothing_falls_between(
    begin: Begin, url: str
) -> None:
    looks: list[int] = []

    def look(_: object) -> None:
        looks.append(1)
        tell(url, "meanwhile")

    ear = begin(url, look)
    assert looks == [1]
    ear.until("meanwhile")


@pytest.mark.usefixtures("_no_poll")
def test_what_comes_along_with_an_answer_does_not_wait_for_the_next_look(
    begin: Begin, url: str
) -> None:
    def look(asking: object) -> None:
        assert isinstance(asking, psycopg.Connection)
        asking.execute(f"NOTIFY {CHANNEL}, 'by ourselves'")

    begin(url, look).until("by ourselves")


def test_it_looks_again_and_again_though_nothing_is_told(
    begin: Begin, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "POLL_SECONDS", 0.01)
    looked = threading.Semaphore(0)
    begin(url, lambda _: looked.release())
    for _ in range(5):
        assert looked.acquire(timeout=PATIENCE)


def test_nudges_are_given_for_whatever_is_told(url: str) -> None:
    one, other = threading.Event(), threading.Event()
    with nudged(url, CHANNEL, one.set, other.set):
        tell(url, "")
        assert one.wait(PATIENCE) and other.wait(PATIENCE)


def test_an_ear_that_fails_is_not_the_end(begin: Begin, url: str) -> None:
    class Failing(Ear):
        def __call__(self, word: str) -> None:
            super().__call__(word)
            if word == "too much":
                raise ValueError(word)

    ear = begin(url, kind=Failing)
    tell(url, "too much")
    ear.until("too much")
    ear.again(url)


def test_a_connection_that_is_killed_is_made_again(begin: Begin, url: str) -> None:
    ear = begin(url)
    with psycopg.connect(url, autocommit=True) as connection:
        killed = connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND query IN ('SELECT', 'LISTEN news')"
        ).fetchall()
    assert killed == [(True,)]
    ear.again(url)


@pytest.fixture
def own_server() -> Iterator[Server]:
    # not in pytest's own folder: another run of it may lock out whoever is not root
    with serving(Path(mkdtemp(prefix="rollbook-postgres-")), *QUICK) as server:
        yield server


@pytest.mark.parametrize("how", ["fast", "immediate"])
def test_a_server_that_is_started_again_is_listened_to_again(
    begin: Begin, own_server: Server, how: str
) -> None:
    ear = begin(own_server.url())
    own_server.stop(how)
    own_server.start()
    ear.again(own_server.url())


def test_a_server_that_comes_late_is_listened_to(
    begin: Begin, own_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    own_server.stop()
    monkeypatch.setattr(listening, "PATIENCE_SECONDS", 2.0)
    ear = begin(own_server.url())
    own_server.start()
    ear.again(own_server.url())


def test_a_connection_that_falls_silent_is_given_up_and_made_again(begin: Begin, url: str) -> None:
    with proxied(*address(url)) as proxy:
        ear = begin(through(proxy, url))
        with proxy.silent():
            assert took(lambda: proxy.wait_for("hung_up", 1)) < SOON
        ear.again(url)


def test_a_connection_of_which_the_other_half_is_gone_costs_less_than_five_seconds(
    begin: Begin, url: str
) -> None:
    """Nothing tells that it is gone, and whoever connects again is served."""
    with proxied(*address(url)) as proxy:
        ear = begin(through(proxy, url))
        proxy.half_open()
        ear.again(url)
        assert proxy.hung_up == 1


def test_a_server_that_never_opens_the_door_is_given_up_and_tried_again(
    begin: Begin, url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(listening, "PATIENCE_SECONDS", 2.0)
    with proxied(*address(url)) as proxy:
        with proxy.silent():
            ear = begin(through(proxy, url))
            until(lambda: "connection timeout expired" in caplog.text, SOON)
        ear.again(url)


def test_stopping_is_prompt_where_nothing_happens(url: str) -> None:
    listener = Listening(url, CHANNEL, Ear())
    listener.start()
    assert took(listener.stop) < 0.5


def test_stopping_is_prompt_where_nobody_answers(url: str) -> None:
    with proxied(*address(url)) as proxy:
        listener = Listening(through(proxy, url), CHANNEL, Ear())
        listener.start()
        with proxy.silent():
            assert took(listener.stop) < 1.5
        late = Listening(through(proxy, url), CHANNEL, Ear())
        with proxy.silent():
            late._thread.start()
            assert took(late.stop) < 1.5


def test_stopping_is_prompt_where_no_server_is() -> None:
    listener = Listening("host=127.0.0.1 port=1", CHANNEL, Ear())
    listener._thread.start()
    assert took(listener.stop) < 1.5


def test_stopping_before_starting_is_stopping(url: str) -> None:
    Listening(url, CHANNEL, Ear()).stop()


def test_thousands_of_open_sockets_do_not_make_it_deaf(begin: Begin, url: str) -> None:
    """As in a service with many subscribers: select() knows only the first 1,024."""
    before, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4_096, most), most))
    taken = [os.dup(0) for _ in range(1_100)]
    try:
        ear = begin(url)
        tell(url, "over here")
        ear.until("over here", SOON)
    finally:
        for each in taken:
            os.close(each)
        resource.setrlimit(resource.RLIMIT_NOFILE, (before, most))
