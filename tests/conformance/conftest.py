"""The campus that real clients talk to."""

from collections.abc import Generator

import pytest

from tests.conformance.browsing import Page, browsing
from tests.conformance.listeners import Listener, listener
from tests.schema.campus import Campus, campus_at


@pytest.fixture(scope="module")
def campus(tmp_path_factory: pytest.TempPathFactory) -> Generator[Campus, None, None]:
    with campus_at(tmp_path_factory.mktemp("campus")) as campus:
        yield campus


@pytest.fixture(scope="module", params=["apollo", "urql"])
def page(campus: Campus, request: pytest.FixtureRequest) -> Generator[Page, None, None]:
    with browsing(campus, request.param) as page:
        yield page


@pytest.fixture(scope="module", params=["graphql-ws", "graphql-sse"])
def listening(campus: Campus, request: pytest.FixtureRequest) -> Generator[Listener, None, None]:
    with listener(campus, request.param) as listening:
        yield listening
