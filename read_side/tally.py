"""Counting over views: what roster and feedback say, in the codes people know courses by."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from read_side.paging import by_id
from read_side.views import catalog, feedback, roster

Episode = tuple[str, str, str, datetime, datetime | None]
"""Term code, course code, status, begin and end of one enrollment."""


def episodes(session: Session) -> Sequence[Episode]:
    """Every enrollment the roster knows."""
    entries = roster.everybody(session)
    codes = _codes(session, {entry.section for entry in entries})
    return [(*codes[e.section], e.status, e.enrolled_at, e.ended_at) for e in entries]


def leavers(session: Session) -> Mapping[tuple[str, str], int]:
    """How many left each (term, course), as feedback counts them."""
    left: Counter[tuple[str, str]] = Counter()
    counts = feedback.counts(session)
    terms = by_id(session, catalog.CatalogTerm, {count.term for count in counts})
    courses = by_id(session, catalog.CatalogCourse, {count.course for count in counts})
    for count in counts:
        place = terms[count.term].code, courses[count.course].code
        left[place] += count.canceled + count.withdrawn
    return left


def _codes(session: Session, sections: set[UUID]) -> dict[UUID, tuple[str, str]]:
    found = by_id(session, catalog.CatalogSection, sections)
    return {key: (row.term_code, row.course_code) for key, row in found.items()}
