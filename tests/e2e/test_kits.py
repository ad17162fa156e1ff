"""Kits in the browser: by keyboard alone, without JavaScript, and the archives at real peers."""

from __future__ import annotations

import re
import subprocess
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.acts import PATIENT, SLOW, has_scripts, import_text, press, saved
from tests.e2e.axe import barriers
from tests.e2e.conftest import NARROW, WIDE, Contexts
from tests.e2e.console import PASSWORD
from tests.peers.running import kit_https_server

pytestmark = pytest.mark.timeout(PATIENT)

PHRASE = "correct horse battery 9"
CHECK = re.compile(r"/kits/\d+/check/$")
KIT = re.compile(r"/kits/\d+/$")
ASKED_AGAIN_OR_THERE = re.compile(r"/account/reauthenticate/|/files/[a-z]+/$")


def describe(page: Page, service: str, address: str, account: str) -> None:
    """The first page, for names that are new."""
    page.goto("/kits/new/")
    page.fill("input[name=service_name]", service)
    page.check("input[name=protocol][value=https]")
    page.locator("input[name=addresses_value]").first.fill(address)
    page.fill("input[name=account_name]", account)
    press(page, "Next: certificates")
    page.wait_for_url(re.compile(r"/kits/new/certificates/\?"))


def make_quick_pairs(page: Page) -> None:
    for side in ("server", "client"):
        page.select_option(f"select[name={side}_algorithm]", "P-256")
    press(page, "Next: make and check")
    page.wait_for_url(CHECK, timeout=SLOW)


def create(page: Page) -> str:
    press(page, "Create the kit")
    page.wait_for_url(KIT, timeout=SLOW)
    expect(page.locator("[data-state=ready]").first).to_be_visible()
    return page.url


def download(page: Page, side: str, folder: Path) -> Path:
    """The archive of one side, from the page of the kit; unpacked."""
    page.get_by_role("link", name=f"Download for the {side}").click()
    page.wait_for_url(ASKED_AGAIN_OR_THERE)
    if "/account/reauthenticate/" in page.url:
        page.fill("input[name=password]", PASSWORD)
        page.get_by_role("button", name="Confirm").click()
    page.wait_for_url(re.compile(rf"/files/{side}/$"))
    page.fill("input[name=passphrase]", PHRASE)
    page.fill("input[name=passphrase_again]", PHRASE)
    page.fill("input[name=reason]", f"for the {side}")
    with page.expect_download(timeout=SLOW) as downloading:
        press(page, "Prove and download")
    with zipfile.ZipFile(saved(downloading.value, folder)) as archive:
        archive.extractall(folder / side)
    return folder / side


def s_client(folder: Path, port: int, *identity: str) -> subprocess.CompletedProcess[str]:
    command = [
        *("openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-verify_hostname", "localhost"),
        *("-CAfile", "server_cert.pem", "-verify_return_error", *identity),
    ]
    # Read to its end: in TLS 1.3 a server refuses a client that believes itself connected.
    return subprocess.run(
        command,
        cwd=folder,
        input="GET / HTTP/1.0\r\n\r\n",
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


def test_a_kit_connects_a_real_server_and_a_real_client(page: Page, tmp_path: Path) -> None:
    describe(page, "Kits over HTTPS", "localhost", "kit-alice")
    expect(page.get_by_text("kit-alice at localhost, port 443")).to_be_visible()
    make_quick_pairs(page)
    expect(page.locator("#proof [data-state=passed]")).to_have_count(4)
    expect(page.locator("#server-side")).to_contain_text("server_key.pem")
    expect(page.locator("#server-side")).not_to_contain_text("client_key.pem")
    address = create(page)
    server = download(page, "server", tmp_path)
    page.goto(address)
    client = download(page, "client", tmp_path)
    assert {path.name for path in server.glob("*.pem")} == {
        "server_cert.pem",
        "server_key.pem",
        "client_cert.pem",
    }
    assert {path.name for path in client.glob("*.pem")} == {
        "client_cert.pem",
        "client_key.pem",
        "server_cert.pem",
    }
    own = ("-cert", "client_cert.pem", "-key", "client_key.pem", "-pass", f"pass:{PHRASE}")
    with kit_https_server(server, PHRASE) as port:
        let_in = s_client(client, port, *own, "-ign_eof")
        assert "HTTP/1.0 200 ok" in let_in.stdout, let_in.stderr
        assert "Verify return code: 0 (ok)" in let_in.stdout
        refused = s_client(client, port, "-ign_eof")
        assert "HTTP/1.0 200 ok" not in refused.stdout
        assert "certificate required" in refused.stderr
    # What the console knows now: the service, the account, and their kit.
    page.goto("/services/?q=Kits+over")
    page.get_by_role("link", name="Kits over HTTPS").click()
    expect(page.locator("#kits")).to_contain_text("kit-alice at Kits over HTTPS")


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the focus is on a control of this name or words; nothing but Tab."""
    for _ in range(120):
        page.keyboard.press("Tab")
        at = page.evaluate(
            """() => {
                const one = document.activeElement;
                const label = one.labels && one.labels[0] ? one.labels[0].innerText : "";
                return [one.name || "", one.value || "", one.innerText || "", label].join("|");
            }"""
        )
        if name in at.split("|") or name in at:
            return
    raise AssertionError(f"Tab never reached {name!r} on {page.url}")


def test_the_wizard_by_tab_enter_and_space_alone(page: Page, tmp_path: Path) -> None:
    page.goto("/kits/")
    tab_to(page, "New kit")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/kits/new/$"))
    tab_to(page, "service_name")
    page.keyboard.type("Kits by keyboard")
    tab_to(page, "addresses_value")
    page.keyboard.type("keyboard.kits.example.com")
    tab_to(page, "account_name")
    page.keyboard.type("kit-keys")
    tab_to(page, "Next: certificates")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/kits/new/certificates/\?"))
    # The presets will do: RSA 3072 for a year.
    tab_to(page, "Next: make and check")
    page.keyboard.press("Space")
    page.wait_for_url(CHECK, timeout=SLOW)
    tab_to(page, "server_store")
    page.keyboard.press("Space")
    expect(page.locator("input[name=server_store]")).not_to_be_checked()
    tab_to(page, "Create the kit")
    page.keyboard.press("Enter")
    page.wait_for_url(KIT, timeout=SLOW)
    tab_to(page, "Download for the client")
    page.keyboard.press("Enter")
    page.wait_for_url(ASKED_AGAIN_OR_THERE)
    if "/account/reauthenticate/" in page.url:
        tab_to(page, "password")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/files/client/$"))
    for name, words in (
        ("passphrase", PHRASE),
        ("passphrase_again", PHRASE),
        ("reason", "by keyboard"),
    ):
        tab_to(page, name)
        page.keyboard.type(words)
    tab_to(page, "Prove and download")
    with page.expect_download(timeout=SLOW) as downloading:
        page.keyboard.press("Enter")
    with zipfile.ZipFile(saved(downloading.value, tmp_path)) as archive:
        assert "client_key.pem" in archive.namelist()


def test_the_wizard_without_scripts(page_without_scripts: Page, tmp_path: Path) -> None:
    page = page_without_scripts
    page.goto("/kits/new/")
    assert not has_scripts(page)
    page.locator("input[name=addresses_value]").first.fill("plain.kits.example.com")
    press(page, "More rows")
    rows = page.locator("input[name=addresses_value]")
    expect(rows.nth(2)).to_be_visible()
    expect(rows.first).to_have_value("plain.kits.example.com")
    rows.nth(1).fill("10.9.8.7")
    press(page, "Next: certificates")
    # No account was named: the first page says so, with what was typed.
    expect(page.get_by_role("alert")).to_contain_text("Give the name under which")
    expect(page.locator("input[name=addresses_value]").nth(1)).to_have_value("10.9.8.7")
    page.fill("input[name=account_name]", "kit-plain")
    press(page, "Next: certificates")
    page.wait_for_url(re.compile(r"/kits/new/certificates/\?"))
    make_quick_pairs(page)
    expect(page.locator("#proof")).to_contain_text("connects to 10.9.8.7")
    create(page)
    assert (download(page, "client", tmp_path) / "client_key.pem").exists()


def test_a_second_client_is_previewed_without_scripts(page_without_scripts: Page) -> None:
    page = page_without_scripts
    describe(page, "Kits for two", "two-clients.kits.example.com", "kit-first")
    make_quick_pairs(page)
    create(page)
    page.goto("/services/?q=Kits+for+two")
    page.get_by_role("link", name="Kits for two").click()
    page.get_by_role("link", name="Make a kit").click()
    page.check("input[name=account_choice][value=new]")
    page.fill("input[name=account_name]", "kit-second")
    press(page, "Next: certificates")
    page.check("input[name=server_choice][value=existing]")
    page.locator(".choice-row", has_text="two-clients.kits.example.com").locator("input").check()
    make_quick_pairs(page)
    press(page, "Create the kit")
    page.wait_for_url(re.compile(r"/trust/\?"), timeout=SLOW)
    expect(page.locator("[data-turn=green]")).to_contain_text("kit-second")
    expect(page.locator("[data-turn=red]")).to_have_attribute("data-count", "0")
    press(page, "Save this and create the kit")
    page.wait_for_url(KIT, timeout=SLOW)
    expect(page.locator("[data-state=ready]").first).to_be_visible()


def test_a_certificate_of_a_partner_and_what_is_missing(page: Page, tmp_path: Path) -> None:
    """The partner made its pair: its certificate is imported, its key is not, and never was."""
    certificate, key = tmp_path / "partner.pem", tmp_path / "partner.key"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-keyout", key, "-out", certificate, "-days", "200"),
            *("-subj", "/CN=kit-partner"),
        ],
        check=True,
        capture_output=True,
    )
    import_text(page, certificate.read_text())
    describe(page, "Kits with a partner", "partner.kits.example.com", "kit-partner")
    page.check("input[name=client_choice][value=existing]")
    row = page.locator(".choice-row", has_text="kit-partner")
    expect(row).to_contain_text("Key elsewhere")
    page.fill("input[name=client_q]", "nobody of this name")
    page.keyboard.press("Enter")
    expect(page.get_by_text("No certificate fits").locator("visible=true")).to_have_count(1)
    page.fill("input[name=client_q]", "kit-partner")
    page.get_by_role("button", name="Search certificates of the client").click()
    row.locator("input").check()
    page.select_option("select[name=server_algorithm]", "P-256")
    press(page, "Next: make and check")
    page.wait_for_url(CHECK, timeout=SLOW)
    expect(page.get_by_text("The key of the client is not held here")).to_be_visible()
    create(page)
    page.get_by_role("link", name="Download for the client").click()
    with page.expect_download(timeout=SLOW) as downloading:
        press(page, "Prove and download")
    with zipfile.ZipFile(saved(downloading.value, tmp_path)) as archive:
        assert "client_key.pem" not in archive.namelist()
        assert b"NOT in this archive" in archive.read("README.txt")


def test_what_would_not_connect_is_red_with_number_and_depth(page: Page) -> None:
    describe(page, "Kits in vain", "one.kits.example.com", "kit-vain")
    make_quick_pairs(page)
    describe(page, "Kits in vain", "two.kits.example.com", "kit-vain-2")
    page.check("input[name=server_choice][value=existing]")
    page.fill("input[name=server_q]", "one.kits.example.com")
    page.get_by_role("button", name="Search certificates of the server").click()
    page.locator(".choice-row", has_text="one.kits.example.com").locator("input").check()
    press(page, "Next: make and check")
    page.wait_for_url(CHECK, timeout=SLOW)
    failed = page.locator("#proof li", has=page.locator("[data-state=failed]"))
    expect(failed).to_contain_text("error 62 at depth 0")
    expect(page.get_by_role("button", name="Create the kit")).to_have_count(0)
    # It is in the list, and can be given up.
    page.goto("/kits/?q=kit-vain-2")
    expect(page.locator("[data-state=begun]")).to_be_visible()
    page.locator("#list th[scope=row] > a").click()
    page.get_by_role("link", name="Give it up").click()
    page.get_by_role("button", name="Delete the kit").click()
    expect(page.locator(".message-success")).to_contain_text("is deleted")


@pytest.mark.parametrize(
    "viewport", [pytest.param(one, id=str(one["width"])) for one in (WIDE, NARROW)]
)
def test_no_page_of_kits_has_a_barrier(
    new_context: Contexts, viewport: dict[str, int], tmp_path: Path
) -> None:
    page = new_context(viewport=viewport).new_page()
    long = f"{'a-very-long-name-of-a-service-' * 3}{viewport['width']}"
    describe(page, long[:100], f"{'a' * 60}.{'b' * 60}.kits.example.com", "kit-barrier")
    addresses = ["/kits/new/", page.url]
    make_quick_pairs(page)
    addresses.append(page.url)
    assert barriers(page, addresses) == {}
    page.goto(addresses[-1])
    address = create(page)
    download(page, "server", tmp_path)
    more = ["/kits/", "/kits/?q=nothing+is+called+so", address, f"{address}delete/"]
    assert barriers(page, [*more, f"{address}files/server/"]) == {}
