"""The exhibit: what of a replay the picture shows."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import groupby
from typing import Any

from tests.replays.webreg.picture import Exhibit, Point
from tests.replays.webreg.read import WebregData
from tests.replays.webreg.recount import Recount
from tests.replays.webreg.spells import recorded_spells
from tests.replays.webreg.stage import Stage

_SEASONS = {"sp": "spring", "wi": "winter", "fa": "fall", "s1": "summer 1", "s2": "summer 2"}
Seen = tuple[datetime, int, int]
"""When which section had how many seats that somebody waiting could have had."""


def exhibit(own: Stage, data: WebregData, found: Recount, part: dict[str, Any]) -> Exhibit | None:
    """All sections, and the one that lost most seat hours beside its waitlist; None if none did."""
    lost = recorded_spells(data.samples).seat_seconds
    if not lost:
        return None
    section = max(lost, key=lost.__getitem__)
    assert isinstance(section, int)
    history = found.rooms[own.sections[section]].history
    return Exhibit(
        term=_named(data.term),
        sections=len(data.sections),
        recorded_idle=list(_together(_recorded(data))),
        recorded_hours=part["recorded_idle_seat_hours"],
        our_idle=list(_together(_ours(own, data, found))),
        our_hours=part["idle_seat_hours"],
        section=data.sections[section].name,
        recorded=[
            Point(each.at, each.enrolled, each.waitlisted, each.capacity, each.idle)
            for each in data.samples
            if each.section == section
        ],
        ours=[Point(at, c.enrolled, c.waitlisted, c.capacity, c.idle) for at, c in history],
    )


def _named(term: str) -> str:
    """`sp22` is what UC San Diego calls its spring of 2022."""
    known = re.match(r"(sp|wi|fa|s1|s2)(\d\d)", term)
    return f"UC San Diego, {_SEASONS[known[1]]} 20{known[2]}" if known else term


def _recorded(data: WebregData) -> Iterator[Seen]:
    for each in data.samples:
        yield each.at, each.section, min(max(0, each.available), each.waitlisted)


def _ours(own: Stage, data: WebregData, found: Recount) -> Iterable[Seen]:
    begins = data.samples[0].at
    return sorted(
        (max(at, begins), place, min(counts.free, counts.waitlisted))
        for place, stream in enumerate(own.sections)
        for at, counts in found.rooms[stream].history
    )


def _together(seen: Iterable[Seen]) -> Iterator[tuple[datetime, int]]:
    """All sections' sum as every hour ends: more would not be seen."""
    now: dict[int, int] = {}
    for _, hour in groupby(seen, key=lambda each: each[0].replace(minute=0, second=0)):
        changes = list(hour)
        now.update((section, seats) for _, section, seats in changes)
        yield changes[-1][0], sum(now.values())
