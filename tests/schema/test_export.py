"""exportStudent: everything about one person, for the privacy officer, opened for a purpose."""

import logging
from html.parser import HTMLParser

import pytest

from schema.export_page import page
from tests.schema.campus import Campus, Data, ids_like
from write_side.events import Role

EXPORT = "query ForHerself($id: ID!) { exportStudent(student: $id) }"
COMMENT = "Too early & <b>too</b> far"


@pytest.fixture(scope="module")
def officer(campus: Campus) -> str:
    return campus.token(Role.PRIVACY_OFFICER, name="officer-1")


@pytest.fixture(scope="module")
def student(campus: Campus) -> str:
    """She left one section, sits in another, waits for a third, considers a fourth."""
    student = campus.student(name="Anna Ekelöf", email="anna@export.invalid")
    left, seat, cart = campus.section(), campus.section(), campus.section()
    full = campus.section(capacity=1, waitlistCapacity=5)
    campus.enroll(campus.student(name="Somebody Else"), full)
    campus.enroll(student, left)
    campus.made(
        "cancelEnrollment", student=student, section=left, reason="WORKLOAD", comment=COMMENT
    )
    campus.enroll(student, seat)
    campus.made("joinWaitlist", student=student, section=full)
    campus.made("addToCart", student=student, section=cart)
    campus.made("changeContact", student=student, name="Anna Ek")
    campus.made("placeHold", student=student, kind="ADDS_ONLY", reason="Unpaid fee")
    return student


@pytest.fixture(scope="module")
def document(campus: Campus, officer: str, student: str) -> Data:
    found: Data = campus.ask(EXPORT, officer, id=student)["exportStudent"]
    return found


def test_what_stands_now_is_in_it(document: Data) -> None:
    contact = document["contact"]
    assert (contact["name"], contact["email"]) == ("Anna Ek", "anna@export.invalid")
    left, seat = document["enrollments"]
    assert (left["status"], left["reason"], left["comment"]) == ("CANCELED", "WORKLOAD", COMMENT)
    assert (seat["status"], seat["comment"]) == ("ENROLLED", None)
    assert [len(document[name]) for name in ("waitlist", "cart", "feedback", "holds")] == [1] * 4
    assert document["feedback"][0]["comment"] == COMMENT
    assert document["holds"][0]["reason"] == "Unpaid fee"


def test_every_fact_is_in_it_with_its_values_opened(document: Data) -> None:
    facts = {fact["type"]: fact for fact in document["facts"]}
    assert facts["StudentRegistered"]["values"]["name"] == "Anna Ekelöf", "as it was then"
    assert facts["ContactChanged"]["values"]["name"] == "Anna Ek"
    assert facts["EnrollmentCanceled"]["values"]["comment"] == COMMENT
    assert facts["StudentEnrolled"]["role"] == "REGISTRAR"
    assert all(fact["at"] and fact["summary"] for fact in document["facts"])
    positions = [fact["position"] for fact in document["facts"]]
    assert positions == sorted(positions) and max(positions) <= document["positions"]["log"]
    assert "Somebody Else" not in str(document)


def test_the_values_are_listed_for_the_proof(document: Data) -> None:
    texts = {each["text"] for each in document["personalValues"]}
    assert texts == {"Anna Ekelöf", "Anna Ek", "anna@export.invalid", COMMENT, "Unpaid fee"}


def test_each_value_opened_is_written_down_once_and_never_said(
    campus: Campus, officer: str, student: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "rollbook.audit"):
        campus.ask(EXPORT, officer, id=student)

    lines = [each.getMessage() for each in caplog.records if each.name == "rollbook.audit"]
    assert len(lines) == 5
    assert all("officer-1 (PRIVACY_OFFICER) read" in line for line in lines)
    assert all("for ForHerself, request " in line for line in lines)
    assert not [line for line in lines if "Anna" in line or "early" in line]


def test_an_operation_without_a_name_gives_nothing(
    campus: Campus, officer: str, student: str
) -> None:
    answer = campus.post("query($id: ID!) { exportStudent(student: $id) }", officer, id=student)
    assert answer.codes == ["FORBIDDEN"]


@pytest.mark.parametrize("role", [Role.REGISTRAR, Role.LISTENER, Role.INSTRUCTOR])
def test_nobody_else_may(campus: Campus, student: str, role: Role) -> None:
    assert campus.post(EXPORT, campus.token(role), id=student).codes == ["FORBIDDEN"]
    assert campus.post(EXPORT, campus.student_token(student), id=student).codes == ["FORBIDDEN"]


def test_nobody_and_the_erased_are_refused_with_a_sentence(campus: Campus, officer: str) -> None:
    gone = campus.student(name="Gone Soon")
    campus.made("eraseStudent", as_=officer, student=gone, basis="OBJECTION")
    after = {"Min-Position": str(campus.head), "Max-Wait": "20"}

    erased = campus.post(EXPORT, officer, after, id=gone)
    nobody = campus.post(EXPORT, officer, id=ids_like("Student"))

    assert (erased.codes, nobody.codes) == (["BAD_REQUEST"], ["BAD_REQUEST"])
    assert "erased" in erased.errors[0]["message"]
    assert "no student" in nobody.errors[0]["message"]


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.texts: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [str(value) for name, value in attrs if name in ("src", "href")]

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_the_page_says_the_same_and_needs_nothing_else(document: Data) -> None:
    reader = Reader()
    reader.feed(page(document))

    text = " ".join(reader.texts)
    for each in document["personalValues"]:
        assert each["text"] in text
    assert "ForHerself" in text and "enrolled in" in text
    assert document["madeAt"][:19].replace("T", " ") in text and "+00:00" not in text
    assert reader.links == [] and not reader.tags & {"script", "b", "img", "link"}
