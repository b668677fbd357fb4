"""One Chromium for each module, and a page that fails a test for whatever its console says."""

from __future__ import annotations

import os
import re
import shutil
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from ..integration.conftest import bare_environment  # noqa: F401  # a fixture

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page

    Opened = Callable[..., Page]

ARGUMENTS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),  # CI runs as root
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),  # loopback only
)
# What the page asks for and shows, and what a test breaks off, the console calls errors, too.
EXPECTED = re.compile(
    r"Failed to load resource: (the server responded with a status of (403|404|412|503)"
    r"|net::ERR_(FAILED|CONNECTION_RESET)$)"
)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark what needs a browser, so that ``-m "not browser"`` leaves it out."""
    if Path(__file__).parent in item.path.parents:
        item.add_marker(pytest.mark.browser)


def _not_here(why: str) -> NoReturn:
    """Fail where tests must run, skip elsewhere; both say what was not tried."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"the page was tried in no browser: {why}")
    pytest.skip(f"the page was tried in no browser: {why}")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Playwright's event loop runs in this thread, so it ends before other modules begin."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        _not_here("there is no playwright")
    program = shutil.which("chromium")
    if program is None:
        _not_here("there is no chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture
def opened(chromium: Browser) -> Iterator[Opened]:
    """Return a function that opens an address in a browser of its own."""
    said: list[str] = []
    with ExitStack() as stack:

        def open_page(address: str, **settings: Any) -> Page:
            context = chromium.new_context(**{"viewport": {"width": 1280, "height": 900}, **settings})
            stack.callback(context.close)
            context.set_default_timeout(15_000)
            page = context.new_page()
            page.on("console", lambda message: _note(said, message.type, message.text))
            page.on("pageerror", lambda error: said.append(str(error)))
            page.on("dialog", lambda dialog: said.append(dialog.message))
            page.goto(address)
            return page

        yield open_page
    assert [] == said


def _note(said: list[str], kind: str, text: str) -> None:
    if kind in ("error", "warning") and not EXPECTED.match(text):
        said.append(text)


@pytest.fixture(scope="session")
def screenshots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pictures go: a temporary folder, or ``PRESIGN_SCREENSHOTS``."""
    folder = Path(os.environ.get("PRESIGN_SCREENSHOTS") or tmp_path_factory.mktemp("screenshots"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder
