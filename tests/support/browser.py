"""A real browser, headless, for pages that people look at."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

REQUIRED = "SPLITREADER_BROWSER_REQUIRED"
"""An environment variable; where it is set, a browser that is missing is a failure, not a skip."""


@contextmanager
def chromium() -> Iterator[object]:
    """Chromium as Playwright drives it; the test is skipped where the system has none."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        reason = "no Chromium on this system; apt-get install chromium"
        pytest.fail(reason) if os.environ.get(REQUIRED) else pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


class Looked:
    """A page that was opened: what it asked for and complained of."""

    def __init__(self, browser, path: Path, *, width: int = 1280, height: int = 860, scheme: str = "light") -> None:
        self._context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
        self.page = self._context.new_page()
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.complaints.append(dialog.message), dialog.dismiss()))
        self.page.goto(path.as_uri())

    def loaded(self) -> list[str]:
        """What it asked for beside itself and the pictures in it."""
        return [url for url in self.requests[1:] if not url.startswith("data:")]

    def close(self) -> None:
        self._context.close()
