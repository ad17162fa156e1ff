"""Private keys through the browser: make them, bring them in, hand one out."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.acts import PATIENT, SLOW
from tests.e2e.console import PASSWORD
from tests.pki.real_tools import Workshop, run

pytestmark = pytest.mark.timeout(PATIENT)

WORDS = "nine words that open one file and no other"


def make(page: Page, name: str, kind: str) -> None:
    page.goto("/keys/new/")
    page.fill("input[name=name]", name)
    page.select_option("select[name=algorithm]", kind)
    page.get_by_role("button", name="Make the key").click()


def test_a_small_key_is_there_at_once_with_an_owner_and_labels(page: Page) -> None:
    page.goto("/keys/new/")
    page.fill("input[name=name]", "browser key")
    page.select_option("select[name=algorithm]", "Ed25519")
    page.get_by_text("A new owner").click()
    page.fill("input[name=new_owner_name]", "Browser Ltd")
    page.fill("input[name=labels]", "made in a browser")
    # Twice, as fast as somebody clicks who is not sure that the first one counted.
    page.get_by_role("button", name="Make the key").dblclick()
    page.wait_for_url(re.compile(r"/keys/\d+/$"))
    expect(page.locator("h1")).to_have_text("browser key")
    expect(page.locator("main")).to_contain_text("Browser Ltd")
    page.goto("/keys/?q=browser+key")
    expect(page.locator("#list tbody tr")).to_have_count(1)


def test_a_large_key_is_made_by_a_worker_while_a_page_tells_how_far_it_is(page: Page) -> None:
    make(page, "a large key", "RSA-4096")
    page.wait_for_url(re.compile(r"/keys/(making/[0-9a-f-]{36}|\d+)/$"))
    page.wait_for_url(re.compile(r"/keys/\d+/$"), timeout=SLOW)
    expect(page.locator("h1")).to_have_text("a large key")
    expect(page.locator("main")).to_contain_text("RSA 4096")


def test_a_key_is_found_by_its_fingerprint_and_gives_its_lines(page: Page, tmp_path: Path) -> None:
    made = Workshop(tmp_path).ssh_key("Ed25519")
    public = Path(f"{made}.pub")
    page.goto("/keys/import/?wanted=public")
    expect(page.locator("input[name=wanted][value=public]")).to_be_checked()
    page.fill("textarea[name=pasted]", public.read_text())
    page.fill("input[name=name]", "partner's key")
    page.locator("main").get_by_role("button", name="Import", exact=True).click()
    page.get_by_role("link", name="partner's key").click()
    fingerprint = run("ssh-keygen", "-l", "-E", "md5", "-f", public).decode().split()[1]
    expect(page.locator("main")).to_contain_text(fingerprint)
    page.fill("input[name=hosts]", "sftp.example.com")
    page.fill("input[name=port]", "2222")
    page.locator("form", has=page.locator("input[name=hosts]")).get_by_role("button").click()
    blob = public.read_text().split()[1]
    expect(page.locator("main")).to_contain_text(f"[sftp.example.com]:2222 ssh-ed25519 {blob}")
    page.goto(f"/public-keys/?q={fingerprint}")
    expect(page.locator("#list tbody tr")).to_have_count(1)


def test_an_encrypted_file_comes_in_after_a_second_try_at_its_passphrase(
    page: Page, tmp_path: Path
) -> None:
    source = Workshop(tmp_path).openssl_key("P-384")
    file = tmp_path / "server.p8"
    file.write_bytes(run("openssl", "pkcs8", "-topk8", "-in", source, "-passout", f"pass:{WORDS}"))
    page.goto("/keys/import/")
    for passphrase in ("not this one", WORDS):
        page.set_input_files("input[name=upload]", file)
        page.fill("input[name=passphrase]", passphrase)
        page.locator("main").get_by_role("button", name="Import", exact=True).click()
        if passphrase != WORDS:
            expect(page.get_by_role("alert")).to_contain_text("does not open this key")
            expect(page.locator("input[name=passphrase]")).to_have_value("")
    page.wait_for_url(re.compile(r"/keys/import/\d+/$"))
    page.get_by_role("link", name="server", exact=True).click()
    pin = run("openssl", "dgst", "-sha256", "-c", data=Workshop(tmp_path).spki(source))
    expect(page.locator("main")).to_contain_text(pin.decode().split()[-1])


def test_a_key_leaves_after_signing_in_again_and_opens_with_its_passphrase(
    page: Page, tmp_path: Path
) -> None:
    make(page, "leaving key", "P-256")
    page.wait_for_url(re.compile(r"/keys/\d+/$"))
    shown = page.url
    page.get_by_role("link", name="Export private key…").click()
    page.wait_for_url(re.compile(r"/account/reauthenticate/|/export/$"))
    if "/account/reauthenticate/" in page.url:
        page.fill("input[name=password]", PASSWORD)
        page.get_by_role("button", name="Confirm").click()
    page.wait_for_url(re.compile(r"/keys/\d+/export/$"))
    page.fill("input[name=passphrase]", WORDS)
    page.fill("input[name=passphrase_again]", "something else")
    page.fill("input[name=reason]", "for the test")
    page.get_by_role("button", name="Export the private key").click()
    expect(page.get_by_role("alert")).to_contain_text("The two passphrases differ.")
    page.fill("input[name=passphrase]", WORDS)
    page.fill("input[name=passphrase_again]", WORDS)
    with page.expect_download() as leaving:
        page.get_by_role("button", name="Export the private key").click()
    file = tmp_path / "leaving.pem"
    leaving.value.save_as(file)
    opened = run("openssl", "pkey", "-in", file, "-passin", f"pass:{WORDS}", "-pubout")
    page.goto(shown)
    expect(page.locator(".pem")).to_contain_text(opened.decode().split("\n")[1])
    without = ["openssl", "pkey", "-in", str(file), "-passin", "pass:wrong"]
    assert subprocess.run(without, capture_output=True, check=False).returncode != 0
    page.goto("/audit/")
    expect(page.locator("main")).to_contain_text("for the test")


def test_a_key_is_suspended_destroyed_and_then_gone_for_good(page: Page) -> None:
    make(page, "short life", "P-256")
    page.wait_for_url(re.compile(r"/keys/\d+/$"))
    for state in ("active", "suspended", "destroyed"):
        page.select_option("select[name=state]", state)
        page.fill("input[name=reason]", f"now {state}")
        if state == "destroyed":
            page.get_by_label("Destroy it").check()
        page.get_by_role("button", name="Change the state").click()
        expect(page.locator("main .life li").first).to_contain_text(f"now {state}")
    expect(page.get_by_role("link", name="Export private key…")).to_have_count(0)
    expect(page.locator(".pem")).to_contain_text("BEGIN PUBLIC KEY")
