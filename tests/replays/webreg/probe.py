"""The conflict rule, shown to be on: seated students reach for what meets at the same time."""

from concurrent.futures import Future
from typing import Any

from tests.replays.webreg.meetings import clashes
from tests.replays.webreg.read import WebregData
from tests.replays.webreg.recount import Recount
from tests.replays.webreg.stage import STUDENT, Stage, answer, codes
from write_side.commands import Enroll
from write_side.refusals import RefusalCode
from write_side.submission import Outcome

MOST = 200


def probe(own: Stage, data: WebregData, found: Recount) -> dict[str, Any]:
    """Dry runs at the end of a replay: how many were tried, and how many refused as they must."""
    meetings = [section.meetings for section in data.sections]
    # each section a course of its own: only times count here
    clashing = clashes([str(place) for place in range(len(meetings))], meetings)
    trials: list[Future[Outcome]] = []
    for place, stream in enumerate(own.sections):
        other = _another(data, clashing[place], place)
        seated = sorted(found.rooms[stream].seated)[:1]
        if other is not None and seated and len(trials) < MOST:
            command = Enroll(seated[0], own.sections[other])
            trials.append(own.send(command, own.clock.now, STUDENT, dry_run=True))
    refused = sum(RefusalCode.TIME_CONFLICT.value in codes(answer(each)) for each in trials)
    return {
        "sections_with_times": sum(map(bool, meetings)),
        "clashing_attempts": len(trials),
        "refused": refused,
    }


def _another(data: WebregData, clashing: int, place: int) -> int | None:
    """A section of another course at the same time."""
    course = data.sections[place].course
    for other, section in enumerate(data.sections):
        if clashing >> other & 1 and section.course != course:
            return other
    return None
