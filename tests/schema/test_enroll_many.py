"""A list of enrollments: an outcome per row, repeatable, never silently over capacity."""

from typing import Any

import pytest

from tests.schema.campus import Campus, Data, ids_like, in_days, seat
from write_side.events import Role

LIST = """mutation($i: EnrollManyInput!) { enrollMany(input: $i) { commandId position accepted
  refused facts { type commandId } refusals { code message path }
  rows { commandId position refusals { code path } facts { type }
    enrollment { status } section { id %s } } } }"""


def send_list(campus: Campus, *rows: tuple[str, str], select: str = "", **input: Any) -> Data:
    given = {"rows": [seat(*row) for row in rows]} | input
    payload: Data = campus.post(LIST % select, campus.registrar, i=given).data["enrollMany"]
    return payload


def test_a_list_has_an_outcome_per_row_in_its_order(campus: Campus) -> None:
    section, full = campus.section(capacity=2), campus.section(capacity=0)
    students = [campus.student() for _ in range(3)]
    rows = [(students[0], section), (students[1], full), (ids_like("Student"), section)]

    payload = send_list(campus, *rows, (students[2], section))

    assert (payload["accepted"], payload["refused"]) == (2, 2)
    assert [[r["code"] for r in row["refusals"]] for row in payload["rows"]] == [
        [],
        ["SECTION_FULL"],
        ["NOT_FOUND"],
        [],
    ]
    assert [row["section"]["id"] for row in payload["rows"]] == [section, full, section, section]
    assert [(r["code"], r["path"]) for r in payload["refusals"]] == [
        ("SECTION_FULL", ["input", "rows", "1"]),
        ("NOT_FOUND", ["input", "rows", "2", "student"]),
    ]
    assert payload["position"] == str(campus.head)
    assert [fact["type"] for fact in payload["facts"]] == ["StudentEnrolled", "SeatTaken"] * 2


@pytest.mark.parametrize("id", ["list-1", "x" * 200, "Fächer ✓"])
def test_a_list_sent_again_doubles_nothing(campus: Campus, id: str) -> None:
    section, full = campus.section(), campus.section(capacity=0)
    rows = [(campus.student(), section), (campus.student(), full), (campus.student(), section)]
    first = send_list(campus, *rows, commandId=id)
    head = campus.head

    assert send_list(campus, *rows, commandId=id) == first
    assert campus.head == head
    assert first["commandId"] == id and first["accepted"] == 2
    turned = send_list(campus, *rows[::-1], commandId=id)
    assert (turned["rows"], campus.head) == (first["rows"][::-1], head)


def test_a_longer_list_under_the_same_id_adds_the_rest(campus: Campus) -> None:
    """A file that broke off is sent again whole."""
    section = campus.section()
    rows = [(campus.student(), section) for _ in range(4)]
    campus_head = campus.head
    send_list(campus, *rows[:2], commandId="broken-off")

    whole = send_list(campus, *rows, commandId="broken-off", select="enrolled")

    assert (whole["accepted"], campus.head) == (4, campus_head + 8)
    # each row is shown at its own position or later
    assert [row["section"]["enrolled"] >= n for n, row in enumerate(whole["rows"], 1)] == [True] * 4


def test_the_same_row_twice_is_one_seat(campus: Campus) -> None:
    row = campus.student(), campus.section()
    before = campus.head

    payload = send_list(campus, row, row)

    assert (payload["refused"], campus.head) == (0, before + 2)
    assert payload["rows"][0] == payload["rows"][1]


def test_a_list_never_goes_over_capacity_unless_told_to_and_then_by_permits(
    campus: Campus,
) -> None:
    section = campus.section(capacity=1)
    students = [campus.student() for _ in range(3)]
    plain = send_list(campus, *((s, section) for s in students))
    assert (plain["accepted"], plain["refused"]) == (1, 2)

    forced = send_list(campus, *((s, section) for s in students), permitCapacity=True)

    assert [row["refusals"] for row in forced["rows"]].count([]) == 2
    assert [r["code"] for r in forced["refusals"]] == ["ALREADY_ENROLLED"]
    types = [fact["type"] for fact in forced["facts"]]
    assert types.count("PermitGranted") == types.count("PermitUsed") == 2
    assert campus.ask("query($s: ID!) { section(id: $s) { enrolled capacity } }", s=section) == {
        "section": {"enrolled": 3, "capacity": 1}
    }


def test_the_facts_of_a_list_belong_together(campus: Campus) -> None:
    section, after = campus.section(), campus.head + 4
    rows = [(campus.student(), section) for _ in range(2)]
    send_list(campus, *rows, commandId="together-1")

    found = campus.ask(
        "query($a: Position) { facts(first: 9, after: $a) {"
        " edges { node { correlationId commandId } } } }",
        campus.registrar,
        a=str(after),
    )["facts"]["edges"]

    assert {edge["node"]["correlationId"] for edge in found} == {"together-1"}
    assert len({edge["node"]["commandId"] for edge in found}) == 2


def test_a_dry_list_records_nothing(campus: Campus) -> None:
    section, head = campus.section(campus.term(addDeadline=in_days(-1))), None
    rows = [(campus.student(), section), (campus.student(), campus.section())]
    head = campus.head

    payload = send_list(campus, *rows, dryRun=True)

    assert [len(row["refusals"]) for row in payload["rows"]] == [1, 0]
    assert (payload["position"], campus.head) == (None, head)


def test_a_dry_list_is_rehearsed_in_one(campus: Campus) -> None:
    """Each row sees what those before it would do, so that the real list comes to the same."""
    section, other = campus.section(capacity=2), campus.section()
    first, second, third = (campus.student() for _ in range(3))
    rows = [(first, section), (first, section), (second, section), (third, section), (third, other)]
    head = campus.head

    dry = send_list(campus, *rows, dryRun=True, commandId="dress")

    assert (campus.head, dry["position"]) == (head, None)
    assert [(r["code"], r["path"]) for r in dry["refusals"]] == [
        ("SECTION_FULL", ["input", "rows", "3"])
    ]
    real = send_list(campus, *rows, commandId="dress")
    assert dry["rows"][0] == dry["rows"][1]
    for row, rehearsed in zip(real["rows"], dry["rows"], strict=True):
        assert row["commandId"] == rehearsed["commandId"]
        assert (row["refusals"], row["facts"]) == (rehearsed["refusals"], rehearsed["facts"])
    assert dry["facts"] == real["facts"]
    assert real["accepted"] == dry["accepted"] == 4


def test_permits_to_go_over_capacity_are_rehearsed_too(campus: Campus) -> None:
    section = campus.section(capacity=1)
    rows = [(campus.student(), section) for _ in range(3)]

    dry = send_list(campus, *rows, dryRun=True, permitCapacity=True)

    types = [fact["type"] for fact in dry["facts"]]
    assert types.count("PermitGranted") == types.count("PermitUsed") == 2
    assert (dry["refused"], types.count("SeatTaken")) == (0, 3)


@pytest.mark.parametrize("count", [0, 501])
def test_a_list_has_its_limits(campus: Campus, count: int) -> None:
    rows = [seat(ids_like("Student"), ids_like("Section"))] * count
    answer = campus.post(LIST % "", campus.registrar, i={"rows": rows})
    assert answer.codes == ["BAD_REQUEST"]


@pytest.mark.parametrize("id", ["", "x" * 201])
def test_the_id_of_a_list_has_its_limits_too(campus: Campus, id: str) -> None:
    rows = [seat(campus.student(), campus.section())]
    answer = campus.post(LIST % "", campus.registrar, i={"rows": rows, "commandId": id})
    assert answer.codes == ["BAD_REQUEST"]


def test_a_list_is_for_staff(campus: Campus) -> None:
    student, section = campus.student(), campus.section()
    given = {"rows": [seat(student, section)]}
    tokens = campus.student_token(student), campus.token(Role.LISTENER)
    for token in tokens:
        assert campus.post(LIST % "", token, i=given).codes == ["FORBIDDEN"]
    assert campus.post(LIST % "", None, i=given).codes == ["UNAUTHENTICATED"]
