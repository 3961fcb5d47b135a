"""The web client in a browser: the list, enrolling by click, and the other window that moves."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Windows, row

pytestmark = pytest.mark.browser

TITLE = "Linear Algebra"


def free(page: Page, title: str) -> int:
    return int(row(page, title).locator(".free strong").inner_text())


def test_anybody_reads_the_list(windows: Windows) -> None:
    page = windows.open("/")
    expect(row(page, "Databases")).to_be_visible()
    expect(row(page, "Logic").locator(".free strong")).to_have_text("∞")
    expect(page.get_by_role("button", name=re.compile("Enroll in"))).to_have_count(0)
    page.get_by_label("Search courses").fill("event sourcing")
    expect(page.locator("#sections .row")).to_have_count(1)
    page.screenshot(path="/tmp/rollbook-client-anonymous.png", full_page=True)


def test_enrolling_and_leaving_by_click_moves_the_other_window(windows: Windows) -> None:
    mine, theirs = windows.open(f"/#token={windows.token}"), windows.open("/")
    expect(row(theirs, TITLE)).to_be_visible()
    before = free(theirs, TITLE)

    row(mine, TITLE).get_by_role("button", name=re.compile("^Enroll in")).click()

    count = row(theirs, TITLE).locator(".free strong")
    expect(count).to_have_text(str(before - 1))
    expect(row(mine, TITLE).locator(".free strong")).to_have_text(str(before - 1))
    expect(mine.locator("#schedule")).to_contain_text(TITLE)
    expect(mine.locator("#facts")).to_contain_text("A student enrolled in MATH 110")
    mine.screenshot(path="/tmp/rollbook-client-enrolled.png", full_page=True)

    row(mine, TITLE).get_by_role("button", name=re.compile("^Cancel")).click()
    mine.get_by_role("dialog").get_by_role("radio").first.check()
    mine.screenshot(path="/tmp/rollbook-client-cancel.png")
    mine.get_by_role("dialog").get_by_role("button", name="Cancel enrollment").click()

    expect(count).to_have_text(str(before))
    expect(mine.get_by_role("dialog")).to_have_count(0)
    expect(mine.locator("#facts")).to_contain_text("A student canceled MATH 110")


def test_a_refusal_says_what_would_help(windows: Windows) -> None:
    campus = windows.campus
    campus.section(course=campus.course(title="Bookbinding"), capacity=0)
    page = windows.open(f"/#token={windows.token}")
    page.get_by_label("Search courses").fill("bookbinding")
    row(page, "Bookbinding").get_by_role("button", name=re.compile("^Enroll in")).click()
    expect(page.get_by_text("is full: 0 enrolled, capacity 0")).to_be_visible()
    expect(page.get_by_text("Choose another section of this course.")).to_be_visible()
    page.screenshot(path="/tmp/rollbook-client-refused.png")


def test_the_cart_holds_what_one_considers(windows: Windows) -> None:
    page = windows.open(f"/#token={windows.token}")
    button = row(page, "Probability").get_by_role("button", name=re.compile("in cart$"))
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "false")


def test_the_page_fits_a_telephone(windows: Windows) -> None:
    page = windows.open(f"/#token={windows.token}", width=390)
    expect(row(page, "Databases")).to_be_visible()
    wide = page.evaluate("document.documentElement.scrollWidth")
    page.screenshot(path="/tmp/rollbook-client-telephone.png", full_page=True)
    assert wide <= 390, f"the page is {wide} pixels wide on a screen of 390"
