"""The report: the views' counts held against a recount of the files, as JSON-ready data."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from write_side.imports.oulad.contradictions import REGISTRATIONS, Contradiction
from write_side.imports.oulad.read import OuladData
from write_side.imports.oulad.recount import Counts, Offered, recount
from write_side.imports.oulad.run import ImportRun


class Enrollment(NamedTuple):
    """One episode as the roster view knows it; `status` ENROLLED, CANCELED or WITHDRAWN."""

    term_code: str
    course_code: str
    status: str
    enrolled_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True)
class Report:
    """`ok`: every count equals the files', at the end, on every day, and in `feedback`."""

    document: dict[str, Any]
    ok: bool

    def text(self) -> str:
        """The same for people to read."""
        document = self.document
        lines = [f"{'':14}{'rows':>9}{'enrolled':>10}{'canceled':>10}{'withdrawn':>10}  equal"]
        for row in document["presentations"]:
            counts = "".join(f"{row[n]:>10,}" for n in ("enrolled", "canceled", "withdrawn"))
            name = f"{row['module']} {row['presentation']}"
            equal = "yes" if row["equal"] else "NO"
            lines.append(f"{name:14}{row['registrations']:>9,}{counts}  {equal}")
        days, rows = document["days"], document["rows"]
        lines.append(f"days: {days['checked']:,} checked, {days['equal']:,} equal")
        lines.append(f"rows: {rows['read']:,} read, {rows['reported']:,} contradict themselves")
        lines += [f"  {count:,} {reason}" for reason, count in rows["byReason"].items()]
        lines.append(f"refused: {len(document['refused']):,}")
        return "\n".join(lines)


@dataclass
class _Seen:
    """What the roster says of one presentation: statuses, and the sorted days of each change."""

    statuses: Counter[str] = field(default_factory=Counter)
    enrolled: list[date] = field(default_factory=list)
    canceled: list[date] = field(default_factory=list)
    withdrawn: list[date] = field(default_factory=list)

    def on(self, day: date) -> Counts:
        """The counts at the end of that day."""
        canceled, withdrawn = bisect_right(self.canceled, day), bisect_right(self.withdrawn, day)
        enrolled = bisect_right(self.enrolled, day) - canceled - withdrawn
        return Counts(enrolled, canceled, withdrawn)

    def at_end(self) -> Counts:
        """By status alone: the days must come to the same, and are compared for themselves."""
        return Counts(*(self.statuses[s] for s in ("ENROLLED", "CANCELED", "WITHDRAWN")))


def compare(
    data: OuladData,
    run: ImportRun,
    enrollments: Iterable[tuple[str, str, str, datetime, datetime | None]],
    feedback: Mapping[tuple[str, str], int],
) -> Report:
    """Hold roster and feedback against the files.

    `enrollments` are `Enrollment`s or such tuples; those of other terms and courses are ignored.
    `feedback` maps (term code, course code) to how many left, canceled and withdrawn together.
    A day is one presentation on one date: all dates from the first to the last on which the files
    let anything happen are checked for every presentation.
    """
    counted = recount(data)
    seen = _seen(enrollments)
    presentations: list[dict[str, Any]] = []
    days: list[dict[str, Any]] = []
    departures: list[dict[str, Any]] = []
    checked = 0
    for offered, expected in sorted(counted.at_end.items(), key=lambda item: item[0][::-1]):
        term, course = offered
        name = {"module": course, "presentation": term}
        found = seen[offered].at_end()
        others = seen[offered].statuses.total() - sum(asdict(found).values())
        same = found == expected and not others
        presentations.append(
            name
            | {"registrations": counted.registrations[offered]}
            | asdict(found)
            | {"equal": same}
            | ({} if same else {"expected": asdict(expected), "otherStatuses": others})
        )
        left = expected.canceled + expected.withdrawn
        if feedback.get(offered, 0) != left:
            departures.append(name | {"expected": left, "found": feedback.get(offered, 0)})
        for day, there in counted.by_day(offered):
            checked += 1
            if (here := seen[offered].on(day)) != there:
                both = {"expected": asdict(there), "found": asdict(here)}
                days.append(name | {"date": day.isoformat()} | both)
    document = {
        "presentations": presentations,
        "days": {"checked": checked, "equal": checked - len(days), "different": days[:100]},
        "feedback": {"equal": not departures, "different": departures},
        "rows": _rows(data, run.contradictions),
        "contradictions": [_as_json(each) for each in run.contradictions],
        "refused": [asdict(each) for each in run.refused],
    }
    equal = all(presentation["equal"] for presentation in presentations)
    return Report(document, equal and not days and not departures)


def _seen(
    enrollments: Iterable[tuple[str, str, str, datetime, datetime | None]],
) -> dict[Offered, _Seen]:
    seen: dict[Offered, _Seen] = defaultdict(_Seen)
    for term, course, status, enrolled_at, ended_at in enrollments:
        one = seen[(term, course)]
        one.statuses[status] += 1
        one.enrolled.append(enrolled_at.astimezone(UTC).date())
        if ended_at is not None and status in ("CANCELED", "WITHDRAWN"):
            ended = one.canceled if status == "CANCELED" else one.withdrawn
            ended.append(ended_at.astimezone(UTC).date())
    for one in seen.values():
        for dates in (one.enrolled, one.canceled, one.withdrawn):
            dates.sort()
    return seen


def _rows(data: OuladData, contradictions: Iterable[Contradiction]) -> dict[str, Any]:
    """Of the registration file: read, named at least once in the report, not imported at all."""
    contradictions = list(contradictions)
    own = [each for each in contradictions if each.file == REGISTRATIONS]
    reasons = Counter(each.reason.value for each in contradictions)
    return {
        "read": len(data.registrations),
        "reported": len({each.line for each in own}),
        "skipped": len({each.line for each in own if each.skipped}),
        "byReason": dict(sorted(reasons.items())),
    }


def _as_json(contradiction: Contradiction) -> dict[str, Any]:
    return asdict(contradiction) | {"reason": contradiction.reason.value}
