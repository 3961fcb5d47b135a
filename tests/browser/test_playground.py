"""The playground in a browser: a query, a command and a live seat count through the real page."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Windows

pytestmark = pytest.mark.browser


def ready(page: Page) -> None:
    """The editor has its document: what is clicked before goes unheard."""
    expect(page.locator(".graphiql-query-editor .view-line").first).to_be_visible()


def open_tab(page: Page, name: str) -> None:
    """Switch to a tab and wait until GraphiQL knows which operation is in it: it learns that a
    moment after showing the document, and until then asks for the old one."""
    ready(page)
    page.get_by_role("tab", name=name, exact=True).click()
    expect(page.locator(".graphiql-query-editor")).to_contain_text(name)
    page.wait_for_function(
        """name => Object.values(localStorage).some((text) => {
          const { tabs, activeTabIndex } = text.startsWith('{') ? JSON.parse(text) : {};
          return tabs?.[activeTabIndex]?.operationName === name;
        })""",
        arg=name,
    )


def run(page: Page) -> None:
    ready(page)
    page.get_by_role("button", name=re.compile("Execute query")).click()


def until(page: Page, said: str) -> str:
    """What the answer pane shows once it says this."""
    pane = page.locator(".graphiql-response")
    expect(pane).to_contain_text(said)
    return re.sub(r"\s+", " ", pane.inner_text())


def test_query_command_and_live_count_work_in_the_page(windows: Windows) -> None:
    mine = windows.open(f"/playground#token={windows.token}")
    run(mine)
    assert '"seatsAvailable":' in until(mine, '"code": "A"')
    assert "token=" not in mine.url, "a token in the address bar is shown and copied by accident"

    theirs = windows.open("/playground")
    open_tab(theirs, "WatchSection")
    run(theirs)
    before = seats(until(theirs, '"seatsAvailable":'))

    open_tab(mine, "Enroll")
    run(mine)
    told = until(mine, '"refusals": []')

    assert '"type": "StudentEnrolled"' in told
    assert seats(told) == before - 1
    until(theirs, f'"seatsAvailable": {before - 1}')
    run(mine)
    until(mine, '"code": "ALREADY_ENROLLED"')
    mine.screenshot(path="/tmp/rollbook-playground-enrolled.png")
    theirs.screenshot(path="/tmp/rollbook-playground-watching.png")


def test_the_schema_is_known_to_the_page(windows: Windows) -> None:
    page = windows.open(f"/playground#token={windows.token}")
    page.get_by_role("button", name="Show Documentation Explorer").click()
    explorer = page.locator(".graphiql-doc-explorer")
    expect(explorer).to_contain_text("Mutation")
    explorer.get_by_text("Mutation", exact=True).first.click()
    expect(explorer).to_contain_text("cancelEnrollment")
    page.screenshot(path="/tmp/rollbook-playground-docs.png")


def test_without_a_token_the_page_says_who_one_is(windows: Windows) -> None:
    page = windows.open("/playground")
    expect(page.locator(".who")).to_contain_text("Anonymous")
    run(page)
    until(page, '"edges":')
    page.screenshot(path="/tmp/rollbook-playground-anonymous.png")


def seats(text: str) -> int:
    found = re.search(r'"seatsAvailable": (\d+)', text)
    assert found, text
    return int(found.group(1))
