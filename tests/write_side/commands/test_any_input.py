"""Whatever comes in, a command ends in facts that can be read back, or in refusals; never a bug."""

from dataclasses import fields
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, get_type_hints
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.read_side.queue import held, offered, waits
from tests.scenario import scenario
from tests.write_side.campus import (
    ADD_DEADLINE,
    ANN,
    BOB,
    CAMPUS,
    CS,
    DROP_DEADLINE,
    LAT,
    NOBODY,
    OPENS,
    A,
    B,
    enrolled,
    section_id,
    student,
)
from write_side import commands
from write_side.commands import Command, Personal, ScheduleSection
from write_side.events import (
    CancellationReason,
    ErasureBasis,
    HoldKind,
    Meeting,
    Promotion,
    Weekday,
)
from write_side.refusals import RefusalCode

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
FULL = ScheduleSection("2026FA", "LAT-1", "F", 0, 3)
OFFERED = ScheduleSection("2026FA", "LAT-1", "Z", 1, 3, Promotion.OFFER)
F, Z = map(section_id, (FULL, OFFERED))
DAY = (FULL, OFFERED)
# Bob waits for F, is offered a seat of Z, and has a hold that is none of the seats
WAITS = (
    *waits(BOB, UUID(int=0x91), F, LAT),
    *waits(BOB, UUID(int=0x92), Z, LAT),
    offered(BOB, UUID(int=0x92), Z),
    held(BOB, CS),
)
ids = st.sampled_from([A, B, F, Z, ANN, BOB, CS, NOBODY])
words = st.lists(texts, max_size=3).map(tuple)

ANYTHING: dict[Any, st.SearchStrategy[Any]] = {
    str: texts,
    Personal: texts,
    Personal | None: st.none() | texts,
    UUID: ids,
    bool: st.booleans(),
    date: dates,
    datetime: instants,
    datetime | None: st.none() | instants,
    Decimal: numbers,
    Decimal | None: st.none() | numbers,
    str | None: st.none() | texts,
    int: st.integers(),
    int | None: st.none() | st.integers(),
    Promotion: st.sampled_from(Promotion),
    HoldKind: st.sampled_from(HoldKind),
    ErasureBasis: st.sampled_from(ErasureBasis),
    RefusalCode: st.sampled_from(RefusalCode),
    tuple[str, ...]: words,
    tuple[UUID, ...]: st.lists(ids, max_size=3).map(tuple),
    tuple[str, ...] | None: st.none() | words,
    tuple[Meeting, ...]: st.lists(meetings, max_size=3).map(tuple),
    CancellationReason | None: st.none() | st.sampled_from(CancellationReason),
}


def any_of(kind: type[Command]) -> st.SearchStrategy[Command]:
    hints = get_type_hints(kind)
    return st.builds(kind, **{f.name: ANYTHING[hints[f.name]] for f in fields(kind)})


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: str(kind.__name__))
@given(data=st.data())
def test_any_input_is_decided(kind: type[Command], data: st.DataObject) -> None:
    story = scenario(*CAMPUS, *DAY, student(ANN), student(BOB), *enrolled(ANN, NOBODY), *WAITS)
    story.desk.staff = data.draw(st.booleans(), "staff")
    story.at(data.draw(st.sampled_from([OPENS, ADD_DEADLINE, DROP_DEADLINE]), "at"))
    command = data.draw(any_of(kind))
    story.when(command)
    assert not (story.facts and story.refusals)
    kept, everything = command.described()
    assert kept.keys() <= {f.name for f in fields(kind)} and isinstance(everything, bytes)
