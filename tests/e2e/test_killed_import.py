"""A worker that is killed in the middle of an import of 10,000 certificates."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.acts import PATIENT, tally
from tests.e2e.conftest import MANY, KilledImport
from tests.e2e.console import Console

pytestmark = [pytest.mark.browser, pytest.mark.timeout(PATIENT)]


def test_the_worker_dies_in_the_middle_and_is_started_again(
    console: Console, killed_import: KilledImport
) -> None:
    assert 0 < killed_import.outcomes_before < MANY
    deadline = time.monotonic() + 60
    while set(console.workers()) & set(killed_import.killed) or len(console.workers()) < 3:
        assert time.monotonic() < deadline, console.said
        time.sleep(0.1)


def test_the_page_of_the_killed_import_still_says_how_far_it_is(
    page: Page, killed_import: KilledImport
) -> None:
    page.goto(killed_import.page)
    expect(page.locator("#import-state")).to_be_visible()
    assert tally(page)["imported"] >= killed_import.outcomes_before


def test_nothing_is_lost_and_nothing_doubled(
    page: Page, console: Console, resumed_import: KilledImport
) -> None:
    job = resumed_import.job
    assert console.ask("SELECT state, done, total FROM jobs_job WHERE id = ?", job) == [
        ("done", MANY, MANY)
    ]
    outcomes = "SELECT outcome, count(*), count(DISTINCT number), count(DISTINCT certificate_id)"
    assert console.ask(
        f"{outcomes} FROM certificates_importblock WHERE job_id = ? GROUP BY outcome", job
    ) == [("imported", MANY, MANY, MANY)]
    named = "FROM certificates_certificate WHERE subject LIKE '%Tenthousand%'"
    assert console.ask(f"SELECT count(*), count(DISTINCT sha256) {named}") == [(MANY, MANY)]
    stored = f"SELECT count(*) FROM certificates_certificateder WHERE certificate_id IN (SELECT id {named})"
    assert console.ask(stored) == [(MANY,)]
    ends = "SELECT count(*) FROM audit_auditevent WHERE action = 'certificates.imported' AND subject_id = ?"
    dashed = resumed_import.page.rstrip("/").rpartition("/")[2]
    assert console.ask(ends, dashed) == [(1,)]
    page.goto(resumed_import.page)
    assert tally(page) == {"imported": MANY, "duplicate": 0, "rejected": 0}
    assert "is whole" in console.manage("verify_audit")
