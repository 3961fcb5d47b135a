"""urql without a socket: subscriptions by fetch, as server-sent events, and queries as ever."""

from collections.abc import Generator

import pytest

from tests.conformance.browsing import Page, browsing
from tests.schema.campus import Campus

WATCH = "subscription Watch($id: ID!) { section(id: $id) { id enrolled } }"
ONE = "query One($id: ID!) { section(id: $id) { id enrolled } }"


@pytest.fixture(scope="module")
def page(campus: Campus) -> Generator[Page, None, None]:
    with browsing(campus, "urql") as page:
        yield page


def test_subscriptions_by_fetch(page: Page, campus: Campus) -> None:
    section = campus.section()
    page.open(events=True)
    page.watch("one", ONE, id=section)
    assert page.shown("one")["section"]["enrolled"] == 0
    page.listen("pushed", WATCH, id=section)
    assert page.shown("pushed")["section"]["enrolled"] == 0

    campus.enroll(campus.student(), section)

    assert page.shown("pushed")["section"]["enrolled"] == 1
    page.shown_until("one", lambda shown: shown["section"]["enrolled"] == 1)
    assert page.requests == 2


def test_a_refused_subscription_is_an_error_with_a_code(page: Page) -> None:
    page.open(events=True)
    page.listen("pushed", "subscription Watch { student(id: $id) { id } }", id="x")

    said = page.said("pushed")

    assert [error["code"] for error in said["errors"]] == ["BAD_REQUEST"]
