"""Every notation in which tools print what identifies a certificate, a host or an account."""

from __future__ import annotations

import pytest

from pki.triage.clues import ClueKind
from pki.triage.names import names_in, same_attributes
from pki.triage.triage import triage

SHA256 = "6f1d55994e2a08c4b5771e4390aa210cd8f362b76f1d55994e2a08c4b5771e43"
SHA1 = SHA256[:40]
SERIAL = "2f8a01"


def found(text: str, kind: ClueKind) -> set[str]:
    return {clue.value for clue in triage(text).clues if clue.kind is kind}


def pairs(digits: str) -> str:
    return ":".join(digits[at : at + 2] for at in range(0, len(digits), 2))


@pytest.mark.parametrize(
    ("text", "serial"),
    [
        ("serial=2F8A01", SERIAL),
        ("Serial Number: 3115521 (0x2f8a01)", SERIAL),
        ("            00:c3:5b:2f:8a:01:77:88:99", "c35b2f8a01778899"),
        ("[subject: CN=partner-7 / issuer: CN=CA / serial: 2F8A01 / notbefore: Jan 1]", SERIAL),
        ("serial number 0x2F8A01 revoked", SERIAL),
        ("SerialNumber: [    2f8a01]", SERIAL),
        ("serial: 3115521", SERIAL),
        ("serial=00", "0"),
    ],
)
def test_it_reads_serial_numbers(text: str, serial: str) -> None:
    assert serial in found(text, ClueKind.SERIAL)


def test_a_serial_number_inside_a_name_is_a_name_part() -> None:
    text = "subject=/C=BE/serialNumber=12345/CN=x"
    assert found(text, ClueKind.SERIAL) == set()


@pytest.mark.parametrize("written", [SHA256, SHA256.upper(), pairs(SHA256), pairs(SHA256).upper()])
def test_it_reads_sha256_fingerprints(written: str) -> None:
    assert found(f"sha256 Fingerprint={written}", ClueKind.SHA256) == {SHA256}


@pytest.mark.parametrize("written", [SHA1, SHA1.upper(), pairs(SHA1), pairs(SHA1).upper()])
def test_it_reads_sha1_fingerprints(written: str) -> None:
    assert found(f"Thumbprint: {written}.", ClueKind.SHA1) == {SHA1}


def test_it_reads_ssh_fingerprints() -> None:
    text = "RSA key fingerprint is SHA256:MVNjtcqz1bHvtfy2DgCPlnhwsXzxZ3lqfG8F0RqbgC4."
    assert found(text, ClueKind.SSH_SHA256) == {
        "315363b5cab3d5b1efb5fcb60e008f967870b17cf167796a7c6f05d11a9b802e"
    }
    text = "RSA key fingerprint is MD5:5d:0f:1c:9a:77:e2:43:b1:6f:88:d0:21:94:ce:3a:07."
    assert found(text, ClueKind.SSH_MD5) == {"5d0f1c9a77e243b16f88d02194ce3a07"}


@pytest.mark.parametrize(
    "written",
    [
        "subject=/C=BE/O=Example nv, Brussels/CN=ftp.example.org",
        "depth=0 C = BE, O = Example nv, Brussels, CN = ftp.example.org",
        "cert subject: CN=ftp.example.org,O=Example nv\\, Brussels,C=BE",
        "depth=0, /C=BE/O=Example nv, Brussels/CN=ftp.example.org",
        'Owner: CN=ftp.example.org, O="Example nv, Brussels", C=BE',
        "[subject: CN=ftp.example.org,O=Example nv\\, Brussels,C=BE / issuer: CN=Some CA]",
    ],
)
def test_it_reads_names_in_every_notation(written: str) -> None:
    first = next(names_in(written))
    expected = (("C", "BE"), ("O", "Example nv, Brussels"), ("CN", "ftp.example.org"))
    assert same_attributes(first.attributes, expected), first


def test_it_tells_subject_from_issuer() -> None:
    text = "[subject: CN=partner-7,C=BE / issuer: CN=Example CA / serial: 2F]"
    roles = {
        clue.role: dict(clue.attributes)["CN"]
        for clue in triage(text).clues
        if clue.kind is ClueKind.NAME
    }
    assert roles == {"subject": "partner-7", "issuer": "Example CA"}


@pytest.mark.parametrize(
    ("text", "hosts"),
    [
        ("curl: (6) Could not resolve host: ftp.example.org", {"ftp.example.org"}),
        ("https://FTP.Example.org:990/in", {"ftp.example.org"}),
        ("match target host name 'xn--bcher-kva.example'", {"xn--bcher-kva.example"}),
        (
            "certificate is valid for a.example.org, not b.example.org",
            {"a.example.org", "b.example.org"},
        ),
        ("../ssl/statem/statem_clnt.c:1919 in client_cert.pem", set()),
        ("javax.net.ssl.SSLHandshakeException: sun.security.ssl.Alerts", set()),
        ("connect to localhost", {"localhost"}),
    ],
)
def test_it_reads_hosts_and_no_files_or_classes(text: str, hosts: set[str]) -> None:
    assert found(text, ClueKind.HOST) == hosts


def test_it_reads_addresses() -> None:
    assert found("client: 203.0.113.9, upstream [2001:db8::7]:443", ClueKind.ADDRESS) == {
        "203.0.113.9",
        "2001:db8::7",
    }
    assert found("OpenSSL 3.0.19.77.88 and 999.1.1.1", ClueKind.ADDRESS) == set()


@pytest.mark.parametrize(
    ("text", "account"),
    [
        ("sshd[1]: Failed publickey for acme from 203.0.113.9 port 1 ssh2", "acme"),
        ("sshd[1]: Invalid user Acme from 203.0.113.9 port 1", "Acme"),
        ("acme@ftp.example.org: Permission denied (publickey).", "acme"),
        ("Tue Mar  5 10:11:12 2024 [pid 2] [acme] FAIL LOGIN", "acme"),
        ("Command:\tUSER acme", "acme"),
        ("pure-ftpd: (acme@203.0.113.9) [INFO] Logout.", "acme"),
        ("Authentication failed for user [acme]", "acme"),
    ],
)
def test_it_reads_accounts(text: str, account: str) -> None:
    assert account in found(text, ClueKind.ACCOUNT)
