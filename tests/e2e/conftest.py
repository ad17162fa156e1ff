"""A real console, a real worker and a real browser: nothing here is replaced by a stand-in.

There is one console for the run, and its inventory grows with every test: tests name what they bring
in by words of their own, and look only for those.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    StorageState,
    ViewportSize,
    expect,
    sync_playwright,
)

from tests.e2e.acts import PATIENCE, SLOW, whole
from tests.e2e.console import PASSWORD, Console
from tests.e2e.material import many_certificates, upload

WIDE: ViewportSize = {"width": 1280, "height": 800}
NARROW: ViewportSize = {"width": 400, "height": 800}
MANY = 10_000
LOOPBACK = "127.0.0.0/8:1024-65535"
# Five seconds, as Playwright has it, are no time on a machine that does other things as well.
expect.set_options(timeout=20_000)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put what needs a browser or a console in order; there is one console for all of it.

    An import whose worker is killed goes on when its lease has run out, a minute later: it is begun
    before the other tests of the console and looked at after them.
    """
    places = []
    for place, item in enumerate(items):
        names = getattr(item, "fixturenames", ())
        if "browser" in names:
            item.add_marker(pytest.mark.browser)
        if "console" in names:
            places.append(place)
    ordered = sorted((items[place] for place in places), key=_turn)
    for place, item in zip(places, ordered, strict=True):
        items[place] = item


def _turn(item: pytest.Item) -> int:
    names = getattr(item, "fixturenames", ())
    if "resumed_import" in names:
        return 2
    return 0 if "killed_import" in names else 1


@pytest.fixture(scope="session")
def console() -> Iterator[Console]:
    """The console as its first start makes it."""
    # A short path: the folder holds a Unix socket.
    folder = Path(tempfile.mkdtemp(prefix="pkiadmin-e2e-"))
    # The servers of the tests stand on loopback, which is closed unless an administrator opens it.
    running = Console(
        folder, PKIADMIN_INTERNAL_CRL_HOSTS=LOOPBACK, PKIADMIN_INTERNAL_PROBE_HOSTS=LOOPBACK
    ).start()
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


@dataclass(frozen=True, kw_only=True)
class FirstSignIn:
    """What the first person saw, from the one-time password to the first page."""

    led_to: str
    """Where the sign-in with the one-time password led."""
    still_led_to: str
    """Where another page led before the password was changed."""
    steps: list[str]
    """The buttons of the first page."""
    cookies: StorageState


@pytest.fixture(scope="session")
def first_sign_in(console: Console, browser: Browser) -> FirstSignIn:
    """Sign in with the password that the console printed, change it, and see the first page."""
    context = browser.new_context(base_url=console.url)
    context.set_default_timeout(SLOW)
    page = context.new_page()
    sign_in(page, "admin", console.one_time_password)
    led_to = page.url
    page.goto("/certificates/")
    still_led_to = page.url
    page.fill("input[name=oldpassword]", console.one_time_password)
    page.fill("input[name=password1]", PASSWORD)
    page.fill("input[name=password2]", PASSWORD)
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    seen = FirstSignIn(
        led_to=led_to,
        still_led_to=still_led_to,
        steps=whole(page).locator("main .steps a.btn").all_inner_texts(),
        cookies=context.storage_state(),
    )
    context.close()
    return seen


@pytest.fixture(scope="session")
def signed_in(first_sign_in: FirstSignIn) -> StorageState:
    """The cookies of a browser in which the administrator has signed in, by the form."""
    return first_sign_in.cookies


def sign_in(page: Page, username: str, password: str) -> None:
    page.goto("/account/login/")
    page.fill("input[name=login]", username)
    page.fill("input[name=password]", password)
    page.click("button[type=submit]:visible")
    page.wait_for_url(re.compile(r"^(?!.*/account/login/)"))


Contexts = Callable[..., BrowserContext]


@pytest.fixture
def faults() -> list[str]:
    """What no page may do: every one fails the test in which it happened."""
    return []


@pytest.fixture
def new_context(
    console: Console, browser: Browser, signed_in: StorageState, faults: list[str]
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
        watch(context, console.url, faults)
        made.append(context)
        return context

    yield make
    for context in made:
        context.close()
    assert faults == []


def watch(context: BrowserContext, own: str, faults: list[str]) -> None:
    """Note each fault of a script, breach of the CSP, dialog, foreign request and server error."""

    def on_request(url: str) -> None:
        if not url.startswith((f"{own}/", "data:", "blob:")):
            faults.append(f"request to {url}")

    def on_response(url: str, status: int) -> None:
        if status >= 500:
            faults.append(f"{status} from {url}")

    def on_console(kind: str, text: str, where: str) -> None:
        # Chromium says so of every answer of 4xx; forms and refusals have those by right.
        if kind in ("error", "warning") and not text.startswith("Failed to load resource"):
            faults.append(f"{kind} on {where}: {text}")

    def on_dialog(dialog: Any) -> None:
        faults.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    context.on("weberror", lambda said: faults.append(str(said.error)))
    context.on("console", lambda said: on_console(said.type, said.text, said.location["url"]))
    context.on("dialog", on_dialog)
    context.on("request", lambda request: on_request(request.url))
    context.on("response", lambda response: on_response(response.url, response.status))


@pytest.fixture
def page(new_context: Contexts) -> Page:
    """A page in which the administrator is signed in."""
    return new_context().new_page()


@pytest.fixture
def page_without_scripts(new_context: Contexts) -> Page:
    return new_context(java_script_enabled=False).new_page()


WaitForJobs = Callable[..., None]


@pytest.fixture
def wait_for_jobs(console: Console) -> WaitForJobs:
    """Wait until no job of the console waits or runs; with `kind`, none of that kind.

    An import goes its own way: the one whose worker was killed waits for a minute and more.
    """

    def wait(kind: str = "", seconds: float = PATIENCE) -> None:
        question = "SELECT count(*) FROM jobs_job WHERE state IN ('queued', 'running')"
        which = "kind = ?" if kind else "kind != ?"
        deadline = time.monotonic() + seconds
        while console.ask(f"{question} AND {which}", kind or "import")[0][0]:
            assert time.monotonic() < deadline, f"jobs did not end in {seconds} s:\n{console.said}"
            time.sleep(0.1)

    return wait


@dataclass(frozen=True, kw_only=True)
class KilledImport:
    """An import whose worker was killed when it had written the outcome of some of the blocks."""

    job: str
    """Its id as the database writes it."""
    page: str
    """The address of its result."""
    outcomes_before: int
    killed: list[int]


@pytest.fixture(scope="session")
def killed_import(console: Console, browser: Browser, signed_in: StorageState) -> KilledImport:
    """Upload 10,000 certificates in one file; SIGKILL for the worker when some are written."""
    context = browser.new_context(base_url=console.url, storage_state=signed_in)
    context.set_default_timeout(SLOW)
    page = context.new_page()
    page.goto("/import/")
    file = upload("a whole site.pem", many_certificates(MANY, "Tenthousand"))
    page.set_input_files("input[name=uploads]", [file])
    page.locator("main").get_by_role("button", name="Import", exact=True).click()
    page.wait_for_url(re.compile(r"/import/[0-9a-f-]{36}/"), wait_until="commit")
    job = page.url.rstrip("/").rpartition("/")[2].replace("-", "")
    written = 0
    deadline = time.monotonic() + PATIENCE
    while not written:
        assert time.monotonic() < deadline, f"nothing was written:\n{console.said}"
        time.sleep(0.002)
        written = console.outcomes_of(job)
    killed = console.workers()
    for pid in killed:
        os.kill(pid, signal.SIGKILL)
    seen = KilledImport(
        job=job, page=page.url, outcomes_before=console.outcomes_of(job), killed=killed
    )
    context.close()
    return seen


@pytest.fixture(scope="session")
def resumed_import(console: Console, killed_import: KilledImport) -> KilledImport:
    """The same when another worker has brought it to its end."""
    deadline = time.monotonic() + 240
    state = "SELECT state FROM jobs_job WHERE id = ?"
    while console.ask(state, killed_import.job) in ([("queued",)], [("running",)]):
        assert time.monotonic() < deadline, console.said
        time.sleep(0.1)
    return killed_import
