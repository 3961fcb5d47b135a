"""A term in which everything happened that a query can find, and what there is to ask for."""

from dataclasses import dataclass
from typing import Any

from tests.schema.campus import Campus, ids_like, in_days, seat
from write_side.imports.demo import fill
from write_side.registrar import utc_now

EVERYTHING = """query Everything {
  terms { id code }
  sections(first: 100) { edges { cursor node { id course { id code }
    roster(first: 5) { edges { cursor node { id } } }
    waitlist(first: 5) { edges { cursor node { id } } } } } }
  students(first: 100) { edges { cursor node { id holds { id } permits { id } } } }
  demand(first: 100) { edges { cursor } }
  facts(last: 100) { edges { cursor node { commandId stream type } } }
}"""


@dataclass(frozen=True)
class Things:
    """What a document may name, by argument, with what nobody has, or nobody could have made,
    among them."""

    values: dict[str, list[Any]]
    student: str
    """Who has most."""
    other: str


def filled(campus: Campus) -> Things:
    """Fill it by the demo and by what that leaves out."""
    demo = fill(campus.service.registrar.submit, utc_now())
    student, other = _busy(campus), campus.student(groups=["seniors"])
    campus.enroll(other, campus.section(capacity=None))
    campus.service.catch_up()
    return Things(_values(campus, demo.term, student, other), student, other)


def _busy(campus: Campus) -> str:
    """A student of whom there is one of everything."""
    term = campus.term(creditLimit=20.5, registrationOpensAt=in_days(-3))
    window = {"term": term, "group": "seniors", "opensAt": in_days(-2), "closesAt": in_days(2)}
    campus.made("setRegistrationWindow", **window)
    before, beside = campus.course(title="50% off_all", credits=1.5), campus.course()
    course = campus.course()
    entry = campus.ask("query($c: String!) { course(code: $c) { id } }", c=course)["course"]["id"]
    student = campus.student(groups=["seniors", "honors"])
    times = [{"days": ["MONDAY", "FRIDAY"], "startsAt": "09:00", "endsAt": "10:30"}]
    sections = [campus.section(term, meetings=times if n == 0 else []) for n in range(5)]
    late = campus.section(campus.term(dropDeadline=in_days(-1)))
    for section in (*sections[:4], late):
        campus.enroll(student, section)
    why: dict[str, Any] = {"reason": "WORKLOAD", "comment": "too much of it"}
    campus.made("cancelEnrollment", **seat(student, sections[1], **why))
    campus.made("withdraw", **seat(student, late, reason="HEALTH", comment="a reason"))
    full = campus.section(term, capacity=1, waitlistCapacity=9)
    campus.enroll(campus.student(), full)
    swap = {"student": student, "from": sections[3], "to": full, "waitlistIfFull": True}
    campus.made("swapEnrollment", **swap)
    campus.made("addToCart", **seat(student, sections[4]))
    campus.made("grantPermit", **seat(student, sections[4], rule="SECTION_FULL", reason="so"))
    expiring = {"rule": "TIME_CONFLICT", "reason": "so", "expiresAt": in_days(3)}
    campus.made("grantPermit", **seat(student, sections[4], **expiring))
    campus.made("placeHold", student=student, kind="ADDS_ONLY", reason="unpaid fees")
    campus.made("reviseCourse", course=entry, prerequisites=[before], corequisites=[beside])
    closed, canceled = campus.section(term, course, capacity=7), campus.section(term)
    campus.made("closeSection", section=closed)
    campus.made("cancelSection", section=canceled, reason="no teacher")
    return student


def _values(campus: Campus, term: str, student: str, other: str) -> dict[str, list[Any]]:
    found = campus.ask(EVERYTHING, campus.registrar)
    nodes = {name: [e["node"] for e in found[name]["edges"]] for name in ("sections", "students")}
    mine = campus.ask(
        """query Mine($id: ID!) { student(id: $id) { enrollments { id section { id } }
             waitlistEntries { id } holds { id } permits { id } } }""",
        campus.registrar,
        id=student,
    )["student"]
    facts = [edge["node"] for edge in found["facts"]["edges"]]
    enrollments = [each["id"] for each in mine["enrollments"]]
    elsewhere = [e["node"]["id"] for s in nodes["sections"] for e in s["roster"]["edges"]]
    sections = [each["section"]["id"] for each in mine["enrollments"]]
    sections += [each["id"] for each in nodes["sections"]]
    courses = [section["course"] for section in nodes["sections"]]
    strange = ["garbled", "", "Ü?", ids_like("Section"), ids_like("Student"), ids_like("Hold")]
    nodes_ids = [student, other, *enrollments[:3], *elsewhere[:5], *sections[:6]]
    nodes_ids += [courses[0]["id"], found["terms"][0]["id"], mine["holds"][0]["id"]]
    nodes_ids += [each["id"] for each in mine["waitlistEntries"][:1]]
    cursors = {name: [e["cursor"] for e in found[name]["edges"]][:9] for name in found if
               name != "terms"}  # fmt: skip
    for name in ("roster", "waitlist"):
        cursors[name] = [e["cursor"] for s in nodes["sections"] for e in s[name]["edges"]][:9]
    return {
        "section": [*sections[:12], *strange],
        "student": [student, student, student, other, nodes["students"][0]["id"], *strange],
        "node": [*nodes_ids, *strange],
        "command": [fact["commandId"] for fact in facts[:5]] + ["demo/player", *strange],
        "stream": [fact["stream"] for fact in facts[:5]] + strange,
        "term": [term, found["terms"][0]["code"], found["terms"][-1]["code"], "NONE", ""],
        "course": [each["code"] for each in courses[:6]] + [courses[-1]["code"], "NONE 1"],
        "types": sorted({fact["type"] for fact in facts}),
        "subject": ["CS", "cs", "MATH", "", "%"],
        "search": ["programming", "50% off_", "%", "_", "/", "101", "s", "student", "S1", ""],
        "position": ["1", "50", str(campus.head), "-1", "x"],
        **{f"{name} cursor": [*each, "garbled", "", "WzFd"] for name, each in cursors.items()},
    }
