"""A real browser on the real pages, and a word where there is none; nothing may leave this host."""

import shutil
from collections.abc import Generator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, Request, Route, sync_playwright

from schema.ids import global_id
from tests.schema.campus import Campus, campus_at
from write_side.imports import demo

HOUSE = Path(__file__).parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 10_000


@dataclass
class Windows:
    """Windows of one person, with everything they asked for and complained about."""

    campus: Campus
    student: str
    token: str
    browser: Browser
    foreign: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.campus.port}"

    def open(self, path: str, width: int = 1400) -> Page:
        """A window of its own: nothing is shared with the others but the service."""
        page = self.blank(width)
        page.goto(f"{self.address}{path}")
        return page

    def of(self, student: str, width: int = 1400) -> Page:
        """The client as another student sees it."""
        return self.open(f"/#token={self.campus.student_token(student)}", width)

    def blank(self, width: int = 1400) -> Page:
        """A window in which nothing is open yet."""
        context = self.browser.new_context(viewport={"width": width, "height": 900})
        context.set_default_timeout(PATIENCE)
        context.route("**/*", self._pass_or_block)
        page = context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda m: self.complaints.append(m.text) if m.type == "error" else None)
        page.on("websocket", lambda socket: self._ours(socket.url))
        return page

    def _pass_or_block(self, route: Route, request: Request) -> None:
        if self._ours(request.url):
            route.continue_()
        else:
            route.abort()

    def _ours(self, url: str) -> bool:
        ours = url.split("://", 1)[-1].startswith(f"127.0.0.1:{self.campus.port}/")
        if not ours and not url.startswith(("data:", "blob:")):
            self.foreign.append(url)
        return ours or url.startswith(("data:", "blob:"))


def row(page: Page, title: str) -> Locator:
    """A section in the catalog."""
    return page.locator("#sections .row").filter(has_text=title).first


@pytest.fixture(scope="module")
def browser() -> Generator[Browser, None, None]:
    """Not for longer than a module: Playwright keeps an event loop running in this thread, where
    tests that bring their own could not run."""
    if CHROMIUM is None:
        pytest.skip("no chromium on PATH: apt-get install chromium")
    if not (HOUSE / "web" / "dist" / "index.html").exists():
        pytest.skip("the pages are not built: make playground")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def demo_campus(tmp_path_factory: pytest.TempPathFactory) -> Generator[tuple[Campus, str]]:
    with campus_at(tmp_path_factory.mktemp("demo")) as campus:
        made = demo.fill(campus.service.registrar.submit, datetime.now(UTC))
        campus.service.catch_up()
        yield campus, global_id("Student", made.student)


@pytest.fixture
def windows(browser: Browser, demo_campus: tuple[Campus, str]) -> Generator[Windows, None, None]:
    campus, student = demo_campus
    windows = Windows(campus, student, campus.student_token(student), browser)
    yield windows
    for context in browser.contexts:
        context.close()
    assert not windows.foreign, f"the pages asked other hosts: {windows.foreign}"
    assert not windows.complaints, f"the browser complains: {windows.complaints}"
