"""Personal values reach the person and, for a named purpose that is written down, staff."""

import json
import logging
from dataclasses import dataclass

import pytest

from tests.schema.campus import Campus, Data
from tests.schema.examples import example, names
from tests.schema.listening import listening
from write_side.events import Role

NAME, EMAIL = "Annabel Quincewright", "annabel@quince.invalid"
COMMENT = "my landlord Mr Oystercatcher threw me out"
SECRETS = ("Quincewright", "quince.invalid", "Oystercatcher")
PERSON = "id number name { text erased } email { text erased }"


@dataclass
class Story:
    """One student with a name, who enrolled twice and left once, and somebody else."""

    campus: Campus
    student: str
    token: str
    stranger: str
    enrollment: str
    left: str
    section: str
    command: str


@pytest.fixture(scope="module")
def story(campus: Campus) -> Story:
    section, dropped = campus.section(), campus.section()
    student = campus.student(name=NAME, email=EMAIL)
    token, stranger = campus.student_token(student), campus.student_token(campus.student())
    kept = campus.enroll(student, section, commandId="annabels-own")
    left = campus.enroll(student, dropped)
    campus.made(
        "cancelEnrollment", as_=token, student=student, section=dropped,
        reason="PERSONAL", comment=COMMENT,
    )  # fmt: skip
    ids = kept["enrollment"]["id"], left["enrollment"]["id"]
    return Story(campus, student, token, stranger, *ids, section, "annabels-own")


def test_students_read_their_own_values(story: Story) -> None:
    found = story.campus.ask(
        f"query($id: ID!) {{ student(id: $id) {{ {PERSON} enrollments {{ cancellation {{"
        " reason by comment { text } } } } }",
        story.token,
        id=story.student,
    )["student"]

    assert found["name"] == {"text": NAME, "erased": False}
    assert found["email"] == {"text": EMAIL, "erased": False}
    assert found["enrollments"][1]["cancellation"] == {
        "reason": "PERSONAL",
        "by": "STUDENT",
        "comment": {"text": COMMENT},
    }


@pytest.mark.parametrize("noun", ["student", "enrollment", "left"])
@pytest.mark.parametrize("asking", ["stranger", "listener", "instructor", "anonymous"])
def test_nobody_else_finds_them_by_id(story: Story, noun: str, asking: str) -> None:
    """As if there were nothing: an error would say that the id is somebody's."""
    id = getattr(story, noun)

    answer = story.campus.post(
        "query($id: ID!) { node(id: $id) { id } nodes(ids: [$id]) { id } }",
        token_of(story, asking),
        id=id,
    )

    assert answer.data == {"node": None, "nodes": [None]}


def test_staff_and_the_student_find_them_by_id(story: Story) -> None:
    ids = [story.student, story.enrollment, story.left]

    for token in (story.campus.registrar, story.token):
        found = story.campus.ask("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", token, ids=ids)
        assert [node["id"] for node in found["nodes"]] == ids


def test_a_stranger_gets_neither_facts_nor_receipt(story: Story) -> None:
    campus = story.campus
    facts = "query($id: ID) { facts(first: 100, student: $id) { edges { node { data } } } }"
    stream = "query($id: ID) { facts(first: 100, stream: $id) { edges { node { data } } } }"
    receipt = "query($id: ID!) { command(id: $id) { name } }"

    assert campus.post(facts, story.stranger, id=story.student).codes == ["FORBIDDEN"]
    assert campus.ask(stream, story.stranger, id=story.student)["facts"]["edges"] == []
    assert campus.ask(stream, story.stranger, id=story.section)["facts"]["edges"] == []
    assert campus.ask(receipt, story.stranger, id=story.command)["command"] is None
    everything = campus.ask(facts, story.stranger, id=None)["facts"]["edges"]
    assert everything, "their own registration at least"
    assert story.student not in json.dumps(everything)


def test_the_feed_gives_a_student_their_own_facts_only(story: Story) -> None:
    campus = story.campus
    document = "subscription($s: ID) { facts(after: 0, student: $s) { ... on Fact { type } } }"
    with listening(campus.ws, story.stranger) as socket:
        socket.subscribe(document.replace("0", '"0"'), s=story.student)
        assert [error["extensions"]["code"] for error in socket.errors()] == ["FORBIDDEN"]


@pytest.mark.parametrize("asking", ["stranger", "listener", "instructor", "officer", "anonymous"])
@pytest.mark.parametrize("name", names("query"))
def test_no_query_shows_others_a_secret(story: Story, name: str, asking: str) -> None:
    if (name, asking) == ("exportStudent", "officer"):
        return  # what it is for; test_export.py says what it needs
    known = {"student": story.student, "section": story.section, "id": story.student}
    request = example("query", name, known | {"term": "T1", "code": "T1", "search": "Quince"})

    answer = story.campus.post(request.document, token_of(story, asking), **request.variables)

    assert_clean(answer.body)


def test_the_listener_follows_everything_but_the_secrets(story: Story) -> None:
    campus, facts = story.campus, []
    every = "position type stream at actor { name role } commandId summary data"
    with listening(campus.ws, campus.token(Role.LISTENER)) as socket:
        socket.subscribe(f'subscription {{ facts(after: "0") {{ ... on Fact {{ {every} }} }} }}')
        while not facts or int(facts[-1]["position"]) < campus.head:
            facts.append(socket.value("facts"))

    assert {"StudentRegistered", "EnrollmentCanceled"} <= {fact["type"] for fact in facts}
    canceled = next(fact for fact in facts if fact["type"] == "EnrollmentCanceled")
    assert canceled["data"]["comment"] == {"sealed": True}
    assert_clean({"data": facts})


def test_staff_read_for_a_purpose_and_that_is_written_down(
    story: Story, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "rollbook.audit")

    answer = story.campus.post(
        f"query CallAboutHousing($id: ID!) {{ student(id: $id) {{ {PERSON} }} }}",
        story.campus.registrar,
        id=story.student,
    )

    assert answer.data["student"]["name"]["text"] == NAME
    written = [r.getMessage() for r in caplog.records if r.name == "rollbook.audit"]
    assert len(written) == 2, written
    for line, label in zip(written, ("name", "email"), strict=True):
        assert line.startswith("registrar (REGISTRAR) read ")
        assert f".{label} of " in line
        assert "for CallAboutHousing" in line
        assert answer.headers["x-request-id"] in line
        assert not any(secret in line for secret in SECRETS)


def test_without_a_purpose_staff_read_nothing(
    story: Story, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "rollbook.audit")

    answer = story.campus.post(
        f"query($id: ID!) {{ student(id: $id) {{ {PERSON} }} }}",
        story.campus.registrar,
        id=story.student,
    )

    assert answer.codes == ["FORBIDDEN", "FORBIDDEN"]
    assert "give the operation a name" in answer.errors[0]["message"]
    student = answer.body["data"]["student"]
    assert student["number"] and student["name"] == {"text": None, "erased": False}
    assert not [record for record in caplog.records if record.name == "rollbook.audit"]


def test_one_s_own_values_need_no_purpose_and_are_not_written_down(
    story: Story, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "rollbook.audit")

    story.campus.ask(f"{{ viewer {{ student {{ {PERSON} }} }} }}", story.token)

    assert not [record for record in caplog.records if record.name == "rollbook.audit"]


def test_no_log_holds_a_secret(story: Story, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    campus = story.campus
    named = {"student": story.student, "name": NAME, "email": EMAIL}

    campus.made("changeContact", "student { name { text } }", **named)
    campus.post(f'query X {{ students(first: 5, search: "{EMAIL}") {{ edges {{ node {{'
                f" {PERSON} }} }} }} }}", campus.registrar)  # fmt: skip
    campus.post(f'{{ nonsense(name: "{NAME}") }}')

    assert not any(secret in record.getMessage() for record in caplog.records for secret in SECRETS)


def token_of(story: Story, asking: str) -> str | None:
    roles = {
        "listener": Role.LISTENER,
        "instructor": Role.INSTRUCTOR,
        "officer": Role.PRIVACY_OFFICER,
    }
    if asking in roles:
        return story.campus.token(roles[asking])
    return story.stranger if asking == "stranger" else None


def assert_clean(body: Data) -> None:
    text = json.dumps(body, ensure_ascii=False)
    assert not [secret for secret in SECRETS if secret in text], text
