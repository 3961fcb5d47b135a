"""The side that serves: whatever keeps the other from working, it is tried again."""

import sys
import threading

import pytest

from read_side import apart
from read_side.apart import Apart
from read_side.changes import Changes, Notice
from tests.read_side.leading import until

TELLING = """
import sys, threading
from read_side.apart import Told
told = Told(int(sys.argv[1]), {"catalog": 7})
told.listen_until_closed(lambda: None)
"""


def test_one_that_cannot_be_started_is_tried_again(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apart, "PAUSE_SECONDS", 0.01)
    link = tmp_path_factory.mktemp("bin") / "python"
    changes = Changes({"catalog": 0})
    working = Apart([str(link), "-c", TELLING], changes)
    working.start()
    try:
        assert working.led() == ()
        link.symlink_to(sys.executable)
        changes.wait(7, timeout=30)
        assert set(working.led()) == {"catalog"}
    finally:
        working.stop()
    assert working.led() == ()


def test_a_message_that_cannot_be_taken_in_does_not_leave_the_views_standing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(apart, "PAUSE_SECONDS", 0.01)
    changes, stumbled = Changes({"catalog": 0}), threading.Event()
    publish = changes.publish

    def once(notices: list[Notice]) -> None:
        if not stumbled.is_set():
            stumbled.set()
            raise RuntimeError("no")
        publish(notices)

    monkeypatch.setattr(changes, "publish", once)
    working = Apart([sys.executable, "-c", TELLING], changes)
    working.start()
    try:
        changes.wait(7, timeout=30)
    finally:
        working.stop()
    until(lambda: working.led() == ())
