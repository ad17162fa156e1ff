"""CRLs: where they come from, what they cover, what is refused, and what they revoke."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.acts import (
    PATIENT,
    SLOW,
    create_store,
    import_text,
    open_report,
    paste_into_store,
    reload_until,
    save_change,
    wait_for_verdict,
)
from tests.e2e.conftest import WaitForJobs
from tests.e2e.console import Console
from tests.e2e.material import authority, crl_of, pem_text, server, today, upload
from tests.pki.chains import make_crl
from tests.pki.fetch.servers import Server, response

pytestmark = pytest.mark.timeout(PATIENT)


class CrlServer:
    """A CA's web server on loopback; `body` is what it gives."""

    def __init__(self) -> None:
        self.body = b""
        self._server = Server(lambda connection, _: connection.sendall(response(self.body)))
        self.url = self._server.url("/procyon.crl")

    def close(self) -> None:
        self._server.close()


@pytest.fixture
def crl_server() -> Iterator[CrlServer]:
    made = CrlServer()
    yield made
    made.close()


def test_crls_come_by_themselves_and_nothing_old_or_forged_is_believed(
    page: Page, console: Console, crl_server: CrlServer, wait_for_jobs: WaitForJobs
) -> None:
    root = authority("Procyon root")
    leaf, revoked = server("procyon.example", root), server("revoked.procyon.example", root)
    import_text(page, pem_text(leaf, revoked))
    store = create_store(page, "Procyon", revocation="leaf")
    paste_into_store(page, store, pem_text(root))
    open_report(page, "procyon.example", "Procyon")
    wait_for_verdict(page, "undetermined")
    report = page.url

    # An address inside is closed until an administrator opens it; this one is open.
    page.goto(f"{store}crls/")
    expect(page.locator("#matrix").get_by_text("Missing")).to_be_visible()
    page.fill("input[name=url]", "http://169.254.169.254/crl")
    page.get_by_role("button", name="Add and fetch").click()
    expect(page.get_by_text("which nobody can open")).to_be_visible()

    crl_server.body = crl_of(root, revoked=[revoked], number=5)
    page.fill("input[name=url]", crl_server.url)
    page.get_by_role("button", name="Add and fetch").click()
    expect(page.get_by_text("Its first CRL is being fetched.")).to_be_visible()
    source = page.locator("#sources tbody tr").filter(has_text="procyon.crl")
    taken = source.locator("[data-state=done]")
    reload_until(page, lambda: taken.count() > 0, "the first CRL")
    expect(page.locator("#matrix").get_by_text("Covered")).to_be_visible()
    page.goto(report)
    wait_for_verdict(page, "trusted")
    open_report(page, "revoked.procyon.example", "Procyon")
    wait_for_verdict(page, "not_trusted")

    # The server brings out an old list, in which the certificate is not revoked yet.
    crl_server.body = make_crl(
        root,
        number=4,
        this_update=today() - timedelta(days=3),
        next_update=today() + timedelta(days=9),
    )
    page.goto(f"{store}crls/")
    source.get_by_role("button", name="Fetch now").click()
    page.wait_for_url(re.compile(r"/crl-fetches/"))
    expect(page.locator("#fetch [data-state=rejected]")).to_be_visible(timeout=SLOW)
    expect(page.get_by_text("which is in use: an old list was brought out again")).to_be_visible()
    page.get_by_role("link", name="CRLs and sources").click()
    expect(source.get_by_text("an old list was brought out again").first).to_be_visible()
    expect(page.locator("#matrix").get_by_role("link", name="No. 5")).to_be_visible()

    # By hand it is no other.
    stranger = authority("Procyon root")
    page.set_input_files("input[name=crl]", [upload("new.crl", crl_of(stranger, number=9))])
    page.get_by_role("button", name="Check and preview").click()
    expect(page.get_by_text("The CRL was not taken")).to_be_visible()
    page.set_input_files(
        "input[name=crl]",
        [
            upload(
                "newer.crl",
                make_crl(
                    root,
                    revoked=[revoked, 77],
                    number=6,
                    this_update=today(),
                    next_update=today() + timedelta(days=9),
                ),
            )
        ],
    )
    page.get_by_role("button", name="Check and preview").click()
    save_change(page, store)

    # The list of revoked serial numbers, with search.
    page.goto(f"{store}crls/")
    page.locator("#matrix").get_by_role("link", name="No. 6").click()
    expect(page.locator("#list tbody tr")).to_have_count(2)
    page.fill("input[name=serial]", "77")
    page.get_by_role("button", name="Find").click()
    expect(page.locator("#list tbody tr")).to_have_count(1)
    wait_for_jobs("validate")
    page.goto(report)
    wait_for_verdict(page, "trusted")
