"""What the write side's tests share: an office with a campus, on files of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.write_side.office import Office, office_at


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with office_at(tmp_path) as opened:
        yield opened
