"""Relay's ids: whatever is a Node is found again by its id, as what it was and as it is now, and no
two things of whatever type have the same."""

import pytest
from graphql import get_named_type, is_scalar_type

from schema.ids import NOUNS, global_id, read_id
from tests.schema.campus import Campus, Data, ids_like, seat
from tests.schema.examples import object_types

NODES = {n.name: n for n in object_types() if "Node" in {i.name for i in n.interfaces}}
WITH_ID = {n.name for n in object_types() if "id" in n.fields}


def plain_fields(noun: str) -> str:
    """What can be asked of a node without going anywhere else, and has one type in all nouns."""
    return " ".join(
        name
        for name, field in NODES[noun].fields.items()
        if not field.args and is_scalar_type(get_named_type(field.type))
    )


REFETCH = "__typename id " + " ".join(f"... on {noun} {{ {plain_fields(noun)} }}" for noun in NODES)


@pytest.fixture(scope="module")
def found(campus: Campus) -> dict[str, Data]:
    """A node of each type, by its noun, read where it is at home."""
    term, course, student = campus.term(), campus.course(), campus.student()
    section = campus.section(term, course, capacity=5)
    campus.enroll(student, section)
    document = f"""query At($term: String!, $course: String!, $section: ID!, $student: ID!) {{
      term(code: $term) {{ __typename {plain_fields("Term")} }}
      course(code: $course) {{ __typename {plain_fields("Course")} }}
      section(id: $section) {{ __typename {plain_fields("Section")} }}
      student(id: $student) {{ __typename {plain_fields("Student")}
        enrollments {{ __typename {plain_fields("Enrollment")} }} }} }}"""
    read = campus.ask(
        document, campus.registrar, term=term, course=course, section=section, student=student
    )
    (enrollment,) = read["student"].pop("enrollments")
    return {node["__typename"]: node for node in (*read.values(), enrollment)}


def test_there_is_one_of_each_type(found: dict[str, Data]) -> None:
    assert set(found) == set(NODES), "give the new noun a node in `found`"


@pytest.mark.parametrize("noun", NODES)
def test_a_node_is_found_again(campus: Campus, found: dict[str, Data], noun: str) -> None:
    node = found[noun]

    again = campus.ask(
        f"query Again($id: ID!) {{ node(id: $id) {{ {REFETCH} }} }}",
        campus.registrar,
        id=node["id"],
    )

    assert again["node"] == node


def test_nodes_are_found_in_the_order_they_are_asked_for(
    campus: Campus, found: dict[str, Data]
) -> None:
    """Null where there is nothing, twice what is asked for twice."""
    asked = [node["id"] for node in found.values()]
    asked += [*map(ids_like, NODES), asked[0], *reversed(asked)]
    by_id = {node["id"]: node for node in found.values()}

    nodes = campus.ask(
        f"query Again($ids: [ID!]!) {{ nodes(ids: $ids) {{ {REFETCH} }} }}",
        campus.registrar,
        ids=asked,
    )["nodes"]

    assert nodes == [by_id.get(id) for id in asked]


def test_a_node_found_again_is_as_it_is_now(campus: Campus) -> None:
    section, student = campus.section(capacity=3), campus.student()
    enrollment = campus.enroll(student, section)["enrollment"]["id"]
    document = """query Now($ids: [ID!]!) { nodes(ids: $ids) {
      ... on Section { enrolled capacity } ... on Enrollment { status } } }"""
    ids = [section, enrollment]
    before = campus.ask(document, campus.registrar, ids=ids)["nodes"]

    campus.made("changeCapacity", section=section, capacity=8)
    campus.made("cancelEnrollment", **seat(student, section, reason="OTHER"))
    after = campus.ask(document, campus.registrar, ids=ids)["nodes"]

    assert before == [{"enrolled": 1, "capacity": 3}, {"status": "ENROLLED"}]
    assert after == [{"enrolled": 0, "capacity": 8}, {"status": "CANCELED"}]


def test_an_id_says_nothing_of_who_may_see_it(campus: Campus, found: dict[str, Data]) -> None:
    """A private node is as absent as one that never was."""
    asked = [found["Student"]["id"], found["Enrollment"]["id"], found["Section"]["id"]]
    document = "query Look($ids: [ID!]!) { nodes(ids: $ids) { __typename } }"

    stranger = campus.ask(document, campus.student_token(campus.student()), ids=asked)["nodes"]
    nobody = campus.ask(document, ids=asked)["nodes"]

    assert stranger == nobody == [None, None, {"__typename": "Section"}]


def test_no_two_things_have_the_same_id(campus: Campus) -> None:
    """Of all types with an id, also those that are no nodes."""
    student, section = campus.student(), campus.section(capacity=0, waitlistCapacity=9)
    campus.made("joinWaitlist", **seat(student, section))
    campus.made("placeHold", student=student, kind="ALL", reason="Books.")
    campus.made("grantPermit", **seat(student, section, rule="SECTION_FULL", reason="Asked."))
    document = """query All($student: ID!) {
      terms { id }
      sections(first: 100) { edges { node { id course { id } } } }
      students(first: 100) { edges { node { id enrollments { id } } } }
      student(id: $student) { waitlistEntries { id } holds { id } permits { id } } }"""
    data = campus.ask(document, campus.registrar, student=student)
    sections = [edge["node"] for edge in data["sections"]["edges"]]
    students = [edge["node"] for edge in data["students"]["edges"]]

    ids = {
        "Term": {term["id"] for term in data["terms"]},
        "Course": {node["course"]["id"] for node in sections},
        "Section": {node["id"] for node in sections},
        "Student": {node["id"] for node in students},
        "Enrollment": {each["id"] for node in students for each in node["enrollments"]},
        "WaitlistEntry": {each["id"] for each in data["student"]["waitlistEntries"]},
        "Hold": {each["id"] for each in data["student"]["holds"]},
        "Permit": {each["id"] for each in data["student"]["permits"]},
        # a client's own, so that it may be anything
        "Command": set(),
    }

    assert set(ids) == WITH_ID, "give the new noun its ids here"
    assert all(found for noun, found in ids.items() if noun != "Command")
    assert len(set().union(*ids.values())) == sum(map(len, ids.values()))


def test_the_same_key_of_two_nouns_is_two_ids() -> None:
    key = read_id(ids_like("Section"))[1]

    assert len({global_id(noun, key) for noun in NOUNS}) == len(NOUNS)
    assert set(NODES) <= set(NOUNS)
    assert all(read_id(global_id(noun, key)) == (noun, key) for noun in NOUNS)
