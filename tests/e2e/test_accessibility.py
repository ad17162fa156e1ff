"""Every page for every reader: axe, narrow screens, both themes, and the keyboard alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # ships no types
from playwright.sync_api import Browser, Page, expect

from tests.e2e.acts import (
    create_store,
    import_text,
    open_certificate,
    open_report,
    paste_into_store,
    sideways,
    tally,
    wait_for_verdict,
)
from tests.e2e.conftest import NARROW, WIDE, Contexts
from tests.e2e.console import Console
from tests.e2e.material import authority, crl_of, pem_text, server
from tests.pki.chains import to_pem

pytestmark = pytest.mark.timeout(240)

WIDTHS = [pytest.param(width, id=str(width["width"])) for width in (WIDE, NARROW)]
COLOURS_SETTLE = """() => new Promise((settled) => requestAnimationFrame(() => {
    for (const one of document.getAnimations()) {
        if (one.effect.getComputedTiming().endTime !== Infinity) one.finish();
    }
    requestAnimationFrame(() => settled());
}))"""
# What a theme can change; everything else is asked once for both.
OF_COLOUR = ["color-contrast", "link-in-text-block"]
ALIKE = (
    "/",
    "/certificates/",
    "/certificates/?q=nothing+is+called+so",
    "/crls/",
    "/trust-stores/",
    "/trust-stores/new/",
    "/reports/",
    "/import/",
    "/jobs/",
    "/schedule/",
    "/audit/",
    "/people/",
    "/people/add/",
    "/account/password/",
    "/account/2fa/",
    "/no-such-page/",
)


@cache
def axe_script() -> str:
    return str(Axe().axe_script)


def violations(page: Page) -> list[str]:
    """What axe finds wrong with the page in either theme: rule, and the first places."""
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    page.evaluate(COLOURS_SETTLE)
    page.evaluate(axe_script())
    found = violations_of(page, {})
    page.emulate_media(color_scheme="dark")
    page.evaluate(COLOURS_SETTLE)
    only = {"runOnly": {"type": "rule", "values": OF_COLOUR}}
    return [*found, *(f"dark, {one}" for one in violations_of(page, only))]


def violations_of(page: Page, options: Mapping[str, object]) -> list[str]:
    asked = {**options, "resultTypes": ["violations"]}
    found = page.evaluate("options => axe.run(options).then(said => said.violations)", asked)
    return [
        f"{one['id']}: " + "; ".join(node["html"][:160] for node in one["nodes"][:3])
        for one in found
    ]


@pytest.fixture(scope="module")
def shown_pages() -> list[str]:
    """The addresses of pages of single objects; the first test that needs them makes them."""
    return []


def with_objects(page: Page, addresses: list[str]) -> list[str]:
    if addresses:
        return [*ALIKE, *addresses]
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
    page.goto("/schedule/")
    return [*ALIKE, *addresses]


@pytest.mark.parametrize("viewport", WIDTHS)
def test_no_page_has_a_barrier(
    page: Page,
    new_context: Contexts,
    shown_pages: list[str],
    viewport: dict[str, int],
) -> None:
    looked_at = new_context(viewport=viewport).new_page()
    wrong: dict[str, list[str]] = {}
    for address in with_objects(page, shown_pages):
        looked_at.goto(address)
        if found := [*violations(looked_at), *sideways(looked_at)]:
            wrong[looked_at.url] = found
    assert wrong == {}


@pytest.mark.parametrize("viewport", WIDTHS)
def test_the_page_to_sign_in_has_no_barrier(
    console: Console, browser: Browser, viewport: dict[str, int]
) -> None:
    context = browser.new_context(
        base_url=console.url,
        viewport=viewport,  # type: ignore[arg-type]  # a ViewportSize
    )
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


# The keyboard ------------------------------------------------------------------------------------


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
    expect(page.locator("#import-state [data-state=done]")).to_be_visible(timeout=60_000)
    assert tally(page)["imported"] == 1


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until it has the focus; each stop on the way can be seen to have it."""
    wanted = page.locator(selector)
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.locator(f":is({selector}):focus").count():
            return
        outline = page.evaluate(
            """() => {
                const style = getComputedStyle(document.activeElement);
                return style.outlineStyle !== "none" || style.boxShadow !== "none";
            }"""
        )
        assert outline, page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
    raise AssertionError(f"{selector} is not reached by Tab: {wanted.count()} on {page.url}")


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
