"""Rollbook's processes as a client meets them: any node by its name, and what operators see."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from threading import Event
from time import monotonic
from typing import Any

import httpx

from docker.cluster import ROOT, Cluster

Data = dict[str, Any]
PATIENCE = 30.0


@dataclass
class Nodes:
    """`token` is a registrar's."""

    cluster: Cluster
    token: str
    client: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=PATIENCE))
    _asked: Iterator[int] = field(default_factory=count)

    def post(self, node: str, document: str, minimum: str | None = None, **variables: Any) -> Data:
        """What a node answers, whatever it is."""
        headers = {"Authorization": f"Bearer {self.token}", "Max-Wait": "20"}
        if minimum is not None:
            headers["Min-Position"] = minimum
        body = {"query": document, "variables": variables}
        answer = self.client.post(
            f"{self.cluster.address(node)}/graphql", json=body, headers=headers
        )
        told: Data = answer.json()
        return told

    def do(self, node: str, mutation: str, select: str = "", **given: Any) -> Data:
        """The payload of a command."""
        kind = f"{mutation[0].upper()}{mutation[1:]}Input!"
        document = (
            f"mutation($i: {kind}) {{ {mutation}(input: $i)"
            f" {{ position refusals {{ code }} facts {{ position type }} {select} }} }}"
        )
        told = self.post(node, document, i=given)
        assert "errors" not in told, told
        payload: Data = told["data"][mutation]
        return payload

    def made(self, node: str, mutation: str, select: str = "", **given: Any) -> Data:
        payload = self.do(node, mutation, select, **given)
        assert payload["refusals"] == [], payload
        return payload

    def seats(self, node: str, section: str, minimum: str | None = None) -> tuple[int, int]:
        """Free seats of a section, and the position at which a node says so. Asked as a question of
        its own each time: a node that knows the newest answer to the same one gives that."""
        document = f"query Q{next(self._asked)}($s: ID!) {{ section(id: $s) {{ seatsAvailable }} }}"
        told = self.post(node, document, minimum, s=section)
        assert "errors" not in told, told
        return told["data"]["section"]["seatsAvailable"], int(told["extensions"]["position"])

    def section(self, name: str, capacity: int) -> str:
        """A section of a course and a term of its own."""
        self.made("api-1", "openTerm", code=name, name=name, startsOn=START, endsOn=END)
        self.made("api-1", "addCourse", code=f"{name}-1", title=name, credits=1)
        given = {"term": name, "course": f"{name}-1", "code": "A", "capacity": capacity}
        made = self.made("api-2", "scheduleSection", "section { id }", **given)
        return str(made["section"]["id"])

    def student(self, number: str, node: str = "api-1") -> str:
        given = {"number": number, "name": f"Student {number}", "email": f"{number}@x.invalid"}
        made = self.made(node, "registerStudent", "student { id }", **given)
        return str(made["student"]["id"])

    @contextmanager
    def watching(self, node: str, section: str) -> Iterator[Iterator[int]]:
        """The free seats of a section, as a node pushes them; its signs of life are no news."""
        query = "subscription($s: ID!) { section(id: $s) { seatsAvailable } }"
        with httpx.stream(
            "POST",
            f"{self.cluster.address(node)}/graphql",
            json={"query": query, "variables": {"s": section}},
            headers={"Accept": "text/event-stream", "Authorization": f"Bearer {self.token}"},
            timeout=PATIENCE,
        ) as answer:
            lines = (line for line in _fresh(answer.iter_lines()) if line.startswith("data: {"))
            told = (json.loads(line.removeprefix("data: ")) for line in lines)
            yield (each["data"]["section"]["seatsAvailable"] for each in told)

    def metric(self, node: str, name: str) -> float:
        """The sum of a metric over its labels."""
        text = self.client.get(f"{self.cluster.address(node)}/metrics").text
        return sum(float(line.split()[-1]) for line in text.splitlines() if line.startswith(name))

    def leader(self, *nodes: str) -> str:
        """The process that projects all views, as soon as one does."""
        found: list[str] = []

        def one_leads() -> bool:
            found[:] = [node for node in nodes if self.metric(node, "rollbook_view_led{") > 0]
            return len(found) == 1

        until(one_leads)
        return found[0]


def _fresh(lines: Iterator[str]) -> Iterator[str]:
    """As long as there is news often enough."""
    deadline = monotonic() + 2 * PATIENCE
    for line in lines:
        assert monotonic() < deadline, "nothing new for too long"
        yield line
        if line.startswith("data: {"):
            deadline = monotonic() + 2 * PATIENCE


START, END = "2026-09-01", "2027-01-31"


def nodes_of(cluster: Cluster) -> Nodes:
    made = subprocess.run(
        [sys.executable, "-m", "service", "token", "--role", "registrar"],
        cwd=ROOT,
        env={"ROLLBOOK_TOKEN_SECRET": cluster.secret("rollbook_token_secret")},
        capture_output=True,
        text=True,
        check=True,
    )
    return Nodes(cluster, made.stdout.strip())


def until(so: Callable[[], bool], seconds: float = PATIENCE) -> float:
    """Look again and again until it is so; how long it took."""
    began = monotonic()
    look = Event()
    while not so():
        assert monotonic() - began < seconds, "it never came to be so"
        look.wait(0.02)
    return monotonic() - began
