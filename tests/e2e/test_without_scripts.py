"""The same once more without JavaScript, by one person from the import to the download."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.acts import (
    PATIENT,
    block_rows,
    choose,
    create_store,
    find_certificates,
    has_scripts,
    import_files,
    import_text,
    list_names,
    open_certificate,
    open_menu,
    open_report,
    paste_into_store,
    save_change,
    saved,
    tally,
    wait_for_verdict,
)
from tests.e2e.material import authority, pem_text, serial_with_colons, server, upload

pytestmark = pytest.mark.timeout(PATIENT)


def test_importing(page_without_scripts: Page) -> None:
    page = page_without_scripts
    root, leaf = authority("Acamar root"), server("acamar.example")
    import_files(page, upload("a.bin", root.der), upload("b.txt", f"hello\n{pem_text(leaf)}"))
    assert not has_scripts(page)
    assert tally(page) == {"imported": 2, "duplicate": 0, "rejected": 0}
    assert [row[3] for row in block_rows(page)] == ["Acamar root", "acamar.example"]
    page.locator("#import .tally a", has_text="Already here").click()
    expect(page.get_by_role("heading", name="No such block")).to_be_visible()


def test_finding_and_what_is_done_with_a_selection(
    page_without_scripts: Page, tmp_path: Path
) -> None:
    page = page_without_scripts
    root = authority("Biham root")
    leaves = [
        server(f"{word}.biham.example", root, days=days) for word, days in (("a", 9), ("b", 8))
    ]
    import_text(page, pem_text(root, *leaves))
    page.goto("/certificates/")
    page.get_by_role("searchbox").fill("biham")
    page.select_option("select[name=role]", "end_entity")
    page.get_by_role("button", name="Filter").click()
    assert list_names(page) == ["a.biham.example", "b.biham.example"]
    page.locator("#list thead").get_by_role("link", name="Ends").click()
    assert list_names(page) == ["b.biham.example", "a.biham.example"]
    assert find_certificates(page, serial_with_colons(leaves[0])) == ["a.biham.example"]

    find_certificates(page, "biham.example")
    choose(page, "a.biham.example", "b.biham.example")
    with page.expect_download() as told:
        page.get_by_role("button", name="PEM bundle").click()
    assert saved(told.value, tmp_path).read_text() == pem_text(*leaves)
    page.locator("input[name=labels]").fill("Biham partner")
    page.get_by_role("button", name="Put on").click()
    assert find_certificates(page, "", label="Biham partner") == list_names(page)
    assert len(list_names(page)) == 2
    choose(page, "b.biham.example")
    page.get_by_role("button", name="Delete…").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.locator(".message-success")).to_contain_text("1 certificate deleted")
    assert find_certificates(page, "biham.example") == ["a.biham.example"]


def test_from_an_empty_store_to_a_chain_that_works(
    page_without_scripts: Page, tmp_path: Path
) -> None:
    page = page_without_scripts
    root = authority("Caph root")
    below = authority("Caph issuing", root)
    leaf = server("caph.example", below)
    import_text(page, pem_text(leaf, root))
    store_url = create_store(page, "Caph servers")
    page.goto(f"{store_url}add/?q=Caph")
    choose(page, "Caph root")
    page.get_by_role("button", name="Preview adding").click()
    save_change(page, store_url)
    open_report(page, "caph.example", "Caph servers")
    wait_for_verdict(page, "not_trusted")
    expect(page.locator("main")).to_contain_text("error 20 at 0 depth lookup")
    report_url = page.url
    paste_into_store(page, store_url, pem_text(below))
    page.goto(report_url)
    wait_for_verdict(page, "trusted")
    page.get_by_role("button", name="Validate now").click()
    wait_for_verdict(page, "trusted")

    page.goto(store_url)
    open_menu(page, "Download")
    with page.expect_download() as told:
        page.get_by_role("link", name="All members as PEM").click()
    assert sorted(saved(told.value, tmp_path).read_text().split("-----BEGIN")) == sorted(
        pem_text(root, below).split("-----BEGIN")
    )
    open_certificate(page, "caph.example")
    open_menu(page, "Download")
    with page.expect_download() as told:
        page.get_by_role("link", name="Full chain with subject= and issuer= lines").click()
    text = saved(told.value, tmp_path).read_text()
    assert re.findall("^subject=.*CN = (.*)$", text, re.MULTILINE) == [
        "caph.example",
        "Caph issuing",
        "Caph root",
    ]
    page.goto(f"{store_url}roots/?bundle=certifi&q=ISRG")
    page.locator("input[name=root]").first.check()
    page.get_by_role("button", name="Preview trusting them").click()
    save_change(page, store_url)
    expect(page.locator("main")).to_contain_text("ISRG")
