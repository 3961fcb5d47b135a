"""Rush mode: the hottest sections open at one moment, over HTTP, with twenty readers a writer.

Two students reach for every seat, each once, and nobody waits: every seat must be sold, none twice.
Client and service share the machine, so the times are those of a machine with half its cores.
"""

import asyncio
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.replays.webreg.client import ANSWER_SECONDS
from tests.replays.webreg.crowd import Crowd, Rush, Seen
from tests.replays.webreg.place import place_of
from tests.replays.webreg.read import ReplayProblem, Sample, WebregData
from tests.replays.webreg.recount import recount
from tests.replays.webreg.service_process import running_service
from tests.replays.webreg.stage import Progress
from write_side.opening import open_log

MOST_SECONDS = 300.0


def play(folder: Path, data: WebregData, rush: Rush, progress: Progress) -> dict[str, Any]:
    """Run it against a service of its own, on files in this folder; the report's part."""
    hot = hottest(data.samples, rush.seats)
    if not hot:
        raise ReplayProblem("no section has a limit: there is nothing to rush for")
    with place_of(folder) as place:
        with running_service(place) as service:
            crowd = Crowd(service.port, service.token, rush, hot, progress)
            seen, shown = _run(crowd)
        with closing(open_log(place, writing=False)) as log:
            found = recount(log)
    free = [room.counts.free for room in found.rooms.values()]
    enrolled = sorted(room.counts.enrolled for room in found.rooms.values())
    return _report(seen, rush) | {
        "sections": len(hot),
        "seats": sum(hot.values()),
        # at any moment, not only in the end
        "oversold": found.over_capacity,
        "unsold": sum(free),
        "views_equal": shown == enrolled,
    }


def _run(crowd: Crowd) -> tuple[Seen, list[int]]:
    try:
        return asyncio.run(asyncio.wait_for(crowd.go(), MOST_SECONDS))
    except TimeoutError:
        raise ReplayProblem(f"the rush did not end within {MOST_SECONDS:.0f} seconds") from None
    except (OSError, asyncio.IncompleteReadError, BaseExceptionGroup) as error:
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        why = str(error) or f"{type(error).__name__}: no answer within {ANSWER_SECONDS:.0f} seconds"
        raise ReplayProblem(f"the rush broke off: {why}") from error


def hottest(samples: Sequence[Sample], seats: int) -> dict[int, int]:
    """By section its capacity when its waitlist was longest; the longest first. Where it can be
    helped none has more than a quarter of the seats."""
    peaks: dict[int, tuple[int, int]] = {}
    for sample in samples:
        if sample.capacity:
            peak = sample.waitlisted, sample.capacity
            peaks[sample.section] = max(peak, peaks.get(sample.section, peak))
    small = {section: peak for section, peak in peaks.items() if peak[1] <= seats // 4}
    chosen: dict[int, int] = {}
    ranked = sorted((small or peaks).items(), key=lambda item: item[1], reverse=True)
    for section, (_, capacity) in ranked:
        if sum(chosen.values()) >= seats:
            break
        chosen[section] = capacity
    return chosen


def _report(seen: Seen, rush: Rush) -> dict[str, Any]:
    return {
        "writers": rush.writers,
        "readers": rush.writers * rush.readers_per_writer,
        "attempts": len(seen.writes),
        "attempts_per_s": round(len(seen.writes) / seen.seconds, 1),
        "p50_ms": _milliseconds(seen.writes, 50),
        "p99_ms": _milliseconds(seen.writes, 99),
        "accepted": seen.accepted,
        "refused": dict(seen.refused),
        "reads": len(seen.reads),
        "reads_per_write": round(len(seen.reads) / len(seen.writes), 1),
        "reads_per_s": round(len(seen.reads) / seen.seconds, 1),
        "read_p50_ms": _milliseconds(seen.reads, 50),
        "read_p99_ms": _milliseconds(seen.reads, 99),
        "errors": seen.errors.total(),
        "error_messages": dict(seen.errors),
        "rush_seconds": round(seen.seconds, 1),
    }


def _milliseconds(times: list[float], percent: int) -> float:
    """So many percent of the answers came within it."""
    ordered = sorted(times)
    place = min(len(ordered) - 1, len(ordered) * percent // 100)
    return round(ordered[place] * 1000, 1) if ordered else 0.0
