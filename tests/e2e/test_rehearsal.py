"""Rehearsing a connection: from the certificates over a refusal to a mended one, by forms alone."""

from __future__ import annotations

import re

import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID
from playwright.sync_api import Page, expect

from tests.e2e.acts import (
    PATIENT,
    SLOW,
    create_store,
    has_scripts,
    import_text,
    paste_into_store,
    press,
    save_change,
    sideways,
    whole,
)
from tests.e2e.axe import barriers
from tests.e2e.conftest import NARROW, Contexts
from tests.e2e.material import authority, pem_text, server, today
from tests.pki.chains import Issued, make_leaf

pytestmark = pytest.mark.timeout(PATIENT)


def client(name: str, issuer: Issued) -> Issued:
    return make_leaf(
        name,
        issuer,
        dns=(),
        usages=(ExtendedKeyUsageOID.CLIENT_AUTH,),
        not_before=today(),
        not_after=today().replace(year=today().year + 1),
    )


def pick(page: Page, field: str, text: str) -> None:
    """Search in a field for what is chosen out of an inventory, and choose it."""
    page.fill(f"input[name={field}_search]", text)
    box = page.locator(f"[data-pick-name={field}]")
    if not has_scripts(page):
        box.get_by_role("button", name="Search").click()
    choice = box.locator("[data-pick-found] label").filter(has_text=text).first
    expect(choice).to_be_visible()
    choice.locator("input").check()


def number_of(address: str) -> str:
    return address.rstrip("/").rpartition("/")[2]


def describe(page: Page, word: str) -> tuple[str, str, str]:
    """Bring the certificates of both sides in, and describe stores, service and account by forms.

    The store of the clients holds another root than theirs: the address of that store comes first,
    then those of the service and the account.
    """
    root, clients, other = (authority(f"{word} {what}") for what in ("root", "clients", "other"))
    issuing = authority(f"{word} issuing", root)
    host = f"ftp.{word.lower()}.example"
    own, account = server(host, issuing), client(f"{word}-account", clients)
    import_text(page, pem_text(root, issuing, own, clients, account))
    servers = create_store(page, f"{word} servers")
    paste_into_store(page, servers, pem_text(root))
    store = create_store(page, f"{word} partners", usage="client")
    paste_into_store(page, store, pem_text(other))

    page.goto("/services/new/")
    page.fill("input[name=name]", f"{word} FTPS")
    page.check("input[name=protocol][value=ftps_explicit]")
    page.locator("input[name=addresses_value]").first.fill(host)
    pick(page, "certificate", host)
    page.check("input[name=chain_source][value=built]")
    page.check("input[name=client_authentication][value=required]")
    page.select_option("select[name=server_store]", number_of(servers))
    page.select_option("select[name=client_store]", number_of(store))
    press(page, "Create the service")
    page.wait_for_url(re.compile(r"/services/\d+/"))
    service = page.url

    page.goto("/accounts/new/")
    page.fill("input[name=name]", f"{word}-account")
    pick(page, "certificates", f"{word}-account")
    pick(page, "services", f"{word} FTPS")
    press(page, "Create the account")
    page.wait_for_url(re.compile(r"/accounts/\d+/"))
    return store, service, page.url


def verdict(page: Page) -> str:
    page.wait_for_url(re.compile(r"/rehearsals/\d+/"))
    return whole(page).locator("#verdict").inner_text()


def go_through(page: Page, word: str) -> None:
    store, service, account = describe(page, word)
    page.goto(account)
    page.locator("main .page-actions, main header").get_by_role(
        "link", name="Rehearse"
    ).first.click()
    page.wait_for_url(re.compile(r"/rehearsals/new/"))
    press(page, "Rehearse")

    assert verdict(page) == "Your server would refuse the client"
    refused = page.url
    expect(page.locator("section.verdict")).to_contain_text(
        f"“{word}-account” would be refused by your server: the issuer is missing."
    )
    side = page.locator("#client-side")
    expect(side).to_contain_text(
        "error 20 at 0 depth lookup: unable to get local issuer certificate"
    )
    expect(side.locator(".rehearsal-says")).to_contain_text("Refused")
    expect(page.locator("#server-side .rehearsal-says")).to_contain_text("Accepted")
    expect(page.locator("#wire")).to_contain_text("SSL alert number 48")
    expect(side.locator("[data-agrees]")).to_have_attribute("data-agrees", "yes")

    # What helps is one press away, behind its preview.
    side.get_by_role("button", name=f"Trust “{word} clients”").click()
    page.wait_for_url(re.compile(r"/changes/\d+/"), timeout=SLOW)
    save_change(page, store)
    page.goto(refused)
    page.get_by_role("button", name="Rehearse again").click()
    page.wait_for_url(lambda url: url != refused)
    assert verdict(page) == "They connect"
    expect(page.locator("section.verdict")).to_contain_text(f"“{word}-account” gets in.")
    expect(page.locator("#login")).to_contain_text("byte for byte")

    page.goto(service)
    rows = page.locator("#rehearsals tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("Connects")


def test_a_refusal_is_read_mended_and_rehearsed_again(page: Page) -> None:
    go_through(page, "Alnilam")


def test_the_same_without_scripts(page_without_scripts: Page) -> None:
    go_through(page_without_scripts, "Mintaka")


def test_a_pasted_chain_is_rehearsed_on_a_narrow_page_without_a_barrier(
    new_context: Contexts,
) -> None:
    page = new_context(viewport=NARROW).new_page()
    _, service, _ = describe(page, "Saiph")
    stranger = client(
        "somebody-with-a-rather-long-name.partner.example", authority("Saiph strange")
    )
    page.goto(service)
    page.get_by_role("link", name="Rehearse", exact=True).click()
    page.check("input[name=client][value=pasted]")
    page.fill("textarea[name=pasted]", pem_text(stranger))
    assert not sideways(page)
    press(page, "Rehearse")
    assert verdict(page) == "Your server would refuse the client"
    expect(page.locator("#client-side")).to_contain_text("Import the pasted certificates")
    asked = f"/rehearsals/new/?service={number_of(service)}"
    assert barriers(page, [page.url, asked, "/rehearsals/"]) == {}
