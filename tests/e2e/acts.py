"""What people do with the console, step by step; each act works with and without JavaScript."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import Download, FilePayload, Locator, Page, expect

SLOW = 120_000
"""Milliseconds for what a worker does: the machine of the tests may be busy with other things."""
PATIENCE = SLOW / 1000
"""The same in seconds."""
PATIENT = 400
"""Seconds for a whole test, the start of its console included."""


def whole(page: Page) -> Page:
    """The page once all of it is there: a click waits for the first byte of the next page alone."""
    page.wait_for_load_state("domcontentloaded")
    return page


def has_scripts(page: Page) -> bool:
    return whole(page).locator("html.js").count() > 0


def reload_until(
    page: Page, holds: Callable[[], bool], what: str, seconds: float = PATIENCE
) -> None:
    """Load the page again and again, as somebody does who waits for a worker."""
    deadline = time.monotonic() + seconds
    whole(page)
    while not holds():
        assert time.monotonic() < deadline, (
            f"{what}: not within {seconds:g} s on {page.url}\n{page.locator('main').inner_text()}"
        )
        page.wait_for_timeout(250)
        page.reload()


def sideways(page: Page) -> list[str]:
    """What sticks out to the right where the page scrolls sideways."""
    return list(
        page.evaluate(
            """() => {
                const width = document.documentElement.clientWidth;
                if (document.documentElement.scrollWidth <= width) return [];
                return [...document.querySelectorAll("main *")]
                    .filter((one) => one.getBoundingClientRect().right > width + 1)
                    .map((one) => one.outerHTML.slice(0, 120))
                    .slice(0, 5);
            }"""
        )
        or []
    )


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


# Import ------------------------------------------------------------------------------------------


def import_text(page: Page, text: str) -> None:
    """Paste it, press the button, and wait for the result."""
    page.goto("/import/")
    page.fill("textarea[name=pasted]", text)
    press_import(page)


def import_files(page: Page, *files: FilePayload) -> None:
    """Choose files, press the button, and wait for the result."""
    page.goto("/import/")
    page.set_input_files("input[name=uploads]", list(files))
    press_import(page)


def press_import(page: Page) -> None:
    page.locator("main").get_by_role("button", name="Import", exact=True).click()
    page.wait_for_url(re.compile(r"/import/[0-9a-f-]{36}/"))
    wait_for_import(page)


def wait_for_import(page: Page, milliseconds: int = SLOW) -> None:
    state = page.locator("#import-state [data-state]")
    if has_scripts(page):
        expect(state).to_have_attribute("data-state", "done", timeout=milliseconds)
        return
    reload_until(
        page,
        lambda: state.get_attribute("data-state") == "done",
        "the import",
        milliseconds / 1000,
    )


def tally(page: Page) -> dict[str, int]:
    """How many blocks ended in which way, as the page of the result says."""
    cells = whole(page).locator("#import .tally li")
    return {
        str(cell.locator("[data-state]").get_attribute("data-state")): int(
            cell.locator("b").inner_text().replace(",", "")
        )
        for cell in cells.all()
    }


def block_rows(page: Page) -> list[list[str]]:
    """The rows of the result: number, place, outcome and what it is, as text."""
    return table_rows(page.locator("#list table"))


def table_rows(table: Locator) -> list[list[str]]:
    whole(table.page)
    return [
        [" ".join(cell.split()) for cell in row.locator("td, th").all_inner_texts()]
        for row in table.locator("tbody tr").all()
    ]


def open_menu(page: Page, name: str) -> None:
    """Open a menu of the page's head, unless it still is open."""
    menu = whole(page).locator("main details.menu", has=page.locator("summary", has_text=name))
    if menu.get_attribute("open") is None:
        menu.locator("summary").click()


# Inventory ---------------------------------------------------------------------------------------


def list_names(page: Page) -> list[str]:
    """The names in the rows of a list, in their order."""
    return [
        " ".join(text.split())
        for text in whole(page).locator("#list tbody tr th[scope=row] > a").all_inner_texts()
    ]


def find_certificates(page: Page, text: str, **filters: str) -> list[str]:
    """The names that the inventory lists for a search, over its address."""
    more = "".join(f"&{name}={quote(value)}" for name, value in filters.items())
    page.goto(f"/certificates/?q={quote(text)}{more}")
    return list_names(page)


def open_certificate(page: Page, name: str) -> None:
    find_certificates(page, name)
    page.locator("#list th[scope=row] > a").filter(has_text=name).first.click()
    page.wait_for_url(re.compile(r"/certificates/\d+/"))


def choose(page: Page, *names: str) -> None:
    """Tick the rows of these names in a list."""
    for name in names:
        row = page.locator("#list tbody tr").filter(has_text=name)
        row.locator("input[type=checkbox]").check()


def saved(download: Download, folder: Path) -> Path:
    path = folder / download.suggested_filename
    download.save_as(path)
    return path


# Trust stores and reports ------------------------------------------------------------------------


def create_store(page: Page, name: str, *, usage: str = "server", revocation: str = "none") -> str:
    """Create a trust store by its form; the address of its page."""
    page.goto("/trust-stores/new/")
    page.fill("input[name=name]", name)
    page.check(f"input[name=usage][value={usage}]")
    page.check(f"input[name=revocation][value={revocation}]")
    page.get_by_role("button", name="Create the trust store").click()
    page.wait_for_url(re.compile(r"/trust-stores/\d+/"))
    return page.url


def paste_into_store(page: Page, store_url: str, text: str) -> None:
    page.goto(f"{store_url}paste/")
    page.fill("textarea[name=pem]", text)
    page.get_by_role("button", name="Import and preview").click()
    save_change(page, store_url)


def propose_paste(page: Page, store_url: str, text: str) -> None:
    """Paste into a store and stay on the preview."""
    page.goto(f"{store_url}paste/")
    page.fill("textarea[name=pem]", text)
    page.get_by_role("button", name="Import and preview").click()
    page.wait_for_url(re.compile(r"/changes/\d+/"))


def save_change(page: Page, store_url: str) -> None:
    """Wait for what a change of a store would do, then save it."""
    save = page.get_by_role("button", name="Save the change")
    expect(page.locator("#preview")).to_be_visible()
    reload_until(page, lambda: save.count() > 0, "the preview of a change")
    save.click()
    page.wait_for_url(store_url)
    expect(page.locator(".message-success").last).to_contain_text("Saved.")


def open_report(page: Page, certificate: str, store: str) -> None:
    """From the page of the certificate to its report against the store, once it is there."""
    open_certificate(page, certificate)
    link = page.locator("main").get_by_role("row").get_by_role("link", name=store, exact=True)
    reload_until(page, lambda: link.count() > 0, f"a report of {certificate} against {store}")
    link.first.click()
    page.wait_for_url(re.compile(r"/reports/\d+/"))


def wait_for_verdict(page: Page, verdict: str, seconds: float = PATIENCE) -> None:
    """On the page of a report: until it says so, by loading the page again and by nothing else."""
    said = page.locator(f"[data-verdict={verdict}]")
    reload_until(page, lambda: said.count() > 0, f"verdict {verdict}", seconds)


# Requests ----------------------------------------------------------------------------------------


def fill_request(page: Page, common_name: str, *, address: str = "/requests/new/") -> None:
    page.goto(address)
    page.fill("input[name=common_name]", common_name)
    page.select_option("select[name=algorithm]", "P-256")


def press(page: Page, name: str) -> None:
    """The button that people see: the first of that name is for the Enter key alone."""
    page.get_by_role("button", name=name).locator("visible=true").last.click()


def request_page(page: Page) -> str:
    page.wait_for_url(re.compile(r"/requests/\d+/$"), timeout=SLOW)
    return page.url
