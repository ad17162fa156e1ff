"""A real console, a real worker and a real browser: nothing here is replaced by a stand-in."""

from __future__ import annotations

import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.e2e.console import PASSWORD, Console

WIDE = {"width": 1280, "height": 800}
NARROW = {"width": 400, "height": 800}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever asks for the console runs on one worker of the test run, so there is one console."""
    for item in items:
        names = getattr(item, "fixturenames", ())
        if "browser" in names:
            item.add_marker(pytest.mark.browser)
        if "console" in names:
            item.add_marker(pytest.mark.xdist_group("console"))


@pytest.fixture(scope="session")
def console() -> Iterator[Console]:
    """The console, with the administrator `admin` whose password the tests know."""
    # A short path: the folder holds a Unix socket.
    folder = Path(tempfile.mkdtemp(prefix="pkiadmin-e2e-"))
    running = Console(folder).start()
    running.manage(
        "shell",
        "--no-imports",
        "-c",
        "from pkiadmin.first_administrator import make_administrator as make;"
        "from pkiadmin.models import OneTimePassword;"
        f"make(password={PASSWORD!r}); OneTimePassword.objects.all().delete()",
    )
    yield running
    running.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    assert chromium, "chromium is not installed; BROWSER=0 leaves the browser tests out"
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture(scope="session")
def signed_in(console: Console, browser: Browser) -> dict[str, Any]:
    """The cookies of a browser in which the administrator has signed in, by the form."""
    context = browser.new_context(base_url=console.url)
    page = context.new_page()
    sign_in(page, "admin", PASSWORD)
    state: dict[str, Any] = dict(context.storage_state())
    context.close()
    return state


def sign_in(page: Page, username: str, password: str) -> None:
    page.goto("/account/login/")
    page.fill("input[name=login]", username)
    page.fill("input[name=password]", password)
    page.click("button[type=submit]:visible")
    page.wait_for_url(re.compile(r"^(?!.*/account/login/)"))


Contexts = Callable[..., BrowserContext]


@pytest.fixture
def new_context(
    console: Console, browser: Browser, signed_in: dict[str, Any]
) -> Iterator[Contexts]:
    """Make a browser context of the administrator: `new_context(java_script_enabled=False)`."""
    made: list[BrowserContext] = []

    def make(**options: Any) -> BrowserContext:
        defaults: dict[str, Any] = {
            "base_url": console.url,
            "storage_state": signed_in,
            "viewport": WIDE,
        }
        context = browser.new_context(**(defaults | options))
        context.set_default_timeout(20_000)
        made.append(context)
        return context

    yield make
    for context in made:
        context.close()


@pytest.fixture
def page(new_context: Contexts) -> Page:
    """A page in which the administrator is signed in; a fault of a script fails the test."""
    opened = new_context().new_page()
    faults: list[str] = []
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on(
        "console",
        lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None,
    )
    opened.faults = faults  # type: ignore[attr-defined]  # read by the tests that look for them
    return opened


@pytest.fixture
def page_without_scripts(new_context: Contexts) -> Page:
    return new_context(java_script_enabled=False).new_page()


@pytest.fixture
def wait_for_jobs(console: Console) -> Callable[..., None]:
    """Wait until no job of the console waits or runs; with `kind`, none of that kind."""

    def wait(kind: str = "", seconds: float = 90) -> None:
        import sqlite3

        question = "SELECT count(*) FROM jobs_job WHERE state IN ('queued', 'running')"
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with sqlite3.connect(console.data / "pkiadmin.sqlite3") as database:
                left = database.execute(
                    f"{question} AND kind = ?" if kind else question, (kind,) if kind else ()
                ).fetchone()[0]
            database.close()
            if not left:
                return
            time.sleep(0.1)
        raise AssertionError(f"jobs did not end in {seconds} s:\n{console.said}")

    return wait
