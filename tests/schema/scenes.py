"""A scene for each command of registration day: what there is, what is asked, what comes of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.schema.campus import Campus, Data, ids_like, in_days, seat

OFFERING: Data = {"waitlistCapacity": 9, "promotion": "OFFER"}
NOBODY, NOWHERE = ids_like("Student"), ids_like("Section")


@dataclass(frozen=True)
class Scene:
    """`input` is accepted and leaves facts of these types in this order; `vain` is refused for
    these codes. `student` is who may do it for themselves, if anybody."""

    input: Data
    types: list[str]
    vain: Data
    codes: list[str]
    student: str | None = None


Staging = Callable[[Campus], Scene]


@dataclass
class Stage:
    scenes: dict[str, Staging] = field(default_factory=dict)

    def __call__(self, staging: Staging) -> Staging:
        words = staging.__name__.split("_")
        self.scenes[words[0] + "".join(word.capitalize() for word in words[1:])] = staging
        return staging


scene = Stage()


def full(campus: Campus, student: str | None = None, **input: Any) -> tuple[str, str, str]:
    """A section with one seat, who sits on it, and who waits for it."""
    section = campus.section(**{"capacity": 1, "waitlistCapacity": 9, **input})
    holder, waiter = campus.student(), student or campus.student()
    campus.enroll(holder, section)
    campus.made("joinWaitlist", **seat(waiter, section))
    return section, holder, waiter


def offered(campus: Campus) -> tuple[str, str]:
    """A section that offers its one seat to this student."""
    section, holder, waiter = full(campus, **OFFERING)
    campus.made("cancelEnrollment", **seat(holder, section, reason="OTHER"))
    return section, waiter


@scene
def set_registration_window(campus: Campus) -> Scene:
    window = {"term": campus.term(), "group": "seniors"}
    given = window | {"opensAt": in_days(1), "closesAt": in_days(2)}
    vain = window | {"opensAt": in_days(2), "closesAt": in_days(1)}
    return Scene(given, ["RegistrationWindowSet"], vain, ["INVALID_INPUT"])


@scene
def close_section(campus: Campus) -> Scene:
    vain = {"section": NOWHERE}
    return Scene({"section": campus.section()}, ["SectionClosed"], vain, ["NOT_FOUND"])


@scene
def reopen_section(campus: Campus) -> Scene:
    section = campus.section()
    campus.made("closeSection", section=section)
    return Scene({"section": section}, ["SectionReopened"], {"section": NOWHERE}, ["NOT_FOUND"])


@scene
def cancel_section(campus: Campus) -> Scene:
    section = campus.section()
    given = {"section": section, "reason": "no teacher"}
    return Scene(given, ["SectionCanceled"], given | {"reason": " "}, ["INVALID_INPUT"])


@scene
def reserve_seats(campus: Campus) -> Scene:
    given: Data = {"section": campus.section(capacity=5), "group": "honors", "seats": 5}
    given |= {"releasesOn": in_days(1)}
    return Scene(given, ["SeatsReserved"], given | {"seats": 6}, ["INVALID_INPUT"])


@scene
def release_reserved_seats(campus: Campus) -> Scene:
    given = {"section": campus.section(capacity=5), "group": "honors"}
    campus.made("reserveSeats", **given, seats=2)
    return Scene(given, ["ReservedSeatsReleased"], given | {"section": NOWHERE}, ["NOT_FOUND"])


@scene
def change_groups(campus: Campus) -> Scene:
    given = {"student": campus.student(), "groups": ["seniors", "honors"]}
    return Scene(given, ["StudentGroupsChanged"], given | {"groups": [""]}, ["INVALID_INPUT"])


@scene
def place_hold(campus: Campus) -> Scene:
    given = {"student": campus.student(), "kind": "ADDS_ONLY", "reason": "unpaid fees"}
    return Scene(given, ["HoldPlaced"], given | {"reason": ""}, ["INVALID_INPUT"])


@scene
def lift_hold(campus: Campus) -> Scene:
    student = campus.student()
    campus.made("placeHold", student=student, kind="ALL", reason="unpaid fees")
    query = "query($s: ID!) { student(id: $s) { holds { id } } }"
    (hold,) = campus.ask(query, campus.registrar, s=student)["student"]["holds"]
    vain = {"student": student, "hold": ids_like("Hold")}
    return Scene({"student": student, "hold": hold["id"]}, ["HoldLifted"], vain, ["NOT_FOUND"])


@scene
def grant_permit(campus: Campus) -> Scene:
    given = seat(campus.student(), campus.section(), rule="SECTION_FULL", reason="graduates")
    return Scene(given, ["PermitGranted"], given | {"rule": "NOT_FOUND"}, ["INVALID_INPUT"])


@scene
def swap_enrollment(campus: Campus) -> Scene:
    term, student = campus.term(), campus.student()
    held, free = campus.section(term), campus.section(term)
    taken = campus.section(term, capacity=0)
    campus.enroll(student, held)
    given = {"student": student, "from": held, "to": free}
    types = ["EnrollmentCanceled", "StudentEnrolled", "SeatFreed", "SeatTaken"]
    return Scene(given, types, given | {"to": taken}, ["SECTION_FULL"], student)


@scene
def enroll_cart(campus: Campus) -> Scene:
    """Two sections are considered, and one that is full in another term."""
    student, term, other = campus.student(), campus.term(), campus.term()
    wanted = campus.section(term), campus.section(term), campus.section(other, capacity=0)
    for section in wanted:
        campus.made("addToCart", **seat(student, section))
    given = {"student": student, "term": term}
    types = ["StudentEnrolled", "StudentEnrolled", "SeatTaken", "SeatTaken"]
    return Scene(given, types, given | {"term": other}, ["SECTION_FULL"], student)


@scene
def join_waitlist(campus: Campus) -> Scene:
    section, _, _ = full(campus)
    student = campus.student()
    vain = seat(student, campus.section(waitlistCapacity=9))
    types = ["StudentWaitlisted", "WaitlistJoined"]
    return Scene(seat(student, section), types, vain, ["SEAT_AVAILABLE"], student)


@scene
def leave_waitlist(campus: Campus) -> Scene:
    section, _, waiter = full(campus)
    vain = seat(waiter, campus.section())
    types = ["StudentLeftWaitlist", "WaitlistLeft"]
    return Scene(seat(waiter, section), types, vain, ["NOT_WAITLISTED"], waiter)


@scene
def accept_offer(campus: Campus) -> Scene:
    section, waiter = offered(campus)
    types = ["StudentLeftWaitlist", "StudentEnrolled", "OfferAccepted", "SeatTaken"]
    vain = seat(waiter, campus.section())
    return Scene(seat(waiter, section), types, vain, ["NO_OFFER"], waiter)


@scene
def decline_offer(campus: Campus) -> Scene:
    section, waiter = offered(campus)
    types = ["StudentLeftWaitlist", "OfferDeclined"]
    vain = seat(waiter, campus.section())
    return Scene(seat(waiter, section), types, vain, ["NO_OFFER"], waiter)


SCENES = scene.scenes
