"""Kept answers: for whom, for how long, and never for those who may see something else."""

from collections.abc import Hashable
from typing import Any

import pytest

from schema.answering import shared
from schema.answering.shared import Answers
from schema.http import GraphQLHTTP
from tests.schema.campus import Campus, seat
from write_side.events import Role

SECTION = "query($id: ID!) { section(id: $id) { enrolled } }"
MINE = "query($id: ID!) { student(id: $id) { number enrollments { section { enrolled } } } }"


class Moving:
    """Views that move when a test says so."""

    def __init__(self) -> None:
        self.moves = {"a": 0, "b": 0}


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> list[Hashable]:
    """The keys under which something kept was given, as they come."""
    keys: list[Hashable] = []
    give = GraphQLHTTP._give

    async def noted(self: GraphQLHTTP, http: Any, key: Hashable) -> bool:
        if await give(self, http, key):
            keys.append(key)
            return True
        return False

    monkeypatch.setattr(GraphQLHTTP, "_give", noted)
    return keys


def test_an_answer_is_old_once_a_view_it_was_read_from_moves() -> None:
    moving = Moving()
    answers = Answers(moving)
    answers.keep("key", b"of a", "1", {"a"}, answers.stand())

    moving.moves["b"] += 1
    assert answers.find("key") is not None

    moving.moves["a"] += 1
    assert answers.find("key") is None


def test_an_answer_whose_view_moved_while_it_was_read_is_old_at_once() -> None:
    moving = Moving()
    answers = Answers(moving)
    stand = answers.stand()
    moving.moves["a"] += 1

    answers.keep("key", b"of a", "1", {"a"}, stand)

    assert answers.find("key") is None


def test_the_least_recently_used_go_first() -> None:
    answers = Answers(Moving(), most_bytes=10)
    for key in ("first", "second"):
        answers.keep(key, b"12345", None, (), answers.stand())
    answers.find("first")

    answers.keep("third", b"12345", None, (), answers.stand())

    assert [answers.find(key) is not None for key in ("first", "second", "third")] == [
        True,
        False,
        True,
    ]


def test_what_is_too_large_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared, "LARGEST", 3)
    answers = Answers(Moving())
    answers.keep("key", b"1234", None, (), answers.stand())
    assert answers.find("key") is None


def test_equal_questions_of_everybody_share_an_answer(
    campus: Campus, given: list[Hashable]
) -> None:
    section, student = campus.section(), campus.student()
    campus.service.catch_up()

    first = campus.post(SECTION, id=section)
    others = [
        campus.post(SECTION, as_, id=section)
        for as_ in (None, campus.registrar, campus.student_token(student))
    ]

    assert len(given) == len(others)
    assert {other.body == first.body for other in others} == {True}
    assert {other.headers["log-position"] for other in others} == {first.position}


def test_a_write_makes_the_kept_answer_old(campus: Campus, given: list[Hashable]) -> None:
    section = campus.section()
    for taken in range(3):
        assert campus.ask(SECTION, id=section) == {"section": {"enrolled": taken}}
        campus.enroll(campus.student(), section)
    assert not given


def test_what_depends_on_the_viewer_is_for_them_alone(
    campus: Campus, given: list[Hashable]
) -> None:
    """Also refusals: nobody gets another's answer, nor the office's."""
    section, ann, bob = campus.section(), campus.student(), campus.student()
    campus.enroll(ann, section)
    campus.service.catch_up()
    as_ann, as_bob = campus.student_token(ann), campus.student_token(bob)

    seen = campus.post(MINE, as_ann, id=ann)
    assert seen.data["student"]["enrollments"]
    for stranger in (as_bob, None, campus.token(Role.LISTENER)):
        refused = campus.post(MINE, stranger, id=ann)
        assert refused.codes and refused.body["data"] == {"student": None}
    assert campus.post(MINE, campus.registrar, id=ann).body == seen.body
    assert not given

    assert campus.post(MINE, as_ann, id=ann).body == seen.body
    assert len(given) == 1


@pytest.mark.parametrize(
    "document",
    [
        "query Who($id: ID!) { student(id: $id) { name { text } } }",
        "query($id: ID!) { views { lag } student(id: $id) { number } }",
        "mutation($id: ID!) { addToCart(input: {student: $id, section: $id}) { position } }",
    ],
)
def test_some_answers_are_nobody_else_s(
    campus: Campus, given: list[Hashable], document: str
) -> None:
    student = campus.student()
    campus.service.catch_up()
    for _ in range(2):
        campus.post(document, campus.registrar, id=student)
    assert not given


def test_errors_are_not_kept(campus: Campus, given: list[Hashable]) -> None:
    for _ in range(2):
        assert campus.post("{ sections(first: 0) { edges { cursor } } }").codes == ["BAD_REQUEST"]
    assert not given


def test_variables_and_operations_are_part_of_the_question(campus: Campus) -> None:
    one, other = campus.section(), campus.section()
    campus.enroll(campus.student(), one)
    campus.service.catch_up()
    both = "query A($id: ID!) { section(id: $id) { enrolled } } query B { __typename }"

    for section, taken in ((one, 1), (other, 0)):
        answer = campus.send({"query": both, "operationName": "A", "variables": {"id": section}})
        assert answer.data == {"section": {"enrolled": taken}}
    assert campus.send({"query": both, "operationName": "B"}).data == {"__typename": "Query"}


def test_a_position_that_is_asked_for_is_waited_for_first(campus: Campus) -> None:
    section = campus.section()
    campus.ask(SECTION, id=section)
    made = campus.do("enroll", **seat(campus.student(), section))

    answer = campus.post(SECTION, None, {"Min-Position": made["position"]}, id=section)

    assert answer.data == {"section": {"enrolled": 1}}


def test_a_client_that_has_the_answer_is_told_so(campus: Campus) -> None:
    section = campus.section()
    campus.service.catch_up()
    question = {"query": f'{{ section(id: "{section}") {{ enrolled }} }}'}

    first = campus.client.get("/graphql", params=question)
    again = [
        campus.client.get("/graphql", params=question, headers={"If-None-Match": known})
        for known in (first.headers["etag"], f'"other", W/{first.headers["etag"]}', "*")
    ]

    assert first.headers["cache-control"] == "private, no-cache"
    assert {(answer.status_code, answer.content) for answer in again} == {(304, b"")}
    assert {answer.headers["etag"] for answer in again} == {first.headers["etag"]}

    campus.enroll(campus.student(), section)
    campus.service.catch_up()
    changed = campus.client.get(
        "/graphql", params=question, headers={"If-None-Match": first.headers["etag"]}
    )
    assert changed.status_code == 200
    assert changed.json()["data"] == {"section": {"enrolled": 1}}


def test_posts_are_answered_in_full_and_not_stored(campus: Campus) -> None:
    answer = campus.post("{ __typename }", None, {"If-None-Match": "*"})
    assert answer.status == 200
    assert answer.headers["cache-control"] == "no-store"
    assert "etag" not in answer.headers
