"""A failed handshake, its real transcript, and the way from there to the certificate that is missing."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.acts import create_store, import_text, paste_into_store, sideways
from tests.e2e.axe import violations
from tests.e2e.conftest import NARROW, Contexts, WaitForJobs
from tests.e2e.material import authority, pem_text, server
from tests.pki.chains import Issued
from tests.pki.triage.peers import said_by, serving, write, write_key


@pytest.fixture(params=["with scripts", "without scripts"])
def any_page(request: pytest.FixtureRequest) -> Page:
    name = "page" if request.param == "with scripts" else "page_without_scripts"
    page: Page = request.getfixturevalue(name)
    return page


def transcript(folder: Path, leaf: Issued, root: Issued) -> str:
    """What s_client prints about a server that does not send its intermediate."""
    certificate = write(folder, "server.pem", leaf)
    key = write_key(folder, "server.key", leaf)
    with serving("-cert", certificate, "-key", key) as peer:
        return said_by(
            *("openssl", "s_client", "-connect", f"127.0.0.1:{peer.port}"),
            *("-CAfile", write(folder, "root.pem", root)),
            expect_failure=False,
        )


def explain(page: Page, text: str) -> None:
    page.goto("/triage/")
    page.fill("textarea[name=pasted]", text)
    page.get_by_role("button", name="Explain").click()
    expect(page.locator("#summary")).to_be_visible()


def test_a_transcript_leads_to_the_certificate_and_to_what_is_missing(
    any_page: Page, tmp_path: Path, wait_for_jobs: WaitForJobs, request: pytest.FixtureRequest
) -> None:
    page = any_page
    word = "scripted" if "without" not in request.node.callspec.id else "plain"
    root = authority(f"Why {word} Root")
    issuing = authority(f"Why {word} Issuing", root)
    leaf = server(f"why-{word}.example.org", issuing)
    store = create_store(page, f"Why {word} servers")
    paste_into_store(page, store, pem_text(root))
    import_text(page, pem_text(leaf))
    wait_for_jobs("validate")

    said = transcript(tmp_path, leaf, root)
    explain(page, said)
    expect(page.locator("#summary")).to_have_text("The issuer is missing")
    answer = page.locator(".triage-answer")
    expect(answer).to_have_count(1)
    expect(answer).to_contain_text("X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY")
    expect(answer).to_contain_text("at depth 0")
    expect(answer).to_contain_text("Our own validation says the same:")
    expect(answer).to_contain_text(f"Why {word} Issuing")
    expect(answer.get_by_role("link", name=f"why-{word}.example.org")).to_be_visible()
    marked = page.locator(".triage-lines mark")
    expect(marked.first).to_be_visible()

    answer.get_by_role("link", name="Import the missing issuer").click()
    page.wait_for_url("**/import/")
    import_text(page, pem_text(issuing))
    wait_for_jobs("validate")

    explain(page, said)
    expect(answer).to_contain_text("It is in the inventory.")
    expect(answer).to_contain_text("Our own validation says otherwise:")
    with page.expect_download() as download:
        answer.get_by_role("link", name="Download the full chain").click()
    assert download.value.path().read_text().count("BEGIN CERTIFICATE") == 3
    answer.get_by_role("link", name=f"why-{word}.example.org").click()
    page.wait_for_url("**/certificates/*/")


def test_a_certificate_in_the_transcript_is_imported_by_one_button(
    page: Page, tmp_path: Path
) -> None:
    root = authority("Why unseen Root")
    leaf = server("why-unseen.example.org", authority("Why unseen Issuing", root))
    explain(page, transcript(tmp_path, leaf, root))
    page.get_by_role("button", name="Import the certificate of this text").click()
    page.wait_for_url("**/import/*/")
    expect(page.locator("main")).to_contain_text("why-unseen.example.org")


def test_nothing_scrolls_sideways_and_hostile_text_stays_text(new_context: Contexts) -> None:
    page = new_context(viewport=NARROW).new_page()
    explain(
        page,
        '<img src=x onerror=alert(1)> verify error:num=20:unable to get local issuer certificate "'
        + "x" * 3000
        + "\n\u202e\u200b evil",
    )
    assert sideways(page) == []
    expect(page.locator(".triage-lines img")).to_have_count(0)
    expect(page.locator(".triage-lines")).to_contain_text("<img src=x onerror=alert(1)>")
    expect(page.locator(".triage-lines")).to_contain_text("\\E2\\80\\AE")


def test_an_answer_is_there_for_every_reader(page: Page) -> None:
    explain(
        page,
        "depth=0 CN = why.example.org\nverify error:num=24:invalid CA certificate\nnothing known\n"
        "sshd[1]: Failed publickey for acme from 203.0.113.9 port 1 ssh2\nRemote end closed",
    )
    assert violations(page) == []


def test_it_is_usable_by_keyboard_alone(page: Page) -> None:
    page.goto("/triage/")
    page.locator("textarea[name=pasted]").focus()
    page.keyboard.type("curl: (7) Failed to connect to why.example.org port 990")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#summary")).to_have_text("Nothing listens there")
