"""One cluster for all tests here: PostgreSQL, two API nodes, a projector and its stand-by."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from docker.cluster import running
from tests.cluster.nodes import Nodes, nodes_of


@pytest.fixture(scope="session")
def nodes() -> Iterator[Nodes]:
    # not in pytest's folder: whoever runs PostgreSQL where root does may not look into it
    with TemporaryDirectory(prefix="rollbook-") as folder, running(Path(folder)) as cluster:
        yield nodes_of(cluster)
