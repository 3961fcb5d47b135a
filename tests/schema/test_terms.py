"""Terms: opened once, found by code, refused when their dates make no sense."""

from typing import Any

import pytest

from tests.schema.campus import Campus, broken

DATES = {"startsOn": "2026-09-01", "endsOn": "2026-12-18"}
TERM = """id code name status startsOn endsOn registrationOpensAt addDeadline dropDeadline
  withdrawalDeadline creditLimit"""


def test_a_term_is_opened_with_deadlines_at_its_end(campus: Campus) -> None:
    payload = campus.made("openTerm", f"term {{ {TERM} }}", code="2026FA", name="Fall", **DATES)

    end = "2026-12-19T00:00:00+00:00"
    assert payload["term"] | {"id": "?"} == {
        "id": "?",
        "code": "2026FA",
        "name": "Fall",
        "status": "OPEN",
        **DATES,
        "registrationOpensAt": None,
        "addDeadline": end,
        "dropDeadline": end,
        "withdrawalDeadline": end,
        "creditLimit": None,
    }
    fact = payload["facts"][0]
    assert (fact["type"], fact["position"]) == ("TermOpened", payload["position"])
    assert fact["stream"] == payload["term"]["id"]
    assert fact["commandId"] == payload["commandId"]


def test_given_dates_are_kept_whatever_zone_they_came_in(campus: Campus) -> None:
    payload = campus.made(
        "openTerm",
        f"term {{ {TERM} }}",
        code="ZONES",
        name="Zones",
        **DATES,
        registrationOpensAt="2026-08-01T10:00:00+02:00",
        addDeadline="2026-09-10T16:00:00Z",
        dropDeadline="2026-09-20T16:00:00Z",
        withdrawalDeadline="2026-11-20T23:30:00-05:00",
        creditLimit=18.5,
    )

    term = payload["term"]
    assert term["registrationOpensAt"] == "2026-08-01T08:00:00+00:00"
    assert term["withdrawalDeadline"] == "2026-11-21T04:30:00+00:00"
    assert term["creditLimit"] == 18.5


def test_a_term_is_found_by_code_and_by_id(campus: Campus) -> None:
    code = campus.term(name="Found again")

    found = campus.ask("query($c: String!) { term(code: $c) { id name } }", c=code)["term"]
    node = campus.ask("query($i: ID!) { node(id: $i) { ... on Term { code } } }", i=found["id"])

    assert found["name"] == "Found again"
    assert node["node"] == {"code": code}


def test_terms_come_newest_first(campus: Campus) -> None:
    for code, year in (("OLD", 1999), ("NEW", 2035), ("MID", 2020)):
        campus.term(code=code, startsOn=f"{year}-01-01", endsOn=f"{year}-06-01")

    codes = [term["code"] for term in campus.ask("{ terms { code } }")["terms"]]

    assert [code for code in codes if code in ("OLD", "MID", "NEW")] == ["NEW", "MID", "OLD"]


@pytest.mark.parametrize("code", ["", "nothing", "2026fa", "'; DROP TABLE", "\x01", "x" * 5_000])
def test_an_unknown_code_is_null(campus: Campus, code: str) -> None:
    assert campus.ask("query($c: String!) { term(code: $c) { id } }", c=code)["term"] is None


def test_a_code_is_taken_once(campus: Campus) -> None:
    code = campus.term()

    payload = campus.do("openTerm", "term { code }", code=code, name="Again", **DATES)

    assert broken(payload) == [("ALREADY_EXISTS", ["input", "code"])]
    assert (payload["position"], payload["facts"]) == (None, [])
    assert payload["term"] == {"code": code}, "the one that is there"


SENSELESS: list[tuple[dict[str, Any], list[str]]] = [
    ({"code": ""}, ["code"]),
    ({"code": "   "}, ["code"]),
    ({"code": "x" * 41}, ["code"]),
    ({"name": "a\x01b"}, ["name"]),
    ({"name": "x" * 201}, ["name"]),
    ({"name": "\u0085\u009f"}, ["name"]),
    ({"startsOn": "2027-01-01"}, ["endsOn"]),
    ({"creditLimit": -0.5}, ["creditLimit"]),
    ({"addDeadline": "2026-09-10T16:00:00"}, ["addDeadline"]),
    (
        {"registrationOpensAt": "2026-09-19T00:00:00Z", "addDeadline": "2026-09-18T00:00:00Z"},
        ["addDeadline"],
    ),
    (
        {"dropDeadline": "2026-09-19T00:00:00Z", "withdrawalDeadline": "2026-09-18T00:00:00Z"},
        ["withdrawalDeadline"],
    ),
    (
        {"code": "", "name": "", "creditLimit": -1, "dropDeadline": "2026-09-10T16:00:00"},
        ["code", "name", "creditLimit", "dropDeadline"],
    ),
]


@pytest.mark.parametrize(("input", "fields"), SENSELESS, ids=lambda part: str(part)[:40])
def test_a_senseless_term_is_refused_with_every_fault(
    campus: Campus, input: dict[str, Any], fields: list[str]
) -> None:
    sensible: dict[str, Any] = {"code": "SENSE", "name": "Sense", **DATES}

    payload = campus.do("openTerm", "term { id }", **(sensible | input))

    assert broken(payload) == [("INVALID_INPUT", ["input", field]) for field in fields]


@pytest.mark.parametrize(
    "input",
    [
        {"startsOn": "soon"},
        {"startsOn": 20260901},
        {"startsOn": "2026-02-30"},
        {"addDeadline": "yesterday"},
        {"creditLimit": "18"},
        {"code": None},
        {"code": 7},
        {"extra": True},
        {"dryRun": "yes"},
    ],
    ids=str,
)
def test_what_is_not_even_well_formed_is_an_error_before_anything_runs(
    campus: Campus, input: dict[str, Any]
) -> None:
    answer = campus.try_("openTerm", **({"code": "W", "name": "W", **DATES} | input))

    assert (answer.status, answer.codes) == (400, ["BAD_REQUEST"])
    assert "data" not in answer.body


@pytest.mark.parametrize(
    ("input", "field"),
    [
        ("endsOn: \"9999-12-31\"", "endsOn"),
        ("endsOn: \"2026-12-18\", creditLimit: 1e400", "creditLimit"),
        ("endsOn: \"2026-12-18\", addDeadline: \"0001-01-01T00:00:00+14:00\"", "addDeadline"),
        (
            "endsOn: \"2026-12-18\", withdrawalDeadline: \"9999-12-31T23:00:00-05:00\"",
            "withdrawalDeadline",
        ),
    ],
    ids=lambda text: text[-30:],
)  # fmt: skip
def test_what_no_store_can_hold_is_refused_and_not_recorded(
    campus: Campus, input: str, field: str
) -> None:
    """Were it recorded, views would stop at it or leave the term out for ever."""
    fixed = 'code: "EDGE", name: "Edge", startsOn: "2026-09-01", dryRun: true'
    document = f"mutation {{ openTerm(input: {{ {fixed}, {input} }}) {{ refusals {{ path }} }} }}"

    payload = campus.post(document, campus.registrar).data["openTerm"]

    assert payload["refusals"] == [{"path": ["input", field]}]
