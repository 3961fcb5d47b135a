"""Who gets data and who is turned away, tried at every root field by everybody."""

from dataclasses import dataclass

import pytest

from schema.policy import may
from schema.viewer import Viewer
from tests.schema.campus import Campus, Data
from tests.schema.examples import Request, example, names
from tests.schema.listening import listening
from write_side.events import Role

STAFF = {"registrar"}
STUDENTS = {"self", "other"}
SIGNED_IN = {*STAFF, *STUDENTS, "listener", "instructor", "officer"}
EVERYBODY = {"anonymous", *SIGNED_IN}
ONESELF = {"self", *STAFF}
FEED = {*STAFF, *STUDENTS, "listener"}

# As it must be, said a second time; a field that is not here is held against the policy's table.
MAY: dict[str, set[str]] = {
    "Query.viewer": EVERYBODY,
    "Query.node": EVERYBODY,
    "Query.nodes": EVERYBODY,
    "Query.term": EVERYBODY,
    "Query.terms": EVERYBODY,
    "Query.course": EVERYBODY,
    "Query.section": EVERYBODY,
    "Query.sections": EVERYBODY,
    "Query.student": ONESELF,
    "Query.students": STAFF,
    "Query.facts": FEED,
    "Query.command": SIGNED_IN,
    "Query.feedback": STAFF,
    "Query.demand": STAFF,
    "Query.views": EVERYBODY,
    "Mutation.openTerm": STAFF,
    "Mutation.addCourse": STAFF,
    "Mutation.reviseCourse": STAFF,
    "Mutation.scheduleSection": STAFF,
    "Mutation.changeCapacity": STAFF,
    "Mutation.registerStudent": STAFF,
    "Mutation.changeContact": ONESELF,
    "Mutation.enroll": ONESELF,
    "Mutation.cancelEnrollment": ONESELF,
    "Mutation.withdraw": ONESELF,
    "Mutation.addToCart": ONESELF,
    "Mutation.removeFromCart": ONESELF,
    "Mutation.setRegistrationWindow": STAFF,
    "Mutation.closeSection": STAFF,
    "Mutation.reopenSection": STAFF,
    "Mutation.cancelSection": STAFF,
    "Mutation.reserveSeats": STAFF,
    "Mutation.releaseReservedSeats": STAFF,
    "Mutation.changeGroups": STAFF,
    "Mutation.placeHold": STAFF,
    "Mutation.liftHold": STAFF,
    "Mutation.grantPermit": STAFF,
    "Mutation.enrollMany": STAFF,
    "Mutation.swapEnrollment": ONESELF,
    "Mutation.enrollCart": ONESELF,
    "Mutation.validateCart": ONESELF,
    "Mutation.joinWaitlist": ONESELF,
    "Mutation.leaveWaitlist": ONESELF,
    "Mutation.acceptOffer": ONESELF,
    "Mutation.declineOffer": ONESELF,
    "Subscription.section": EVERYBODY,
    "Subscription.sections": EVERYBODY,
    "Subscription.student": ONESELF,
    "Subscription.views": EVERYBODY,
    "Subscription.facts": FEED,
    "Subscription.notifications": STUDENTS,
}


@dataclass
class Cast:
    """Everybody who asks, by token; `known` are ids and codes of what there is to ask for."""

    campus: Campus
    tokens: dict[str, str | None]
    viewers: dict[str, Viewer]
    known: dict[str, str]

    def expected(self, kind: str, request: Request) -> set[str]:
        act = f"{kind.capitalize()}.{request.name}"
        if act in MAY:
            return MAY[act]
        viewers = self.viewers.items()
        return {who for who, viewer in viewers if may(viewer, act, request.variables)}


@pytest.fixture(scope="module")
def cast(campus: Campus) -> Cast:
    term, course = campus.term(), campus.course()
    section = campus.section(term=term, course=course)
    student, other = campus.student(), campus.student()
    campus.enroll(student, section)
    campus.enroll(other, section)
    course_id = campus.ask("query($c: String!) { course(code: $c) { id } }", c=course)["course"]
    tokens: dict[str, str | None] = {
        "anonymous": None,
        "self": campus.student_token(student),
        "other": campus.student_token(other),
        "registrar": campus.registrar,
        "listener": campus.token(Role.LISTENER),
        "instructor": campus.token(Role.INSTRUCTOR),
        "officer": campus.token(Role.PRIVACY_OFFICER),
    }
    viewers = {who: campus.service.tokens.viewer(token) for who, token in tokens.items()}
    # somebody must have news to be told of
    for each in (other, student):
        payload = campus.made(
            "placeHold", "student { holds { id } }", student=each, kind="ALL", reason="x"
        )
    known = {"student": student, "section": section, "term": term, "course": course_id["id"]}
    known["hold"] = payload["student"]["holds"][0]["id"]
    return Cast(campus, tokens, viewers, known)


@pytest.mark.parametrize("name", names("query"))
def test_who_may_ask(cast: Cast, name: str) -> None:
    request = example("query", name, cast.known)

    assert let_in(cast, request) == cast.expected("query", request)


@pytest.mark.parametrize("name", names("mutation"))
def test_who_may_command(cast: Cast, name: str) -> None:
    request = example("mutation", name, cast.known)
    before = cast.campus.head

    assert let_in(cast, request) == cast.expected("mutation", request)
    assert cast.campus.head == before, "the examples are dry runs"


@pytest.mark.parametrize("name", names("mutation"))
def test_nobody_commands_without_a_token(cast: Cast, name: str) -> None:
    """Whatever the table says: a fact needs an actor."""
    request = example("mutation", name, cast.known)

    assert "anonymous" not in let_in(cast, request)


@pytest.mark.parametrize("name", sorted(act.split(".")[1] for act in MAY if "Subscription" in act))
def test_who_may_listen(cast: Cast, name: str) -> None:
    request = example("subscription", name, cast.known)
    inside = set()
    for who, token in cast.tokens.items():
        with listening(cast.campus.ws, token) as socket:
            socket.subscribe(request.document, **request.variables)
            message = socket.receive()
            if message["type"] == "next":
                inside.add(who)
            else:
                assert [e["extensions"]["code"] for e in message["payload"]] == [turned_away(who)]

    assert inside == cast.expected("subscription", request)


def test_every_line_is_about_a_field_that_exists() -> None:
    acts = {
        f"{k.capitalize()}.{n}" for k in ("query", "mutation", "subscription") for n in names(k)
    }
    assert set(MAY) <= acts


def let_in(cast: Cast, request: Request) -> set[str]:
    """Who is answered; the others get one error, the right one, and no data."""
    inside = set()
    for who, token in cast.tokens.items():
        answer = cast.campus.post(request.document, token, **request.variables)
        denied = [e for e in answer.errors if e["extensions"]["code"] in DENIALS]
        if not denied:
            inside.add(who)
            assert "INTERNAL" not in answer.codes, answer.body
            continue
        assert answer.codes == [turned_away(who)], answer.body
        data: Data = answer.body["data"] or {}
        assert data.get(request.name) is None
    return inside


DENIALS = ("UNAUTHENTICATED", "FORBIDDEN")


def turned_away(who: str) -> str:
    return "UNAUTHENTICATED" if who == "anonymous" else "FORBIDDEN"
