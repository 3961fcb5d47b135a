"""The schema is golden: printed as committed, nothing taken away unannounced, all names there."""

import json
import re
import subprocess
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from graphql import (
    GraphQLInputObjectType,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    is_input_object_type,
    is_required_input_field,
)

from schema.root import possible_types, sdl
from tests.schema.breaking import announcements, unannounced
from tests.schema.examples import SCHEMA, names, object_types, root_fields

HOUSE = Path(__file__).parents[2]
GOLDEN = HOUSE / "schema" / "schema.graphql"
TODAY = datetime.now(UTC).date()
PAGED = "first after last before"

ROOTS: dict[str, dict[str, str]] = {
    "query": {
        "viewer": "",
        "node": "id",
        "nodes": "ids",
        "term": "code",
        "terms": "",
        "course": "code",
        "section": "id",
        "sections": f"term subject search seatsAvailable {PAGED}",
        "student": "id",
        "students": f"search {PAGED}",
        "facts": f"stream student types {PAGED}",
        "command": "id",
        "feedback": "term course",
        "demand": f"term {PAGED}",
        "views": "",
    },
    "subscription": {
        "section": "id",
        "sections": "ids",
        "student": "id",
        "views": "",
        "facts": "after stream student types",
        "notifications": "after",
    },
}
# inputs by mutation; "!" marks what must be given
INPUTS = {
    "openTerm": """code! name! startsOn! endsOn! registrationOpensAt addDeadline dropDeadline
        withdrawalDeadline creditLimit""",
    "addCourse": "code! title! credits!",
    "reviseCourse": "course! title credits prerequisites corequisites",
    "scheduleSection": """term! course! code! capacity waitlistCapacity promotion meetings
        offerHours consentRequired""",
    "changeCapacity": "section! capacity",
    "registerStudent": "number! name! email! groups",
    "changeContact": "student! name email",
    "enroll": "student! section!",
    "cancelEnrollment": "student! section! reason! comment",
    "withdraw": "student! section! reason! comment",
    "addToCart": "student! section!",
    "removeFromCart": "student! section!",
    "setRegistrationWindow": "term! group! opensAt! closesAt!",
    "closeSection": "section!",
    "reopenSection": "section!",
    "cancelSection": "section! reason!",
    "reserveSeats": "section! group! seats! releasesOn",
    "releaseReservedSeats": "section! group!",
    "changeGroups": "student! groups!",
    "placeHold": "student! kind! reason!",
    "liftHold": "student! hold!",
    "grantPermit": "student! section! rule! reason! expiresAt",
    "swapEnrollment": "student! from! to! waitlistIfFull",
    "enrollMany": "rows! permitCapacity",
    "enrollCart": "student! term!",
    "validateCart": "student! term!",
    "joinWaitlist": "student! section!",
    "leaveWaitlist": "student! section!",
    "acceptOffer": "student! section!",
    "declineOffer": "student! section!",
}


def test_the_printed_schema_is_the_committed_one() -> None:
    assert GOLDEN.read_text() == sdl(), (
        "schema/schema.graphql is not what the code says: run `make schema` and look at the diff."
        " It is what clients generate code from; commit it if that is what you mean."
    )


def test_what_interfaces_and_unions_may_be_is_as_committed() -> None:
    assert (HOUSE / "schema" / "possible-types.json").read_text() == possible_types(), (
        "schema/possible-types.json is not what the code says: run `make schema`. Normalizing"
        " caches read it; they drop what a fragment selects of a type it does not name."
    )


def test_what_interfaces_and_unions_may_be_is_said_of_all_of_them() -> None:
    said = json.loads(possible_types())

    assert said["FactOrReset"] == ["Fact", "Reset"]
    assert {name for name, type_ in SCHEMA.type_map.items() if is_abstract_type(type_)} == set(said)
    assert set(said["Node"]) == {
        noun.name for noun in object_types() if "Node" in {i.name for i in noun.interfaces}
    }


def test_nothing_is_taken_away_unannounced() -> None:
    shown = subprocess.run(
        ["git", "show", "HEAD:schema/schema.graphql"],
        cwd=HOUSE,
        capture_output=True,
        text=True,
        check=False,
    )
    if shown.returncode:
        pytest.skip("no committed schema to compare with")

    lost = unannounced(shown.stdout, sdl(), TODAY)

    assert not lost, (
        f'clients would break: {lost}. Keep it with @deprecated(reason: "Use y. Removed after'
        ' YYYY-MM-DD."), three months ahead at least, and take it away after that day.'
    )


def test_every_deprecation_says_what_to_use_and_until_when() -> None:
    vague = [
        reason
        for reason, until in announcements(sdl())
        if until is None or not re.match(r"Use .+\.", reason)
    ]
    assert not vague, f'{vague}: write "Use y. Removed after YYYY-MM-DD."'


@pytest.mark.parametrize("kind", ROOTS)
def test_the_names_clients_were_promised_are_there(kind: str) -> None:
    for name, arguments in ROOTS[kind].items():
        assert name in root_fields(kind), f"{kind} {name} is gone"
        missing = set(arguments.split()) - set(root_fields(kind)[name].args)
        assert not missing, f"{kind} {name} has lost {missing}"


@pytest.mark.parametrize("name", INPUTS)
def test_the_commands_clients_were_promised_are_there(name: str) -> None:
    kind = get_named_type(root_fields("mutation")[name].args["input"].type)
    assert isinstance(kind, GraphQLInputObjectType)
    required = {field for field, d in kind.fields.items() if is_required_input_field(d)}
    promised = INPUTS[name].split()

    assert {field.rstrip("!") for field in promised} <= set(kind.fields)
    assert required == {field.rstrip("!") for field in promised if field.endswith("!")}


@pytest.mark.parametrize("name", names("mutation"))
def test_every_command_has_the_same_shape(name: str) -> None:
    """verbNoun(input: VerbNounInput!): VerbNounPayload!, now and for those to come."""
    noun = name[0].upper() + name[1:]
    field = root_fields("mutation")[name]
    assert {argument: str(a.type) for argument, a in field.args.items()} == {
        "input": f"{noun}Input!"
    }
    assert str(field.type) == f"{noun}Payload!"
    payload = get_named_type(field.type)
    shared = {"commandId": "ID!", "position": "Position", "refusals": "[Refusal!]!"}
    shared["facts"] = "[Fact!]!"
    assert shared.items() <= {f: str(d.type) for f, d in payload.fields.items()}.items()
    nodes = {
        f: str(d.type)
        for f, d in payload.fields.items()
        if f not in shared and is_composite_type(get_named_type(d.type))
    }
    assert not [f for f, type_ in nodes.items() if type_.endswith("!") and type_[0] != "["]
    given = get_named_type(field.args["input"].type).fields
    assert str(given["commandId"].type) == "ID"
    assert str(given["dryRun"].type) == "Boolean!"
    assert not is_required_input_field(given["dryRun"])


def test_every_noun_has_a_name_that_says_it_or_a_sentence() -> None:
    """Types of one idea each; a name of one letter or a number is none."""
    nouns = [*object_types(), *filter(is_input_object_type, SCHEMA.type_map.values())]
    silent = [
        n.name for n in nouns if not n.description and not re.fullmatch(r"[A-Z]\w{3,}", n.name)
    ]
    assert not silent


OLD = """
type Query { section: Section  seats(term: String, year: Int): Int
  free: Int @deprecated(reason: "Use seats. Removed after 2026-03-31.")
  report: Report @deprecated(reason: "Use seats. Removed after 2026-03-31.") }
type Section { id: ID!  color: Color }
type Report { text: String }
enum Color { RED GREEN @deprecated(reason: "Use RED. Removed after 2026-03-31.") }
"""
BEFORE, AFTER = date(2026, 3, 31), date(2026, 4, 1)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("type Section { id: ID!  color: Color }", "type Section { id: ID! }"), "Section.color"),
        (("id: ID! ", "id: ID "), "Section.id changed type"),
        (("(term: String, year: Int)", "(year: Int)"), "Query.seats(term:)"),
        (("(term: String, year: Int)", "(term: String!, year: Int)"), "Query.seats(term:)"),
        (("RED GREEN", "GREEN"), "Color.RED"),
        (("section: Section", "section: Report"), "Query.section"),
        (("term: String", "term: String, limit: Int!"), "required argument"),
    ],
)
def test_the_gate_names_what_was_lost(change: tuple[str, str], said: str) -> None:
    new = OLD.replace(*change)
    assert new != OLD

    lost = unannounced(OLD, new, AFTER)

    assert any(said in each for each in lost), lost


def test_the_gate_lets_growth_pass() -> None:
    grown = OLD.replace("year: Int", "year: Int, week: Int").replace("id: ID! ", "id: ID! new: Int")

    assert unannounced(OLD, grown, BEFORE) == []


@pytest.mark.parametrize(("today", "passes"), [(BEFORE, False), (AFTER, True)])
def test_what_was_announced_may_go_after_its_day(today: date, passes: bool) -> None:
    """The field, the enum value, and the type that only this field led to."""
    new = """type Query { section: Section  seats(term: String, year: Int): Int }
      type Section { id: ID!  color: Color } enum Color { RED }"""

    assert (unannounced(OLD, new, today) == []) is passes


def test_an_announcement_without_a_date_opens_nothing() -> None:
    old = 'type Query { a: Int  b: Int @deprecated(reason: "Use a.") }'

    assert unannounced(old, "type Query { a: Int }", AFTER)
    assert list(announcements(old)) == [("Use a.", None)]
