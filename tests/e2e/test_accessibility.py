"""Every page for every reader: axe, narrow screens and both themes."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.e2e.acts import (
    PATIENT,
    create_store,
    fill_request,
    import_text,
    open_certificate,
    open_report,
    paste_into_store,
    press,
    propose_paste,
    reload_until,
    request_page,
    save_change,
    sideways,
    wait_for_verdict,
)
from tests.e2e.axe import barriers, violations
from tests.e2e.conftest import NARROW, WIDE
from tests.e2e.console import Console, free_port
from tests.e2e.material import authority, crl_of, pem_text, server, today
from tests.pki.chains import to_pem
from tests.pki.real_tools import Workshop

pytestmark = pytest.mark.timeout(PATIENT)

SIZES = (WIDE, NARROW)
ALIKE = (
    "/",
    "/certificates/",
    "/certificates/?q=nothing+is+called+so",
    "/crls/",
    "/trust-stores/",
    "/trust-stores/new/",
    "/reports/",
    "/import/",
    "/triage/",
    "/jobs/",
    "/schedule/",
    "/audit/",
    "/people/",
    "/people/add/",
    "/account/password/",
    "/account/2fa/",
    "/no-such-page/",
)


def with_objects(page: Page) -> list[str]:
    """The pages that are alike everywhere, and those of objects that are made for it."""
    addresses = [*ALIKE]
    root = authority("Ginan root")
    below = authority("Ginan issuing", root)
    good, old = server("ginan.example", below), server("old.ginan.example", below, days=-4)
    text = pem_text(root, below, good, old) + to_pem("X509 CRL", crl_of(below, revoked=[7]))
    import_text(page, f"{text}-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n")
    addresses.append(page.url)
    store = create_store(page, "Ginan servers", revocation="leaf")
    addresses.append(store)
    paste_into_store(page, store, pem_text(root))
    addresses += [f"{store}{part}" for part in ("edit/", "add/", "paste/", "delete/")]
    addresses.append(f"{store}roots/?q=ISRG")
    for name, verdict in (("ginan.example", "undetermined"), ("old.ginan.example", "not_trusted")):
        open_report(page, name, "Ginan servers")
        wait_for_verdict(page, verdict)
        addresses.append(page.url)
        open_certificate(page, name)
        addresses.append(page.url)
    page.goto("/crls/?q=Ginan")
    page.locator("#list th[scope=row] a, #list td a").first.click()
    addresses.append(page.url)
    page.goto("/jobs/?kind=import")
    page.locator("main tbody a").first.click()
    addresses.append(page.url)
    return addresses


def test_no_page_has_a_barrier(page: Page) -> None:
    assert barriers(page, with_objects(page), sizes=SIZES) == {}


OF_KEYS = (
    "/keys/",
    "/keys/?q=nothing+is+called+so",
    "/keys/new/",
    "/keys/import/",
    "/keys/import/?wanted=public",
    "/public-keys/",
    "/owners/",
    "/owners/?q=nothing+is+called+so",
    "/owners/new/",
    "/requests/",
    "/requests/new/",
    "/requests/new/self-signed/",
    "/requests/fill/",
)


def with_keys(page: Page, folder: Path) -> list[str]:
    addresses = [*OF_KEYS]
    fill_request(page, "ascella.requests.example.com")
    press(page, "Create the request")
    addresses.append(request_page(page))
    page.locator("section[aria-labelledby=belongs] a").first.click()
    page.wait_for_url("**/keys/*/")
    addresses += [page.url, f"{page.url}edit/", f"{page.url}export/"]
    fill_request(page, "ascella", address="/requests/new/self-signed/")
    press(page, "Create the certificate")
    own = request_page(page)
    addresses += [
        own,
        f"{own}files/",
        f"/requests/new/?request={own.rstrip('/').rpartition('/')[2]}",
    ]
    page.goto("/owners/new/")
    page.fill("input[name=name]", "Ascella Ltd")
    page.fill("input[name=email]", "pki@ascella.example")
    press(page, "Add the owner")
    page.wait_for_url(re.compile(r"/owners/\d+/$"))
    addresses += [page.url, f"{page.url}edit/", f"{page.url}merge/"]
    page.goto("/keys/import/?wanted=public")
    public = Path(f"{Workshop(folder).ssh_key('Ed25519')}.pub")
    page.fill("textarea[name=pasted]", public.read_text())
    page.fill("input[name=name]", "Ascella's key")
    page.locator("main").get_by_role("button", name="Import", exact=True).click()
    page.wait_for_url("**/keys/import/*/")
    addresses.append(page.url)
    page.get_by_role("link", name="Ascella's key").click()
    page.wait_for_url("**/public-keys/*/")
    addresses += [page.url, f"{page.url}edit/"]
    return addresses


def test_no_page_of_keys_and_requests_has_a_barrier(page: Page, tmp_path: Path) -> None:
    assert barriers(page, with_keys(page, tmp_path), sizes=SIZES) == {}


def test_warnings_before_a_request_have_no_barrier(page: Page) -> None:
    fill_request(page, "under_score.requests.example.com")
    press(page, "Create the request")
    expect(page.locator("#preflight")).to_be_visible()
    assert violations(page) == []
    page.set_viewport_size({"width": 400, "height": 800})
    assert sideways(page) == []


AHEAD = (
    "/calendar/",
    "/expiring/",
    "/expiring/?q=nothing+is+called+so",
    "/account/reauthenticate/",
    "/account/2fa/totp/activate/",
)


def with_what_comes(page: Page) -> list[str]:
    """A store with a past: a change that waits, one that was saved, CRLs, and other days."""
    addresses = [*AHEAD]
    root = authority("Ruchbah root")
    below = authority("Ruchbah issuing", root)
    leaf = server("ruchbah.example", below, days=60)
    import_text(page, pem_text(leaf))
    store = create_store(page, "Ruchbah servers")
    paste_into_store(page, store, pem_text(root, below))
    open_report(page, "ruchbah.example", "Ruchbah servers")
    wait_for_verdict(page, "trusted")
    report = page.url
    page.goto(f"{store}edit/")
    page.check("input[name=revocation][value=leaf]")
    page.get_by_role("button", name="Save").click()
    save_change(page, store)
    page.goto(report)
    wait_for_verdict(page, "undetermined")
    page.locator("ol.history").get_by_text("What is different").first.click()
    page.get_by_role("link", name="The report before it").first.click()
    page.wait_for_url("**/past/*/")
    then = (today() + timedelta(days=70)).strftime("%Y-%m-%dT12:00")
    addresses += [report, page.url, f"{report}as-of/?moment={then}"]
    open_certificate(page, "ruchbah.example")
    addresses.append(f"{page.url}as-of/?moment={then}")
    propose_paste(page, store, pem_text(authority("Ruchbah other root")))
    addresses.append(page.url)
    page.goto(store)
    page.get_by_role("link", name="Replace").first.click()
    page.wait_for_url("**/replace/")
    addresses += [page.url, store, *(f"{store}{part}/" for part in ("recipients", "print", "crls"))]
    # A source that nobody answers for.
    page.goto(f"{store}crls/")
    page.fill("input[name=url]", f"http://127.0.0.1:{free_port()}/ruchbah.crl")
    page.get_by_role("button", name="Add and fetch").click()
    attempt = page.locator("#sources tbody a[href*=crl-fetches]")
    reload_until(page, lambda: attempt.count() > 0, "an attempt to fetch")
    addresses.append(str(attempt.first.get_attribute("href")))
    page.goto("/calendar/")
    page.fill("input[name=moment]", then)
    page.get_by_role("button", name="Look ahead").click()
    page.wait_for_url("**/calendar/ahead/*/")
    addresses.append(page.url)
    page.goto("/jobs/?kind=validate")
    page.locator("main tbody a").first.click()
    page.get_by_role("link", name="Show the result").click()
    page.wait_for_url("**/runs/*/")
    addresses.append(page.url)
    return addresses


def test_no_page_that_looks_ahead_has_a_barrier(page: Page) -> None:
    assert barriers(page, with_what_comes(page), sizes=SIZES) == {}


@pytest.mark.parametrize("viewport", SIZES, ids=("1280", "400"))
def test_the_page_to_sign_in_has_no_barrier(
    console: Console, browser: Browser, viewport: ViewportSize
) -> None:
    context = browser.new_context(base_url=console.url, viewport=viewport)
    page = context.new_page()
    page.goto("/account/login/")
    assert violations(page) == []
    assert sideways(page) == []
    page.fill("input[name=login]", "nobody")
    page.fill("input[name=password]", "nothing")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").first).to_be_visible()
    assert violations(page) == []
    context.close()


def test_forms_with_mistakes_have_no_barrier(page: Page) -> None:
    page.goto("/trust-stores/new/")
    page.locator("main form").first.evaluate("form => form.noValidate = true")
    page.get_by_role("button", name="Create the trust store").click()
    invalid = page.locator("input[name=name][aria-invalid=true]")
    expect(invalid).to_be_visible()
    assert violations(page) == []
