"""Names that somebody chose who wishes the reader ill: every page that shows them stays a page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.acts import (
    PATIENT,
    choose,
    create_store,
    find_certificates,
    import_files,
    import_text,
    list_names,
    open_menu,
    paste_into_store,
    reload_until,
    saved,
    sideways,
    tally,
)
from tests.e2e.conftest import NARROW, Contexts
from tests.e2e.console import Console
from tests.e2e.material import authority, common_name, pem_text, server, upload

pytestmark = pytest.mark.timeout(PATIENT)

SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(2)>"
NAMES = {
    "script": SCRIPT,
    "quotes": "\"'><svg onload=alert(3)>{{ 7*7 }}{% now 'Y' %}",
    "bidi": "partner\u202emoc.elpmaxe",
    "zero_width": "exa\u200bmple\u2060.com",
    "nul": "good.example\0.evil.example",
    "line_end": "name\r\nSet-Cookie: stolen=1\r\n\r\n<script>alert(4)</script>",
    "long": "Q" * 300,
    "path": "../../../../etc/passwd",
    "formula": '=HYPERLINK("http://evil.example")',
    "look_alike": "xn--80ak6aa92e.com",
}
ALTERNATIVE = (
    "<script>alert(5)</script>.example",
    '"onmouseover=alert(6) x=".example',
    "nul\0.example",
    "a\r\nb.example",
    "../../up.example",
    "x" * 300,
)


@pytest.fixture(scope="session")
def hostile(console: Console) -> dict[str, str]:
    """PEM by the kind of name; all of them self-signed, so that a store can trust them.

    Made once for the console, as other certificates of the same names would be found beside them.
    """
    made = {
        kind: server(common_name(name), dns=(*ALTERNATIVE, f"{kind}.hostile.example"))
        for kind, name in NAMES.items()
    }
    return {kind: pem_text(one) for kind, one in made.items()}


def test_every_page_that_shows_them_stays_a_page(
    page: Page, new_context: Contexts, hostile: dict[str, str]
) -> None:
    import_files(page, upload('a"><script>alert(7)<\u202e.pem', "".join(hostile.values())))
    assert tally(page)["rejected"] == 0
    pages = [page.url]
    store_url = create_store(page, f"Hostile {SCRIPT}", usage="any")
    paste_into_store(page, store_url, "".join(hostile.values()))
    assert len(find_certificates(page, "hostile.example")) == len(NAMES)
    expect(page.get_by_text("hidden characters").first).to_be_visible()
    pages += [page.url, store_url, f"{store_url}add/?kind=all&q=hostile.example"]
    pages += page.locator("#list th[scope=row] > a").evaluate_all("all => all.map(a => a.href)")
    page.goto("/reports/?q=hostile.example&verdict=trusted")
    rows = page.locator("#list tbody tr")
    reload_until(page, lambda: rows.count() == len(NAMES), "the reports of the hostile names")
    pages += [page.url, *page.locator("#list th a").evaluate_all("all => all.map(a => a.href)")]
    pages += ["/", "/audit/", "/jobs/", "/trust-stores/", f"{store_url}delete/"]
    narrow = new_context(viewport=NARROW).new_page()
    wide: dict[str, list[str]] = {}
    for address in dict.fromkeys(one for one in pages if "sort=" not in one):
        answer = narrow.goto(address)
        assert answer is not None
        assert answer.status == 200, address
        if found := sideways(narrow):
            wide[address] = found
        assert narrow.locator("main script, main img, main [onload], main [onerror]").count() == 0
        assert "49" not in narrow.locator("h1").inner_text()
    assert wide == {}
    # That nobody's script ran, no dialog was shown and no foreign request made, the fixture says.


def test_hidden_characters_are_written_out(page: Page, hostile: dict[str, str]) -> None:
    import_text(page, "".join(hostile.values()))
    for word, escape, meaning in (
        ("bidi", r"\E2\80\AE", "U+202E RIGHT-TO-LEFT OVERRIDE"),
        ("zero_width", r"\E2\80\8B", "U+200B ZERO WIDTH SPACE"),
        ("nul", r"\00", "U+0000"),
    ):
        find_certificates(page, f"{word}.hostile.example")
        page.locator("#list th[scope=row] > a").first.click()
        heading = page.get_by_role("heading", level=1)
        expect(heading.locator(".name-escape").first).to_have_text(escape)
        expect(heading.locator(".name-escape").first).to_have_attribute(
            "title", re.compile(re.escape(meaning))
        )
        expect(heading.get_by_text("hidden characters")).to_be_visible()
    find_certificates(page, "look_alike.hostile.example")
    page.locator("#list th[scope=row] > a").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("xn--80ak6aa92e.com")
    expect(page.get_by_role("heading", level=1).locator(".name-unicode")).to_contain_text(
        "\u0430\u0440\u0440\u04cf\u0435"
    )


def test_file_names_are_safe_and_files_whole(
    page: Page, hostile: dict[str, str], tmp_path: Path
) -> None:
    import_text(page, "".join(hostile.values()))
    for kind, pem in hostile.items():
        find_certificates(page, f"{kind}.hostile.example")
        page.locator("#list th[scope=row] > a").first.click()
        open_menu(page, "Download")
        with page.expect_download() as told, page.expect_response("**/download/**") as answer:
            page.get_by_role("link", name="PEM", exact=True).click()
        name = told.value.suggested_filename
        assert re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,110}", name), (kind, name)
        assert ".." not in name
        disposition = answer.value.headers["content-disposition"]
        assert disposition == f'attachment; filename="{name}"'
        assert "stolen" not in str(answer.value.headers.get("set-cookie"))
        assert saved(told.value, tmp_path).read_text() == pem


def test_a_store_of_a_hostile_name_gives_a_safe_file(page: Page) -> None:
    store_url = create_store(page, '../../etc/"; rm -rf / #<b>')
    paste_into_store(page, store_url, pem_text(authority("Dabih root")))
    open_menu(page, "Download")
    with page.expect_download() as told:
        page.get_by_role("link", name="All members as PEM").click()
    assert re.fullmatch(r"[A-Za-z0-9_-]+\.pem", told.value.suggested_filename)
    expect(page.get_by_role("heading", level=1)).to_have_text('../../etc/"; rm -rf / #<b>')


def test_labels_of_hostile_words_stay_words(page: Page) -> None:
    import_text(page, pem_text(server("enif.example")))
    find_certificates(page, "enif.example")
    choose(page, "enif.example")
    page.locator("input[name=labels]").fill("<b onclick=alert(8)>&lt")
    page.get_by_role("button", name="Put on").click()
    expect(page.locator("#list .tag", has_text="<b onclick=alert(8)>&lt")).to_be_visible()
    page.locator("#list th[scope=row] > a").click()
    page.locator(".page-title a.tag").click()
    assert list_names(page) == ["enif.example"]
