"""Several enrollments in one decision, a swap or a cart: all or nothing."""

from typing import Any

import pytest

from tests.schema.campus import Campus, Data, broken, ids_like, seat

MINE = """query($s: ID!) { student(id: $s) { cart { section { id } }
  enrollments(status: [ENROLLED]) { section { id } } permits { id } } }"""
SECTION = "query($s: ID!) { section(id: $s) { course { code } } }"
TUESDAY = {"days": ["TUESDAY"], "startsAt": "09:00", "endsAt": "10:00"}
NODES = "student { enrollments(status: [ENROLLED]) { section { id } } cart { section { id } } }"


def held(campus: Campus, student: str) -> list[str]:
    found = campus.ask(MINE, campus.registrar, s=student)["student"]["enrollments"]
    return [each["section"]["id"] for each in found]


def cart(campus: Campus, *sections: str) -> str:
    """A student who considers these."""
    student = campus.student()
    for section in sections:
        campus.made("addToCart", **seat(student, section))
    return student


def swap(student: str, left: str, taken: str, **more: Any) -> Data:
    return {"student": student, "from": left, "to": taken} | more


def test_a_swap_ends_with_the_new_section(campus: Campus) -> None:
    student, term = campus.student(), campus.term()
    old, new = campus.section(term, capacity=1), campus.section(term, capacity=1)
    campus.enroll(student, old)

    nodes = f"section {{ id enrolled }} {NODES}"
    payload = campus.made(
        "swapEnrollment", nodes, campus.student_token(student), **swap(student, old, new)
    )

    assert payload["section"] == {"id": new, "enrolled": 1}
    assert payload["student"]["enrollments"] == [{"section": {"id": new}}]
    canceled = next(f for f in payload["facts"] if f["type"] == "EnrollmentCanceled")
    assert canceled["data"]["reason"] == "SWAP"


def test_a_refused_swap_leaves_the_old_seat_and_tells_every_rule(campus: Campus) -> None:
    student = campus.student()
    term = campus.term(creditLimit=3)
    heavy = campus.course(credits=9)
    old = campus.section(term)
    campus.enroll(student, old)
    new = campus.section(term, heavy, capacity=0)
    campus.made("closeSection", section=new)
    campus.service.catch_up()  # what is refused has no position to be read at

    payload = campus.do("swapEnrollment", NODES, **swap(student, old, new))

    assert {code for code, _ in broken(payload)} == {
        "SECTION_FULL",
        "SECTION_CLOSED",
        "CREDIT_LIMIT_EXCEEDED",
    }
    assert payload["student"]["enrollments"] == [{"section": {"id": old}}]


def test_a_swap_is_no_conflict_with_what_is_given_up(campus: Campus) -> None:
    student, term, course = campus.student(), campus.term(creditLimit=3), campus.course()
    old = campus.section(term, course, "A", meetings=[TUESDAY])
    new = campus.section(term, course, "B", meetings=[TUESDAY])
    campus.enroll(student, old)

    campus.made("swapEnrollment", **swap(student, old, new))

    assert held(campus, student) == [new]


def test_a_swap_names_the_part_of_the_input_that_is_wrong(campus: Campus) -> None:
    nobody, nothing, section = ids_like("Student"), ids_like("Section"), campus.section()

    payload = campus.do("swapEnrollment", **swap(nobody, nothing, nothing))
    same = campus.do("swapEnrollment", **swap(campus.student(), section, section))
    elsewhere = campus.do("swapEnrollment", **swap(campus.student(), section, campus.section()))

    assert broken(payload) == [
        ("NOT_FOUND", ["input", "student"]),
        ("NOT_FOUND", ["input", "from"]),
        ("NOT_FOUND", ["input", "to"]),
    ]
    assert broken(same) == [("INVALID_INPUT", ["input", "to"])]
    assert broken(elsewhere) == [("NOT_ENROLLED", None)]


def test_a_cart_is_enrolled_in_whole_and_empty_then(campus: Campus) -> None:
    term = campus.term()
    sections = [campus.section(term) for _ in range(3)]
    elsewhere = campus.section()
    student = cart(campus, *sections, elsewhere)

    payload = campus.made("enrollCart", NODES, student=student, term=term)

    assert {e["section"]["id"] for e in payload["student"]["enrollments"]} == set(sections)
    assert payload["student"]["cart"] == [{"section": {"id": elsewhere}}]


def test_a_cart_with_one_fault_is_not_enrolled_in_at_all(campus: Campus) -> None:
    term = campus.term()
    fine, taken = campus.section(term), campus.section(term, capacity=0)
    student = cart(campus, fine, taken)
    campus.service.catch_up()  # what is refused has no position to be read at

    payload = campus.do("enrollCart", NODES, student=student, term=term)

    # nothing of what was sent is to blame: the sentence says which section of the cart is
    assert broken(payload) == [("SECTION_FULL", None)]
    code = campus.ask(SECTION, s=taken)["section"]["course"]["code"]
    assert payload["refusals"][0]["message"].startswith(f"{code} A: ")
    assert payload["student"]["enrollments"] == []
    assert len(payload["student"]["cart"]) == 2


def test_two_of_a_cart_may_be_in_each_other_s_way(campus: Campus) -> None:
    term = campus.term(creditLimit=5)
    both = [campus.section(term, meetings=[TUESDAY]) for _ in range(2)]
    student = cart(campus, *both)

    payload = campus.do("enrollCart", student=student, term=term)

    assert {code for code, _ in broken(payload)} == {"TIME_CONFLICT", "CREDIT_LIMIT_EXCEEDED"}


def test_corequisites_in_one_cart_count(campus: Campus) -> None:
    term, lab, lecture = campus.term(), campus.course(), campus.course()
    found = campus.ask("query($c: String!) { course(code: $c) { id } }", c=lab)["course"]
    campus.made("reviseCourse", course=found["id"], corequisites=[lecture])
    sections = campus.section(term, lab), campus.section(term, lecture)
    alone, student = cart(campus, sections[0]), cart(campus, *sections)

    payload = campus.do("enrollCart", student=alone, term=term)
    assert [code for code, _ in broken(payload)] == ["COREQUISITE_MISSING"]
    campus.made("enrollCart", student=student, term=term)
    assert set(held(campus, student)) == set(sections)


@pytest.mark.parametrize("own", [True, False])
def test_validating_says_the_same_and_records_nothing(campus: Campus, own: bool) -> None:
    term = campus.term()
    student = cart(campus, campus.section(term), campus.section(term))
    faulty = cart(campus, campus.section(term, capacity=0), campus.section(term))
    head = campus.head
    for who in (student, faulty):
        token = campus.student_token(who) if own else None
        given = {"student": who, "term": term}
        # recording nothing is what it is: it cannot be told to
        found = [
            campus.do("validateCart", NODES, token, **given, dryRun=dry, commandId=f"v{own}{who}")
            for dry in (False, True)
        ]
        assert found[0]["position"] is None and campus.head == head
        assert found[0]["student"]["enrollments"] == []
        assert found[0]["refusals"] == found[1]["refusals"]
        receipt = "query($i: ID!) { command(id: $i) { id } }"
        assert campus.ask(receipt, campus.registrar, i=f"v{own}{who}")["command"] is None
        real = campus.do("enrollCart", NODES, token, **given)
        assert real["refusals"] == found[0]["refusals"]
        assert [f["type"] for f in real["facts"]] == [f["type"] for f in found[0]["facts"]]
        head = campus.head
    assert held(campus, student) and not held(campus, faulty)


def test_somebody_else_s_cart_is_none_of_one_s_business(campus: Campus) -> None:
    term = campus.term()
    student, token = cart(campus, campus.section(term)), campus.student_token(campus.student())

    for command in ("validateCart", "enrollCart"):
        assert campus.try_(command, "", token, student=student, term=term).codes == ["FORBIDDEN"]
