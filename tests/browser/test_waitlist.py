"""Registration day in the client: waiting, ranks, offers, swaps and news, in several windows."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, WebSocketRoute, expect

from tests.browser.conftest import Windows, row
from tests.schema.campus import Campus, Data, campus_at, seat

pytestmark = pytest.mark.browser

TUESDAY = {"days": ["TUESDAY"], "startsAt": "09:00", "endsAt": "10:30"}
LEAVING: Data = {"reason": "OTHER"}


def section(campus: Campus, title: str, **input: Any) -> str:
    """A section with one seat and a waitlist, of a course with this title."""
    room = {"course": campus.course(title=title), "capacity": 1, "waitlistCapacity": 5}
    wanted: Data = room | input
    return campus.section(**wanted)


def taken(campus: Campus, title: str, **input: Any) -> tuple[str, str]:
    """The same with the seat taken, and who sits on it."""
    full, holder = section(campus, title, **input), campus.student()
    campus.enroll(holder, full)
    return full, holder


def window(windows: Windows, student: str, title: str, width: int = 1400) -> Page:
    """A student's window with the catalog narrowed down to what the test is about."""
    page = windows.of(student, width)
    page.get_by_label("Search courses").fill(title)
    expect(row(page, title)).to_be_visible()
    return page


def press(where: Page | Locator, name: str) -> None:
    where.get_by_role("button", name=re.compile(name)).first.click()


def waiting(page: Page) -> Locator:
    return page.get_by_role("list", name="Waiting for")


def test_the_one_who_waits_gets_the_seat_that_is_given_back(windows: Windows) -> None:
    campus = windows.campus
    section(campus, "Falconry")
    one = window(windows, campus.student(), "Falconry")
    other = window(windows, campus.student(), "Falconry")

    press(row(one, "Falconry"), "^Enroll in")
    press(row(other, "Falconry"), "^Join the waitlist of")

    expect(waiting(other)).to_contain_text("1st of 1")
    expect(row(other, "Falconry")).to_contain_text("1st of 1")
    expect(row(one, "Falconry")).to_contain_text("1 of 5 waiting")

    press(row(one, "Falconry"), "^Cancel")
    one.get_by_role("dialog").get_by_role("radio").first.check()
    press(one.get_by_role("dialog"), "^Cancel enrollment")

    expect(row(other, "Falconry")).to_contain_text("Enrolled")
    expect(other.get_by_role("button", name="Cancel Falconry")).to_have_count(2)
    expect(waiting(other)).to_have_count(0)
    expect(other.locator(".notices")).to_contain_text("You got a seat in Falconry")
    expect(other.locator("#news")).to_contain_text("You got a seat in Falconry")
    expect(one.locator("#news")).to_have_count(0)


def test_a_rank_moves_as_others_come_and_go(windows: Windows) -> None:
    campus = windows.campus
    full, _ = taken(campus, "Weaving")
    first, third = campus.student(), campus.student()
    campus.made("joinWaitlist", **seat(first, full))
    page = window(windows, campus.student(), "Weaving")

    press(row(page, "Weaving"), "^Join the waitlist of")
    expect(waiting(page)).to_contain_text("2nd of 2")
    campus.made("joinWaitlist", **seat(third, full))
    expect(waiting(page)).to_contain_text("2nd of 3")
    campus.made("leaveWaitlist", **seat(first, full))
    expect(waiting(page)).to_contain_text("1st of 2")

    press(waiting(page), "^Leave the waitlist of")
    press(page.get_by_role("dialog"), "^Leave the waitlist$")
    expect(waiting(page)).to_have_count(0)
    expect(row(page, "Weaving")).to_contain_text("1 of 5 waiting")


def test_an_offered_seat_is_accepted_by_keyboard(windows: Windows) -> None:
    campus = windows.campus
    full, holder = taken(campus, "Glazing", promotion="OFFER")
    student = campus.student()
    page = window(windows, student, "Glazing")
    press(row(page, "Glazing"), "^Join the waitlist of")
    expect(waiting(page)).to_contain_text("offered to you first")

    campus.made("cancelEnrollment", **seat(holder, full), **LEAVING)

    offers = page.get_by_role("region", name="Seats held for you")
    expect(offers).to_contain_text("A seat in Glazing, section A is held for you")
    expect(offers.get_by_role("timer")).to_have_text(re.compile(r"23 h \d+ min left"))
    expect(page).to_have_title(re.compile("A seat is held for you"))
    expect(page.locator(".notices")).to_contain_text("A seat is held for you in Glazing")
    page.screenshot(path="/tmp/rollbook-client-offer.png", animations="disabled")

    offers.get_by_role("button", name=re.compile("^Accept the seat")).press("Enter")

    expect(row(page, "Glazing")).to_contain_text("Enrolled")
    expect(offers).to_have_count(0)
    expect(page).to_have_title("Rollbook")
    # what one did oneself is told once, by the answer, and the offer is none any more
    expect(page.locator("#news li")).to_have_count(1)
    expect(page.locator(".notices")).not_to_contain_text("You got a seat")
    expect(page.locator(".notices")).not_to_contain_text("is held for you")


def test_a_declined_seat_goes_to_the_next(windows: Windows) -> None:
    campus = windows.campus
    full, holder = taken(campus, "Masonry", promotion="OFFER")
    one, other = campus.student(), campus.student()
    for student in (one, other):
        campus.made("joinWaitlist", **seat(student, full))
    campus.made("cancelEnrollment", **seat(holder, full), **LEAVING)
    mine, theirs = window(windows, one, "Masonry", 390), window(windows, other, "Masonry")
    expect(waiting(theirs)).to_contain_text("1st of 1")
    offers = mine.get_by_role("region", name="Seats held for you")
    expect(offers).to_be_visible()
    assert mine.evaluate("document.documentElement.scrollWidth") <= 390
    mine.screenshot(path="/tmp/rollbook-client-offer-telephone.png", animations="disabled")

    press(offers, "^Decline the seat")
    press(mine.get_by_role("dialog"), "^Decline the seat$")

    expect(offers).to_have_count(0)
    expect(theirs.get_by_role("region", name="Seats held for you")).to_contain_text("Masonry")


def test_an_offer_nobody_answers_ends_by_itself(windows: Windows, tmp_path: Path) -> None:
    late = [datetime.now(UTC)]
    with campus_at(tmp_path, clock=lambda: late[0]) as campus:
        full, holder = taken(campus, "Dowsing", promotion="OFFER", offerHours=1)
        student = campus.student()
        campus.made("joinWaitlist", **seat(student, full))
        campus.made("cancelEnrollment", **seat(holder, full), **LEAVING)
        page = replace(windows, campus=campus).of(student)
        offers = page.get_by_role("region", name="Seats held for you")
        expect(offers.get_by_role("timer")).to_have_text(re.compile(r"59 min \d\d s left"))

        late[0] += timedelta(hours=2)
        campus.service.scheduler.nudge()

        expect(offers).to_have_count(0)
        expect(page.locator(".notices")).to_contain_text("You lost the seat that was offered in")
        expect(page.locator("#news")).to_contain_text("You lost the seat that was offered in")
        page.context.close()


def test_an_offered_seat_that_clashes_by_now_says_what_to_cancel(windows: Windows) -> None:
    campus = windows.campus
    term, student = campus.term(), campus.student()
    full, holder = taken(campus, "Sailing", term=term, meetings=[TUESDAY], promotion="OFFER")
    campus.made("joinWaitlist", **seat(student, full))
    campus.made("cancelEnrollment", **seat(holder, full), **LEAVING)
    campus.enroll(student, section(campus, "Knots", term=term, meetings=[TUESDAY]))
    page = window(windows, student, "Sailing")

    press(page.get_by_role("region", name="Seats held for you"), "^Accept the seat")
    press(page.locator(".notice"), "^Cancel Knots, section A…$")

    expect(page.get_by_role("dialog")).to_contain_text("You leave Knots, section A")


def test_a_permit_opens_the_way_past_the_list(windows: Windows) -> None:
    campus = windows.campus
    full, _ = taken(campus, "Cartography")
    student = campus.student()
    campus.made("grantPermit", **seat(student, full), rule="SECTION_FULL", reason="needs it")
    page = window(windows, student, "Cartography")

    press(row(page, "Cartography"), "^Enroll in")

    expect(row(page, "Cartography")).to_contain_text("Enrolled")


def test_a_refusal_that_waiting_helps_against_offers_it(windows: Windows) -> None:
    campus = windows.campus
    kept = section(campus, "Heraldry")
    campus.made("reserveSeats", section=kept, group="heralds", seats=1)
    page = window(windows, campus.student(), "Heraldry")

    press(row(page, "Heraldry"), "^Enroll in")
    expect(page.locator(".notice")).to_contain_text("reserved for heralds")
    press(page.locator(".notice"), "^Join the waitlist$")

    expect(waiting(page)).to_contain_text("1st of 1")


def test_what_meets_at_the_same_time_is_swapped(windows: Windows) -> None:
    campus = windows.campus
    term, student = campus.term(), campus.student()
    section(campus, "Pottery for two", term=term, meetings=[TUESDAY])
    campus.enroll(student, section(campus, "Pottery for one", term=term, meetings=[TUESDAY]))
    page = window(windows, student, "Pottery")

    press(row(page, "Pottery for two"), "^Enroll in")
    expect(page.locator(".notice")).to_contain_text("meets at the same time as")
    page.screenshot(path="/tmp/rollbook-client-conflict.png", animations="disabled")
    press(page.locator(".notice"), "^Swap Pottery for one, section A for it$")

    expect(row(page, "Pottery for two")).to_contain_text("Enrolled")
    expect(
        row(page, "Pottery for one").get_by_role("button", name=re.compile("^Enroll"))
    ).to_be_visible()
    expect(page.locator(".notice")).to_contain_text("You swapped")


def test_a_full_one_is_waited_for_with_the_old_seat_kept_until_then(windows: Windows) -> None:
    campus = windows.campus
    term, course, student = campus.term(), campus.course(title="Rhetoric"), campus.student()
    full, holder = taken(campus, "Rhetoric", term=term, course=course, code="A")
    campus.enroll(student, section(campus, "Rhetoric", term=term, course=course, code="B"))
    page = window(windows, student, "Rhetoric")

    press(page, "^Join the waitlist of Rhetoric, section A")
    press(page.locator(".notice"), "^Wait, and give up Rhetoric, section B for it then$")
    expect(waiting(page)).to_contain_text("Rhetoric, section B is given up then")
    expect(page.get_by_role("button", name="Cancel Rhetoric, section B").first).to_be_visible()
    page.screenshot(path="/tmp/rollbook-client-waiting.png", animations="disabled")

    campus.made("cancelEnrollment", **seat(holder, full), **LEAVING)

    expect(page.get_by_role("button", name="Cancel Rhetoric, section A")).to_have_count(2)
    expect(page.get_by_role("button", name="Cancel Rhetoric, section B")).to_have_count(0)
    expect(page.locator("#news")).to_contain_text("You gave up in a swap Rhetoric, section B")


def test_news_that_came_while_the_line_was_cut_is_told_once(windows: Windows) -> None:
    campus = windows.campus
    student, cut = campus.student(), campus.term()
    lost, kept = section(campus, "Alchemy", term=cut), section(campus, "Astrology", term=cut)
    campus.enroll(student, lost)
    campus.enroll(student, kept)
    page, lines, down = windows.blank(), list[WebSocketRoute](), [False]

    def wire(line: WebSocketRoute) -> None:
        if down[0]:
            line.close(code=1012)
        else:
            lines.append(line)
            line.connect_to_server()

    page.route_web_socket("**/graphql", wire)
    page.goto(f"{windows.address}/#token={campus.student_token(student)}")
    expect(page.locator("#news li")).to_have_count(2)

    down[0] = True
    lines[-1].close(code=1012)
    expect(page.get_by_text("Connection lost, trying again")).to_be_visible()
    campus.made("cancelSection", section=lost, reason="no gold was made")
    campus.service.catch_up()
    down[0] = False

    expect(page.locator("#news li")).to_have_count(3)
    expect(page.locator("#news li").first).to_contain_text("The school canceled Alchemy")
    expect(page.locator("#news li").filter(has_text="enrolled you in")).to_have_count(2)
    campus.made("cancelSection", section=kept, reason="it was foreseen")
    expect(page.locator("#news li")).to_have_count(4)
    expect(page.locator(".notices")).to_contain_text("The school canceled Astrology")
    page.screenshot(path="/tmp/rollbook-client-news.png", animations="disabled")
