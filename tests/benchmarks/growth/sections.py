"""How cost grows with the number of sections: each of a course of its own, in one term."""

from itertools import islice
from pathlib import Path

from tests.benchmarks.campus import Plan
from tests.benchmarks.growth.asking import SEARCH, Asking
from tests.benchmarks.growth.series import Notes, Series
from tests.benchmarks.serving import served
from tests.benchmarks.targets import ROLLBOOK, Target
from tests.benchmarks.wire import body

STUDENTS, ENROLLS, SEARCHES = 100, 300, 20


async def grow_sections(place: Path, counts: tuple[int, ...]) -> list[Series]:
    notes = Notes("sections")
    for count in counts:
        async with served("service", place / str(count), Plan(STUDENTS, count)) as at:
            target = Target(ROLLBOOK, at)
            asking = Asking(notes, target, count)
            rows = min(100, count // 2)
            await asking.pages(await asking.cursors(rows), rows)
            one = [body(target.words.count, section=section) for section in at.sections[:200]]
            await asking.each("one section", one)
            # each finds one section, and has to look at all of them
            words = [f"{count - 1 - number:06}" for number in range(min(SEARCHES, count))]
            await asking.each("search by a word", [body(SEARCH, words=word) for word in words])
            few = min(ENROLLS, count * STUDENTS)
            await asking.enrolls("enroll, until read", islice(target.spread(), few))
            asking.memory()
    return notes.series
