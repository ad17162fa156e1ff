"""Probes in the browser: look at real servers, take what they present, and notice a change."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.acts import PATIENT, SLOW, has_scripts, reload_until, sideways
from tests.e2e.axe import violations
from tests.e2e.console import Console
from tests.e2e.material import authority, server
from tests.peers.running import openssl_server, sftp_server

pytestmark = pytest.mark.timeout(PATIENT)


def describe(page: Page, name: str, protocol: str, address: str, port: int) -> str:
    """A service by its form, without saying what it presents; the address of its page."""
    page.goto("/services/new/")
    page.fill("input[name=name]", name)
    page.check(f"input[name=protocol][value={protocol}]")
    page.locator("input[name=addresses_value]").first.fill(address)
    page.fill("input[name=port]", str(port))
    page.get_by_role("button", name="Create the service").click()
    page.wait_for_url(re.compile(r"/services/[0-9]+/$"))
    return page.url


def probe(page: Page, service: str) -> None:
    """Press the button on the page of a service and wait for the answer."""
    page.goto(service)
    page.get_by_role("button", name="Probe now").click()
    page.wait_for_url(re.compile(r"/probes/[0-9]+/"))
    answer = page.locator("[data-probe]")
    if has_scripts(page):
        expect(answer).to_be_visible(timeout=SLOW)
    else:
        reload_until(page, lambda: answer.count() > 0, "the answer of the probe")


def test_what_a_server_presents_is_seen_imported_accepted_and_its_change_noticed(
    page: Page, console: Console, tmp_path: Path
) -> None:
    root = authority("Sterope root")
    issuing = authority("Sterope issuing", root)
    first, second = (server(f"{name}.sterope.example", issuing) for name in ("first", "second"))
    with openssl_server(tmp_path, first, issuing) as port:
        service = describe(page, "Sterope HTTPS", "https", "127.0.0.1", port)
        expect(page.get_by_text("Nobody has looked yet")).to_be_visible()
        probe(page, service)
        expect(page.locator("[data-probe=seen]")).to_be_visible()
        expect(page.locator("#probe [data-state=missing]")).to_have_count(2)
        assert violations(page) == []

        page.get_by_role("button", name="Import what was seen").click()
        accept = page.get_by_role("button", name=re.compile("This is right"))
        expect(accept).to_be_visible(timeout=SLOW)
        accept.click()
        expect(page.locator("[data-probe=same]")).to_be_visible()
        page.goto(service)
        expect(page.get_by_role("link", name="first.sterope.example")).to_be_visible()
        probe(page, service)
        expect(page.locator("[data-probe=same]")).to_be_visible()
        expect(page.get_by_text("Nothing is described yet")).to_have_count(0)

    # The same port, another certificate and no intermediate: as after a renewal that went wrong.
    with openssl_server(tmp_path, second, port=port):
        probe(page, service)
    expect(page.locator("[data-probe=different]")).to_be_visible()
    expect(
        page.get_by_text("It presents another certificate: second.sterope.example")
    ).to_be_visible()
    page.set_viewport_size({"width": 400, "height": 800})
    assert sideways(page) == []
    assert violations(page) == []

    # Down, and the overview knows.
    probe(page, service)
    expect(page.locator("[data-probe=unreachable]")).to_be_visible()
    expect(page.get_by_text("nothing listens at this port")).to_be_visible()
    page.goto("/")
    row = page.get_by_role("listitem").filter(has_text="Sterope HTTPS")
    expect(row.locator("[data-state=unreachable]")).to_be_visible()
    page.goto(f"{service}probes/")
    expect(page.locator("#list tbody tr")).to_have_count(4)


def test_host_keys_are_taken_from_the_server_and_a_fingerprint_is_compared(
    page: Page, console: Console, tmp_path: Path
) -> None:
    keys = []
    for kind in ("ed25519", "ecdsa"):
        path = tmp_path / kind
        subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", "", "-f", str(path)], check=True)
        keys.append(path)
    with sftp_server(*keys) as port:
        service = describe(page, "Almach SFTP", "sftp", "127.0.0.1", port)
        probe(page, service)
        page.get_by_role("button", name="Import what was seen").click()
        page.get_by_role("button", name=re.compile("these are its host keys")).click()
        expect(page.locator("[data-probe=same]")).to_be_visible()
    page.goto(service)
    printed = subprocess.run(
        ["ssh-keygen", "-l", "-f", f"{keys[0]}.pub"], check=True, capture_output=True, text=True
    ).stdout
    fingerprint = printed.split()[1]
    expect(page.locator("#host-keys").get_by_text(fingerprint).first).to_be_visible()
    assert violations(page) == []
    page.fill("textarea[name=pasted]", f"ED25519 key fingerprint is {fingerprint}.")
    page.get_by_role("button", name="Compare").click()
    expect(page.locator("[data-match=equal]")).to_be_visible()
    expect(page.locator("[data-match=equal]").get_by_text("Almach SFTP").first).to_be_visible()
    page.fill("textarea[name=pasted]", "SHA256:" + "B" * 42 + "E")
    page.get_by_role("button", name="Compare").click()
    expect(page.locator("[data-match=none]")).to_be_visible()
    expect(page.get_by_text("Do not accept it before you know whose it is.")).to_be_visible()
    page.set_viewport_size({"width": 400, "height": 800})
    assert sideways(page) == []
    assert violations(page) == []


def test_a_closed_address_says_which_setting_opens_it(page: Page, console: Console) -> None:
    service = describe(page, "Sadr inside", "sftp", "10.20.0.7", 2222)
    probe(page, service)
    expect(page.locator("[data-probe=refused]")).to_be_visible()
    expect(page.get_by_text("PKIADMIN_INTERNAL_PROBE_HOSTS to 10.20.0.7:2222")).to_be_visible()
