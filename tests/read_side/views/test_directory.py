"""Who somebody is: number in clear, name and address as sealed as they came."""

from dataclasses import replace
from uuid import UUID

from read_side.paging import by_id
from read_side.views import directory
from read_side.views.directory import DirectoryStudent
from read_side.window import Window
from tests.read_side.conftest import Given
from tests.read_side.past import minutes
from tests.read_side.shown import Shown
from tests.scenario import Told, fact, sealed
from tests.write_side.campus import ANN, BOB, CAMPUS, CID, NOBODY, enrolled, student
from write_side.events import ContactChanged, StudentGroupsChanged, StudentRegistered

VIEW = directory.VIEW


def registered(person: UUID, number: str) -> Told:
    return fact(
        StudentRegistered,
        person,
        number=number,
        name=sealed(person, "StudentRegistered.name", "Ann"),
        email=sealed(person, "StudentRegistered.email", "ann@u.invalid"),
    )


def changed(person: UUID, **texts: str) -> Told:
    boxes = {n: sealed(person, f"ContactChanged.{n}", t) for n, t in texts.items()}
    return fact(ContactChanged, person, **{"name": None, "email": None, **boxes})


def test_a_student_is_shown_as_registered(given: Given) -> None:
    given(registered(ANN, "S1"), student(BOB)).then(
        DirectoryStudent,
        {
            "id": ANN,
            "number": "S1",
            "name": sealed(ANN, "StudentRegistered.name", "Ann").as_text(),
            "email": sealed(ANN, "StudentRegistered.email", "ann@u.invalid").as_text(),
            "registered_at": minutes(0),
            "updated_at": 1,
        },
        {
            "id": BOB,
            "number": "Sb0b",
            "name": None,
            "email": None,
            "registered_at": minutes(1),
            "updated_at": 2,
        },
    )


def test_changed_contact_data_replace_only_what_was_given(given: Given) -> None:
    name = sealed(ANN, "ContactChanged.name", "Anna").as_text()
    email = sealed(ANN, "StudentRegistered.email", "ann@u.invalid").as_text()
    story = given(registered(ANN, "S1"), changed(ANN, name="Anna"))
    story.then(DirectoryStudent, {"name": name, "email": email, "updated_at": 2})
    moved = sealed(ANN, "ContactChanged.email", "anna@u.invalid").as_text()
    story.and_then(changed(ANN, email="anna@u.invalid"))
    story.then(DirectoryStudent, {"name": name, "email": moved, "updated_at": 3})


def shown(given: Given) -> Shown:
    people = (registered(CID, "30"), registered(ANN, "4"), registered(BOB, "1"))
    return given(*people, changed(CID, name="Cid"))


def test_students_are_listed_by_number(given: Given) -> None:
    with shown(given).reading() as session:
        assert [r.id for r in directory.students(session, Window(9)).rows] == [BOB, CID, ANN]


def test_a_student_is_found_by_number_or_among_those_found_elsewhere(given: Given) -> None:
    with shown(given).reading() as session:
        found = directory.students(session, Window(9), number="4")
        assert [r.id for r in found.rows] == [ANN]
        found = directory.students(session, Window(9), number="4", among=[BOB, NOBODY])
        assert [r.id for r in found.rows] == [BOB, ANN]
        assert directory.students(session, Window(9), number="99").rows == []
        assert set(by_id(session, directory.DirectoryStudent, [ANN, NOBODY])) == {ANN}


def test_an_index_of_names_asks_for_what_changed_behind_a_position(given: Given) -> None:
    with shown(given).reading() as session:
        assert {row.id for row in directory.names(session, 0)} == {ANN, BOB, CID}
        assert {row.id for row in directory.names(session, 2)} == {BOB, CID}
        assert {row.id for row in directory.names(session, 3)} == {CID}
        assert directory.names(session, 4) == []


def test_what_students_do_is_not_who_they_are(given: Given) -> None:
    given(*CAMPUS, student(ANN), *enrolled(ANN, UUID(int=1))).then(
        DirectoryStudent, {"id": ANN, "updated_at": 7}
    )


def test_groups_are_those_of_the_registration_until_they_change(given: Given) -> None:
    of_groups = replace(student(ANN), values={**student(ANN).values, "groups": ("seniors", "cs")})
    story = given(of_groups, registered(BOB, "1"))
    story.then(
        DirectoryStudent,
        {"id": ANN, "groups": ["seniors", "cs"], "updated_at": 1},
        {"id": BOB, "groups": [], "updated_at": 2},
    )
    changes = [fact(StudentGroupsChanged, ANN, groups=g) for g in (("honors",), ())]
    story.and_then(changes[0]).then(
        DirectoryStudent,
        {"id": ANN, "groups": ["honors"], "updated_at": 3},
        {"id": BOB, "groups": [], "updated_at": 2},
    )
    story.and_then(changes[1]).then(DirectoryStudent, {"groups": []}, {"groups": []})
