"""Terms, courses and sections as offered, with counts that follow every seat."""

from dataclasses import replace
from datetime import time
from decimal import Decimal
from uuid import UUID

import pytest

from read_side.paging import by_id
from read_side.views import catalog
from read_side.views.catalog import CatalogCourse, CatalogSection, CatalogTerm
from read_side.window import Window
from tests.read_side.conftest import Given
from tests.scenario import fact
from tests.write_side.campus import (
    ADD_DEADLINE,
    ANN,
    BOB,
    CAMPUS,
    CS,
    DATABASES,
    DROP_DEADLINE,
    FALL,
    OPENS,
    TERM,
    WITHDRAWAL_DEADLINE,
    A,
    B,
    L,
    enrolled,
    left,
    student,
)
from write_side.aggregates import Course
from write_side.commands import AddCourse, ChangeCapacity, ReviseCourse, ScheduleSection
from write_side.events import CourseRevised, EnrollmentCanceled, Meeting, Promotion, Weekday

VIEW = catalog.VIEW
E1, E2 = UUID(int=1), UUID(int=2)
EVERYTHING = Window(100)


def test_a_term_is_shown_as_it_was_opened(given: Given) -> None:
    given(FALL).then(
        CatalogTerm,
        {
            "id": TERM,
            "code": "2026FA",
            "name": "Fall 2026",
            "status": "OPEN",
            "starts_on": FALL.starts_on,
            "ends_on": FALL.ends_on,
            "registration_opens_at": OPENS,
            "add_deadline": ADD_DEADLINE,
            "drop_deadline": DROP_DEADLINE,
            "withdrawal_deadline": WITHDRAWAL_DEADLINE,
            "credit_limit": 10.0,
        },
    )


@pytest.mark.parametrize(
    ("code", "subject"),
    [("CS-101", "CS"), ("cse 101", "CSE"), ("101", "101"), ("ÉCO9", "ÉCO"), ("x_1", "X")],
)
def test_the_subject_is_the_letters_a_code_begins_with(
    given: Given, code: str, subject: str
) -> None:
    given(AddCourse(code, "Anything", Decimal("2.5"))).then(
        CatalogCourse,
        {"id": Course.id_of(code), "code": code, "subject": subject, "credits": 2.5},
    )


def test_a_section_is_shown_as_it_was_scheduled(given: Given) -> None:
    monday = Meeting((Weekday.MONDAY, Weekday.FRIDAY), time(9), time(10, 30), "Hörsaal 1")
    section = ScheduleSection("2026FA", "CS-101", "A", 2, 5, Promotion.OFFER, (monday,))
    given(FALL, DATABASES, section).then(
        CatalogSection,
        {
            "id": A,
            "term": TERM,
            "term_code": "2026FA",
            "course": CS,
            "course_code": "CS-101",
            "subject": "CS",
            "code": "A",
            "status": "OPEN",
            "capacity": 2,
            "enrolled": 0,
            "waitlisted": 0,
            "seats_available": 2,
            "waitlist_capacity": 5,
            "promotion": "OFFER",
            "meetings": [
                {
                    "days": ["MONDAY", "FRIDAY"],
                    "starts_at": "09:00",
                    "ends_at": "10:30",
                    "place": "Hörsaal 1",
                }
            ],
            "updated_at": 3,
        },
    )


def test_seats_taken_and_freed_are_counted(given: Given) -> None:
    seats = (*enrolled(ANN, E1), *enrolled(BOB, E2))
    given(*CAMPUS, student(ANN), student(BOB), *seats).then(
        CatalogSection,
        {"id": A, "enrolled": 2, "seats_available": 0, "updated_at": 12},
        {"id": B, "enrolled": 0, "seats_available": 2, "updated_at": 5},
        {"id": L, "enrolled": 0, "seats_available": None, "updated_at": 6},
    ).and_then(*left(EnrollmentCanceled, ANN, E1, reason="HEALTH", comment=None)).then(
        CatalogSection,
        {"id": A, "enrolled": 1, "seats_available": 1, "updated_at": 14},
        {"id": B, "enrolled": 0, "seats_available": 2, "updated_at": 5},
        {"id": L, "enrolled": 0, "seats_available": None, "updated_at": 6},
    )


def test_a_capacity_below_the_enrolled_leaves_no_seat_and_nobody_out(given: Given) -> None:
    seats = (*enrolled(ANN, E1), *enrolled(BOB, E2))
    story = given(FALL, DATABASES, CAMPUS[3], student(ANN), student(BOB), *seats)
    story.and_then(ChangeCapacity(A, 1)).then(
        CatalogSection, {"capacity": 1, "enrolled": 2, "seats_available": 0}
    )
    story.and_then(ChangeCapacity(A, None)).then(
        CatalogSection, {"capacity": None, "enrolled": 2, "seats_available": None}
    )
    story.and_then(ChangeCapacity(A, 0)).then(CatalogSection, {"capacity": 0, "enrolled": 2})


def test_a_revised_course_is_found_by_its_new_title_in_every_section(given: Given) -> None:
    story = given(*CAMPUS, ReviseCourse(CS, title="Logs and Streams"))
    story.then(
        CatalogCourse,
        {"code": "CS-101", "title": "Logs and Streams", "credits": 4.0},
        {"code": "LAT-1", "title": "Latin", "credits": 7.5},
    )
    with story.reading() as session:
        found = catalog.sections(session, EVERYTHING, search="streams LOGS")
        assert [(row.code, row.updated_at) for row in found.rows] == [("A", 7), ("B", 7)]
        assert catalog.sections(session, EVERYTHING, search="databases").rows == []


@pytest.mark.parametrize(
    ("wish", "codes"),
    [
        ({}, "ABL"),
        ({"term": "2026FA"}, "ABL"),
        ({"term": "2027SP"}, ""),
        ({"subject": "cs"}, "AB"),
        ({"subject": "C"}, ""),
        ({"search": "  latin   l "}, "L"),
        ({"search": "cs latin"}, ""),
        ({"search": "ATAB"}, "AB"),
        ({"search": "%"}, ""),
        ({"search": "_"}, ""),
        ({"search": "/"}, ""),
        ({"search": ""}, "ABL"),
        ({"seats_available": True}, "BL"),
        ({"seats_available": False}, "A"),
        ({"seats_available": False, "subject": "LAT"}, ""),
    ],
)
def test_sections_are_found(given: Given, wish: dict[str, object], codes: str) -> None:
    seats = (*enrolled(ANN, E1), *enrolled(BOB, E2))
    story = given(*CAMPUS, student(ANN), student(BOB), *seats)
    with story.reading() as session:
        found = catalog.sections(session, EVERYTHING, **wish)  # type: ignore[arg-type]
        assert "".join(row.code for row in found.rows) == codes


def test_a_word_is_found_in_whatever_case_and_script(given: Given) -> None:
    story = given(
        FALL,
        AddCourse("DE-1", "Die Straße", Decimal(1)),
        ScheduleSection("2026FA", "DE-1", "Ä", 1),
    )
    with story.reading() as session:
        for words in ("STRASSE", "straße", "ä", "Ä die"):
            assert len(catalog.sections(session, EVERYTHING, search=words).rows) == 1, words


def test_terms_are_newest_first_and_found_by_code(given: Given) -> None:
    later = replace(FALL, code="2027FA", starts_on=FALL.starts_on.replace(year=2027))
    later = replace(later, ends_on=FALL.ends_on.replace(year=2027))
    story = given(FALL, later, DATABASES)
    with story.reading() as session:
        assert [term.code for term in catalog.terms(session)] == ["2027FA", "2026FA"]
        found = catalog.term_by_code(session, "2026FA")
        assert found is not None
        assert found.id == TERM
        assert catalog.term_by_code(session, "2026fa") is None
        course = catalog.course_by_code(session, "CS-101")
        assert course is not None
        assert course.id == CS
        assert catalog.course_by_code(session, "CS-102") is None


def test_rows_are_found_by_id(given: Given) -> None:
    story = given(*CAMPUS)
    nobody = UUID(int=0xDEAD)
    with story.reading() as session:
        assert set(by_id(session, catalog.CatalogTerm, [TERM, nobody])) == {TERM}
        assert set(by_id(session, catalog.CatalogCourse, [CS, nobody])) == {CS}
        assert set(by_id(session, catalog.CatalogSection, [A, L, nobody])) == {A, L}
        assert by_id(session, catalog.CatalogSection, []) == {}


def test_a_course_revised_before_it_has_sections_is_scheduled_under_its_new_title(
    given: Given,
) -> None:
    revised = fact(CourseRevised, CS, title="Streams", credits=Decimal(3))
    story = given(FALL, DATABASES, revised, CAMPUS[3])
    with story.reading() as session:
        assert len(catalog.sections(session, EVERYTHING, search="streams").rows) == 1
