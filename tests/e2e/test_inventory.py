"""Finding certificates, and doing something with those that were found."""

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
    import_text,
    list_names,
    open_certificate,
    open_menu,
    paste_into_store,
    saved,
)
from tests.e2e.conftest import Contexts
from tests.e2e.material import (
    authority,
    fingerprint,
    pem_text,
    serial_with_colons,
    server,
)
from tests.pki.real_tools import run

pytestmark = pytest.mark.timeout(PATIENT)


def test_a_certificate_is_found_by_each_of_its_names_and_numbers(page: Page) -> None:
    root = authority("Izar root")
    leaf = server("izar.example", root, dns=("izar.example", "sftp.pulcherrima.example"))
    other = server("other.izar.example", root)
    import_text(page, pem_text(root, leaf, other))
    assert find_certificates(page, "izar.example") == ["izar.example", "other.izar.example"]
    # By subject, by alternative name, by issuer.
    assert find_certificates(page, "Izar root") == ["Izar root", *list_names(page)[1:]]
    assert len(list_names(page)) == 3
    assert find_certificates(page, "pulcherrima") == ["izar.example"]
    assert find_certificates(page, "Izar root", role="end_entity") == [
        "izar.example",
        "other.izar.example",
    ]
    # By numbers, as tools print them.
    serial = serial_with_colons(leaf)
    for number in (serial, serial.upper(), serial.replace(":", ""), fingerprint(leaf)):
        assert find_certificates(page, number) == ["izar.example"], number
    assert find_certificates(page, fingerprint(leaf).lower().replace(":", "")) == ["izar.example"]
    assert find_certificates(page, str(leaf.certificate.serial_number)) == ["izar.example"]
    assert find_certificates(page, "no such name as this") == []
    expect(page.get_by_role("heading", name="No certificate fits")).to_be_visible()


def test_typing_filters_the_list_and_a_link_keeps_what_was_found(
    page: Page, new_context: Contexts
) -> None:
    root = authority("Kochab root", days=4000)
    soon = server("a.kochab.example", root, days=5)
    later = server("b.kochab.example", root, days=20)
    import_text(page, pem_text(root, later, soon))
    page.goto("/certificates/")
    page.get_by_role("searchbox").press_sequentially("kochab", delay=10)
    expect(page.locator("#list tbody tr")).to_have_count(3)
    page.select_option("select[name=ends]", "30")
    expect(page.locator("#list tbody tr")).to_have_count(2)
    # What was typed last has been asked for as well: "koch" finds the same three.
    expect(page).to_have_url(re.compile(r"q=kochab\b.*ends=30|ends=30.*q=kochab\b"))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.locator("#list thead").get_by_role("link", name="Ends").click()
    expect(page.locator("#list thead th[aria-sort=ascending]")).to_have_text("Ends")
    # Leaving the search box must not ask for the list in the old order beside it.
    assert len([url for url in asked if "/certificates/?" in url]) == 1, asked
    assert list_names(page) == ["a.kochab.example", "b.kochab.example"]
    page.locator("#list thead").get_by_role("link", name="Ends").click()
    expect(page.locator("#list thead th[aria-sort=descending]")).to_have_text("Ends")
    assert list_names(page) == ["b.kochab.example", "a.kochab.example"]

    elsewhere = new_context().new_page()
    elsewhere.goto(page.url)
    assert list_names(elsewhere) == ["b.kochab.example", "a.kochab.example"]
    assert elsewhere.get_by_role("searchbox").input_value() == "kochab"
    assert elsewhere.locator("select[name=ends]").input_value() == "30"


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"ends": "expired"}, ["old.larawag.example"]),
        ({"ends": "7"}, ["soon.larawag.example"]),
        ({"role": "ca"}, ["Larawag root"]),
        ({"role": "end_entity", "ends": "valid"}, ["soon.larawag.example"]),
        ({"key": "RSA"}, []),
        ({"key": "EC", "ends": "expired"}, ["old.larawag.example"]),
        ({"standing": "trusted"}, []),
    ],
)
def test_filters_narrow_the_list(page: Page, filters: dict[str, str], found: list[str]) -> None:
    if not find_certificates(page, "larawag"):
        root = authority("Larawag root")
        soon = server("soon.larawag.example", root, days=3)
        old = server("old.larawag.example", root, days=-2)
        import_text(page, pem_text(root, soon, old))
    assert find_certificates(page, "larawag", **filters) == found


def test_a_selection_is_downloaded_as_one_file_that_openssl_reads(
    page: Page, tmp_path: Path
) -> None:
    root = authority("Mirzam root")
    leaves = [server(f"{word}.mirzam.example", root) for word in ("one", "two", "three")]
    import_text(page, pem_text(root, *leaves))
    find_certificates(page, "mirzam.example")
    expect(page.locator(".bulk-bar")).to_be_hidden()
    choose(page, "one.mirzam.example", "three.mirzam.example")
    expect(page.locator("[data-selected-count]")).to_have_text("2 selected")
    with page.expect_download() as told:
        page.get_by_role("button", name="PEM bundle").click()
    bundle = saved(told.value, tmp_path)
    listed = subjects_of(bundle)
    assert [re.search("CN = (.*)", line)[1] for line in listed] == [  # type: ignore[index]  # there is one
        "one.mirzam.example",
        "three.mirzam.example",
    ]


def subjects_of(path: Path) -> list[str]:
    """The subjects that openssl finds in a file of certificates."""
    pkcs7 = run("openssl", "crl2pkcs7", "-nocrl", "-certfile", path)
    listed = run("openssl", "pkcs7", "-print_certs", "-noout", data=pkcs7).decode()
    return sorted(line for line in listed.splitlines() if line.startswith("subject="))


def test_labels_are_put_on_found_and_taken_off(page: Page) -> None:
    import_text(page, pem_text(server("nashira.example"), server("other.nashira.example")))
    find_certificates(page, "nashira.example")
    page.locator("[data-select-all]").check()
    page.locator("input[name=labels]").fill("Nashira partners")
    page.get_by_role("button", name="Put on").click()
    expect(page.locator(".message-success")).to_contain_text("was put on 2 certificates")
    assert find_certificates(page, "", label="Nashira partners") == [
        "nashira.example",
        "other.nashira.example",
    ]
    choose(page, "other.nashira.example")
    page.locator("input[name=labels]").fill("Nashira partners")
    page.get_by_role("button", name="Take off").click()
    # Back at the list as it was filtered.
    expect(page.locator("#list tbody tr")).to_have_count(1)
    assert list_names(page) == ["nashira.example"]


def test_what_is_used_is_not_deleted_and_says_by_what(page: Page) -> None:
    used, free = authority("Alrescha used"), authority("Alrescha free")
    store_url = create_store(page, "Alrescha partners")
    paste_into_store(page, store_url, pem_text(used))
    import_text(page, pem_text(free))
    find_certificates(page, "Alrescha")
    page.locator("[data-select-all]").check()
    page.get_by_role("button", name="Delete…").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Delete 2 certificates?")
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Still in use")
    expect(page.locator("main")).to_contain_text("Alrescha used")
    page.get_by_role("main").get_by_role("link", name="Alrescha partners").click()
    expect(page).to_have_url(store_url)
    assert find_certificates(page, "Alrescha") == ["Alrescha used"]


def test_the_page_of_a_certificate_says_all_that_openssl_says(page: Page, tmp_path: Path) -> None:
    root = authority("Polaris root")
    below = authority("Polaris issuing", root)
    leaf = server("polaris.example", below, dns=("polaris.example", "ftps.polaris.example"))
    import_text(page, pem_text(leaf, below, root))
    open_certificate(page, "polaris.example")
    shown = " ".join(page.locator("main").inner_text().split())
    for fact in ("ftps.polaris.example", "Polaris issuing", "digitalSignature", "EC"):
        assert fact.casefold() in shown.casefold(), fact
    copied = page.locator("[data-copy]").evaluate_all("all => all.map(one => one.dataset.copy)")
    assert fingerprint(leaf) in copied
    assert serial_with_colons(leaf).replace(":", "").lstrip("0") in copied
    # The chain as a tree: the root, below it the intermediate, below it the leaf.
    nested = page.locator(".tree > li", has_text="Polaris root").locator("ul > li ul > li")
    expect(nested.first).to_contain_text("polaris.example")

    open_menu(page, "Download")
    with page.expect_download() as told:
        page.get_by_role("link", name="Full chain, leaf first").click()
    chain = saved(told.value, tmp_path).read_text()
    assert chain == pem_text(leaf, below, root)
    open_menu(page, "Download")
    with page.expect_download() as told:
        page.get_by_role("link", name="DER", exact=True).click()
    assert saved(told.value, tmp_path).read_bytes() == leaf.der
