"""Nonsense of every kind, at every mutation there is: never INTERNAL, never recorded."""

from collections.abc import Iterator
from typing import Any

import pytest
from graphql import (
    GraphQLInputObjectType,
    get_named_type,
    get_nullable_type,
    is_list_type,
    is_required_input_field,
)

from tests.schema.campus import Answer, Campus, ids_like
from tests.schema.examples import SCHEMA, example, names, root_fields
from write_side.events import Role

LONG = "x" * 2_001
NONSENSE: dict[str, list[Any]] = {
    "ID": ["", "garbled", "é😀", "\0", "=" * 9, LONG, ids_like("Term"), 7, 1.5, None, ["x"], {}],
    "String": ["", " ", "\0", "\u009f", "x" * 201, LONG, "שלום 😀\u202e", 7, None, ["x", 1], {}],
    "Int": [-1, 2**31 - 1, 2**31, -(2**31) - 1, 10**40, 1.5, "1", True, None, [], {}],
    "Float": [-1, 1e308, -1e308, 5e-324, 10**400, "NaN", "1", True, None, [], {}],
    "Boolean": ["true", 1, None, [], {}],
    "Date": ["", "soon", "2026-02-30", "0001-01-01", "9999-12-31", 20260901, None, {}],
    "DateTime": [
        "", "now", "2026-09-01T12:00:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00",
        "2026-09-01T25:00:00Z", 1_780_000_000, None, {},
    ],
}  # fmt: skip
ENUM = ["", "NO_SUCH", "other", 0, None, True, {}]
FINE = {"BAD_REQUEST", "TOO_COMPLEX"}


def whoever_may(campus: Campus, name: str) -> str:
    """The registrar may do everything but what is the privacy officer's."""
    theirs = name in ("eraseStudent", "exportStudent")
    return campus.token(Role.PRIVACY_OFFICER) if theirs else campus.registrar


def mutation_fields() -> Iterator[tuple[str, str]]:
    for name in names("mutation"):
        kind = get_named_type(root_fields("mutation")[name].args["input"].type)
        assert isinstance(kind, GraphQLInputObjectType)
        for field in kind.fields:
            yield name, field


@pytest.fixture(scope="module")
def known(campus: Campus) -> dict[str, str]:
    course = campus.course()
    term, section = campus.term(), campus.section()
    found = campus.ask("query($c: String!) { course(code: $c) { id } }", c=course)["course"]
    student = campus.student()
    nodes, given = "student { holds { id } }", {"student": student, "kind": "ALL", "reason": "x"}
    (hold,) = campus.made("placeHold", nodes, **given)["student"]["holds"]
    return {
        "student": student,
        "hold": hold["id"],
        "section": section,
        "term": term,
        "course": found["id"],
    }


@pytest.mark.parametrize(("name", "field"), list(mutation_fields()))
def test_a_senseless_value_is_refused_or_an_error(
    campus: Campus, known: dict[str, str], name: str, field: str
) -> None:
    request = example("mutation", name, known)
    kind = SCHEMA.get_type(f"{name[0].upper()}{name[1:]}Input")
    assert isinstance(kind, GraphQLInputObjectType)
    type_ = kind.fields[field].type
    values = NONSENSE.get(get_named_type(type_).name, ENUM)
    before = campus.head

    for value in [*values, *([[value] for value in values] if is_listed(type_) else [])]:
        given = request.variables["input"] | {"dryRun": True, field: value}
        if field == "dryRun" and value is None:
            continue
        answer = campus.post(request.document, whoever_may(campus, name), input=given)
        assert_sensible(answer, (field, value))

    assert campus.head == before


@pytest.mark.parametrize("name", names("mutation"))
def test_what_is_missing_or_too_much_is_an_error(
    campus: Campus, known: dict[str, str], name: str
) -> None:
    request = example("mutation", name, known)
    full = request.variables["input"]
    wrong: list[Any] = [None, 7, "x", [], full | {"nonsense": 1}, full | {"__proto__": 1}]
    kind = SCHEMA.get_type(f"{name[0].upper()}{name[1:]}Input")
    assert isinstance(kind, GraphQLInputObjectType)
    for field, definition in kind.fields.items():
        if is_required_input_field(definition):
            wrong.append({other: value for other, value in full.items() if other != field})

    for given in wrong:
        answer = campus.post(request.document, campus.registrar, input=given)
        assert (answer.status, set(answer.codes)) == (400, {"BAD_REQUEST"}), (given, answer.body)


@pytest.mark.parametrize("name", names("query"))
@pytest.mark.parametrize("nonsense", ["", "\0", "garbled", LONG, "😀", "%", "9" * 30, "*", "-1"])
def test_senseless_arguments_are_answered_or_an_error(
    campus: Campus, known: dict[str, str], name: str, nonsense: str
) -> None:
    for argument, definition in root_fields("query")[name].args.items():
        if get_named_type(definition.type).name not in ("ID", "String", "Position"):
            continue
        request = example("query", name, known, argument)
        value = [nonsense] if is_listed(definition.type) else nonsense

        answer = campus.post(
            request.document, whoever_may(campus, name), **(request.variables | {argument: value})
        )

        assert_sensible(answer, argument)


def is_listed(type_: Any) -> bool:
    return bool(is_list_type(get_nullable_type(type_)))


def assert_sensible(answer: Answer, tried: object) -> None:
    """Either an error of the client's, or an answer: facts, or refusals that say what is wrong."""
    assert set(answer.codes) <= FINE, (tried, answer.body)
    assert answer.status in (200, 400), (tried, answer.status)
