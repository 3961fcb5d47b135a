"""Students: registered once, found by number, address or name, and changed in part."""

from typing import Any

import pytest

from tests.schema.campus import Campus, broken, ids_like

PERSON = "id number name { text erased } email { text erased }"
BY_ID = f"query ById($id: ID!) {{ student(id: $id) {{ {PERSON} }} }}"


def known(text: str) -> dict[str, Any]:
    return {"text": text, "erased": False}


def found(campus: Campus, search: str | None) -> list[str]:
    document = (
        "query Find($s: String) { students(search: $s, first: 50) { edges { node { id } } } }"
    )
    answer = campus.ask(document, campus.registrar, s=search)
    return [edge["node"]["id"] for edge in answer["students"]["edges"]]


def test_a_student_is_registered_and_read_by_staff_and_by_themselves(campus: Campus) -> None:
    who = {"number": "40001", "name": "Zoë Müller", "email": "zoe@campus.invalid"}
    payload = campus.made("registerStudent", f"student {{ {PERSON} }}", **who)

    student = payload["student"]
    expected = {"number": "40001", "name": known("Zoë Müller"), "email": known(who["email"])}
    assert student == {"id": student["id"]} | expected
    assert campus.ask(BY_ID, campus.registrar, id=student["id"])["student"] == student
    token = campus.student_token(student["id"])
    assert campus.ask(BY_ID, token, id=student["id"])["student"] == student
    viewer = campus.ask(f"{{ viewer {{ name role student {{ {PERSON} }} }} }}", token)["viewer"]
    assert (viewer["role"], viewer["student"]) == ("STUDENT", student)


def test_registering_records_two_facts_and_no_name(campus: Campus) -> None:
    payload = campus.made("registerStudent", number="40002", name="Hidden", email="h@x.invalid")

    types = [fact["type"] for fact in payload["facts"]]
    assert types == ["StudentNumberAssigned", "StudentRegistered"]
    assert payload["facts"][1]["data"] == {
        "number": "40002",
        "name": {"sealed": True},
        "email": {"sealed": True},
        "groups": [],
    }


@pytest.mark.parametrize(
    "name", ["李小龙", "עברית", "\u202eRTL\u202c name", "😀 Smith", 'O\'Neil-"Q"', "i" * 200]
)
def test_any_name_comes_back_as_it_was(campus: Campus, name: str) -> None:
    student = campus.student(name=name)

    assert campus.ask(BY_ID, campus.registrar, id=student)["student"]["name"] == known(name)
    assert found(campus, name.split()[0]) == [student]


def test_students_are_found_by_number_address_or_part_of_a_name(campus: Campus) -> None:
    ada = campus.student(number="50001", name="Ada Lovelace", email="Ada@Engine.invalid")
    eve = campus.student(number="50002", name="Eve Lovelock", email="eve@engine.invalid")

    assert found(campus, "50001") == [ada]
    assert found(campus, "5000") == []
    assert found(campus, "ada@engine.invalid") == [ada]
    assert found(campus, "engine.invalid") == []
    assert found(campus, "lovel") == [ada, eve]
    assert found(campus, "LOCK eve") == [eve]
    assert found(campus, "  ada  ") == [ada]
    assert found(campus, "nobody at all") == []
    assert {ada, eve} <= set(found(campus, None))


def test_a_changed_name_or_address_is_found_and_the_old_one_is_not(campus: Campus) -> None:
    student = campus.student(name="Born Maidenly", email="before@name.invalid")
    assert found(campus, "maidenly") == [student]

    campus.made("changeContact", student=student, name="Now Married")
    campus.made("changeContact", student=student, email="after@name.invalid")

    person = campus.ask(BY_ID, campus.registrar, id=student)["student"]
    assert (person["name"], person["email"]) == (
        known("Now Married"),
        known("after@name.invalid"),
    )
    assert found(campus, "maidenly") == []
    assert found(campus, "married") == [student]
    assert found(campus, "after@name.invalid") == [student]
    assert found(campus, "before@name.invalid") == []


def test_a_change_of_nothing_records_nothing(campus: Campus) -> None:
    student = campus.student()

    payload = campus.made("changeContact", "student { id }", student=student)

    assert (payload["facts"], payload["position"]) == ([], None)
    assert payload["student"] == {"id": student}


def test_a_number_belongs_to_one_student(campus: Campus) -> None:
    campus.student(number="60001")

    payload = campus.do(
        "registerStudent", "student { id }", number=" 60001 ", name="B", email="b@x.invalid"
    )

    assert broken(payload) == [("ALREADY_EXISTS", ["input", "number"])]
    assert payload["student"] is None


@pytest.mark.parametrize(
    ("input", "fields"),
    [
        ({"number": ""}, ["number"]),
        ({"number": "1" * 41}, ["number"]),
        ({"name": "x" * 201}, ["name"]),
        ({"name": "tab\x01"}, ["name"]),
        ({"name": " "}, ["name"]),
        ({"email": "nobody"}, ["email"]),
        ({"email": "@x"}, ["email"]),
        ({"email": "a b@x.invalid"}, ["email"]),
        ({"email": "a@" + "x" * 200}, ["email"]),
        ({"number": "", "name": "", "email": "@"}, ["number", "name", "email"]),
    ],
    ids=str,
)
def test_a_senseless_registration_is_refused_with_every_fault(
    campus: Campus, input: dict[str, Any], fields: list[str]
) -> None:
    sensible = {"number": "70001", "name": "Sense", "email": "sense@x.invalid"}

    payload = campus.do("registerStudent", **(sensible | input))

    assert broken(payload) == [("INVALID_INPUT", ["input", field]) for field in fields]


@pytest.mark.parametrize(
    "change", [{"name": "\u0007"}, {"name": ""}, {"email": "none"}, {"name": "x" * 201}], ids=str
)
def test_a_senseless_change_is_refused_and_changes_nothing(
    campus: Campus, change: dict[str, Any]
) -> None:
    student = campus.student(name="Steady")

    payload = campus.do("changeContact", student=student, **change)

    assert broken(payload) == [("INVALID_INPUT", ["input", next(iter(change))])]
    assert campus.ask(BY_ID, campus.registrar, id=student)["student"]["name"] == known("Steady")


def test_changing_nobody_is_refused(campus: Campus) -> None:
    payload = campus.do("changeContact", "student { id }", student=ids_like("Student"), name="x")

    assert broken(payload) == [("NOT_FOUND", ["input", "student"])]
    assert payload["student"] is None


def test_a_refusal_does_not_repeat_what_is_personal(campus: Campus) -> None:
    campus.do(
        "registerStudent", number="1", name="Secret\x01Name", email="secret-mail", commandId="bad"
    )

    receipt = campus.ask('{ command(id: "bad") { refusals { message remedy } } }', campus.registrar)
    assert "Secret" not in str(receipt) and "secret-mail" not in str(receipt)


def test_students_change_their_own_data_and_nobody_else_s(campus: Campus) -> None:
    student, other = campus.student(), campus.student()
    token = campus.student_token(student)
    own = {"student": student, "name": "My Own"}

    assert campus.made("changeContact", "student { name { text } }", token, **own)["student"] == {
        "name": {"text": "My Own"}
    }
    assert campus.try_("changeContact", as_=token, student=other, name="x").codes == ["FORBIDDEN"]


@pytest.mark.parametrize("id", ["", "x", "é😀", "U3R1ZGVudDo", "x" * 3_000, "U3R1ZGVudDp4eHg"])
def test_a_garbled_id_is_an_error(campus: Campus, id: str) -> None:
    answer = campus.post(BY_ID, campus.registrar, id=id)

    assert answer.codes == ["BAD_REQUEST"]
    assert answer.body["data"] == {"student": None}


@pytest.mark.parametrize("spoil", ["{0}!!!!", "{0}\n", "{1}", "=={0}"])
def test_an_id_with_something_added_is_no_id(campus: Campus, spoil: str) -> None:
    """One node, one id: caches of clients know nodes by it."""
    id = campus.student()
    last = chr(ord(id[-1]) + 1)

    answer = campus.post(BY_ID, campus.registrar, id=spoil.format(id, id[:-1] + last))

    assert answer.codes == ["BAD_REQUEST"]


def test_an_unknown_student_is_null(campus: Campus) -> None:
    assert campus.ask(BY_ID, campus.registrar, id=ids_like("Student"))["student"] is None


def test_a_token_of_a_student_who_is_not_there_is_a_viewer_without_one(campus: Campus) -> None:
    token = campus.student_token(ids_like("Student"))

    assert campus.ask("{ viewer { role student { id } } }", token)["viewer"] == {
        "role": "STUDENT",
        "student": None,
    }
