"""Saying whom to trust: from the inventory, by pasting, from well-known roots; and CRLs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from cryptography import x509
from playwright.sync_api import Page, expect

from tests.e2e.acts import (
    PATIENT,
    SLOW,
    choose,
    create_store,
    import_files,
    import_text,
    open_menu,
    open_report,
    paste_into_store,
    save_change,
    saved,
    table_rows,
    wait_for_verdict,
)
from tests.e2e.material import authority, crl_of, pem_text, server, upload
from tests.pki.chains import to_pem
from tests.pki.real_tools import run

pytestmark = pytest.mark.timeout(PATIENT)


def members(page: Page, title: str) -> list[str]:
    """The names under a heading of the page of a store."""
    section = page.locator("section", has=page.get_by_role("heading", name=title, exact=True))
    return [row[0] for row in table_rows(section.locator("table"))] if section.count() else []


def test_a_store_is_filled_from_the_inventory_and_by_pasting(page: Page) -> None:
    root, other = authority("Rasalas root"), authority("Rasalas other root")
    below = authority("Rasalas issuing", root)
    import_text(page, pem_text(root))
    store_url = create_store(page, "Rasalas clients", usage="client")
    expect(page.locator(".page-title .lead")).to_contain_text("Client authentication")
    expect(page.get_by_role("heading", name="No trust anchor yet")).to_be_visible()

    open_menu(page, "Add")
    page.locator(".menu-sheet").get_by_role("link", name="From the inventory").click()
    page.get_by_role("searchbox").fill("Rasalas")
    expect(page.locator("#list tbody tr")).to_have_count(1)
    choose(page, "Rasalas root")
    page.get_by_role("button", name="Preview adding").click()
    save_change(page, store_url)
    assert members(page, "Trust anchors") == ["Rasalas root Example"]

    paste_into_store(page, store_url, f"from the partner\n{pem_text(below, other)}junk")
    # What is self-signed becomes an anchor; the other does not, or a path would end at it.
    assert members(page, "Trust anchors") == [
        "Rasalas other root Example",
        "Rasalas root Example",
    ]
    assert members(page, "Intermediates") == ["Rasalas issuing Example"]


def test_of_the_roots_of_certifi_only_the_chosen_ones_come_in(page: Page) -> None:
    store_url = create_store(page, "Sabik public servers")
    page.goto(f"{store_url}roots/?bundle=certifi")
    boxes = page.locator("input[name=root]")
    assert boxes.count() > 100
    # None beforehand, and no way to take all at once.
    assert page.locator("input[name=root]:checked").count() == 0
    assert page.locator("[data-select-all]").count() == 0
    names = [
        name.removeprefix("Choose ")
        for name in boxes.evaluate_all(
            "all => all.slice(3, 5).map(box => box.getAttribute('aria-label'))"
        )
    ]
    boxes.nth(3).check()
    boxes.nth(4).check()
    page.get_by_role("button", name="Preview trusting them").click()
    save_change(page, store_url)
    anchors = members(page, "Trust anchors")
    assert len(anchors) == 2
    for name in names:
        assert any(anchor.startswith(name) for anchor in anchors), (name, anchors)


def test_a_store_is_downloaded_as_one_file_with_and_without_names(
    page: Page, tmp_path: Path
) -> None:
    root = authority("Tarazed root")
    below = authority("Tarazed issuing", root)
    store_url = create_store(page, "Tarazed servers")
    paste_into_store(page, store_url, pem_text(root, below))

    def downloaded(link: str) -> str:
        open_menu(page, "Download")
        with page.expect_download() as told:
            page.get_by_role("link", name=link).click()
        assert re.fullmatch(r"[A-Za-z0-9._-]+\.pem", told.value.suggested_filename)
        return saved(told.value, tmp_path).read_text()

    plain = downloaded("All members as PEM")
    assert sorted(x509.load_pem_x509_certificates(plain.encode()), key=hash) == sorted(
        (root.certificate, below.certificate), key=hash
    )
    assert "subject=" not in plain
    named = downloaded("With subject= and issuer= lines")
    assert named.count("-----BEGIN CERTIFICATE-----") == 2
    for one in (root, below):
        said = run("openssl", "x509", "-noout", "-subject", "-issuer", data=one.pem).decode()
        assert said + one.pem.decode() in named
    assert downloaded("Only the trust anchors") == pem_text(root)


def test_a_store_that_asks_for_crls_says_what_is_revoked(page: Page) -> None:
    root = authority("Unukalhai root")
    good, bad = server("good.unukalhai.example", root), server("bad.unukalhai.example", root)
    import_text(page, pem_text(good, bad))
    store_url = create_store(page, "Unukalhai servers")
    paste_into_store(page, store_url, pem_text(root))
    open_report(page, "bad.unukalhai.example", "Unukalhai servers")
    report_url = page.url
    wait_for_verdict(page, "trusted")

    page.goto(f"{store_url}edit/")
    page.check("input[name=revocation][value=leaf]")
    page.get_by_role("button", name="Save").click()
    # What works now and will not is said before it is saved.
    turned = page.locator("[data-turn=red]")
    expect(turned).to_contain_text("bad.unukalhai.example", timeout=SLOW)
    expect(turned).to_contain_text("good.unukalhai.example")
    save_change(page, store_url)
    expect(page.locator("#crls")).to_contain_text("Missing")
    page.goto(report_url)
    # No CRL: nobody can say, and that is never shown as good.
    wait_for_verdict(page, "undetermined")
    expect(page.locator("#diagnostics").locator("..").locator("..")).to_contain_text(
        "unable to get certificate CRL"
    )

    import_files(page, upload("revoked.crl", crl_of(root, revoked=[bad])))
    page.goto(store_url)
    page.locator("#crls").get_by_role("button", name="Add to the store").click()
    save_change(page, store_url)
    expect(page.locator("#crls")).to_contain_text("Fresh")
    expect(page.locator("#crls")).to_contain_text("1 revoked")
    page.goto(report_url)
    wait_for_verdict(page, "not_trusted")
    expect(page.locator("main")).to_contain_text("error 23 at 0 depth lookup: certificate revoked")
    open_report(page, "good.unukalhai.example", "Unukalhai servers")
    wait_for_verdict(page, "trusted")


def test_a_newer_crl_takes_the_place_of_the_older_by_itself(page: Page) -> None:
    root = authority("Vega root")
    leaf = server("vega.example", root)
    store_url = create_store(page, "Vega servers", revocation="chain")
    crl = to_pem("X509 CRL", crl_of(root, number=4))
    paste_into_store(page, store_url, pem_text(root) + crl)
    expect(page.locator("#crls")).to_contain_text("No. 4")
    import_text(page, pem_text(leaf))
    open_report(page, "vega.example", "Vega servers")
    wait_for_verdict(page, "trusted")
    report_url = page.url
    import_text(page, to_pem("X509 CRL", crl_of(root, revoked=[leaf], number=5)))
    page.goto(report_url)
    wait_for_verdict(page, "not_trusted")
    page.goto(store_url)
    expect(page.locator("#crls")).to_contain_text("No. 5")
    expect(page.locator("#crls")).not_to_contain_text("No. 4")


def test_two_people_who_change_a_store_at_once_are_told(page: Page) -> None:
    store_url = create_store(page, "Wezen servers")
    page.goto(f"{store_url}paste/")
    page.fill("textarea[name=pem]", pem_text(authority("Wezen root")))
    other = page.context.new_page()
    paste_into_store(other, store_url, pem_text(authority("Wezen other root")))
    page.get_by_role("button", name="Import and preview").click()
    expect(page.locator(".message")).to_contain_text("Somebody else changed this trust store")
    page.goto(store_url)
    assert members(page, "Trust anchors") == ["Wezen other root Example"]
