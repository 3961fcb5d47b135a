"""Counting over views, in the codes people know courses by."""

import pytest

from read_side.tally import episodes, leavers
from tests.read_side.house import House
from tests.write_side.campus import DROP_DEADLINE, A, L
from write_side.commands import CancelEnrollment, Enroll, Withdraw
from write_side.events import CancellationReason

WHY = CancellationReason.WORKLOAD


@pytest.fixture
def counted(house: House) -> House:
    """Ann canceled Databases and is in Latin; Bob canceled, came again and withdrew."""
    ann, bob = house.office.register("S1"), house.office.register("S2")
    house.office.accept(Enroll(ann, A), Enroll(bob, A))
    house.office.accept(CancelEnrollment(ann, A, WHY), CancelEnrollment(bob, A, WHY))
    house.office.accept(Enroll(ann, L), Enroll(bob, A))
    house.office.now = DROP_DEADLINE
    house.office.accept(Withdraw(bob, A, WHY))
    house.settle()
    return house


def test_every_enrollment_is_an_episode_with_begin_and_end(counted: House) -> None:
    began = counted.office.log.read(0, 1)[0].at
    with counted.store.reading() as session:
        found = episodes(session)
    assert sorted(found, key=str) == sorted(
        [
            ("2026FA", "CS-101", "CANCELED", began, began),
            ("2026FA", "CS-101", "CANCELED", began, began),
            ("2026FA", "CS-101", "WITHDRAWN", began, DROP_DEADLINE),
            ("2026FA", "LAT-1", "ENROLLED", began, None),
        ],
        key=str,
    )


def test_leavers_are_those_who_canceled_and_those_who_withdrew(counted: House) -> None:
    with counted.store.reading() as session:
        assert leavers(session) == {("2026FA", "CS-101"): 3}


def test_where_nothing_happened_there_is_nothing_to_count(house: House) -> None:
    house.settle()
    with house.store.reading() as session:
        assert (list(episodes(session)), leavers(session)) == ([], {})
