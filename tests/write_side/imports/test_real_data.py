"""The real registrations of the Open University, where they are there."""

from pathlib import Path

import pytest

from tests.write_side.imports.university import compared, service
from write_side.imports.oulad import read, run

DIRECTORY = Path(__file__).parents[3].parent / "shared/data/oulad"

pytestmark = pytest.mark.skipif(
    not DIRECTORY.is_dir(), reason=f"the real OULAD files are not in {DIRECTORY}"
)


def test_every_count_of_every_day_is_that_of_the_files(tmp_path: Path) -> None:
    data = read(DIRECTORY)
    with service(tmp_path) as (registrar, log):
        done = run(data, registrar.submit)
        report = compared(data, done, log)
    assert report.ok
    assert done.refused == ()
    document = report.document
    presentations = document["presentations"]
    assert len(presentations) == 15
    assert sum(p["registrations"] for p in presentations) == 21_333
    assert sum(p["canceled"] for p in presentations) == 1_783
    assert sum(p["withdrawn"] for p in presentations) == 4_550
    assert sum(p["enrolled"] for p in presentations) == 21_333 - 6_333
    assert document["days"]["checked"] == document["days"]["equal"] == 15 * 997
    assert document["rows"] == {
        "read": 21_333,
        "reported": 51,
        "skipped": 0,
        "byReason": {
            "NO_REGISTRATION_DAY": 36,
            "UNREGISTERED_WITH_RESULT": 9,
            "WITHDRAWN_WITHOUT_DAY": 6,
        },
    }
