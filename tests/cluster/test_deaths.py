"""Processes die: nothing acknowledged is lost, others take over, pushes go on."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from time import monotonic

import httpx
import pytest

from tests.cluster.nodes import Nodes, until

PROJECTORS = ("projector", "projector-standby")


def test_the_stand_by_takes_over(nodes: Nodes) -> None:
    section, student = nodes.section("DIES", 5), nodes.student("DIES1")
    for _ in range(2):
        dying = nodes.leader(*PROJECTORS)
        (other,) = {*PROJECTORS} - {dying}
        with nodes.watching("api-1", section) as pushed:
            free = next(pushed)
            nodes.cluster.kill(dying)
            began = monotonic()
            act, given = ("enroll", {}) if free == 5 else ("cancelEnrollment", {"reason": "OTHER"})
            nodes.made("api-2", act, student=student, section=section, **given)
            assert next(pushed) != free
            taken = monotonic() - began
        print(f"\ntaken over in {taken:.2f} s")
        assert taken < 5
        assert nodes.leader(other) == other
        nodes.cluster.run(dying)
        nodes.cluster.wait(dying)
    assert nodes.metric(other, "rollbook_view_led{") > 0


def test_an_api_node_dies_under_load(nodes: Nodes) -> None:
    section = nodes.section("NODE", 500)
    students = [nodes.student(f"NODE{nth}") for nth in range(60)]
    dead = Event()

    def enroll(nth: int) -> str:
        if nth == 20:
            nodes.cluster.kill("api-2")
            dead.set()
        given = {"student": students[nth], "section": section, "commandId": f"node-{nth}"}
        for node in ("api-2", "api-1"):
            try:
                return str(nodes.made(node, "enroll", **given)["position"])
            except (httpx.TransportError, KeyError):
                continue
        raise AssertionError("no node answers")

    with ThreadPoolExecutor(8) as pool:
        positions = list(pool.map(enroll, range(60)))
    assert dead.is_set()
    assert len(set(positions)) == 60
    newest = str(max(map(int, positions)))
    assert nodes.seats("api-1", section, newest)[0] == 440
    nodes.cluster.run("api-2")
    nodes.cluster.wait("api-2")
    assert nodes.seats("api-2", section, newest)[0] == 440


@pytest.mark.parametrize("how", ["immediate", "fast"])
def test_the_database_goes_and_comes_back_under_load(nodes: Nodes, how: str) -> None:
    section = nodes.section(f"GONE-{how}", 500)
    students = [nodes.student(f"GONE-{how}-{nth}") for nth in range(40)]

    def enroll(nth: int) -> int:
        if nth == 12:
            nodes.cluster.server.stop(how)
            nodes.cluster.server.start()
        given = {"student": students[nth], "section": section, "commandId": f"{how}-{nth}"}
        told: list[int] = []

        def answered() -> bool:
            node = ("api-1", "api-2")[nth % 2]
            payload = (nodes.post(node, ENROLL, i=given).get("data") or {}).get("enroll")
            told.extend([int(payload["position"])] if payload else [])
            return bool(payload)

        until(answered)
        return told[0]

    with nodes.watching("api-2", section) as pushed:
        assert next(pushed) == 500
        with ThreadPoolExecutor(8) as pool:
            positions = list(pool.map(enroll, range(40)))
        for node in ("api-1", "api-2"):
            assert nodes.seats(node, section, str(max(positions)))[0] == 460
        assert 460 in pushed, "whoever had subscribed before is told what came after"


ENROLL = "mutation($i: EnrollInput!) { enroll(input: $i) { position refusals { code } } }"


def test_while_the_database_is_away_commands_say_how_to_be_sent_again(nodes: Nodes) -> None:
    section, student = nodes.section("AWAY", 5), nodes.student("AWAY1")
    nodes.cluster.server.stop()
    try:
        given = {"student": student, "section": section, "commandId": "away-1"}
        (error,) = nodes.post("api-1", ENROLL, i=given)["errors"]
    finally:
        nodes.cluster.server.start()
    assert error["extensions"]["code"] == "OVERLOADED"
    assert "away-1" in error["message"]
    position = nodes.made("api-2", "enroll", **given)["position"]
    assert nodes.seats("api-1", section, position)[0] == 4
