"""Equal requests of different viewers never meet: whoever asks the same at the same moment, by
POST, by GET or on a socket, is answered what they may see, and as it is now."""

import json
from collections.abc import Generator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.schema.campus import Campus, Data
from tests.schema.listening import Socket, listening

PERSON = """query Person($student: ID!, $ids: [ID!]!) {
  viewer { role student { id } }
  student(id: $student) { number enrollments(status: [ENROLLED]) { status } }
  nodes(ids: $ids) { __typename id } }"""
WATCH = """subscription Person($student: ID!) { student(id: $student) {
  number enrollments(status: [ENROLLED]) { status } } }"""


class Company:
    """Four people who look at the same student: one is it, one may see it, two may not."""

    def __init__(self, campus: Campus) -> None:
        self.campus = campus
        self.student, self.stranger = campus.student(), campus.student()
        self.number = campus.ask(
            "query N($id: ID!) { student(id: $id) { number } }", campus.registrar, id=self.student
        )["student"]["number"]
        self.tokens = {
            "oneself": campus.student_token(self.student),
            "registrar": campus.registrar,
            "stranger": campus.student_token(self.stranger),
            "nobody": None,
        }

    def seen(self, who: str, enrolled: int) -> Any:
        """The student as this viewer is to see it."""
        told = {"number": self.number, "enrollments": [{"status": "ENROLLED"}] * enrolled}
        return told if who in ("oneself", "registrar") else None

    def answer(self, who: str, enrolled: int) -> Data:
        shown = self.seen(who, enrolled)
        own = {"oneself": self.student, "stranger": self.stranger}.get(who)
        role = {"registrar": "REGISTRAR", "nobody": "ANONYMOUS"}.get(who, "STUDENT")
        return {
            "viewer": {"role": role, "student": own and {"id": own}},
            "student": shown,
            "nodes": [shown and {"__typename": "Student", "id": self.student}],
        }


@pytest.fixture
def company(campus: Campus) -> Company:
    return Company(campus)


@pytest.mark.parametrize("method", ["POST", "GET"])
def test_one_after_the_other(campus: Campus, company: Company, method: str) -> None:
    """Everybody comes first once, and all of them twice before the next change."""
    people = list(company.tokens)
    for enrolled in range(len(people)):
        for who in 2 * (people[enrolled:] + people[:enrolled]):
            assert ask(company, method, who) == company.answer(who, enrolled), (who, enrolled)
        campus.enroll(company.student, campus.section())
        campus.service.catch_up()


def ask(company: Company, method: str, who: str) -> Any:
    variables = {"student": company.student, "ids": [company.student]}
    token = company.tokens[who]
    headers = {"accept": "application/json"} | (
        {} if token is None else {"authorization": f"Bearer {token}"}
    )
    if method == "POST":
        given: Data = {"json": {"query": PERSON, "variables": variables}}
    else:
        given = {"params": {"query": PERSON, "variables": json.dumps(variables)}}
    answer = company.campus.client.request(method, "/graphql", headers=headers, **given)
    return answer.json()["data"]


@pytest.fixture
def sockets(campus: Campus, company: Company) -> Generator[dict[tuple[str, int], Socket]]:
    """Two of each, who all listen to the same."""
    with ExitStack() as stack:
        yield {
            (who, number): stack.enter_context(listening(campus.ws, token))
            for number in (1, 2)
            for who, token in company.tokens.items()
        }


def test_all_at_once(company: Company, sockets: dict[tuple[str, int], Socket]) -> None:
    campus = company.campus
    for socket in sockets.values():
        socket.subscribe(WATCH, student=company.student)
    seeing = {key: socket for key, socket in sockets.items() if company.seen(key[0], 0)}
    for (who, _), socket in sockets.items() - seeing.items():
        code = "UNAUTHENTICATED" if who == "nobody" else "FORBIDDEN"
        assert [error["extensions"]["code"] for error in socket.errors()] == [code]

    for enrolled in range(4):
        for (who, _), socket in seeing.items():
            shown = company.seen(who, enrolled)
            socket.until(lambda data, shown=shown: data["student"] == shown)
        campus.enroll(company.student, campus.section())

    for (who, _), socket in sockets.items() - seeing.items():
        own = company.answer(who, 4)["viewer"]
        heard = socket.ask("query Me { viewer { role student { id } } }")
        assert heard["data"]["viewer"] == own, "nothing else came meanwhile"
