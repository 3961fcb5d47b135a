"""Meeting times as the source writes them, and which sections nobody can take together."""

import re
from collections.abc import Sequence
from datetime import time
from itertools import combinations

from write_side.events import Meeting, Weekday

_DAYS = {
    "M": Weekday.MONDAY,
    "Tu": Weekday.TUESDAY,
    "W": Weekday.WEDNESDAY,
    "Th": Weekday.THURSDAY,
    "F": Weekday.FRIDAY,
    "Sa": Weekday.SATURDAY,
    "Su": Weekday.SUNDAY,
}
_LETTERS = re.compile("(?:Tu|Th|Sa|Su|M|W|F)+")
_DAY = re.compile("Tu|Th|Sa|Su|M|W|F")
_HOURS = re.compile(r"(\d{1,2}):(\d\d) - (\d{1,2}):(\d\d)")


def meetings_of(text: str) -> tuple[Meeting, ...]:
    """The weekly meetings of `code,days,HH:MM - HH:MM,room|...`. What has no weekday or no time is
    left out: an exam on a date, and what is to be announced."""
    return tuple(
        found for part in text.split("|") if (found := _meeting(part.split(","))) is not None
    )


def _meeting(fields: Sequence[str]) -> Meeting | None:
    if len(fields) < 3 or not _LETTERS.fullmatch(fields[1]):
        return None
    hours = _HOURS.fullmatch(fields[2].strip())
    if hours is None:
        return None
    from_hour, from_minute, to_hour, to_minute = map(int, hours.groups())
    if max(from_hour, to_hour) > 23 or max(from_minute, to_minute) > 59:
        return None
    starts_at, ends_at = time(from_hour, from_minute), time(to_hour, to_minute)
    if starts_at >= ends_at:
        return None
    place = ",".join(fields[3:]).strip() or None
    return Meeting(tuple(_DAYS[day] for day in _DAY.findall(fields[1])), starts_at, ends_at, place)


Week = list[tuple[Weekday, time, time]]


def clashes(courses: Sequence[str], meetings: Sequence[Sequence[Meeting]]) -> list[int]:
    """By section, as bits: with which sections it can not be taken, being of the same course or at
    the same time; itself is one. Counted here and not by the rule it is to be held against."""
    weeks: list[Week] = [
        [(day, each.starts_at, each.ends_at) for each in own for day in each.days]
        for own in meetings
    ]
    found = [1 << place for place in range(len(courses))]
    for one, other in combinations(range(len(courses)), 2):
        if courses[one] == courses[other] or meet_together(weeks[one], weeks[other]):
            found[one] |= 1 << other
            found[other] |= 1 << one
    return found


def meet_together(week: Week, other: Week) -> bool:
    return any(
        day == other_day and start < other_end and other_start < end
        for day, start, end in week
        for other_day, other_start, other_end in other
    )
