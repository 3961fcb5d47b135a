"""A log of its own for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stores import open_log
from write_side.log.log import Log


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    opened = open_log(tmp_path / "log.db")
    yield opened
    opened.close()
