"""SSH on the pages of services and accounts: lines that OpenSSH's own tools take, and comparisons."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from certificates.models import PublicKey
from certificates.services.public_facts import public_facts
from endpoints.models import Account, Service
from pki.formats.public_keys import read_public_keys
from tests.endpoints.conftest import AccountOf, ServiceOf
from tests.pki.real_tools import Workshop, run

pytestmark = pytest.mark.django_db
ClientFor = Callable[[str | None], Client]


@pytest.fixture
def reader(client_for: ClientFor) -> Client:
    """Everybody who is signed in may read and compare."""
    return client_for(None)


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    return Workshop(tmp_path_factory.mktemp("ssh-pages"))


def stored(public: Path, name: str) -> PublicKey:
    (found,) = read_public_keys(public.read_bytes()).public_keys
    return PublicKey.objects.create(
        **public_facts(found.spki), name=name, container="openssh", created_at=timezone.now()
    )


def public_of(workshop: Workshop, algorithm: str) -> Path:
    return workshop.ssh_key(algorithm).with_suffix(".pub")


@pytest.fixture
def keys(workshop: Workshop, db: None) -> dict[str, PublicKey]:
    return {
        algorithm: stored(public_of(workshop, algorithm), f"{algorithm} of the server")
        for algorithm in ("Ed25519", "RSA-2048", "P-256")
    }


@pytest.fixture
def service(service_of: ServiceOf, keys: dict[str, PublicKey]) -> Service:
    hosts = ("sftp.example.org", "192.0.2.7", "2001:db8::7")
    return service_of("SFTP", *hosts, protocol="sftp", port=2222, host_keys=tuple(keys.values()))


@pytest.fixture
def account(account_of: AccountOf, service: Service, workshop: Workshop) -> Account:
    key = stored(public_of(workshop, "P-521"), "key of the partner")
    return account_of("partner-7", ssh_keys=(key,), services=[service])


def download(client: Client, name: str, pk: int, query: str = "") -> str:
    answer = client.get(reverse(f"endpoints:{name}", args=[pk]) + query)
    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith("attachment")
    content: bytes = answer.content
    return content.decode()


@pytest.mark.parametrize("query", ["", "?hashed"])
def test_ssh_keygen_finds_every_host_in_the_file(
    reader: Client, service: Service, tmp_path: Path, workshop: Workshop, query: str
) -> None:
    text = download(reader, "service_known_hosts", service.pk, query)
    path = tmp_path / "known_hosts"
    path.write_text(text)
    assert ("|1|" in text) == bool(query)
    assert ("sftp.example.org" in text) != bool(query)
    for host in ("sftp.example.org", "192.0.2.7", "2001:db8::7"):
        found = run("ssh-keygen", "-F", f"[{host}]:2222", "-f", path).decode()
        lines = [line for line in found.splitlines() if not line.startswith("#")]
        assert len(lines) == 3
        ed25519 = public_of(workshop, "Ed25519").read_text().split()[1]
        assert any(line.split()[-1] == ed25519 for line in lines)
    other = subprocess.run(
        ["ssh-keygen", "-F", "sftp.example.org", "-f", path], check=False, capture_output=True
    )
    assert other.returncode == 1, "it listens at another port than 22"


def test_the_port_of_ssh_is_not_written(
    reader: Client, service_of: ServiceOf, keys: dict[str, PublicKey]
) -> None:
    service = service_of("S", "a.example", protocol="sftp", host_keys=(keys["Ed25519"],))
    assert download(reader, "service_known_hosts", service.pk).startswith("a.example ssh-")


def test_every_notation_stands_on_the_page_as_ssh_keygen_prints_it(
    reader: Client, service: Service, workshop: Workshop
) -> None:
    page = reader.get(service.get_absolute_url()).content.decode()
    for algorithm in ("Ed25519", "RSA-2048", "P-256"):
        public = public_of(workshop, algorithm)
        for digest in ("sha256", "sha1"):
            printed = workshop.ssh_fingerprint(public, digest)
            assert printed.replace("+", "&#x2B;") in page or printed in page
        assert workshop.ssh_fingerprint(public, "md5").removeprefix("MD5:") in page
        for record in (
            run("ssh-keygen", "-r", "sftp.example.org", "-f", public).decode().split("\n")
        ):
            assert record in page


def test_the_keys_of_many_accounts_are_asked_for_together(
    reader: Client, service: Service, account: Account, account_of: AccountOf
) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            download(reader, "service_authorized_keys", service.pk)
        return len(queries)

    few = asked()
    keys = tuple(one.key for one in account.ssh_keys.all())
    for number in range(10):
        account_of(f"other-{number}", ssh_keys=keys, services=[service])
    assert asked() == few


def test_authorized_keys_of_an_account_and_of_all_accounts_of_a_service(
    reader: Client,
    account: Account,
    service: Service,
    account_of: AccountOf,
    keys: dict[str, PublicKey],
    tmp_path: Path,
    workshop: Workshop,
) -> None:
    odd = account_of("odd\nname", ssh_keys=(keys["Ed25519"],), services=[service])
    account_of("without a key", services=[service])
    one = download(reader, "account_authorized_keys", account.pk)
    wanted = public_of(workshop, "P-521").read_text().split()[:2]
    assert f"{' '.join(wanted)} partner-7\n" in one
    both = download(reader, "service_authorized_keys", service.pk)
    path = tmp_path / "authorized_keys"
    path.write_text(both)
    assert len(run("ssh-keygen", "-lf", path).decode().splitlines()) == 2
    assert "without a key" not in both
    assert all(line[:1] in ("#", "s", "e", "") for line in both.split("\n")), odd.name


def compared(client: Client, text: str, **owner: int) -> str:
    answer = client.post(reverse("endpoints:ssh_compare"), {"pasted": text, **owner})
    assert answer.status_code == 200
    content: bytes = answer.content
    return content.decode()


@pytest.mark.parametrize("digest", ["md5", "sha1", "sha256"])
def test_a_fingerprint_is_found_with_its_service(
    reader: Client, service: Service, workshop: Workshop, digest: str
) -> None:
    public = public_of(workshop, "RSA-2048")
    line = run("ssh-keygen", "-l", "-E", digest, "-f", public).decode()
    page = compared(reader, line, service=service.pk)
    assert 'data-match="equal"' in page
    assert "It is a key of" in page
    assert "RSA-2048 of the server" in page


def test_a_whole_key_and_a_known_hosts_line_are_found(
    reader: Client, account: Account, service: Service, workshop: Workshop
) -> None:
    line = public_of(workshop, "P-521").read_text()
    assert 'data-match="equal"' in compared(reader, line, account=account.pk)
    page = compared(reader, f"[sftp.example.org]:2222 {line}")
    assert 'data-match="equal"' in page
    assert "Logs in as" in page
    assert "partner-7" in page


def test_a_key_of_somebody_else_is_no_match_for_this_service(
    reader: Client, account: Account, service: Service, workshop: Workshop
) -> None:
    line = public_of(workshop, "P-521").read_text()
    page = compared(reader, line, service=service.pk)
    assert 'data-match="other"' in page
    assert "none of" in page
    assert "Ed25519 of the server" in page, "the keys it was compared with"


def test_an_unknown_fingerprint_is_told_with_what_it_was_compared(
    reader: Client, service: Service
) -> None:
    page = compared(reader, "SHA256:" + "A" * 43, service=service.pk)
    assert 'data-match="none"' in page
    assert "all 3 keys" in page
    assert "Ed25519 of the server" in page


@pytest.mark.parametrize("text", ["nothing at all", "AAAA", "\x00", "SHA256:AAAA"])
def test_what_is_no_fingerprint_is_told(reader: Client, text: str) -> None:
    answer = reader.post(reverse("endpoints:ssh_compare"), {"pasted": text})
    page = answer.content.decode()
    assert answer.status_code in (200, 400)
    assert "data-match" not in page
    assert "recognised" in page or answer.status_code == 400


def test_a_private_key_is_not_read(reader: Client, workshop: Workshop) -> None:
    page = compared(reader, workshop.ssh_key("Ed25519").read_text())
    assert "This is a private key" in page
    assert "BEGIN OPENSSH" not in page, "a private key is never given back"


def test_nothing_pasted_is_told_beside_the_field(reader: Client) -> None:
    answer = reader.post(reverse("endpoints:ssh_compare"), {"pasted": " "})
    assert answer.status_code == 400
    assert "Paste a fingerprint" in answer.content.decode()
    assert reader.get(reverse("endpoints:ssh_compare") + "?service=x").status_code == 200
