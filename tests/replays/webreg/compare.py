"""The comparison: who got a seat and when, and how long seats stood idle, recorded and ours."""

from datetime import datetime
from statistics import fmean, median
from typing import Any
from uuid import UUID

from tests.replays.webreg.read import WebregData
from tests.replays.webreg.recount import Recount
from tests.replays.webreg.spells import Spells, recorded_spells
from tests.replays.webreg.stage import Stage
from tests.replays.webreg.story import Story

Seat = tuple[UUID, UUID]


def compare(own: Stage, data: WebregData, story: Story, found: Recount) -> dict[str, Any]:
    """The report's part. Times are in hours, spells in seconds."""
    recorded, promoted = _recorded_seats(own, story)
    ours = found.seated_at
    both = recorded.keys() & ours.keys()
    there = recorded_spells(data.samples)
    return {
        **_spells(found.spells),
        **{f"recorded_{name}": value for name, value in _spells(there).items()},
        "more_seated": len(ours) - len(recorded),
        "seated": {
            "recorded": len(recorded),
            "rollbook": len(ours),
            "only_rollbook": len(ours.keys() - recorded.keys()),
            "only_recorded": len(recorded.keys() - ours.keys()),
        },
        "enrolled_at_end": {
            "recorded": _at_end(data),
            "rollbook": sum(len(room.seated) for room in found.rooms.values()),
        },
        "earlier_promoted": _earlier(recorded, ours, both & promoted),
        "earlier_all": _earlier(recorded, ours, both),
        "over_capacity": found.over_capacity,
    }


def _spells(spells: Spells) -> dict[str, Any]:
    return {
        "idle_spells": len(spells.seconds),
        "idle_median_s": spells.median,
        "idle_ninth_decile_s": spells.ninth_decile,
        "idle_sections": len(spells.sections),
        "idle_open": len(spells.open),
        "idle_seat_hours": round(sum(spells.seat_seconds.values()) / 3600, 1),
    }


def _recorded_seats(own: Stage, story: Story) -> tuple[dict[Seat, datetime], set[Seat]]:
    """When each got a seat, and who got theirs from the list."""
    seats: dict[Seat, datetime] = {}
    promoted: set[Seat] = set()
    for change in story.changes:
        section = own.sections[change.sample.section]
        listed = [(section, own.students[person]) for person in change.promoted]
        promoted.update(listed)
        taken = [(section, own.students[person]) for person in change.took]
        seats.update(dict.fromkeys([*listed, *taken], change.sample.at))
    return seats, promoted


def _earlier(
    recorded: dict[Seat, datetime], ours: dict[Seat, datetime], seats: set[Seat]
) -> dict[str, Any]:
    """By how much those who got a seat in both had it earlier here."""
    hours = [(recorded[seat] - ours[seat]).total_seconds() / 3600 for seat in seats]
    return {
        "students": len(hours),
        "earlier": sum(each > 0 for each in hours),
        "same": sum(each == 0 for each in hours),
        "later": sum(each < 0 for each in hours),
        "median_h": round(median(hours), 2) if hours else 0.0,
        "mean_h": round(fmean(hours), 2) if hours else 0.0,
    }


def _at_end(data: WebregData) -> int:
    last = {sample.section: max(0, sample.enrolled) for sample in data.samples}
    return sum(last.values())
