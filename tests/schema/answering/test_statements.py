"""How many statements an answer takes is said by its document, never by the rows it finds."""

from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from threading import get_ident
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from read_side.statement import Statement
from schema.execution import Executor
from tests.schema.answering.school import School, filled
from tests.schema.answering.twins import Twins, twins_at

Schooled = tuple[Twins, School]
FEW, MANY = 2, 20
VARIABLES = {"t": "String!", "ids": "[ID!]!", "input": "EnrollManyInput!"}
SECTION = (
    "id course { code prerequisites { code corequisites { title } } } term { windows { group } }"
)
STUDENT = (
    "number name { text } credits(term: $t) holds { id reason { text } } "
    "permits { section { code } }"
)
ENTRY = "rank section { code course { code } } student { number email { text } } drops { code }"
ENROLLMENT = "status cancellation { reason comment { text } }"
EPISODES = f"{ENROLLMENT} section {{ {SECTION} }} student {{ {STUDENT} }}"
PAGE = "(first: 20) { edges { cursor node { %s } } pageInfo { hasNextPage endCursor } }"


def page(of: str) -> str:
    return PAGE % of


NESTINGS = {
    "course and term of sections": f"sections{page(SECTION)}",
    "roster of sections": f"sections{page('roster' + page(EPISODES))}",
    "roster of sections, from the end": "sections(first: 20) { edges { node { roster(last: 1) "
    "{ edges { node { id student { number } } } pageInfo { startCursor } } } } }",
    "waitlist of sections": f"sections{page('waitlist' + page(ENTRY))}",
    "enrollments of students": f"students{page(f'enrollments {{ {EPISODES} }}')}",
    "enrollments of a term": f"students{page(f'enrollments(term: $t) {{ {EPISODES} }}')}",
    "cart of students": f"students{page(f'cart {{ addedAt section {{ {SECTION} }} }}')}",
    "waitlist entries of students": f"students{page(f'waitlistEntries {{ {ENTRY} }}')}",
    "holds and permits of students": f"students{page(STUDENT)}",
    "enrollments of a roster": "sections" + page("roster" + page(
        "student { enrollments { section { waitlist(first: 9) { edges { node { rank } } } } } }")),
    "windows of terms": "terms { code windows { group opensAt } }",
    "demand": f"demand{page(f'refused refusals {{ code count }} section {{ {SECTION} }}')}",
    "comments of feedback": "feedback { count term { code } course { code } "
    "comments(first: 3) { at comment { text } } }",
    "nodes": f"nodes(ids: $ids) {{ id ... on Section {{ {SECTION} }} "
    f"... on Student {{ {STUDENT} }} ... on Enrollment {{ {ENROLLMENT} }} ... on Course {{ code }} "
    "... on Term { code } }",
    "facts": f"facts{page('summary actor { name } data')}",
}  # fmt: skip
ROWS = (
    "enrollMany(input: $input) { rows { refusals { code } "
    f"section {{ {SECTION} }} student {{ {STUDENT} }} enrollment {{ {ENROLLMENT} }} }} }}"
)


@pytest.fixture(scope="module")
def schools(tmp_path_factory: pytest.TempPathFactory) -> Generator[list[Schooled], None, None]:
    """Two, of which one has ten times as much of everything."""
    few, many = (tmp_path_factory.mktemp(name) for name in ("few", "many"))
    with twins_at(few) as small, twins_at(many) as large:
        yield [(twins, filled(twins.campus.service, size)) for twins, size in
               ((small, FEW), (large, MANY))]  # fmt: skip


@pytest.mark.parametrize("nesting", NESTINGS)
@pytest.mark.parametrize("how", ["planned", "plain"])
def test_as_many_statements_for_many_as_for_few(
    schools: list[Schooled], nesting: str, how: str
) -> None:
    few, many = (_statements(*school, how, NESTINGS[nesting]) for school in schools)
    assert len(few) == len(many), f"{len(few)} became {len(many)}: {Counter(many)}"


def _statements(twins: Twins, school: School, how: str, selection: str) -> list[str]:
    """The texts of all statements of an answer; of one that has been given before."""
    heads = [f"${name}: {type_}" for name, type_ in VARIABLES.items() if f"${name}" in selection]
    kind = "mutation" if "$input" in selection else "query"
    document = f"{kind} Count({', '.join(heads)}) {{ {selection} }}".replace("()", "")
    rows = [
        {"student": student, "section": section}
        for student, section in zip(school.students, school.sections, strict=False)
    ]
    enrolling = {"commandId": "many", "dryRun": True, "rows": rows}
    values: dict[str, Any] = {"t": "T0", "ids": school.nodes, "input": enrolling}
    variables = {name: values[name] for name in VARIABLES if f"${name}" in selection}
    viewer = twins.viewer(twins.campus.registrar)
    executor: Executor = getattr(twins, how)
    first = twins.answer(executor, document, viewer, variables)
    assert b'"errors"' not in first, first
    with counted() as statements:
        assert twins.answer(executor, document, viewer, variables) == first
    return statements


@pytest.mark.parametrize("how", ["planned", "plain"])
def test_as_many_statements_for_many_rows_of_a_command(schools: list[Schooled], how: str) -> None:
    few, many = (_statements(*school, how, ROWS) for school in schools)
    assert len(few) == len(many), f"{len(few)} became {len(many)}: {Counter(many)}"


@contextmanager
def counted() -> Generator[list[str], None, None]:
    """The statements that this thread sends meanwhile, through SQLAlchemy or past it."""
    statements: list[str] = []
    here, fetch = get_ident(), Statement.fetch

    def note(text: str) -> None:
        if get_ident() == here:  # the projector has a thread of its own
            statements.append(text)

    def executed(_connection: Any, _cursor: Any, text: str, *_: Any) -> None:
        note(text)

    def fetching(self: Statement, *given: Any) -> Any:
        note(self.text)
        return fetch(self, *given)

    event.listen(Engine, "before_cursor_execute", executed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Statement, "fetch", fetching)
        try:
            yield statements
        finally:
            event.remove(Engine, "before_cursor_execute", executed)
