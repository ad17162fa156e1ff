"""The main job: what is wrong with a certificate, what to do, and that doing it is enough."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.acts import (
    PATIENT,
    SLOW,
    create_store,
    import_text,
    open_certificate,
    open_report,
    paste_into_store,
    reload_until,
    table_rows,
    wait_for_verdict,
)
from tests.e2e.material import authority, pem_text, server
from tests.pki.chains import Issued

pytestmark = pytest.mark.timeout(PATIENT)


def openssl_says(folder: Path, leaf: Issued, root: Issued) -> str:
    """What `openssl verify` prints of the leaf with this root and nothing else."""
    (folder / "root.pem").write_text(pem_text(root))
    (folder / "leaf.pem").write_text(pem_text(leaf))
    command = ["openssl", "verify", "-no-CApath", "-no-CAstore", "-CAfile", "root.pem", "leaf.pem"]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False, timeout=30)
    return (done.stdout + done.stderr).decode()


def test_an_intermediate_that_arrives_turns_the_verdict_without_a_button(
    page: Page, tmp_path: Path
) -> None:
    root = authority("Zaniah root")
    below = authority("Zaniah issuing", root)
    leaf = server("zaniah.example", below)
    import_text(page, pem_text(leaf))
    store_url = create_store(page, "Zaniah servers")
    paste_into_store(page, store_url, pem_text(root))

    open_report(page, "zaniah.example", "Zaniah servers")
    wait_for_verdict(page, "not_trusted")
    diagnostics = page.locator("section[aria-labelledby=diagnostics]")
    number, depth, text, concerned = table_rows(diagnostics)[0]
    assert (number, depth, concerned) == ("20", "0", "zaniah.example")
    assert text == (
        "unable to get local issuer certificate X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY"
    )
    line = "error 20 at 0 depth lookup: unable to get local issuer certificate"
    assert line in openssl_says(tmp_path, leaf, root)
    expect(diagnostics).to_contain_text(line)
    advice = page.get_by_label("What to do")
    expect(advice).to_contain_text("Zaniah issuing")
    expect(advice.get_by_role("link", name=re.compile("Import"))).to_be_visible()
    report_url = page.url

    import_text(page, pem_text(below))
    page.goto(report_url)
    wait_for_verdict(page, "trusted")
    path = page.locator("section[aria-labelledby=path]")
    expect(path.locator(".path-step .path-name")).to_have_text(
        ["zaniah.example", "Zaniah issuing", "Zaniah root"]
    )
    listing = path.locator("pre").inner_text()
    assert [line[:5] for line in listing.splitlines()] == [
        " 0 s:",
        "   i:",
        " 1 s:",
        "   i:",
        " 2 s:",
        "   i:",
    ]
    assert " 0 s:C = BE, O = Example, CN = zaniah.example" in listing
    assert "   i:C = BE, O = Example, CN = Zaniah issuing" in listing
    history = page.locator("section[aria-labelledby=history]")
    expect(history).to_contain_text("not trusted", ignore_case=True)
    open_certificate(page, "zaniah.example")
    expect(page.locator(".page-title [data-state=trusted]")).to_be_visible()


def test_a_certificate_that_chains_nowhere_says_so(page: Page) -> None:
    import_text(page, pem_text(server("alone.yildun.example")))
    open_certificate(page, "alone.yildun.example")
    said = page.locator(".page-title [data-state]", has_text="Not chained to a trust store")
    reload_until(page, lambda: said.count() > 0, "the state of a certificate that chains nowhere")


def test_a_report_says_what_was_asked_and_what_to_do(page: Page) -> None:
    root = authority("Xuange root")
    old = server("old.xuange.example", root, days=-3)
    store_url = create_store(page, "Xuange servers")
    paste_into_store(page, store_url, pem_text(root))
    import_text(page, pem_text(old))
    open_report(page, "old.xuange.example", "Xuange servers")
    wait_for_verdict(page, "not_trusted")
    expect(page.locator("main")).to_contain_text(
        "error 10 at 0 depth lookup: certificate has expired"
    )
    expect(page.get_by_label("What to do")).to_be_visible()
    checks = page.locator("section[aria-labelledby=checks] .checks > li")
    words = {
        str(state.get_attribute("data-state"))
        for state in checks.locator(".check-line [data-state]").all()
    }
    assert {"passed", "failed"} <= words
    assert words <= {"passed", "warning", "failed", "not_checked", "not_applicable"}
    facts = page.locator("section[aria-labelledby=facts]")
    expect(facts).to_contain_text("OpenSSL 3.")
    page.get_by_role("button", name="Validate now").click()
    expect(page.locator(".message")).to_be_visible()
    wait_for_verdict(page, "not_trusted")


def test_the_first_page_names_what_does_not_work(page: Page) -> None:
    root = authority("Alphecca root")
    store_url = create_store(page, "Alphecca servers")
    paste_into_store(page, store_url, pem_text(root))
    import_text(page, pem_text(server("alphecca.example", root, days=-1)))
    page.goto("/reports/?q=alphecca.example&verdict=not_trusted")
    rows = page.locator("#list tbody tr")
    reload_until(page, lambda: rows.count() == 1, "the report of what has expired")
    expect(page.locator("#list tbody tr")).to_contain_text("10 at 0")
    page.goto("/")
    section = page.locator("section", has=page.get_by_role("heading", name="Not trusted"))
    expect(section.first).to_contain_text("alphecca.example")


def test_the_validation_is_run_from_the_schedule_and_says_what_it_did(page: Page) -> None:
    page.goto("/schedule/")
    row = page.locator("tr", has_text="Re-makes the reports")
    expect(row.locator("td[data-label='Next run'] time")).to_be_visible()
    row.get_by_role("button", name="Run now").click()
    # While it waits and runs there is a bar, then the last run is this one; nobody reloads.
    expect(row.get_by_role("button", name="Run now")).to_be_visible(timeout=SLOW)
    row.locator("td[data-label='Last run'] a").click()
    page.get_by_role("link", name="Show the result").click()
    page.wait_for_url(re.compile(r"/runs/[0-9a-f-]{36}/"))
    expect(page.locator("#run [data-state=done]").first).to_be_visible()
    expect(page.locator("#run progress")).to_be_visible()
    expect(page.locator("#run")).to_contain_text(re.compile("Nothing was due|reports? made"))
