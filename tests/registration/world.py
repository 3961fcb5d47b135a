"""The machine's world: which term, courses, sections and students there are, in both tellings."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from tests.registration.campus import meeting, section_at
from tests.registration.doors import Door
from tests.registration.model import Course, Person, Section, Slot, Term
from tests.registration.wishes import Wishes
from write_side.aggregates import Course as RealCourse
from write_side.commands import (
    AddCourse,
    ChangeGroups,
    Command,
    OpenTerm,
    RegisterStudent,
    ReviseCourse,
    ScheduleSection,
)
from write_side.events import Fact, Promotion, StudentRegistered

MONTH = datetime(2026, 9, 1, tzinfo=UTC)
STUDENTS = ("ann", "bob", "cid", "dot", "eve")
GROUPS = ("ATH", "HON")
COURSES = {
    "CS": Course(4),
    "LAT": Course(3),
    "ART": Course(2),
    "ADV": Course(2, before=("CS",)),
    "LAB": Course(1, beside=("CS",)),
}
SECTIONS = {"A": "CS", "B": "CS", "L": "LAT", "D": "ART", "Q": "ADV", "P": "LAB", "PAST": "CS"}
HERE = tuple(name for name in SECTIONS if name != "PAST")
SLOTS: tuple[tuple[Slot, ...], ...] = (
    (),
    (("M", 9, 11),),
    (("M", 11, 12),),
    (("M", 10, 12), ("T", 9, 10)),
)

rooms = st.builds(
    dict,
    capacity=st.sampled_from([1, 1, 1, 2, 2, 0, 3, None]),
    places=st.sampled_from([9, 9, 9, 3, 1, 0]),
    offering=st.booleans(),
    hours=st.sampled_from([1, 24]),
    slots=st.sampled_from([(), *SLOTS]),
    consent=st.sampled_from([False] * 29 + [True]),
)
plans = st.fixed_dictionaries(
    {
        "limit": st.sampled_from([None, None, 8, 6]),
        "window": st.sampled_from([None, None, None, (1, 4), (3, 6)]),
        "crowded": st.lists(st.sampled_from("ABLDAB"), max_size=3),
        "rooms": st.fixed_dictionaries(dict.fromkeys(HERE, rooms)),
        "groups": st.lists(st.sets(st.sampled_from(GROUPS)), min_size=5, max_size=5),
        "took": st.sets(st.sampled_from(STUDENTS)),
    }
)


@dataclass
class World:
    """The model, the door to the real thing, and the ids of the names."""

    model: Wishes
    door: Door
    ids: dict[str, UUID]
    facts: list[Fact]

    def tell(self, *commands: Command) -> None:
        """Commands of staff that are not refused, at the model's time."""
        for command in commands:
            refusals, facts = self.door.send(command, self.model.at, staff=True)
            assert not refusals, refusals
            self.facts += facts


def create(plan: dict[str, Any], door: Door) -> World:
    """The same world twice: as a model, and told to the door in commands."""
    day = timedelta(days=1)
    fall = Term(2, MONTH + day, MONTH + 9 * day, MONTH + 12 * day, MONTH + 15 * day, plan["limit"])
    spring = Term(1, None, *[datetime(2026, 5, 9, tzinfo=UTC)] * 3)
    sections = {name: Section(SECTIONS[name], "FA", **plan["rooms"][name]) for name in HERE}
    sections["PAST"] = Section("CS", "SP", None, 0, slots=SLOTS[1])
    people = {who: Person(set(plan["groups"][nth])) for nth, who in enumerate(STUDENTS)}
    start = datetime(2026, 2, 1, tzinfo=UTC)
    model = Wishes({"SP": spring, "FA": fall}, dict(COURSES), sections, people, start)
    ids = {name: section_at(kind, name, sections[name].term) for name, kind in SECTIONS.items()}
    world = World(model, door, ids, [])
    world.tell(
        OpenTerm("SP", "Spring", date(2026, 1, 12), date(2026, 5, 8)),
        _term(fall),
        *(AddCourse(code, code, Decimal(course.credits)) for code, course in COURSES.items()),
        *(_requisites(code, course) for code, course in COURSES.items()),
        *(_section(name, section) for name, section in sections.items()),
    )
    for who in STUDENTS:
        world.tell(RegisterStudent(who, None, None))
        (ids[who],) = [
            f.originator_id for f in world.facts[-2:] if isinstance(f, StudentRegistered)
        ]
        world.tell(ChangeGroups(ids[who], tuple(people[who].groups)))
    return world


def _term(term: Term) -> OpenTerm:
    return OpenTerm(
        "FA",
        "Fall",
        date(2026, 8, 24),
        date(2026, 12, 18),
        term.opens,
        term.add,
        term.drop,
        term.withdraw,
        None if term.limit is None else Decimal(term.limit),
    )


def _requisites(code: str, course: Course) -> ReviseCourse:
    return ReviseCourse(
        RealCourse.id_of(code), prerequisites=course.before, corequisites=course.beside
    )


def _section(name: str, section: Section) -> ScheduleSection:
    return ScheduleSection(
        section.term,
        section.course,
        name,
        section.capacity,
        section.places,
        Promotion.OFFER if section.offering else Promotion.AUTO_ENROLL,
        tuple(meeting(*slot) for slot in section.slots),
        section.hours,
        section.consent,
    )
