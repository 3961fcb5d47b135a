"""The policy has an answer for everything, and what it does not name nobody may."""

import pytest
from graphql import build_schema as schema_from

from schema.policy import RULES, guard, may, rule_for
from schema.viewer import Viewer
from tests.schema.examples import KINDS, names, object_types
from write_side.events import Role

ACTS = sorted(f"{noun.name}.{field}" for noun in object_types() for field in noun.fields)
SUFFIXES = ("Connection", "Edge", "Payload")


def test_every_field_has_an_answer() -> None:
    missing = [act for act in ACTS if rule_for(act) is None]
    assert not missing, f"say in RULES of schema/policy.py who may read {missing}"


@pytest.mark.parametrize("kind", KINDS)
def test_every_root_field_has_an_answer_of_its_own(kind: str) -> None:
    """A line for a whole noun must not open a query or command nobody thought of."""
    root = KINDS[kind]
    assert root is not None
    missing = [name for name in names(kind) if f"{root.name}.{name}" not in RULES]
    assert not missing, f"give {missing} lines of their own in RULES of schema/policy.py"


def test_the_table_speaks_of_nothing_that_is_gone() -> None:
    nouns = {noun.name for noun in object_types()}
    known = {*ACTS, *(f"{noun}.*" for noun in nouns), *(f"*{suffix}.*" for suffix in SUFFIXES)}
    assert set(RULES) <= known, f"take {sorted(set(RULES) - known)} out of RULES"


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("act", ["Query.secrets", "Mutation.dropTables", "Secret.value", ""])
def test_what_the_table_does_not_name_nobody_may(role: Role, act: str) -> None:
    assert not may(Viewer("somebody", role), act, {})


def test_a_schema_with_a_gap_is_not_built() -> None:
    schema = schema_from("type Query { viewer: Int  secrets: [String] }")

    with pytest.raises(LookupError, match=r"schema/policy\.py .* Query\.secrets"):
        guard(schema)


def test_a_gap_in_a_type_far_from_the_roots_is_found_too() -> None:
    schema = schema_from(
        "type Query { viewer: Viewer } type Viewer { salary: Payroll } type Payroll { net: Int }"
    )

    with pytest.raises(LookupError, match=r"Payroll\.net"):
        guard(schema)


def test_the_most_particular_answer_counts() -> None:
    nobody = Viewer("anonymous", Role.ANONYMOUS)

    assert may(nobody, "Section.code", None)
    assert not may(nobody, "Section.roster", None)
