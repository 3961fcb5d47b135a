"""eraseStudent: for the privacy officer, and from then on null with `erased` for everybody."""

from time import monotonic

import pytest

from tests.schema.campus import Campus, broken
from tests.schema.listening import listening
from write_side.events import Role

PERSON = "id number erased name { text erased } email { text erased }"
HISTORY = (
    "holds { reason { text erased } } enrollments { cancellation { comment { text erased } } }"
)
READ = f"query Purpose($id: ID!) {{ student(id: $id) {{ {PERSON} {HISTORY} }} }}"
GONE = {"text": None, "erased": True}
BASIS = {"basis": "CONSENT_WITHDRAWN"}


@pytest.fixture
def officer(campus: Campus) -> str:
    return campus.token(Role.PRIVACY_OFFICER)


def test_nobody_but_the_privacy_officer_may(campus: Campus) -> None:
    student = campus.student()
    for token in (campus.registrar, campus.student_token(student), campus.token(Role.LISTENER)):
        answer = campus.try_("eraseStudent", as_=token, student=student, **BASIS)
        assert answer.codes == ["FORBIDDEN"]


def test_every_value_is_null_and_erased_and_counts_stay(campus: Campus, officer: str) -> None:
    student, section = campus.student(name="Wilhelmine Erasable"), campus.section()
    campus.enroll(student, section)
    left = {"student": student, "section": section, "reason": "OTHER", "comment": "Erasable words"}
    campus.made("cancelEnrollment", **left)
    campus.made("placeHold", student=student, kind="ADDS_ONLY", reason="Erasable reason")
    search = 'query Find { students(first: 5, search: "Erasable") { edges { node { id } } } }'
    counts = "query Why { feedback { course { code } reason count comments { comment { text } } } }"
    assert campus.ask(search, campus.registrar)["students"]["edges"]
    before = campus.ask(counts, campus.registrar)["feedback"]

    made = campus.made("eraseStudent", "destroyed", officer, student=student, **BASIS)

    assert made["destroyed"] is True
    assert [fact["type"] for fact in made["facts"]] == ["PersonalDataErased"]
    found = campus.ask(READ, campus.registrar, id=student)["student"]
    assert (found["name"], found["email"], found["erased"]) == (GONE, GONE, True)
    assert found["holds"] == [{"reason": GONE}]
    assert found["enrollments"] == [{"cancellation": {"comment": GONE}}]
    assert not campus.ask(search, campus.registrar)["students"]["edges"]
    after = campus.ask(counts, campus.registrar)["feedback"]
    assert [row["count"] for row in after] == [row["count"] for row in before]

    again = campus.made("eraseStudent", as_=officer, student=student, **BASIS)
    assert again["facts"] == []
    late = campus.do("changeContact", student=student, name="Somebody")
    assert broken(late) == [("STUDENT_ERASED", ["input", "student"])]


def test_a_dry_run_erases_nothing(campus: Campus, officer: str) -> None:
    student = campus.student(name="Still Here")
    tried = campus.made("eraseStudent", "destroyed", officer, student=student, dryRun=True, **BASIS)
    assert [fact["type"] for fact in tried["facts"]] == ["PersonalDataErased"]
    assert tried["destroyed"] is False
    found = campus.ask(READ, campus.registrar, id=student)["student"]
    assert found["name"] == {"text": "Still Here", "erased": False}


def test_a_hundred_listeners_are_told(campus: Campus, officer: str) -> None:
    student = campus.student(name="Listened To")
    token = campus.student_token(student)
    document = f"subscription($id: ID!) {{ student(id: $id) {{ {PERSON} }} }}"
    with listening(campus.ws, token) as socket:
        for nth in range(100):
            socket.subscribe(document, f"l{nth}", id=student)
        for _ in range(100):
            assert socket.value("student")["name"]["text"] == "Listened To"
        began = monotonic()
        campus.made("eraseStudent", as_=officer, student=student, **BASIS)
        for _ in range(100):
            assert socket.value("student")["name"] == GONE
        took = monotonic() - began
    print(f"\nerased, and 100 listeners told, in {took * 1000:.0f} ms")
    assert took < 20
