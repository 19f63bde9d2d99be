"""One Chromium for all browser tests, and a fresh context for each page."""

import os
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    "--font-render-hinting=none",
]
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1440, "height": 900}


def chromium_path() -> str | None:
    """Find a Chromium that is a program, not Ubuntu's doorway to a snap."""
    chosen = os.environ.get("CRM_TEST_CHROMIUM") or shutil.which("chromium")
    if chosen is None or Path(chosen).resolve().name == "snap":
        return None
    return chosen


@pytest.fixture(scope="session")
def browser():
    """Start Chromium once; without one every browser test is skipped."""
    path = chromium_path()
    if path is None:
        pytest.skip("There is no Chromium package on this machine.")
    # Playwright's loop runs in this thread; Django would refuse the database here.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def open_page(browser: Browser, live_server):
    """Open pages of the running site: open_page("/", phone=True, dark=True)."""
    contexts = []

    def opened(path: str = "/", *, phone: bool = False, dark: bool = False, **more):
        context = browser.new_context(
            base_url=live_server.url,
            viewport=PHONE if phone else DESKTOP,
            has_touch=phone,
            is_mobile=phone,
            color_scheme="dark" if dark else "light",
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            **more,
        )
        contexts.append(context)
        page = context.new_page()
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()
