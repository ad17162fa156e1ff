"""What people ask first: does it work, why not, and that mending it is enough."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.acts import (
    PATIENT,
    create_store,
    import_text,
    open_certificate,
    paste_into_store,
    press,
    reload_until,
    save_change,
    sideways,
)
from tests.e2e.material import authority, pem_text, server

pytestmark = pytest.mark.timeout(PATIENT)


def describe_service(page: Page, leaf: str, name: str, store: str, sends: str) -> str:
    """Describe a service that presents this certificate, from the page of it; its address."""
    open_certificate(page, leaf)
    page.get_by_role("link", name="Create a service").click()
    page.fill("input[name=name]", name)
    page.check("input[name=protocol][value=ftps_explicit]")
    page.check(f"input[name=chain_source][value={sends}]")
    page.select_option("select[name=server_store]", label=f"{store} (server authentication)")
    press(page, "Create the service")
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
    return page.url


def wait_for_standing(page: Page, standing: str) -> None:
    verdict = page.locator("#judgement")
    reload_until(
        page,
        lambda: verdict.get_attribute("data-standing") == standing,
        f"the service is judged as {standing}",
    )


def test_a_chain_that_is_not_sent_is_the_reason_until_it_is(page: Page) -> None:
    root = authority("Alphard root")
    below = authority("Alphard issuing", root)
    leaf = server("alphard.example", below)
    import_text(page, pem_text(leaf) + pem_text(below))
    store_url = create_store(page, "Alphard clients")
    paste_into_store(page, store_url, pem_text(root))
    url = describe_service(
        page,
        "alphard.example",
        "Alphard FTPS",
        "Alphard clients",
        "none",
    )

    wait_for_standing(page, "fails")
    verdict = page.locator("#judgement")
    expect(verdict).to_contain_text("Does not work")
    expect(verdict).to_contain_text("An intermediate is not sent")
    why = page.locator("[data-code='chain.not_sent']")
    expect(why).to_contain_text("The server must send Alphard issuing too")
    expect(why.get_by_role("link", name="Alphard issuing")).to_be_visible()
    assert sideways(page) == []

    page.goto("/")
    card = page.get_by_role("region", name="Services and accounts")
    row = card.get_by_role("listitem").filter(has_text="Alphard FTPS").first
    expect(row).to_contain_text("An intermediate is not sent")
    row.get_by_role("link").click()

    press(page, "Send its issuers from the inventory")
    wait_for_standing(page, "works")
    assert page.url.startswith(url.split("#", maxsplit=1)[0])
    expect(page.locator("#judgement")).to_contain_text("Until")
    expect(page.locator("[data-code='chain.not_sent']")).to_have_count(0)
    page.goto("/")
    expect(page.get_by_role("region", name="Services and accounts")).not_to_contain_text(
        "Alphard FTPS"
    )


def test_a_change_of_trust_names_the_services_that_it_breaks_before_it_is_saved(page: Page) -> None:
    root, other = authority("Mirach root"), authority("Mirach other root")
    import_text(page, pem_text(server("mirach.example", root)))
    store_url = create_store(page, "Mirach clients")
    paste_into_store(page, store_url, pem_text(root) + pem_text(other))
    url = describe_service(
        page,
        "mirach.example",
        "Mirach portal",
        "Mirach clients",
        "built",
    )
    wait_for_standing(page, "works")

    page.goto(store_url)
    page.get_by_role("button", name="Remove Mirach root").click()
    turned = page.locator("[data-endpoint-turn='red']")
    expect(turned).to_contain_text("Mirach portal")
    expect(turned).to_contain_text("The clients do not trust the authority")
    expect(page.locator(".save-bar")).to_contain_text("1 service will stop working.")
    assert sideways(page) == []
    save_change(page, store_url)
    page.goto(url)
    wait_for_standing(page, "fails")
    expect(page.locator("[data-code='server.anchor_missing']")).to_contain_text("Mirach root")
