"""The console by the keyboard alone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.acts import (
    PATIENT,
    SLOW,
    import_text,
    open_certificate,
    request_page,
    tab_to,
    tally,
)
from tests.e2e.axe import violations
from tests.e2e.conftest import NARROW, Contexts
from tests.e2e.material import pem_text, server

pytestmark = pytest.mark.timeout(PATIENT)


def test_the_first_key_leads_past_the_menu(page: Page) -> None:
    page.goto("/certificates/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    expect(page.get_by_role("link", name="Skip to the content")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("main :focus")).to_have_count(1)


def test_an_import_is_made_with_the_keyboard_alone(page: Page) -> None:
    page.goto("/")
    tab_to(page, "a[href='/import/']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/import/")
    tab_to(page, "textarea[name=pasted]")
    page.keyboard.insert_text(pem_text(server("hassaleh.example")))
    tab_to(page, "main button[type=submit], main input[type=submit]")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/import/[0-9a-f-]{36}/"))
    expect(page.locator("#import-state [data-state=done]")).to_be_visible(timeout=SLOW)
    assert tally(page)["imported"] == 1


def test_menus_open_and_close_with_the_keyboard(page: Page) -> None:
    import_text(page, pem_text(server("jabbah.example")))
    open_certificate(page, "jabbah.example")
    summary = page.locator("main details.menu summary").first
    summary.focus()
    page.keyboard.press("Enter")
    sheet = page.get_by_role("link", name="DER", exact=True)
    expect(sheet).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(summary).to_be_focused()


def test_the_menu_of_a_narrow_screen_opens_with_the_keyboard(new_context: Contexts) -> None:
    page = new_context(viewport=NARROW).new_page()
    page.goto("/certificates/")
    page.locator("summary[aria-label=Menu]").focus()
    page.keyboard.press("Enter")
    link = page.get_by_role("navigation", name="Main menu").get_by_role("link", name="Reports")
    expect(link).to_be_visible()
    assert violations(page) == []
    link.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/reports/")


def test_a_request_is_made_with_the_keyboard_alone(page: Page) -> None:
    page.goto("/requests/")
    tab_to(page, "main a[href='/requests/new/']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/requests/new/")
    tab_to(page, "input[name=common_name]")
    page.keyboard.insert_text("tegmine.requests.example.com")
    # The country: a word, the list, the arrows, and Enter chooses instead of sending the form.
    tab_to(page, "input[role=combobox]")
    field = page.get_by_role("combobox", name="Country (C)")
    page.keyboard.type("republic")
    options = page.locator(".combobox [role=option]")
    expect(options.nth(1)).to_be_visible()
    expect(field).to_have_attribute("aria-activedescendant", str(options.first.get_attribute("id")))
    page.keyboard.press("ArrowDown")
    expect(field).to_have_attribute(
        "aria-activedescendant", str(options.nth(1).get_attribute("id"))
    )
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(field).to_have_attribute("aria-expanded", "false")
    expect(field).to_be_focused()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("belgium")
    expect(options).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator("select[name=country]")).to_have_value("BE")
    expect(page).to_have_url(re.compile("/requests/new/$"))
    tab_to(page, "button:has-text('Create the request')")
    page.keyboard.press("Enter")
    request_page(page)
    expect(page.locator("main")).to_contain_text("tegmine.requests.example.com")
    expect(page.locator("section[aria-labelledby=asked]")).to_contain_text("BE")
