"""Any node will do: what one of them recorded is read, pushed and repeated by the other."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from statistics import quantiles
from time import monotonic

from tests.cluster.nodes import Nodes

NODES = ("api-1", "api-2")


def test_what_was_written_through_one_is_read_through_the_other(nodes: Nodes) -> None:
    section, student = nodes.section("READ", 5), nodes.student("READ1")
    waits = []
    for nth in range(40):
        here, there = NODES[nth % 2], NODES[1 - nth % 2]
        act, given = ("cancelEnrollment", {"reason": "OTHER"}) if nth % 2 else ("enroll", {})
        position = nodes.made(here, act, student=student, section=section, **given)["position"]
        began = monotonic()
        free, told = nodes.seats(there, section, minimum=position)
        waits.append((monotonic() - began) * 1000)
        assert (free, told >= int(position)) == (5 if nth % 2 else 4, True)
    cuts = quantiles(waits, n=100)
    print(f"\nread through another node: p50 {cuts[49]:.0f} ms, p99 {cuts[98]:.0f} ms")


def test_one_command_through_two_nodes_has_one_effect_and_one_answer(nodes: Nodes) -> None:
    section = nodes.section("SAME", 1000)
    students = [nodes.student(f"SAME{nth}", NODES[nth % 2]) for nth in range(10)]
    for nth, student in enumerate(students):
        given = {"student": student, "section": section, "commandId": f"same-{nth}"}
        copy = partial(nodes.do, mutation="enroll", **given)
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(copy, NODES * 4))
        assert all(answer == answers[0] for answer in answers), answers
        assert len(answers[0]["facts"]) == 2
    position = answers[0]["position"]
    assert nodes.seats("api-2", section, position)[0] == 1000 - len(students)


def test_the_last_seats_go_once_through_two_nodes(nodes: Nodes) -> None:
    section = nodes.section("LAST", 20)
    students = [nodes.student(f"LAST{nth}", NODES[nth % 2]) for nth in range(60)]

    def reach(nth: int) -> tuple[str, ...]:
        given = {"student": students[nth], "section": section}
        refusals = nodes.do(NODES[nth % 2], "enroll", **given)["refusals"]
        return tuple(refusal["code"] for refusal in refusals)

    with ThreadPoolExecutor(16) as pool:
        told = Counter(pool.map(reach, range(60)))
    assert told == {(): 20, ("SECTION_FULL",): 40}


def test_what_happens_through_one_is_pushed_by_the_other(nodes: Nodes) -> None:
    section = nodes.section("PUSH", 50)
    students = [nodes.student(f"PUSH{nth}") for nth in range(5)]
    with nodes.watching("api-2", section) as pushed:
        assert next(pushed) == 50
        for left, student in zip(range(49, 0, -1), students, strict=False):
            nodes.made("api-1", "enroll", student=student, section=section)
            assert next(pushed) == left
