"""The process that projects beside `rollbook serve` on embedded files: it outlives nobody, and
nobody misses it for long."""

import os
import signal
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.cluster.nodes import until
from tests.schema.listening import listening
from tests.test_serve import Process, lines_until, serving

OPEN = """mutation ($code: String!) { openTerm(input: {code: $code, name: "Autumn",
  startsOn: "2030-09-01", endsOn: "2030-12-20"}) { position term { code } } }"""


def beside(process: Process) -> set[int]:
    """The pids of those that project for this one."""
    children = Path(f"/proc/{process.running.pid}/task").glob("*/children")
    pids = {int(pid) for each in children for pid in each.read_text().split()}
    return {pid for pid in pids if projects(pid)}


def projects(pid: int) -> bool:
    with suppress(OSError):
        return "--beside" in Path(f"/proc/{pid}/cmdline").read_text()
    return False


def open_term(process: Process, code: str) -> dict[str, Any]:
    """As the registrar, who reads what they wrote; the token is the last that was told."""
    assert process.running.stderr is not None
    told = [*process.welcome, *lines_until(process.running.stderr, "playground#token")]
    token = [line.rpartition("#token=")[2] for line in told if "#token=" in line][-1]
    document = {"query": OPEN, "variables": {"code": code}}
    headers = {"authorization": f"Bearer {token}"}
    answer: dict[str, Any] = process.client.post("/graphql", json=document, headers=headers).json()
    opened: dict[str, Any] = answer["data"]["openTerm"]
    return opened


def test_it_is_replaced_when_killed_and_what_listeners_hear_goes_on(tmp_path: Path) -> None:
    with serving(tmp_path) as process:
        until(lambda: bool(beside(process)))
        (first,) = beside(process)
        with listening(f"ws://127.0.0.1:{process.port}/graphql") as listener:
            listener.subscribe("subscription { views { name position } }")
            listener.next()
            os.kill(first, signal.SIGKILL)
            until(lambda: bool(beside(process) - {first}))
            opened = open_term(process, "AFTER-1")
            assert opened["term"] == {"code": "AFTER-1"}
            at = int(opened["position"])
            listener.until(lambda data: min(int(v["position"]) for v in data["views"]) >= at)
        (second,) = beside(process)
        said = process.stop()
    assert "another is started" in said
    assert not projects(second)


def test_it_ends_with_a_service_that_was_killed_and_the_next_goes_on(tmp_path: Path) -> None:
    with serving(tmp_path) as process:
        until(lambda: bool(beside(process)))
        (pid,) = beside(process)
        process.running.kill()
        process.running.wait()
        until(lambda: not projects(pid))
    with serving(tmp_path) as process:
        assert open_term(process, "AFTER-2")["term"] == {"code": "AFTER-2"}
        process.stop()
