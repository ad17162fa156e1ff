"""The page that explains log lines: what it finds, what it offers, and that it keeps nothing."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from audit.models import AuditEvent
from certificates.models import Certificate, PublicKey
from jobs.models import Job
from pkiadmin.roles import Role
from tests.endpoints.conftest import AccountOf, ServiceOf
from tests.truststores.conftest import authority, bring_in, leaf, work_off

pytestmark = pytest.mark.django_db

ROOT = authority("Why Root")
ISSUING = authority("Why Issuing CA", ROOT)
SERVER = leaf("why.example.org", ISSUING, end=3000)
EXPIRED = leaf("late.example.org", ISSUING, start=-600, end=-500)
CLIENT = leaf("partner-7", ISSUING, usages=("client",), end=3000)

ClientFor = Callable[[str | None], Client]
StoreOf = Callable[..., Any]
URL = "/triage/"


def ask(client: Client, *lines: str) -> str:
    answer = client.post(URL, {"pasted": "\n".join(lines)})
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def reader(client_for: ClientFor) -> Client:
    return client_for(None)


@pytest.mark.parametrize("role", [None, *Role], ids=str)
def test_everybody_who_is_signed_in_may_ask(role: str | None, client_for: ClientFor) -> None:
    client = client_for(role)
    assert client.get(URL).status_code == 200
    assert "The issuer is missing" in ask(client, "verify error:num=20:unable to get local issuer")


def test_nobody_else_may(client_for: ClientFor) -> None:
    for method in ("get", "post"):
        answer = getattr(client_for("anonymous"), method)(URL, {"pasted": "x"})
        assert answer.status_code == 302
        assert "/account/login/" in answer["Location"]


def test_it_is_in_the_navigation(reader: Client) -> None:
    assert f'href="{reverse("endpoints:triage")}"' in reader.get("/").content.decode()


@pytest.mark.parametrize("pasted", ["", "   \n \t \n"])
def test_nothing_pasted_is_told_beside_the_field(reader: Client, pasted: str) -> None:
    answer = reader.post(URL, {"pasted": pasted})
    assert answer.status_code == 400
    assert "there is nothing to explain" in answer.content.decode()


def test_it_tells_number_symbol_text_depth_and_who_refused_whom(reader: Client) -> None:
    said = ask(reader, "curl: (60) SSL certificate problem: unable to get local issuer certificate")
    assert "The client did not accept the server&#x27;s certificate." in said
    assert "OpenSSL 20" in said
    assert "X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY" in said
    assert "unable to get local issuer certificate" in said
    said = ask(reader, "error 10 at 1 depth lookup: certificate has expired")
    assert "at depth 1" in said


def test_it_tells_of_the_number_that_moved(reader: Client) -> None:
    said = ask(reader, "verify error:num=24:invalid CA certificate")
    assert "OpenSSL 79" in said
    assert "The line says 24." in said


def test_unknown_lines_say_so(reader: Client) -> None:
    said = ask(reader, "Started Daily apt download activities.")
    assert "The console knows none of these lines" in said
    assert "(not known)" in said
    assert "What to paste" in said or "Lines that say more" in said


def test_lines_that_went_well_say_so(reader: Client) -> None:
    said = ask(reader, "Verify return code: 0 (ok)")
    assert "Nothing failed in these lines" in said


@pytest.mark.parametrize(
    "key",
    [
        "-----BEGIN PRIVATE KEY-----\nMC4CAQAwSECRET\n-----END PRIVATE KEY-----",
        "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZSECRET\nand cut off",
        "PuTTY-User-Key-File-3: ssh-ed25519\nPrivate-Lines: 1\nAAAASECRET\nPrivate-MAC: 00ff",
    ],
    ids=["pem", "cut off", "putty"],
)
def test_a_private_key_among_the_lines_does_not_come_back(reader: Client, key: str) -> None:
    page = ask(reader, "unable to load Private Key", key, "verify error:num=20:unable to get")
    assert "SECRET" not in page
    assert "a private key, left out" in page
    assert "unable to load Private Key" in page
    again = reader.post(URL, {"pasted": key}).content.decode()
    assert "SECRET" not in again


def test_names_that_no_database_stores_are_explained_and_not_looked_up(reader: Client) -> None:
    page = ask(
        reader,
        "verify error:num=20:unable to get local issuer certificate",
        "subject=CN = a\0b.example.org, O = \0",
        "issuer=CN = \0c",
        "depth=0 CN=\0",
    )
    assert "The issuer is missing" in page


def test_what_was_pasted_comes_back_as_text_and_no_more(reader: Client) -> None:
    said = ask(reader, '<script>alert(1)</script> \u202e\x00 " onfocus=x verify error:num=10:x')
    assert "<script>alert(1)" not in said
    assert "&lt;script&gt;" in said
    lines = said[said.index('class="triage-lines') :].split("</ol>")[0]
    assert "\u202e" not in lines
    assert "\\E2\\80\\AE" in lines
    assert "<mark>verify error:num=10</mark>" in lines


@pytest.mark.parametrize(
    "line",
    [
        "verify error:num=20:unable to get local issuer certificate [serial: {serial}]",
        "verify error:num=20:unable to get local issuer certificate sha256={sha256}",
        "verify error:num=20:unable to get local issuer certificate SHA1 Fingerprint={sha1}",
        "depth=0, error=unable to get local issuer certificate: /CN=why.example.org",
        "error 20 at 0 depth lookup: unable to get local issuer certificate: CN = why.example.org",
        "connect to https://why.example.org:990: verify error:num=20:unable to get local issuer",
    ],
)
def test_the_certificate_is_found_by_what_the_line_names(reader: Client, line: str) -> None:
    [row] = bring_in(SERVER)
    said = ask(
        reader,
        line.format(
            serial=row.serial.upper(),
            sha256=row.sha256,
            sha1=":".join(row.sha1[at : at + 2].upper() for at in range(0, 40, 2)),
        ),
    )
    assert row.get_absolute_url() in said


def test_no_other_certificate_is_found(reader: Client) -> None:
    [row] = bring_in(leaf("other.example.org", ISSUING))
    said = ask(reader, "depth=0, error=certificate has expired: /CN=another.example.org")
    assert row.get_absolute_url() not in said
    assert "The lines name no certificate that is in the inventory" in said


def test_our_own_validation_is_set_beside_it(reader: Client, store_of: StoreOf) -> None:
    store_of("Why servers", ROOT, ISSUING, moment=timezone.now())
    [expired, good] = bring_in(EXPIRED, SERVER)
    work_off(timezone.now())
    said = ask(reader, "verify error:num=10:certificate has expired: CN=late.example.org")
    assert "Our own validation says the same:" in said
    assert "10 at depth 0" in said
    said = ask(reader, "verify error:num=10:certificate has expired: CN=why.example.org")
    assert "Our own validation says otherwise:" in said
    assert expired.get_absolute_url() not in said
    assert good.get_absolute_url() in said


def test_a_missing_issuer_leads_to_its_import(client_for: ClientFor) -> None:
    [row] = bring_in(SERVER)
    lines = (
        "depth=0 CN = why.example.org",
        "verify error:num=20:unable to get local issuer certificate",
        "Certificate chain",
        " 0 s:CN = why.example.org",
        "   i:CN = Why Issuing CA",
    )
    said = ask(client_for("operator"), *lines)
    assert row.get_absolute_url() in said
    assert "Missing issuer" in said
    assert "Why Issuing CA" in said
    assert f'href="{reverse("certificates:import")}"' in said
    assert "Import the missing issuer" in said
    said = ask(client_for(None), *lines)
    assert "Import the missing issuer" not in said, "a reader may not import"


def test_an_issuer_that_is_here_leads_to_the_chain(reader: Client) -> None:
    [row, _, _] = bring_in(SERVER, ISSUING, ROOT)
    said = ask(reader, "depth=0 CN = why.example.org", "verify error:num=20:unable to get local")
    assert f"{reverse('certificates:download', args=[row.pk])}?form=fullchain" in said
    assert "It is in the inventory." in said


def test_an_expired_certificate_leads_to_its_renewal(client_for: ClientFor) -> None:
    [row] = bring_in(EXPIRED)
    said = ask(client_for("operator"), "sslv3 alert certificate expired, CN=late.example.org")
    assert f"{reverse('certificates:request_new')}?renews={row.pk}" in said


def test_a_certificate_of_the_transcript_can_be_imported(client_for: ClientFor) -> None:
    client = client_for("operator")
    text = f"verify error:num=20:unable to get local issuer\n{SERVER.pem}"
    said = ask(client, *text.splitlines())
    assert "Import the certificate of this text" in said
    [row] = bring_in(SERVER)
    said = ask(client, *text.splitlines())
    assert "Import the certificate of this text" not in said
    assert row.get_absolute_url() in said


def test_service_and_account_are_found_by_address_and_name(
    reader: Client, service_of: ServiceOf, account_of: AccountOf, store_of: StoreOf
) -> None:
    [server, client] = bring_in(SERVER, CLIENT)
    store = store_of("Partners of why", ROOT, usage="client")
    service = service_of("Nightly FTPS", "why.example.org", certificate=server, client_store=store)
    account = account_of("partner-7", certificates=[client], services=[service])
    said = ask(
        reader,
        "client SSL certificate verify error: (20:unable to get local issuer certificate) while "
        "reading client request headers, client: 203.0.113.9, server: why.example.org, CN=partner-7",
    )
    assert service.get_absolute_url() in said
    assert account.get_absolute_url() in said
    assert client.get_absolute_url() in said, "it is the client that was refused"
    assert store.get_absolute_url() in said
    said = ask(
        reader,
        "nginx SSL_do_handshake() failed (SSL: error:0A000418:SSL routines::tlsv1 alert unknown ca:"
        "SSL alert number 48) while SSL handshaking, server: why.example.org",
    )
    assert "The client refused the server&#x27;s certificate" in said
    assert server.get_absolute_url() in said


def test_an_ssh_key_is_found_by_its_fingerprint(reader: Client) -> None:
    key = PublicKey.objects.create(
        name="Key of partner 7",
        algorithm="RSA",
        size=3072,
        spki=b"",
        spki_sha256="0" * 64,
        spki_sha1="0" * 40,
        spki_md5="0" * 32,
        ssh_sha256="315363b5cab3d5b1efb5fcb60e008f967870b17cf167796a7c6f05d11a9b802e",
        container="openssh",
        created_at=timezone.now(),
    )
    said = ask(
        reader,
        "sshd[1]: Failed publickey for acme from 203.0.113.9 port 4 ssh2: RSA "
        "SHA256:MVNjtcqz1bHvtfy2DgCPlnhwsXzxZ3lqfG8F0RqbgC4",
    )
    assert key.get_absolute_url() in said
    assert "The SSH login was refused" in said


def test_nothing_is_stored_and_nothing_logged(
    reader: Client, caplog: pytest.LogCaptureFixture, client_for: ClientFor
) -> None:
    bring_in(SERVER)
    secret = "the-name-of-a-person-in-a-log"
    before = (AuditEvent.objects.count(), Job.objects.count(), Certificate.objects.count())
    with caplog.at_level(logging.DEBUG), CaptureQueriesContext(connection) as queries:
        answer = reader.post(URL, {"pasted": f"verify error:num=20:x user={secret} CN={secret}"})
    assert secret in answer.content.decode()
    assert answer["Cache-Control"].count("no-store") == 1
    written = [one["sql"] for one in queries if one["sql"].split()[0] in ("INSERT", "UPDATE")]
    assert written == []
    assert (
        AuditEvent.objects.count(),
        Job.objects.count(),
        Certificate.objects.count(),
    ) == before
    assert not any(secret in str(session.get_decoded()) for session in Session.objects.all())
    said = [one for one in caplog.messages if secret in one and not one.startswith("(0.")]
    assert said == []


def test_a_long_log_asks_the_database_a_bounded_number_of_questions(reader: Client) -> None:
    bring_in(SERVER, ISSUING)
    lines = [
        f"error {10 + one % 20} at 0 depth lookup: x, CN = host{one}.example.org, serial={one:08x}"
        for one in range(900)
    ]
    with CaptureQueriesContext(connection) as queries:
        ask(reader, *lines)
    assert len(queries) < 400
