"""Who may what: one table, one function, and a schema that is not built with a gap in it."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from graphql import GraphQLObjectType, GraphQLSchema

from schema.errors import ApiError
from schema.ids import key_of
from schema.viewer import Viewer
from write_side.events import Role

Rule = Callable[[Viewer, Any], bool]
"""Viewer and object: a root field's arguments by name, otherwise the object the field is of."""


def everybody(_viewer: Viewer, _object: Any) -> bool:
    return True


def each(_viewer: Viewer, _object: Any) -> bool:
    """Everybody too, but the answer depends on who asks."""
    return True


def signed_in(viewer: Viewer, _object: Any) -> bool:
    return not viewer.anonymous


def staff(viewer: Viewer, _object: Any) -> bool:
    return viewer.staff


def privacy_officer(viewer: Viewer, _object: Any) -> bool:
    return viewer.role is Role.PRIVACY_OFFICER


def feed_reader(viewer: Viewer, _object: Any) -> bool:
    """Which facts is decided per fact: see `may_follow`."""
    return viewer.role in {Role.STUDENT, Role.REGISTRAR, Role.LISTENER}


def that_student(viewer: Viewer, arguments: Mapping[str, Any]) -> bool:
    return viewer.staff or _is(viewer, arguments["id"])


def for_that_student(viewer: Viewer, arguments: Mapping[str, Any]) -> bool:
    return viewer.staff or _is(viewer, arguments["input"]["student"])


def own(viewer: Viewer, person: Any) -> bool:
    """Objects that know whom they are about, by their `about`."""
    return viewer.staff or (viewer.student is not None and viewer.student == person.about)


RULES: Mapping[str, Rule] = {
    "Query.viewer": each,
    "Query.node": each,
    "Query.nodes": each,
    "Query.term": everybody,
    "Query.terms": everybody,
    "Query.course": everybody,
    "Query.section": everybody,
    "Query.sections": everybody,
    "Query.student": that_student,
    "Query.students": staff,
    "Query.facts": feed_reader,
    "Query.command": signed_in,
    "Query.feedback": staff,
    "Query.demand": staff,
    "Query.views": everybody,
    "Mutation.eraseStudent": privacy_officer,
    "Mutation.openTerm": staff,
    "Mutation.addCourse": staff,
    "Mutation.reviseCourse": staff,
    "Mutation.scheduleSection": staff,
    "Mutation.changeCapacity": staff,
    "Mutation.registerStudent": staff,
    "Mutation.changeContact": for_that_student,
    "Mutation.enroll": for_that_student,
    "Mutation.cancelEnrollment": for_that_student,
    "Mutation.withdraw": for_that_student,
    "Mutation.addToCart": for_that_student,
    "Mutation.removeFromCart": for_that_student,
    "Mutation.setRegistrationWindow": staff,
    "Mutation.closeSection": staff,
    "Mutation.reopenSection": staff,
    "Mutation.cancelSection": staff,
    "Mutation.reserveSeats": staff,
    "Mutation.releaseReservedSeats": staff,
    "Mutation.changeGroups": staff,
    "Mutation.placeHold": staff,
    "Mutation.liftHold": staff,
    "Mutation.grantPermit": staff,
    "Mutation.enrollMany": staff,
    "Mutation.swapEnrollment": for_that_student,
    "Mutation.enrollCart": for_that_student,
    "Mutation.validateCart": for_that_student,
    "Mutation.joinWaitlist": for_that_student,
    "Mutation.leaveWaitlist": for_that_student,
    "Mutation.acceptOffer": for_that_student,
    "Mutation.declineOffer": for_that_student,
    "Subscription.section": everybody,
    "Subscription.sections": everybody,
    "Subscription.student": that_student,
    "Subscription.views": everybody,
    "Subscription.facts": feed_reader,
    "Subscription.notifications": signed_in,
    "Term.*": everybody,
    "RegistrationWindow.*": everybody,
    "Course.*": everybody,
    "Section.*": everybody,
    "Section.roster": staff,
    "Section.waitlist": staff,
    "ReservedSeats.*": everybody,
    "Meeting.*": everybody,
    "Viewer.*": each,
    "Student.*": own,
    "Enrollment.*": own,
    "Cancellation.*": own,
    "PersonalText.*": own,
    "CartItem.*": own,
    "WaitlistEntry.*": own,
    "Hold.*": own,
    "Permit.*": own,
    "Notification.*": signed_in,
    # reached through Query.feedback, demand, command and facts only, which decide
    "CancellationFeedback.*": staff,
    "FeedbackComment.*": staff,
    "SectionDemand.*": staff,
    "RefusalCount.*": staff,
    "Command.*": signed_in,
    "Fact.*": signed_in,
    "Actor.*": signed_in,
    "Reset.*": signed_in,
    "View.*": everybody,
    "ParkedFact.*": everybody,
    "Refusal.*": everybody,
    "PageInfo.*": everybody,
    "*Connection.*": everybody,
    "*Edge.*": everybody,
    "*Payload.*": everybody,
}


def may(viewer: Viewer, act: str, object: Any) -> bool:
    """Whether the viewer may read or do `act` ("Section.roster") with this object; what the table
    does not name nobody may."""
    rule = rule_for(act)
    return rule is not None and rule(viewer, object)


def rule_for(act: str) -> Rule | None:
    """The most particular answer the table has."""
    noun = act.split(".")[0]
    suffixes = ("Connection", "Edge", "Payload")
    kind = next((suffix for suffix in suffixes if noun.endswith(suffix)), noun)
    return RULES.get(act) or RULES.get(f"{noun}.*") or RULES.get(f"*{kind}.*")


def may_follow(viewer: Viewer, student: UUID | None) -> UUID | None:
    """Whose facts the viewer gets when asking for this student's (None: everybody's)."""
    if viewer.role in {Role.REGISTRAR, Role.LISTENER}:
        return student
    if viewer.student is not None and student in {None, viewer.student}:
        return viewer.student
    raise denied(viewer)


def actor_shown(viewer: Viewer, actor: str) -> str:
    """A student learns that somebody freed their seat, not who."""
    hidden = viewer.role is Role.STUDENT and actor.startswith("student:") and actor != viewer.name
    return "another student" if hidden else actor


def denied(viewer: Viewer) -> ApiError:
    if viewer.anonymous:
        return ApiError("UNAUTHENTICATED", "This needs a token: send Authorization: Bearer ...")
    return ApiError("FORBIDDEN", f"The role {viewer.role.value} may not do this.")


def guard(schema: GraphQLSchema) -> None:
    """Put the table in front of every field; LookupError for a field it has no answer for."""
    roots = {schema.query_type, schema.mutation_type, schema.subscription_type}
    for noun in schema.type_map.values():
        if not isinstance(noun, GraphQLObjectType) or noun.name.startswith("__"):
            continue
        for name, field in noun.fields.items():
            act = f"{noun.name}.{name}"
            rule = rule_for(act)
            if rule is None:
                raise LookupError(f"schema/policy.py says nothing about {act}: add it to RULES")
            if rule is everybody:
                continue
            root = noun in roots
            if field.subscribe is not None:
                field.subscribe = _guarded(rule, field.subscribe, root)
            else:
                field.resolve = _guarded(rule, field.resolve, root)


def _guarded(rule: Rule, resolve: Any, root: bool) -> Any:
    def guarded(source: Any, info: Any, **arguments: Any) -> Any:
        viewer = info.context.viewer
        if not rule(viewer, arguments if root else source):
            raise denied(viewer)
        return resolve(source, info, **arguments)

    return guarded


def _is(viewer: Viewer, student: str) -> bool:
    return viewer.student is not None and key_of(student, "Student") == viewer.student
