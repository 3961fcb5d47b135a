"""A whole service on a real port, with a small campus that tests build and talk to by name."""

import json
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from read_side.projector import Projector
from schema.ids import global_id, key_of
from service import Service, Settings, create_app, open_service
from tests.schema.serving import serving
from tests.stores import places
from write_side.events import Role
from write_side.registrar import utc_now

Data = dict[str, Any]
FACTS = "facts { position type stream version at commandId summary data }"
SHARED = f"commandId position refusals {{ code message remedy path }} {FACTS}"


@dataclass(frozen=True)
class Answer:
    """One answer over HTTP, as a client sees it."""

    status: int
    headers: httpx.Headers
    body: Data

    @property
    def data(self) -> Data:
        assert not self.errors, self.errors
        data: Data = self.body["data"]
        return data

    @property
    def errors(self) -> list[Data]:
        return list(self.body.get("errors", ()))

    @property
    def codes(self) -> list[str]:
        return [error["extensions"]["code"] for error in self.errors]

    @property
    def position(self) -> str | None:
        found: str | None = self.body.get("extensions", {}).get("position")
        return found


class Campus:
    """The service, a client for it, and what has been built so far.

    `as_` is a token everywhere; None asks as nobody. Names and codes it makes are its own, so that
    the tests of one module do not meet.
    """

    def __init__(self, service: Service, port: int, client: httpx.Client) -> None:
        self.service = service
        self.client = client
        self.port = port
        self.ws = f"ws://127.0.0.1:{port}/graphql"
        self.registrar = self.token(Role.REGISTRAR)
        self._numbers = count(1)

    def token(self, role: Role, student: str | None = None, **options: Any) -> str:
        key = None if student is None else key_of(student, "Student")
        name = options.pop("name", role.value.lower() if key is None else f"student:{key.hex}")
        return self.service.tokens.make(role, name=name, student=key, **options)

    def student_token(self, student: str) -> str:
        return self.token(Role.STUDENT, student)

    def post(
        self, query: str, as_: str | None = None, headers: Data | None = None, **variables: Any
    ) -> Answer:
        return self.send({"query": query, "variables": variables}, as_, headers)

    def send(self, body: Data, as_: str | None = None, headers: Data | None = None) -> Answer:
        wanted = {"accept": "application/graphql-response+json"} | (headers or {})
        if as_ is not None:
            wanted["authorization"] = f"Bearer {as_}"
        content = json.dumps(body).encode()
        answer = self.client.post(
            "/graphql", content=content, headers=wanted | {"content-type": "application/json"}
        )
        return Answer(answer.status_code, answer.headers, answer.json())

    def ask(self, query: str, as_: str | None = None, **variables: Any) -> Data:
        """The data of an answer without errors, read after everything that was recorded."""
        after = {"Min-Position": str(self.head), "Max-Wait": "20"}
        return self.post(query, as_, after, **variables).data

    def try_(self, mutation: str, select: str = "", as_: str | None = None, **input: Any) -> Answer:
        """The whole answer to a command; as the registrar unless told otherwise."""
        kind = mutation[0].upper() + mutation[1:]
        document = (
            f"mutation Do($input: {kind}Input!)"
            f" {{ {mutation}(input: $input) {{ {SHARED} {select} }} }}"
        )
        return self.post(document, as_ or self.registrar, input=input)

    def do(self, mutation: str, select: str = "", as_: str | None = None, **input: Any) -> Data:
        """The payload of a command."""
        payload: Data = self.try_(mutation, select, as_, **input).data[mutation]
        return payload

    def made(self, mutation: str, select: str = "", as_: str | None = None, **input: Any) -> Data:
        """The payload of a command that must be accepted."""
        payload = self.do(mutation, select, as_, **input)
        assert payload["refusals"] == [], payload["refusals"]
        return payload

    @property
    def head(self) -> int:
        return self.service.log.head()

    def fresh(self, prefix: str) -> str:
        return f"{prefix}{next(self._numbers)}"

    def term(self, **input: Any) -> str:
        """A term that began a week ago, by its code."""
        code = self.fresh("T")
        now = datetime.now(UTC)
        days = {
            "startsOn": (now - timedelta(days=7)).date().isoformat(),
            "endsOn": (now + timedelta(days=100)).date().isoformat(),
        }
        self.made(
            "openTerm", "term { id }", **({"code": code, "name": f"Term {code}"} | days | input)
        )
        return str(input.get("code", code))

    def course(self, **input: Any) -> str:
        code = self.fresh("CS ")
        course = {"code": code, "title": f"Course {code}", "credits": 3} | input
        self.made("addCourse", "course { id }", **course)
        return str(input.get("code", code))

    def section(
        self, term: str | None = None, course: str | None = None, code: str = "A", **input: Any
    ) -> str:
        """A section of a course of its own in a term of its own unless told otherwise, by id."""
        given = {"term": term or self.term(), "course": course or self.course(), "code": code}
        payload = self.made("scheduleSection", "section { id }", **given, **input)
        return str(payload["section"]["id"])

    def student(self, **input: Any) -> str:
        number = self.fresh("S")
        who = {"number": number, "name": f"Student {number}", "email": f"{number}@campus.invalid"}
        payload = self.made("registerStudent", "student { id }", **(who | input))
        return str(payload["student"]["id"])

    def enroll(self, student: str, section: str, **input: Any) -> Data:
        return self.made("enroll", "enrollment { id }", student=student, section=section, **input)


@contextmanager
def campus_at(
    folder: Path, clock: Callable[[], datetime] = utc_now, **settings: Any
) -> Generator[Campus, None, None]:
    """A campus whose files are here; a plain service, opened by the composition root."""
    chosen = Settings(**places(folder), demo=False, **settings)
    with (
        open_service(chosen, clock=clock) as service,
        serving(create_app(service)) as port,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client,
    ):
        yield Campus(service, port, client)


@contextmanager
def held_up(campus: Campus, monkeypatch: pytest.MonkeyPatch) -> Generator[None, None, None]:
    """The projector stands still meanwhile, as under load."""
    gate, project = threading.Event(), Projector._project

    def waiting(self: Projector, *batch: Any) -> None:
        assert gate.wait(30)
        project(self, *batch)

    monkeypatch.setattr(Projector, "_project", waiting)
    try:
        yield
    finally:
        gate.set()
        campus.service.catch_up()
        monkeypatch.undo()


def in_days(days: float) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).isoformat()


def seat(student: str, section: str, **more: Any) -> Data:
    """The input of whatever a student does with a section."""
    return {"student": student, "section": section} | more


def broken(payload: Data) -> list[tuple[str, list[str] | None]]:
    """The rules a payload says were broken, each with the part of the input it is about."""
    for refusal in payload["refusals"]:
        assert refusal["message"].strip(), refusal
        assert refusal["remedy"] is None or refusal["remedy"].strip(), refusal
    return [(refusal["code"], refusal["path"]) for refusal in payload["refusals"]]


def ids_like(noun: str, number: int = 0xDEAD) -> str:
    """An id of the right shape that nothing has."""
    return str(global_id(noun, UUID(int=number)))
