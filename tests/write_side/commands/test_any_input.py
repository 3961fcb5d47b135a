"""Whatever comes in, a command ends in facts that can be read back, or in refusals; never a bug."""

from dataclasses import fields
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.scenario import scenario
from tests.write_side.campus import (
    ADD_DEADLINE,
    ANN,
    BOB,
    CAMPUS,
    CS,
    DROP_DEADLINE,
    NOBODY,
    OPENS,
    A,
    B,
    enrolled,
    student,
)
from write_side import commands
from write_side.commands import Command, Personal
from write_side.events import CancellationReason, Meeting, Promotion, Weekday

KINDS = [
    kind
    for kind in vars(commands).values()
    if isinstance(kind, type) and issubclass(kind, Command) and kind is not Command
]
whole = st.characters(exclude_categories=["Cs"])
texts = st.sampled_from(["", " ", "2026FA", "CS-101", "A", "a@b", "\x00", "x" * 2_001]) | st.text(
    whole, max_size=50
)
zones = st.sampled_from([None, UTC, timezone(timedelta(hours=14)), timezone(timedelta(hours=-12))])
instants = st.datetimes(timezones=zones) | st.sampled_from(
    [datetime.min, datetime.max, datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)]
)
dates = st.dates() | st.sampled_from([date.min, date.max])
numbers = st.decimals() | st.sampled_from(
    [Decimal(text) for text in ("NaN", "sNaN", "Infinity", "-Infinity", "-0", "1E+2", "1E-50")]
)
meetings = st.builds(
    Meeting,
    st.lists(st.sampled_from(Weekday)).map(tuple),
    st.times(),
    st.times(),
    st.none() | texts,
)
ids = st.sampled_from([A, B, ANN, BOB, CS, NOBODY])

ANYTHING: dict[Any, st.SearchStrategy[Any]] = {
    str: texts,
    Personal: texts,
    Personal | None: st.none() | texts,
    date: dates,
    datetime | None: st.none() | instants,
    Decimal: numbers,
    Decimal | None: st.none() | numbers,
    str | None: st.none() | texts,
    int: st.integers(),
    int | None: st.none() | st.integers(),
    Promotion: st.sampled_from(Promotion),
    tuple[Meeting, ...]: st.lists(meetings, max_size=3).map(tuple),
    CancellationReason | None: st.none() | st.sampled_from(CancellationReason),
}


def any_of(kind: type[Command]) -> st.SearchStrategy[Command]:
    hints = get_type_hints(kind)
    return st.builds(kind, **{f.name: ANYTHING.get(hints[f.name], ids) for f in fields(kind)})


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: str(kind.__name__))
@given(data=st.data())
def test_any_input_is_decided(kind: type[Command], data: st.DataObject) -> None:
    story = scenario(*CAMPUS, student(ANN), student(BOB), *enrolled(ANN, NOBODY))
    story.desk.staff = data.draw(st.booleans(), "staff")
    story.at(data.draw(st.sampled_from([OPENS, ADD_DEADLINE, DROP_DEADLINE]), "at"))
    command = data.draw(any_of(kind))
    story.when(command)
    assert not (story.facts and story.refusals)
    kept, everything = command.described()
    assert kept.keys() <= {f.name for f in fields(kind)} and isinstance(everything, bytes)
