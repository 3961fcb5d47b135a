"""Every kind of fact comes back from its stored form as it was, and nothing else does."""

import json
from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any, get_type_hints
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.scenario import NOON
from tests.write_side.log.paper import STREAM, append, capacity_changed, envelope
from tests.write_side.tampering import tampering
from write_side.events import Fact, fact_types
from write_side.log import rows
from write_side.log.chain import GENESIS
from write_side.log.codec import FactMapper, UnknownFact, decode, encode
from write_side.log.log import Log

HEADER = {"originator_id", "originator_version", "originator_topic", "timestamp"}

zones = st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m)))
instants = st.datetimes(datetime(1000, 1, 1), datetime(9000, 1, 1), timezones=zones | st.just(UTC))
ANYTHING: dict[type[Any], st.SearchStrategy[Any]] = {
    datetime: instants,
    Decimal: st.decimals(allow_nan=False, allow_infinity=False),
    str: st.text(st.characters(exclude_categories=["Cs"])),
    int: st.integers(-(2**63), 2**63 - 1),
}


@pytest.fixture(autouse=True, scope="module")
def _any_value() -> Iterator[None]:
    """What the log may have to store: any script, any finite number, any zone."""
    before = {kind: st.from_type(kind) for kind in ANYTHING}
    for kind, strategy in ANYTHING.items():
        st.register_type_strategy(kind, strategy)
    yield
    for kind, strategy in before.items():
        st.register_type_strategy(kind, strategy)


def facts_of(kind: type[Fact]) -> st.SearchStrategy[Fact]:
    hints = get_type_hints(kind)
    payload = {f.name: st.from_type(hints[f.name]) for f in fields(kind) if f.name not in HEADER}
    header = {
        "originator_id": st.uuids(),
        "originator_version": st.integers(1, 2**31),
        "timestamp": st.datetimes(timezones=st.just(UTC)),
    }
    if "originator_topic" in {f.name for f in fields(kind)}:
        header["originator_topic"] = st.just("")
    return st.builds(kind, **header, **payload)


def again(fact: Fact) -> Fact:
    return FactMapper().to_domain_event(FactMapper().to_stored_event(fact))


@pytest.mark.parametrize("topic", sorted(fact_types()))
@given(data=st.data())
def test_every_fact_comes_back_as_it_was(topic: str, data: st.DataObject) -> None:
    fact = data.draw(facts_of(fact_types()[topic]))
    assert again(fact) == fact
    assert type(again(fact)) is type(fact)
    assert encode(again(fact)) == encode(fact)
    payload = json.loads(encode(fact))
    assert isinstance(payload, dict) and not HEADER & payload.keys()


@pytest.mark.parametrize("topic", sorted(fact_types()))
@given(data=st.data())
def test_every_fact_makes_a_row_that_reads_and_verifies(topic: str, data: st.DataObject) -> None:
    fact = data.draw(facts_of(fact_types()[topic]))
    stored = FactMapper().to_stored_event(fact)
    (row,) = rows.chained([(stored, envelope("cmd"))], NOON, position=6, chain=GENESIS)
    found = rows.recorded(row[:-2])
    assert (found.position, found.fact, found.envelope) == (7, fact, envelope("cmd"))
    assert (found.stream, found.at, found.recorded_at) == (fact.originator_id, fact.timestamp, NOON)
    assert rows.relinked(row, GENESIS) == row[-1]


def test_an_unknown_topic_is_refused() -> None:
    with pytest.raises(UnknownFact, match="SomethingElse"):
        decode("SomethingElse", b"{}", stream=STREAM, version=1, at=NOON)


def test_a_topic_is_never_taken_for_a_python_path() -> None:
    with pytest.raises(UnknownFact):
        decode("os:system", b"{}", stream=STREAM, version=1, at=NOON)


def test_a_log_with_an_unknown_fact_is_not_read_past_it(log: Log, tmp_path: Path) -> None:
    append(log, capacity_changed(1), capacity_changed(2))
    with tampering(tmp_path) as do:
        do("UPDATE facts SET topic = 'FromTheFuture' WHERE position = 2")
    assert len(log.read(0, 1)) == 1
    with pytest.raises(UnknownFact):
        log.read(1, 10)


@pytest.mark.parametrize(
    "state",
    [
        b"",
        b"[]",
        b"null",
        b"{}",
        b'{"student":"x"}',
        b'{"student":null,"enrollment":null}',
        b'{"student":"00000000-0000-0000-0000-000000000001"}',
    ],
)
def test_a_payload_that_misses_something_is_refused(state: bytes) -> None:
    with pytest.raises(ValueError, match="validation error"):
        decode("SeatTaken", state, stream=STREAM, version=1, at=NOON)


def test_what_newer_code_added_is_passed_over() -> None:
    fact = decode("CapacityChanged", b'{"capacity":3,"new":1}', stream=STREAM, version=1, at=NOON)
    assert fact == capacity_changed(1, capacity=3) and "new" not in vars(fact)


@pytest.fixture
def grown() -> Iterator[type[Fact]]:
    """A fact that got a field after the first of its kind were stored."""

    class Grown(Fact):
        TOPIC = "GrownInATest"
        old: int
        added: tuple[UUID, ...] = ()

    yield Grown
    registered = fact_types()
    assert isinstance(registered, dict)
    del registered["GrownInATest"]


def test_a_field_added_with_a_default_reads_older_payloads(grown: type[Fact]) -> None:
    def read(state: bytes) -> dict[str, Any]:
        return vars(decode("GrownInATest", state, stream=STREAM, version=1, at=NOON))

    assert grown.TOPIC == "GrownInATest"
    assert read(b'{"old":1}')["added"] == ()
    assert read(b'{"old":1,"added":["%s"]}' % str(STREAM).encode())["added"] == (STREAM,)
    with pytest.raises(ValueError, match="old"):
        read(b"{}")


@pytest.mark.parametrize("topic", sorted(fact_types()))
def test_a_topic_is_the_name_of_its_class(topic: str) -> None:
    assert fact_types()[topic].__name__ == topic == fact_types()[topic].TOPIC
