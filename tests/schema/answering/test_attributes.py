"""Attributes are written down where graphql-core would write the same, and else left to it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

import pytest
from graphql import GraphQLObjectType, parse

from schema.answering.attributes import Attributes
from schema.policy import RULES, own
from schema.root import build_schema
from schema.viewer import ANONYMOUS, Viewer
from write_side.events import Role

SCHEMA = build_schema()._schema
KEY = UUID(int=1)
OFFICE = Viewer("office", Role.REGISTRAR)


@dataclass(frozen=True)
class Details:
    node: Any


class Thing:
    """Has whatever attributes it is given."""

    def __init__(self, **attributes: Any) -> None:
        self.__dict__ |= attributes


def attributes(noun: str, fields: str) -> Attributes:
    """Of a selection of fields without arguments or fragments."""
    (operation,) = parse(f"{{ {fields} }}").definitions
    grouped = {}
    for node in operation.selection_set.selections:  # type: ignore[attr-defined]
        grouped[node.alias.value if node.alias else node.name.value] = [Details(node)]
    found = SCHEMA.type_map[noun]
    assert isinstance(found, GraphQLObjectType)
    return Attributes(found, grouped)


def read(noun: str, fields: str, viewer: Viewer = OFFICE, **values: Any) -> dict[str, Any] | None:
    return attributes(noun, fields).read(viewer, Thing(**values))


def test_plain_values_under_their_response_names() -> None:
    given = {"id": "1", "code": "C", "credits": 4.5}
    expected = {"kind": "Course", "id": "1", "again": "1", "code": "C", "credits": 4.5}
    found = read("Course", "kind: __typename id again: id code credits", **given)
    assert found == expected and list(found) == list(expected)


def test_what_has_a_resolver_or_parts_or_arguments_is_not_plain() -> None:
    found = attributes("Section", "code course { id } roster(first: 1) { edges { cursor } } "
                       "meetings { place } reservedSeats { group }")  # fmt: skip
    assert list(found.others) == ["course", "roster", "meetings", "reservedSeats"]
    assert list(attributes("WaitlistEntry", "rank status").others) == ["rank"]
    assert list(attributes("Student", "number groups").others) == ["groups"]


@pytest.mark.parametrize(
    ("field", "value", "written"),
    [
        ("capacity", None, {"capacity": None}),
        ("capacity", 2**31 - 1, {"capacity": 2**31 - 1}),
        ("capacity", 2**31, None),
        ("capacity", True, {"capacity": 1}),
        ("capacity", "many", None),
        ("enrolled", None, None),
        ("code", None, None),
        ("code", 7, {"code": "7"}),
        ("status", "NO_SUCH", None),
        ("consentRequired", 1, {"consentRequired": True}),
    ],
)
def test_odd_values_are_left_to_graphql_core(field: str, value: Any, written: Any) -> None:
    names = {"consentRequired": "consent_required"}
    assert read("Section", field, **{names.get(field, field): value}) == written


@pytest.mark.parametrize("value", [float("nan"), float("inf"), None, "x"])
def test_numbers_that_are_none(value: Any) -> None:
    assert read("Course", "credits", credits=value) is None


def test_strings_of_a_class_of_their_own_are_strings() -> None:
    class Code(StrEnum):
        CODE = "C 1"

    assert read("Course", "code", code=Code.CODE) == {"code": "C 1"}


def test_the_policy_is_asked() -> None:
    assert RULES["Hold.*"] is own
    mine = Viewer("student", Role.STUDENT, KEY)
    other = Viewer("student", Role.STUDENT, UUID(int=2))
    for viewer, expected in ((mine, {"placedBy": "o"}), (OFFICE, {"placedBy": "o"}),
                             (other, None), (ANONYMOUS, None)):  # fmt: skip
        assert read("Hold", "placedBy", viewer, placed_by="o", about=KEY) == expected
    assert read("Hold", "__typename", other, about=KEY) == {"__typename": "Hold"}


def test_an_attribute_that_is_missing_is_left_to_graphql_core() -> None:
    assert read("Course", "code") is None
