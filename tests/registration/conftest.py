"""What these tests share: an office whose university has both terms and all courses."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.registration.town import open_town
from tests.write_side.office import Office


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Office]:
    with open_town(tmp_path) as office:
        yield office
