"""Made students for the persons of a story: several wants each, none of which can clash."""

from collections import deque
from collections.abc import Sequence

from tests.replays.webreg.meetings import clashes
from tests.replays.webreg.read import WebregData
from tests.replays.webreg.story import Story

MOST_WANTS = 4
CREDITS_EACH = 4
CREDIT_LIMIT = 22
_TRIED = 24


def cast(story: Story, data: WebregData) -> tuple[list[int], int]:
    """By person the running number of the student who plays them, and how many students that takes.

    Everything a student ever wants can be taken together, so that no demand that was met in truth
    is refused for its time, its course or its credits, in whatever order seats come.
    """
    forbidden = clashes(
        [section.course for section in data.sections],
        [section.meetings for section in data.sections],
    )
    blocked: list[int] = []
    wanted: list[int] = []
    free: deque[int] = deque()
    players: list[int] = []
    for section in story.wants:
        student = _player(free, blocked, section)
        if student is None:
            student = len(blocked)
            blocked.append(0)
            wanted.append(0)
        blocked[student] |= forbidden[section]
        wanted[student] += 1
        if wanted[student] < MOST_WANTS:
            free.append(student)
        players.append(student)
    return players, len(blocked)


def _player(free: deque[int], blocked: Sequence[int], section: int) -> int | None:
    """The first of those looked at who may want this section too; taken out of `free`."""
    for _ in range(min(_TRIED, len(free))):
        student = free.popleft()
        if not blocked[student] >> section & 1:
            return student
        free.append(student)
    return None
