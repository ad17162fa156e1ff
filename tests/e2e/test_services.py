"""Describing services and accounts, with and without scripts, and by the keyboard alone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID
from playwright.sync_api import Locator, Page, Route, expect

from tests.e2e.acts import (
    PATIENT,
    create_store,
    has_scripts,
    import_text,
    list_names,
    open_certificate,
    open_menu,
    paste_into_store,
    reload_until,
    saved,
    tab_to,
)
from tests.e2e.axe import barriers
from tests.e2e.conftest import NARROW, WIDE
from tests.e2e.material import DAY, authority, fingerprint, pem_text, server, today
from tests.pki.chains import Issued, make_leaf
from tests.pki.real_tools import Workshop, run

pytestmark = pytest.mark.timeout(PATIENT)


def client_of(name: str, issuer: Issued) -> Issued:
    return make_leaf(
        name,
        issuer,
        usages=(ExtendedKeyUsageOID.CLIENT_AUTH,),
        not_before=today() - DAY,
        not_after=today() + 90 * DAY,
    )


def pick(page: Page, name: str) -> Locator:
    return page.locator(f"[data-pick-name={name}]")


def take(page: Page, name: str, text: str, *labels: str) -> None:
    """Search for things to choose, and choose those of these names; with and without scripts."""
    for label in labels:
        pick(page, name).get_by_role("searchbox").fill(text)
        if not has_scripts(page):
            pick(page, name).get_by_role("button", name="Search").click()
        titled = page.locator(".pick-title").get_by_text(label, exact=True)
        pick(page, name).locator(".pick-found li", has=titled).locator("label").click()
        expect(pick(page, name).locator("li", has=titled).locator("input")).to_be_checked()


def create(page: Page, what: str) -> None:
    """Press the button; the form leads to the page of what was made."""
    page.locator(".form-buttons").get_by_role("button", name=f"Create the {what}").click()
    page.wait_for_url(re.compile(rf"/{what}s/\d+/$"))


def wait_for_standing(page: Page, standing: str) -> None:
    judged = page.locator(f"#judgement[data-standing={standing}]")
    reload_until(page, lambda: judged.count() > 0, f"standing {standing}")


def test_a_service_is_described_from_its_certificate_and_works(page: Page, tmp_path: Path) -> None:
    root = authority("Alshain root")
    below = authority("Alshain issuing", root)
    leaf = server("ftp.alshain.example", below, dns=("ftp.alshain.example", "*.alshain.example"))
    import_text(page, pem_text(root, below, leaf))
    store = create_store(page, "Alshain servers")
    paste_into_store(page, store, pem_text(root))

    open_certificate(page, "ftp.alshain.example")
    page.get_by_role("link", name="Create a service…").click()
    # A wildcard stands in the certificate and is no address.
    rows = page.locator("input[name=addresses_value]")
    expect(rows).to_have_count(2)
    assert [row.input_value() for row in rows.all()] == ["ftp.alshain.example", ""]
    page.get_by_label("FTPS, explicit (AUTH TLS)").check()
    page.select_option("select[name=server_store]", label="Alshain servers (server authentication)")
    create(page, "service")
    wait_for_standing(page, "works")
    expect(page.locator(".page-title .lead")).to_contain_text("port 21")
    assert page.locator("#presents .path-name").all_inner_texts() == [
        "ftp.alshain.example",
        "Alshain issuing",
    ]

    open_menu(page, "For the server")
    with page.expect_download() as download:
        page.get_by_role("link", name="What it sends, as one PEM file").click()
    sent = saved(download.value, tmp_path)
    assert sent.name == "ftp.alshain.example-fullchain.pem"
    (tmp_path / "root.pem").write_text(pem_text(root))
    run(
        "openssl",
        "verify",
        "-CAfile",
        str(tmp_path / "root.pem"),
        "-untrusted",
        str(sent),
        str(sent),
    )

    page.goto("/services/?q=alshain")
    assert list_names(page) == ["ftp.alshain.example"]
    expect(page.locator("#list tbody [data-state=works]")).to_be_visible()


def test_the_form_follows_the_protocol_and_tells_of_a_pasted_port(page: Page) -> None:
    page.goto("/services/new/")
    expect(page.get_by_role("group", name="What it presents")).to_be_visible()
    expect(pick(page, "host_keys")).to_be_hidden()
    page.get_by_label("SFTP (SSH)").check()
    expect(page.get_by_role("group", name="What it presents")).to_be_hidden()
    expect(pick(page, "host_keys")).to_be_visible()
    page.fill("input[name=name]", "Zibal")
    page.locator("input[name=addresses_value]").first.fill("sftp.zibal.example:2222")
    page.get_by_role("button", name="Create the service").last.click()
    told = page.locator(".name-row .invalid-feedback")
    expect(told).to_contain_text("The port is a field of its own, and never takes part")
    # What was chosen still stands, and so does what it shows.
    expect(pick(page, "host_keys")).to_be_visible()
    page.locator("input[name=addresses_value]").first.fill("sftp.zibal.example")
    page.fill("input[name=port]", "2222")
    create(page, "service")
    expect(page.locator(".page-title .lead")).to_contain_text("SFTP (SSH), port 2222")


def describe_with_a_chain(page: Page, word: str) -> None:
    """A service with a chain that is named one by one, put in order, with an account; then used."""
    root, name = authority(f"{word} root"), f"{word.lower()}.example"
    below = authority(f"{word} issuing", root)
    leaf, client = server(name, below), client_of(f"{word}-upload", root)
    import_text(page, pem_text(root, below, leaf, client))
    store = create_store(page, f"{word} clients", usage="client")
    paste_into_store(page, store, pem_text(root))
    page.goto("/services/new/")
    page.fill("input[name=name]", f"{word} upload")
    page.locator("input[name=addresses_value]").first.fill(name)
    take(page, "certificate", name, name)
    page.get_by_label("Exactly the certificates named here").check()
    take(page, "chain", word, f"{word} root", f"{word} issuing")
    if not has_scripts(page):
        # What was chosen moves up with the next step, whichever it is.
        pick(page, "chain").get_by_role("button", name="Search").click()
    page.get_by_role("button", name=f"Send {word} issuing earlier").click()
    page.get_by_label("Required").check()
    page.select_option("select[name=client_store]", label=f"{word} clients (client authentication)")
    create(page, "service")
    sent = page.locator("#presents .path-name").all_inner_texts()
    assert sent == [name, f"{word} issuing", f"{word} root"]
    service = page.url

    open_certificate(page, f"{word}-upload")
    page.get_by_role("link", name="Create an account…").click()
    expect(page.locator("input[name=name]")).to_have_value(f"{word}-upload")
    take(page, "services", word, f"{word} upload")
    create(page, "account")
    expect(page.locator("#certificates tbody")).to_contain_text(f"{word}-upload")
    page.goto(service)
    expect(page.locator("#accounts tbody")).to_contain_text(f"{word}-upload")

    # What is in use stays, with the reasons and the way there.
    page.goto(store)
    open_menu(page, "More")
    page.get_by_role("link", name="Delete the trust store").click()
    expect(page.get_by_role("heading", name="is still in use")).to_be_visible()
    expect(page.get_by_role("button", name="Delete the trust store")).to_have_count(0)
    page.get_by_role("link", name=f"the service “{word} upload”").click()
    page.wait_for_url(service)


def test_a_chain_is_named_and_put_in_order(page: Page) -> None:
    describe_with_a_chain(page, "Zosma")


def test_a_chain_is_named_and_put_in_order_without_scripts(page_without_scripts: Page) -> None:
    describe_with_a_chain(page_without_scripts, "Taygeta")


def test_enter_in_a_search_searches_without_scripts(page_without_scripts: Page) -> None:
    page = page_without_scripts
    import_text(page, pem_text(server("rotanev.example")))
    page.goto("/services/new/")
    page.fill("input[name=name]", "Rotanev")
    page.locator("input[name=addresses_value]").first.fill("rotanev.example")
    pick(page, "certificate").get_by_role("searchbox").fill("rotanev")
    page.keyboard.press("Enter")
    expect(pick(page, "certificate").locator(".pick-found li")).to_have_count(1)
    expect(pick(page, "certificate").get_by_role("searchbox")).to_be_focused()
    assert page.input_value("input[name=name]") == "Rotanev"


def test_a_service_is_described_with_the_keyboard_alone(page: Page) -> None:
    import_text(page, pem_text(server("sualocin.example")))
    page.goto("/services/")
    tab_to(page, "main a[href='/services/new/']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/services/new/")
    tab_to(page, "input[name=name]")
    page.keyboard.insert_text("Sualocin")
    tab_to(page, "input[name=protocol]")
    page.keyboard.press("ArrowDown")
    tab_to(page, "input[name=addresses_value]")
    page.keyboard.insert_text("sualocin.example")
    tab_to(page, "input[name=certificate_search]")
    page.keyboard.type("sualocin")
    expect(pick(page, "certificate").get_by_text("1 found")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/services/new/$"))
    expect(pick(page, "certificate").get_by_text("1 found")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    chosen = pick(page, "certificate").locator("[data-pick-chosen] input:checked")
    expect(chosen).to_be_focused()
    tab_to(page, ".form-buttons button:has-text('Create the service')")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/services/\d+/$"))
    expect(page.locator("#presents .path-name")).to_have_text("sualocin.example")
    expect(page.locator(".page-title .lead")).to_contain_text("FTPS, explicit")


def test_a_late_answer_leaves_the_keyboard_where_it_walks(page: Page) -> None:
    import_text(
        page, pem_text(*(server(f"{name}.nunki.example") for name in ("ada", "bea", "cle")))
    )
    page.goto("/services/new/")
    search = pick(page, "certificate").get_by_role("searchbox")
    search.fill("nunki")
    expect(pick(page, "certificate").get_by_text("3 found")).to_be_visible()
    held: list[Route] = []
    page.route(re.compile(r"[?&]q=nunki"), lambda route: held.append(route))
    with page.expect_request(re.compile(r"[?&]q=nunki")):
        search.press("Enter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    walked = page.locator("[data-pick-found] input:focus")
    value = walked.input_value()
    with page.expect_response(re.compile(r"[?&]q=nunki")):
        held[0].continue_()
    expect(page.locator("[data-pick-found] input:checked")).to_have_count(0)
    expect(walked).to_have_value(value)
    page.keyboard.press("Enter")
    expect(page.locator("[data-pick-chosen] input:checked")).to_have_value(value)


def test_a_new_certificate_takes_the_place_of_the_old_one_by_one_press(page: Page) -> None:
    old, new = server("old.albireo.example"), server("new.albireo.example")
    import_text(page, pem_text(old, new))
    open_certificate(page, "old.albireo.example")
    page.get_by_role("link", name="Create a service…").click()
    create(page, "service")
    service = page.url
    open_certificate(page, "old.albireo.example")
    page.select_option("select[name=lifecycle]", "replaced")
    page.fill("input[name=replaced_by]", fingerprint(new))
    page.locator("section[aria-labelledby=life]").get_by_role("button", name="Save").click()
    expect(page.locator(".message-success")).to_be_visible()
    page.goto(service)
    page.get_by_role("button", name="Present the new certificate instead").click()
    expect(page.locator("#presents .path-name")).to_have_text("new.albireo.example")
    expect(page.get_by_role("button", name="Present the new certificate instead")).to_have_count(0)


def test_accounts_that_differ_in_case_are_told_apart(page: Page, tmp_path: Path) -> None:
    line = Path(f"{Workshop(tmp_path).ssh_key('Ed25519')}.pub").read_text()
    for name in ("Sadalsuud", "sadalsuud"):
        page.goto("/accounts/new/")
        page.fill("input[name=name]", name)
        page.fill("textarea[name=pasted_keys]", line)
        create(page, "account")
    expect(page.locator("main")).to_contain_text("in nothing but the case")
    expect(page.locator("#ssh-keys")).to_contain_text("SHA256:")
    page.goto("/accounts/?q=sadalsuud")
    assert list_names(page) == ["Sadalsuud", "sadalsuud"]


def with_services(page: Page, folder: Path) -> list[str]:
    root = authority("Merope root")
    client = client_of("Merope with a name that goes on and on for a partner", root)
    leaf = server("a-rather-long-name.of-a-department.merope.example", root, days=5)
    import_text(page, pem_text(root, leaf, client))
    open_certificate(page, "a-rather-long-name.of-a-department.merope.example")
    page.get_by_role("link", name="Create a service…").click()
    page.locator("input[name=addresses_value]").nth(1).fill("bücher.merope.example, 2001:db8::7")
    create(page, "service")
    service = page.url
    open_certificate(page, "Merope with a name")
    page.get_by_role("link", name="Create an account…").click()
    take(page, "services", "merope", "a-rather-long-name.of-a-department.merope.example")
    create(page, "account")
    account = page.url
    page.goto("/services/new/")
    page.fill("input[name=name]", "Merope SFTP")
    page.get_by_label("SFTP (SSH)").check()
    page.locator("input[name=addresses_value]").first.fill("sftp.merope.example")
    line = Path(f"{Workshop(folder).ssh_key('Ed25519')}.pub").read_text()
    page.fill("textarea[name=pasted_keys]", line)
    create(page, "service")
    return [
        "/services/",
        "/services/?q=nothing+is+called+so",
        "/services/new/",
        service,
        f"{service}edit/",
        f"{service}delete/",
        page.url,
        "/accounts/",
        "/accounts/?q=nothing+is+called+so",
        "/accounts/new/",
        account,
        f"{account}edit/",
        f"{account}delete/",
    ]


def test_no_page_of_services_and_accounts_has_a_barrier(page: Page, tmp_path: Path) -> None:
    assert barriers(page, with_services(page, tmp_path), sizes=(WIDE, NARROW)) == {}
