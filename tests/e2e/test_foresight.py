"""Looking ahead in the browser: the calendar, another day, the preview, the history, the evidence."""

from __future__ import annotations

import re
import subprocess
import zipfile
from datetime import timedelta
from pathlib import Path
from urllib.request import urlopen

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.acts import (
    PATIENT,
    SLOW,
    create_store,
    import_text,
    open_certificate,
    open_report,
    propose_paste,
    reload_until,
    save_change,
    saved,
    table_rows,
    wait_for_verdict,
)
from tests.e2e.conftest import NARROW, Contexts, WaitForJobs
from tests.e2e.console import Console
from tests.e2e.material import authority, crl_of, pem_text, server, today
from tests.pki.chains import to_pem

pytestmark = pytest.mark.timeout(PATIENT)


def turned(page: Page, way: str) -> int:
    return int(str(page.locator(f"[data-turn={way}]").get_attribute("data-count")))


@pytest.fixture
def site(page: Page, wait_for_jobs: WaitForJobs) -> str:
    """A store whose issuer ends before the certificates that it issued; the address of the store."""
    page.goto("/trust-stores/")
    there = page.get_by_role("link", name="Minkar servers", exact=True)
    if there.count():
        there.click()
        page.wait_for_url(re.compile(r"/trust-stores/\d+/$"))
        return page.url
    root = authority("Minkar root")
    short = authority("Minkar issuing", root, days=100)
    leaves = [server(f"{name}.minkar.example", short, days=300) for name in ("a", "b", "c")]
    early = server("early.minkar.example", root, days=40)
    import_text(page, pem_text(root, short, early, *leaves))
    store_url = create_store(page, "Minkar servers")
    propose_paste(page, store_url, pem_text(root, short))
    # The root, the issuer below it, and what they issued.
    assert turned(page, "green") == 6
    save_change(page, store_url)
    wait_for_jobs()
    return store_url


def test_the_calendar_leads_by_keyboard_from_the_picture_to_the_reason(
    site: str, page: Page, new_context: Contexts
) -> None:
    assert site
    page.goto("/calendar/")
    end = today() + timedelta(days=100)
    mark = page.locator(f".planner a[href='#day-{end:%Y-%m-%d}']")
    expect(mark).to_have_accessible_name(re.compile("certificates? stop"))
    expect(mark.locator(".shape-diamond")).to_have_count(1)
    mark.focus()
    page.keyboard.press("Enter")
    row = page.locator(f"tr[id='day-{end:%Y-%m-%d}']")
    expect(row).to_be_in_viewport()
    expect(row).to_contain_text("An issuer ends: Minkar issuing")
    row.get_by_text("3 certificates").click()
    row.get_by_role("link", name="report of b.minkar.example").click()
    expect(page.locator("[data-verdict=trusted]")).to_contain_text("“Minkar issuing” ends")

    # The month leads to the inventory, filtered.
    page.goto("/calendar/")
    month = page.locator(f"section[id='month-{today() + timedelta(days=40):%Y-%m}']")
    month.locator("header a").click()
    expect(page.locator("#list")).to_contain_text("early.minkar.example")

    # A telephone without JavaScript shows the same picture and nothing beyond its edge.
    narrow = new_context(viewport=NARROW, java_script_enabled=False).new_page()
    narrow.goto("/calendar/")
    expect(narrow.locator(f".planner a[href='#day-{end:%Y-%m-%d}']")).to_be_visible()
    narrow_wide = new_context(viewport=NARROW).new_page()
    narrow_wide.goto("/calendar/")
    assert narrow_wide.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]


def test_a_calendar_program_reads_the_feed_until_it_is_closed(
    site: str, page: Page, console: Console
) -> None:
    assert site
    page.goto("/calendar/")
    page.locator("#feed").get_by_role("button", name=re.compile("Make")).click()
    address = page.locator(".secret-address").inner_text().strip()
    assert address.startswith(f"{console.url}/calendar/feed.ics?token=")
    with urlopen(address) as answer:
        text = answer.read().decode().replace("\r\n ", "")
    assert "The issuer “Minkar issuing” ends: 3 certificates stop working" in text
    assert "SUMMARY:“early.minkar.example” ends" in text
    token = address.partition("token=")[2]
    assert token not in console.said, "no log holds the secret"
    page.goto("/calendar/")
    page.locator("#feed").get_by_role("button", name="Close it").click()
    expect(page.locator(".message-success")).to_contain_text("Nothing reads your calendar")
    assert page.request.get(address).status == 404


def test_another_day_is_asked_of_a_report_a_certificate_and_the_inventory(
    site: str, page: Page
) -> None:
    assert site
    then = (today() + timedelta(days=120)).strftime("%Y-%m-%dT12:00")
    open_report(page, "a.minkar.example", "Minkar servers")
    report = page.url
    page.fill("input[name=moment]", then)
    page.get_by_role("button", name="Validate as of then").click()
    expect(page.locator(".as-of-banner")).to_contain_text("Not today")
    expect(page.locator("[data-verdict=not_trusted]")).to_be_visible()
    expect(page.locator("main")).to_contain_text("error 10 at 1 depth lookup")
    page.get_by_role("link", name="Current report").click()
    expect(page).to_have_url(report)
    expect(page.locator("[data-verdict=trusted]")).to_be_visible()

    open_certificate(page, "a.minkar.example")
    page.fill("input[name=moment]", then)
    page.get_by_role("button", name="Validate as of then").click()
    [row] = [one for one in table_rows(page.locator("main table")) if "Minkar servers" in one[0]]
    assert row[1:3] == ["Trusted", "Not trusted"]

    page.goto("/calendar/")
    page.fill("input[name=moment]", then)
    page.get_by_role("button", name="Look ahead").click()
    page.wait_for_url(re.compile(r"/calendar/ahead/"))
    expect(page.locator("[data-foreseen]")).to_be_visible(timeout=SLOW)
    group = page.locator("section", has=page.get_by_role("heading", name=re.compile("Minkar iss")))
    expect(group).to_contain_text("3 reports")
    group.get_by_role("link", name="c.minkar.example").click()
    expect(page.locator(".as-of-banner")).to_be_visible()


def test_a_change_is_previewed_saved_and_told_in_the_history(
    page: Page, page_without_scripts: Page, tmp_path: Path
) -> None:
    root = authority("Okab root")
    below = authority("Okab issuing", root)
    leaf = server("okab.example", below)
    import_text(page, pem_text(leaf, below))
    store_url = create_store(page, "Okab servers")
    propose_paste(page, store_url, pem_text(root, below))
    assert (turned(page, "red"), turned(page, "green")) == (0, 3)
    expect(page.locator("[data-turn=green]")).to_contain_text("okab.example")
    save_change(page, store_url)
    open_report(page, "okab.example", "Okab servers")
    report_url = page.url
    wait_for_verdict(page, "trusted")

    # Without JavaScript: another policy, which turns everything; nothing is saved by looking.
    plain = page_without_scripts
    plain.goto(f"{store_url}edit/")
    plain.check("input[name=revocation][value=leaf]")
    plain.get_by_role("button", name="Save").click()
    plain.wait_for_url(re.compile(r"/changes/\d+/"))
    assert turned(plain, "red") == 1
    expect(plain.locator("[data-turn=red]")).to_contain_text(
        "3 unable to get certificate CRL at depth 0"
    )
    preview_url = plain.url
    page.goto(report_url)
    expect(page.locator("[data-verdict=trusted]")).to_be_visible()

    # Somebody else changes the store meanwhile: the preview says so, and is made again.
    propose_paste(page, store_url, pem_text(authority("Okab other root")))
    save_change(page, store_url)
    plain.goto(preview_url)
    expect(plain.get_by_role("alert")).to_contain_text("The store has changed since")
    expect(plain.get_by_role("button", name="Save the change")).to_have_count(0)
    plain.get_by_role("button", name="Preview it again").click()
    plain.get_by_role("button", name="Save the change").click()
    plain.wait_for_url(store_url)

    page.goto(report_url)
    wait_for_verdict(page, "undetermined")
    history = page.locator("section[aria-labelledby=history]")
    expect(history).to_contain_text("Was trusted, now 3 unable to get certificate CRL at depth 0")
    with page.expect_download() as told:
        page.get_by_role("link", name="Evidence").click()
    with zipfile.ZipFile(saved(told.value, tmp_path)) as archive:
        archive.extractall(tmp_path)
    done = subprocess.run(
        ["sh", "evidence/verify.sh"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert "SAME: 3 at 0" in done.stdout
    assert done.returncode == 0, done.stdout

    # The CRL joins through the preview too, which says that it mends.
    propose_paste(page, store_url, to_pem("X509 CRL", crl_of(below)))
    assert turned(page, "green") == 1
    save_change(page, store_url)
    page.goto(report_url)
    wait_for_verdict(page, "trusted")
    expect(history.locator("> ol > li")).to_have_count(2)
    reload_until(
        page,
        lambda: "now trusted" in history.inner_text(),
        "the sentence of the change",
    )
    history.get_by_text("What is different").first.click()
    expect(history.locator(".is-new").first).to_be_visible()
