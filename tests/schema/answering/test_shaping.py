"""Shapes: what rows become, what the plan does not cover, and what the policy says."""

from typing import Any
from uuid import UUID

import pytest
from graphql import GraphQLObjectType, get_named_type

from read_side.statement import Statement
from read_side.views import catalog, schedule
from schema.answering.shape import Shape, To, identifier, shape_of, shapes
from schema.answering.shaping import MOST_JOINED, Shaping, Uncovered
from schema.ids import global_id
from schema.policy import everybody, rule_for
from schema.root import build_schema
from schema.viewer import ANONYMOUS, Viewer
from write_side.events import Role

SCHEMA = build_schema()._schema
KEY, ME = UUID(int=0xABC), UUID(int=1)
OFFICE = Viewer("office", Role.REGISTRAR)
STUDENT = Viewer("student", Role.STUDENT, ME)


def section() -> Shape:
    return _known("Section", catalog.CatalogSection)


def enrollment() -> Shape:
    return _known("Enrollment", schedule.ScheduleEnrollment)


def _known(noun: str, table: Any) -> Shape:
    found = shape_of(noun, table)
    assert found is not None
    return found


def shaping(shape: Shape, *names: Any) -> Shaping:
    """Of fields under their own names, or (response name, name, fields below)."""
    return Shaping(shape, _fields(names), lambda _, below: _fields(below))


def _fields(names: Any) -> Any:
    return [each if isinstance(each, tuple) else (each, each, None) for each in names]


def shaped(made: Shaping, *rows: tuple[Any, ...], viewer: Viewer = OFFICE) -> Any:
    found = Statement("", (), {}, None, (None,) * made.width)
    return made.shaped(found, list(rows), viewer)


def test_columns_of_the_noun_and_then_of_what_it_points_at() -> None:
    made = shaping(
        section(), ("x", "code", None), "__typename", ("course", "course", ["title", "id"]), "code"
    )
    assert made.picked.names == ("code",)
    ((key, table, inner),) = made.picked.joined
    assert (key, table, inner.names) == ("course", catalog.CatalogCourse, ("id", "title", "id"))
    (answer,) = shaped(made, ("A", KEY, "Logic", KEY))
    course = {"title": "Logic", "id": global_id("Course", KEY)}
    assert answer == {"x": "A", "__typename": "Section", "course": course, "code": "A"}
    assert list(answer) == ["x", "__typename", "course", "code"]


def test_nothing_but_the_type() -> None:
    made = shaping(section(), "__typename")
    assert (made.width, shaped(made, (1,), (1,))) == (0, [{"__typename": "Section"}] * 2)


@pytest.mark.parametrize("key", [KEY, KEY.hex, UUID(int=2**128 - 1), UUID(int=0)])
def test_an_id_is_the_one_everybody_makes(key: Any) -> None:
    made = identifier("Section").make
    assert made is not None
    assert made(key) == global_id("Section", key if isinstance(key, UUID) else UUID(key))


def test_what_a_shape_lacks_is_not_covered() -> None:
    with pytest.raises(Uncovered):
        shaping(section(), "code", "meetings")
    with pytest.raises(Uncovered):
        shaping(enrollment(), ("section", "section", ["meetings"]))


def test_what_points_at_nothing_is_not_covered() -> None:
    made = shaping(enrollment(), ("section", "section", ["code"]))
    assert len(shaped(made, (ME, KEY, "A"))) == 1
    with pytest.raises(Uncovered):
        shaped(made, (ME, KEY, "A"), (ME, None, None))


def test_more_joins_than_a_store_has_are_not_covered() -> None:
    aliases = [(f"a{n}", "course", ["code"]) for n in range(MOST_JOINED)]
    assert len(shaping(section(), *aliases).picked.joined) == MOST_JOINED
    with pytest.raises(Uncovered):
        shaping(section(), *aliases, ("term", "term", ["code"]))


def test_whom_a_row_is_about_decides_for_each_row() -> None:
    made = shaping(enrollment(), "status")
    assert made.picked.names == ("student", "status")
    mine, other = (ME, "ENROLLED"), (KEY, "ENROLLED")
    assert len(shaped(made, mine, mine, viewer=STUDENT)) == 2
    assert len(shaped(made, mine, other, viewer=OFFICE)) == 2
    assert shaped(made, viewer=ANONYMOUS) == []
    for viewer in (STUDENT, ANONYMOUS):
        with pytest.raises(Uncovered):
            shaped(made, mine, other, viewer=viewer)


@pytest.mark.parametrize("each", shapes(), ids=lambda each: f"{each.noun} {each.table.__name__}")
def test_shapes_are_of_the_schema_and_the_tables(each: Shape) -> None:
    noun = SCHEMA.type_map[each.noun]
    assert isinstance(noun, GraphQLObjectType)
    columns = set(each.table.model_fields)
    assert each.about is None or each.about in columns
    for name, source in each.fields.items():
        field = noun.fields[name]
        assert not field.args, "what an argument changes is no shape"
        if isinstance(source, To):
            assert source.key in columns
            assert get_named_type(field.type).name == source.noun
            assert shape_of(source.noun, source.table) is not None
        else:
            assert set(source.names) <= columns
        rule = rule_for(f"{each.noun}.{name}")
        assert rule is not None and (
            rule is everybody or each.about is not None or rule(OFFICE, None)
        )
