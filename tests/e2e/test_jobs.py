"""The console as a whole: sign-in, the schedule run by a real worker, and a worker that is killed."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.acts import PATIENT, SLOW
from tests.e2e.console import Console

CLEAN_UP = "Clean-up of old jobs"

pytestmark = pytest.mark.timeout(PATIENT)


def test_the_first_page_asks_to_sign_in(console: Console, browser: Browser) -> None:
    context = browser.new_context(base_url=console.url)
    page = context.new_page()
    page.goto("/jobs/")
    expect(page.locator("input[name=password]")).to_be_visible()
    context.close()


def test_a_row_of_the_schedule_runs_now_and_the_page_follows_it(page: Page) -> None:
    page.goto("/schedule/")
    row = page.locator("tr", has_text=CLEAN_UP)
    row.get_by_role("button", name="Run now").click()
    expect(page.locator("tr", has_text=CLEAN_UP).locator("[data-state=done]")).to_be_visible(
        timeout=SLOW
    )


def test_the_same_without_scripts(
    page_without_scripts: Page, wait_for_jobs: Callable[..., None]
) -> None:
    page = page_without_scripts
    page.goto("/schedule/")
    page.locator("tr", has_text=CLEAN_UP).get_by_role("button").click()
    wait_for_jobs("prune")
    page.get_by_role("link", name="refresh").click()
    row = page.locator("tr", has_text=CLEAN_UP)
    expect(row.locator("[data-state=done]")).to_be_visible()
    row.locator("a:has([data-state=done])").click()
    expect(page.get_by_role("button", name="Run again")).to_be_visible()
    page.get_by_role("button", name="Run again").click()
    wait_for_jobs("prune")
    page.reload()
    expect(page.locator("[data-state=done]").first).to_be_visible()


def test_what_was_done_stands_in_the_log(page: Page, console: Console) -> None:
    page.goto("/schedule/")
    with page.expect_navigation():
        page.locator("tr", has_text=CLEAN_UP).get_by_role("button", name="Run now").click()
    page.goto("/audit/")
    expect(page.locator("tbody tr").first).to_contain_text(CLEAN_UP)
    assert "is whole" in console.manage("verify_audit")


def test_a_killed_worker_is_replaced_and_the_next_job_is_done(
    page: Page, console: Console, wait_for_jobs: Callable[..., None]
) -> None:
    wait_for_jobs()
    before = console.workers()
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    page.goto("/schedule/")
    page.locator("tr", has_text=CLEAN_UP).get_by_role("button", name="Run now").click()
    wait_for_jobs("prune")
    deadline = time.monotonic() + 60
    while set(console.workers()) & set(before) or not console.workers():
        assert time.monotonic() < deadline
        time.sleep(0.2)
    # What died with it is taken up when its lease has run out; the next test need not wait for it.
    wait_for_jobs()


def test_a_killed_broker_comes_back_and_loses_no_job(
    page: Page, console: Console, wait_for_jobs: Callable[..., None]
) -> None:
    page.goto("/schedule/")
    broker = next(pid for pid, said in console.processes().items() if "valkey-server" in said)
    os.kill(broker, signal.SIGKILL)
    page.locator("tr", has_text=CLEAN_UP).get_by_role("button", name="Run now").click()
    expect(page.locator("h1")).to_have_text("Schedule")
    wait_for_jobs("prune")
