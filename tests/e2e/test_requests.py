"""Requests from the form to the certificate: asked for, answered, self-signed, renewed."""

from __future__ import annotations

import re
import subprocess
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.acts import (
    PATIENT,
    SLOW,
    fill_request,
    has_scripts,
    open_certificate,
    press,
    request_page,
    saved,
)
from tests.e2e.console import PASSWORD
from tests.e2e.material import upload
from tests.pki.real_tools import run

pytestmark = pytest.mark.timeout(PATIENT)

CREATE = "Create the request"
PHRASE = "correct horse battery 9"


def request_text(page: Page) -> bytes:
    return page.get_by_label("The request in PEM").inner_text().encode()


class Authority:
    """A root that answers requests by the `openssl` command."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder, self.certificate, self.key = folder, folder / "ca.pem", folder / "ca.key"
        run(
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-keyout", self.key, "-out", self.certificate, "-subj", f"/CN={name}"),
        )

    def answer(self, request: bytes, extensions: str) -> bytes:
        given, own = self.folder / "given.csr", self.folder / "own.ext"
        given.write_bytes(request)
        own.write_text(extensions)
        return run(
            *("openssl", "x509", "-req", "-in", given, "-CA", self.certificate, "-CAkey", self.key),
            *("-days", "300", "-extfile", own),
        )


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path, "Requests Test CA")


def test_the_country_is_found_by_name_former_name_and_code(page: Page) -> None:
    fill_request(page, "country.requests.example.com")
    field = page.get_by_role("combobox", name="Country (C)")
    value = page.locator("select[name=country]")
    for typed, code in (("swed", "SE"), ("burma", "MM"), ("turkey", "TR"), ("uk", "UK")):
        field.click()
        field.fill(typed)
        expect(page.locator(".combobox [role=option]").first).to_be_visible()
        expect(field).to_have_attribute("aria-activedescendant", re.compile("."))
        page.keyboard.press("Enter")
        expect(value).to_have_value(code)
        expect(field).to_have_attribute("aria-expanded", "false")
    field.fill("nowhere at all")
    expect(page.get_by_text("Nothing fits")).to_be_visible()
    page.keyboard.press("Escape")
    expect(value).to_have_value("UK")
    field.fill("")
    page.keyboard.press("Tab")
    expect(value).to_have_value("")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_text("Exceptionally reserved codes")).to_be_attached()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    # Up from the first choice is the last one of the reserved codes.
    expect(value).to_have_value("UN")


def test_a_request_its_warnings_and_its_reply(page: Page, authority: Authority) -> None:
    fill_request(page, "bücher.requests.example.com")
    rows = page.locator("input[name=alt_names_value]")
    before = rows.count()
    press(page, "More rows")
    expect(rows).to_have_count(before + 1)
    rows.first.fill("a_b.requests.example.com")
    press(page, CREATE)
    warning = page.locator("#preflight")
    expect(warning).to_contain_text("holds an underscore")
    press(page, CREATE)
    expect(warning).to_be_visible()
    page.get_by_label(re.compile("I have read")).check()
    press(page, CREATE)
    address = request_page(page)
    expect(page.locator("h1")).to_contain_text("xn--bcher-kva.requests.example.com")
    expect(page.locator("h1")).to_contain_text("bücher.requests.example.com")
    request = request_text(page)
    assert b"verify OK" in _verified(request)
    page.get_by_role("button", name="I have sent it").click()
    expect(page.locator("[data-state=sent]").first).to_be_visible()
    # A reply for another key, then the right one with a name more.
    fill_request(page, "another.requests.example.com")
    press(page, CREATE)
    other = request_page(page)
    asked = "subjectAltName=DNS:xn--bcher-kva.requests.example.com,DNS:more.requests.example.com"
    reply = authority.answer(request, asked)
    page.fill("textarea[name=pasted]", reply.decode())
    press(page, "Attach the reply")
    expect(page.get_by_role("alert")).to_contain_text("This certificate is for another key")
    page.get_by_role("alert").get_by_role("link").click()
    expect(page).to_have_url(address)
    file = upload("reply.pem", reply + authority.certificate.read_bytes())
    page.set_input_files("input[name=uploads]", [file])
    press(page, "Attach the reply")
    expect(page.get_by_role("heading", name=re.compile("The CA changed"))).to_be_visible()
    expect(page.locator("ins", has_text="more.requests.example.com")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Full chain").click()
    chain = saved(download.value, authority.folder).read_bytes()
    assert chain.count(b"BEGIN CERTIFICATE") == 2
    page.goto(other)
    page.get_by_role("button", name="Withdraw").click()
    expect(page.locator("[data-state=withdrawn]").first).to_be_visible()


def _verified(request: bytes) -> bytes:
    done = subprocess.run(
        ["openssl", "req", "-verify", "-noout"], input=request, capture_output=True, check=True
    )
    return done.stdout + done.stderr


def test_the_form_without_scripts(page_without_scripts: Page) -> None:
    page = page_without_scripts
    fill_request(page, "plain.requests.example.com")
    assert not has_scripts(page)
    page.select_option("select[name=country]", "SE")
    page.locator("input[name=alt_names_value]").first.fill("www.plain.requests.example.com")
    press(page, "More rows")
    expect(page.locator("input[name=alt_names_value]")).to_have_count(6)
    expect(page.locator("select[name=country]")).to_have_value("SE")
    page.locator("select[name=alt_names_kind]").nth(1).select_option("ip")
    page.locator("input[name=alt_names_value]").nth(1).fill("10.1.2.3")
    press(page, CREATE)
    expect(page.locator("#preflight")).to_contain_text("not one of the public Internet")
    page.get_by_label(re.compile("I have read")).check()
    press(page, CREATE)
    request_page(page)
    text = run("openssl", "req", "-text", "-noout", data=request_text(page)).decode()
    assert "C = SE, CN = plain.requests.example.com" in text
    assert "DNS:www.plain.requests.example.com, IP Address:10.1.2.3" in text


def test_a_self_signed_certificate_its_files_and_its_renewal(page: Page, tmp_path: Path) -> None:
    fill_request(page, "alice-of-requests", address="/requests/new/self-signed/")
    page.get_by_label("A client, with the name of its account").check()
    page.fill("input[name=days]", "90")
    press(page, "Create the certificate")
    request_page(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="certificate.pem").click()
    assert download.value.suggested_filename == "certificate.pem"
    page.get_by_role("link", name="Both files").click()
    page.wait_for_url(re.compile(r"/account/reauthenticate/|/files/"))
    if "/account/reauthenticate/" in page.url:
        page.fill("input[name=password]", PASSWORD)
        page.get_by_role("button", name="Confirm").click()
    page.fill("input[name=passphrase]", PHRASE)
    page.fill("input[name=passphrase_again]", PHRASE)
    page.fill("input[name=reason]", "for the client of alice")
    with page.expect_download() as download:
        press(page, "Download both files")
    with zipfile.ZipFile(saved(download.value, tmp_path)) as archive:
        key, certificate = (archive.read(f"certificate{end}.pem") for end in ("_key", ""))
    path = tmp_path / "certificate_key.pem"
    path.write_bytes(key)
    assert b"ENCRYPTED" in key
    of_key = run("openssl", "pkey", "-in", path, "-passin", f"pass:{PHRASE}", "-pubout")
    assert of_key == run("openssl", "x509", "-pubkey", "-noout", data=certificate)
    # Its renewal, with the same key, takes its place.
    open_certificate(page, "alice-of-requests")
    old = page.url
    page.get_by_role("link", name="Renew").click()
    expect(page.locator("main")).to_contain_text("This renews")
    expect(page.locator("input[name=common_name]")).to_have_value("alice-of-requests")
    page.get_by_label("Use a key that is here").check()
    expect(page.locator("select[name=algorithm]")).to_be_hidden()
    press(page, "Create the certificate")
    request_page(page)
    page.goto(old)
    expect(page.locator("[data-state=replaced]").first).to_be_visible()


def test_a_large_key_is_made_by_a_worker_while_the_page_waits(page: Page) -> None:
    fill_request(page, "large.requests.example.com")
    page.select_option("select[name=algorithm]", "RSA-4096")
    press(page, CREATE)
    request_page(page)
    expect(page.get_by_label("The request in PEM")).to_be_visible(timeout=SLOW)
    text = run("openssl", "req", "-text", "-noout", data=request_text(page)).decode()
    assert "Public-Key: (4096 bit)" in text


def test_the_configuration_for_openssl_is_a_download(page: Page, tmp_path: Path) -> None:
    fill_request(page, "elsewhere.requests.example.com")
    press(page, "Make it with openssl elsewhere")
    with page.expect_download() as download:
        press(page, "Download request.cnf")
    assert b"elsewhere.requests.example.com" in saved(download.value, tmp_path).read_bytes()
