"""Courses: added once, revised in part, found by code."""

from typing import Any

import pytest

from tests.schema.campus import Campus, broken, ids_like

COURSE = "id code subject title credits"
BY_CODE = f"query($c: String!) {{ course(code: $c) {{ {COURSE} }} }}"


def test_a_course_is_added_and_found_by_code_and_by_id(campus: Campus) -> None:
    course = {"code": "MATH 110", "title": "Linear Algebra", "credits": 4.5}
    payload = campus.made("addCourse", f"course {{ {COURSE} }}", **course)

    found = campus.ask(BY_CODE, c="MATH 110")["course"]
    node = campus.ask("query($i: ID!) { node(id: $i) { __typename id } }", i=found["id"])["node"]

    assert payload["course"] == found == course | {"id": found["id"], "subject": "MATH"}
    assert node == {"__typename": "Course", "id": found["id"]}
    assert [fact["type"] for fact in payload["facts"]] == ["CourseAdded"]
    assert payload["facts"][0]["data"] == course


@pytest.mark.parametrize(
    ("code", "subject"), [("cs-101", "CS"), ("9-LIVES", "9-LIVES"), ("ФИЗ 1", "ФИЗ")]
)
def test_the_subject_is_the_letters_a_code_begins_with(
    campus: Campus, code: str, subject: str
) -> None:
    made = campus.made("addCourse", "course { subject }", code=code, title="x", credits=1)

    assert made["course"]["subject"] == subject


@pytest.mark.parametrize(
    "title",
    [
        "Ἑλληνικά",
        "שלום עולם",
        "👩‍👩‍👧‍👦 Families",
        "العربية \u200f101",
        "O'Brien; --",
        "a\nb\tc",
        "😀" * 200,
    ],
    ids=lambda text: text[:8],
)
def test_any_script_comes_back_as_it_was(campus: Campus, title: str) -> None:
    code = campus.course(title=title)

    assert campus.ask(BY_CODE, c=code)["course"]["title"] == title


def test_texts_are_trimmed(campus: Campus) -> None:
    made = campus.made(
        "addCourse", "course { code title }", code="  TRIM 1 ", title="\t Trimmed \n", credits=1
    )

    assert made["course"] == {"code": "TRIM 1", "title": "Trimmed"}


def test_a_revision_changes_what_it_names_and_nothing_else(campus: Campus) -> None:
    code = campus.course(title="Old", credits=2)
    id = campus.ask(BY_CODE, c=code)["course"]["id"]

    titled = campus.made("reviseCourse", "course { title credits }", course=id, title="New")
    weighed = campus.made("reviseCourse", "course { title credits }", course=id, credits=6)

    assert titled["course"] == {"title": "New", "credits": 2}
    assert weighed["course"] == {"title": "New", "credits": 6}
    assert [fact["type"] for fact in titled["facts"]] == ["CourseRevised"]


def test_a_revision_that_changes_nothing_records_nothing(campus: Campus) -> None:
    id = campus.ask(BY_CODE, c=campus.course(title="Same", credits=2))["course"]["id"]

    payload = campus.made("reviseCourse", "course { title }", course=id, title="Same", credits=2)

    assert (payload["facts"], payload["position"]) == ([], None)
    assert payload["course"] == {"title": "Same"}


def test_sections_are_found_by_the_revised_title(campus: Campus) -> None:
    course = campus.course(title="Before")
    section = campus.section(course=course)
    id = campus.ask(BY_CODE, c=course)["course"]["id"]

    campus.made("reviseCourse", course=id, title="Zymurgy")

    search = 'query { sections(search: "zymurgy", first: 5) { edges { node { id } } } }'
    assert campus.ask(search)["sections"]["edges"] == [{"node": {"id": section}}]


def test_a_code_is_taken_once(campus: Campus) -> None:
    code = campus.course(title="First")

    payload = campus.do("addCourse", "course { title }", code=code, title="Second", credits=1)

    assert broken(payload) == [("ALREADY_EXISTS", ["input", "code"])]
    assert payload["refusals"][0]["remedy"] == "Revise it instead."
    assert payload["course"] == {"title": "First"}


@pytest.mark.parametrize(
    ("input", "fields"),
    [
        ({"credits": -1}, ["credits"]),
        ({"credits": 1000.5}, ["credits"]),
        ({"credits": 1e308}, ["credits"]),
        ({"code": "", "title": "", "credits": -1}, ["code", "title", "credits"]),
        ({"title": "x" * 201}, ["title"]),
        ({"title": "bell\a"}, ["title"]),
        ({"code": "\x1b[31m"}, ["code"]),
    ],
    ids=str,
)
def test_a_senseless_course_is_refused_with_every_fault(
    campus: Campus, input: dict[str, Any], fields: list[str]
) -> None:
    payload = campus.do("addCourse", **({"code": "S 1", "title": "S", "credits": 1} | input))

    assert broken(payload) == [("INVALID_INPUT", ["input", field]) for field in fields]
    assert campus.ask(BY_CODE, c="S 1")["course"] is None


@pytest.mark.parametrize("credits", ["four", "NaN", None, True, [1], {"value": 1}], ids=str)
def test_credits_that_are_no_number_are_an_error(campus: Campus, credits: object) -> None:
    answer = campus.try_("addCourse", code="N 1", title="N", credits=credits)

    assert (answer.status, answer.codes) == (400, ["BAD_REQUEST"])


def test_endless_credits_are_refused(campus: Campus) -> None:
    document = 'mutation { addCourse(input: { code: "E", title: "E", credits: 1e400 })'

    payload = campus.post(f"{document} {{ refusals {{ code path }} }} }}", campus.registrar).data

    refusals = payload["addCourse"]["refusals"]
    assert refusals == [{"code": "INVALID_INPUT", "path": ["input", "credits"]}]


def test_a_number_that_is_not_json_is_an_error(campus: Campus) -> None:
    answer = campus.try_("addCourse", code="N 2", title="N", credits=float("nan"))

    assert (answer.status, answer.codes) == (400, ["BAD_REQUEST"])


def test_revising_what_is_not_there_is_refused(campus: Campus) -> None:
    payload = campus.do("reviseCourse", "course { id }", course=ids_like("Course"), title="x")

    assert broken(payload) == [("NOT_FOUND", ["input", "course"])]
    assert payload["course"] is None


def test_revising_something_else_is_an_error(campus: Campus) -> None:
    answer = campus.try_("reviseCourse", course=campus.section(), title="x")

    assert answer.codes == ["BAD_REQUEST"]
    assert "is the id of a Section, not of a Course" in answer.errors[0]["message"]


@pytest.mark.parametrize("code", ["", "NOWHERE 1", "\x01"])
def test_an_unknown_code_is_null(campus: Campus, code: str) -> None:
    assert campus.ask(BY_CODE, c=code)["course"] is None
