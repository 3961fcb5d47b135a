"""A log of its own for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from write_side.log.sqlite import SQLiteLog


@pytest.fixture
def log(tmp_path: Path) -> Iterator[SQLiteLog]:
    opened = SQLiteLog(tmp_path / "log.db")
    yield opened
    opened.close()
