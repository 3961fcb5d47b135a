"""Many reach for few seats at once: never one too many, never one left."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.write_side.campus import A
from tests.write_side.office import PATIENCE, Office
from write_side.commands import ChangeCapacity, Enroll, RegisterStudent
from write_side.events import StudentRegistered
from write_side.refusals import RefusalCode

THREADS, EACH = 8, 200


@pytest.mark.parametrize("capacity", [0, 1, 30, THREADS * EACH - 1])
def test_the_last_seat_goes_once(office: Office, capacity: int) -> None:
    office.accept(ChangeCapacity(A, capacity))
    answers = [office.send(RegisterStudent(f"S{n}", None, None)) for n in range(THREADS * EACH)]
    students = [
        fact.stream
        for answer in answers
        for fact in answer.result(PATIENCE).facts
        if isinstance(fact.fact, StudentRegistered)
    ]

    def reach(mine: int) -> Counter[tuple[RefusalCode, ...]]:
        sent = [office.send(Enroll(student, A)) for student in students[mine::THREADS]]
        return Counter(tuple(r.code for r in answer.result(PATIENCE).refusals) for answer in sent)

    with ThreadPoolExecutor(THREADS) as pool:
        told = sum(pool.map(reach, range(THREADS)), Counter[tuple[RefusalCode, ...]]())
    expected = {(): capacity, (RefusalCode.SECTION_FULL,): THREADS * EACH - capacity}
    assert told == Counter(expected)
    taken = office.rows("SELECT count(*) FROM facts WHERE topic = 'SeatTaken'")
    enrolled = office.rows("SELECT count(*) FROM facts WHERE topic = 'StudentEnrolled'")
    assert taken == enrolled == [(capacity,)]
