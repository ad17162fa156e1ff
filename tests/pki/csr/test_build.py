"""Requests and self-signed certificates: openssl reads and verifies them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pki.certificate import AltName, parse_certificate
from pki.csr.build import DIGESTS, RequestNotBuilt, build_request, build_self_signed, new_serial
from pki.csr.read import parse_request
from pki.csr.spec import Profile, RequestSpec, Subject, alt_names_of
from pki.key_generation import public_part
from tests.pki.csr.asked import NAMES, NOW, SPEC, SUBJECT
from tests.pki.real_tools import run


@pytest.mark.parametrize("algorithm", ["RSA-2048", "P-256", "P-384", "P-521", "Ed25519", "Ed448"])
def test_openssl_verifies_a_request_and_reads_the_same(
    made_keys: dict[str, bytes], algorithm: str
) -> None:
    request = build_request(SPEC, made_keys[algorithm])
    text = run(
        *("openssl", "req", "-inform", "DER", "-verify", "-noout", "-text"),
        *("-nameopt", "utf8,sep_comma_plus"),
        data=request,
    ).decode()
    for expected in (
        "CN=sftp.example.com",
        "ST=Baden-Württemberg",
        "X509v3 Key Usage: critical",
        "TLS Web Server Authentication",
        "DNS:sftp.example.com, DNS:ftp.example.com, DNS:*.xn--mnchen-3ya.example",
        "IP Address:192.0.2.7, IP Address:2001:DB8:0:0:0:0:0:1",
        "email:admin@example.com, URI:https://example.com/a?b=c;d#e$f",
    ):
        assert expected in text
    assert ("Key Encipherment" in text) == (algorithm == "RSA-2048")
    facts = parse_request(request)
    assert facts.signature_valid is True
    assert facts.spki == public_part(made_keys[algorithm])


@pytest.mark.parametrize("digest", DIGESTS)
def test_the_digest_is_used(made_keys: dict[str, bytes], digest: str) -> None:
    request = build_request(replace(SPEC, digest=digest), made_keys["RSA-2048"])
    assert parse_request(request).signature_algorithm == f"{digest}WithRSAEncryption"


def test_the_country_is_printable_the_mail_ia5_and_the_others_utf8(key: bytes) -> None:
    text = run("openssl", "asn1parse", "-inform", "DER", data=build_request(SPEC, key)).decode()
    kinds = [
        line.split("prim:")[1].split(":")[0].strip()
        for line in text.splitlines()
        if "STRING" in line and "d=5" in line and "OBJECT" not in line
    ]
    assert kinds == ["PRINTABLESTRING", *["UTF8STRING"] * 5, "IA5STRING"]


def test_a_parsed_request_gives_back_what_was_asked(key: bytes) -> None:
    facts = parse_request(build_request(SPEC, key))
    assert facts.subject_fields == replace(SUBJECT, email="pki@xn--mller-kva.example")
    assert facts.alt_names == (AltName(kind="dns", value="sftp.example.com"), *NAMES)
    assert facts.key_usage == ("digitalSignature",)
    assert facts.extended_key_usage == ("serverAuth",)
    assert (facts.key_algorithm, facts.cn) == ("Ed25519", "sftp.example.com")
    assert not facts.asks_ca
    assert not facts.findings


def test_the_cn_of_a_server_is_a_name_as_well_and_an_account_is_not() -> None:
    assert alt_names_of(SPEC)[0] == AltName(kind="dns", value="sftp.example.com")
    by_address = replace(SPEC, subject=Subject(common_name="192.0.2.9"), alt_names=())
    assert alt_names_of(by_address) == (AltName(kind="ip", value="192.0.2.9"),)
    client = replace(by_address, subject=Subject(common_name="host.like"), profile=Profile.CLIENT)
    assert alt_names_of(client) == ()
    again = replace(SPEC, alt_names=(AltName(kind="dns", value="SFTP.EXAMPLE.COM"),))
    assert alt_names_of(again) == (AltName(kind="dns", value="sftp.example.com"),)


def test_an_account_name_is_written_byte_for_byte(key: bytes) -> None:
    account = RequestSpec(subject=Subject(common_name="Ünïcode.Account"), profile=Profile.CLIENT)
    facts = parse_request(build_request(account, key))
    assert facts.cn == "Ünïcode.Account"
    assert facts.extended_key_usage == ("clientAuth",)
    server = RequestSpec(subject=Subject(common_name="Bücher.example"))
    facts = parse_request(build_request(server, key))
    assert facts.cn == "xn--bcher-kva.example"
    assert facts.alt_names == (AltName(kind="dns", value="xn--bcher-kva.example"),)


def test_names_are_critical_where_the_subject_is_empty(key: bytes) -> None:
    nameless = RequestSpec(subject=Subject(), alt_names=NAMES[:1])
    text = run(
        "openssl", "req", "-inform", "DER", "-noout", "-text", data=build_request(nameless, key)
    )
    assert b"X509v3 Subject Alternative Name: critical" in text


def test_extensions_can_be_left_out(key: bytes) -> None:
    bare = RequestSpec(
        subject=Subject(common_name="a"),
        profile=Profile.CLIENT,
        key_usage=(),
        extended_key_usage=(),
    )
    assert parse_request(build_request(bare, key)).extensions == ()


def test_what_cannot_be_built_says_so(key: bytes, made_keys: dict[str, bytes]) -> None:
    for spec in (
        replace(SPEC, subject=Subject(common_name="x" * 65), profile=Profile.CLIENT),
        replace(SPEC, subject=Subject(country="DEU")),
        replace(SPEC, key_usage=("keyCertSign",)),
        replace(SPEC, extended_key_usage=("everything",)),
        replace(SPEC, subject=Subject(email="ä")),
        replace(SPEC, alt_names=(AltName(kind="dns", value="not a host ä"),)),
        replace(SPEC, alt_names=(AltName(kind="rid", value="1.2.3"),)),
    ):
        with pytest.raises(RequestNotBuilt):
            build_request(spec, key)
    with pytest.raises(RequestNotBuilt):
        build_request(replace(SPEC, digest="sha1"), made_keys["P-256"])


# Self-signed -------------------------------------------------------------------------------------


@pytest.mark.parametrize("algorithm", ["RSA-2048", "P-256", "P-384", "P-521", "Ed25519", "Ed448"])
def test_openssl_verifies_a_self_signed_certificate(
    made_keys: dict[str, bytes], algorithm: str, tmp_path: Path
) -> None:
    serial = new_serial()
    certificate = build_self_signed(SPEC, made_keys[algorithm], days=365, now=NOW, serial=serial)
    path = tmp_path / "certificate.pem"
    path.write_bytes(run("openssl", "x509", "-inform", "DER", data=certificate))
    moment = str(int(NOW.timestamp()) + 60)
    verified = run(
        *("openssl", "verify", "-x509_strict", "-check_ss_sig", "-attime", moment),
        *("-purpose", "sslserver", "-verify_hostname", "ftp.example.com", "-CAfile", path, path),
    )
    assert verified.decode().strip().endswith("OK")
    facts = parse_certificate(certificate)
    assert not facts.is_ca
    assert facts.serial == f"{serial:x}"
    assert facts.not_before == NOW.replace(microsecond=0)
    assert (facts.not_after - facts.not_before).days == 365
    assert facts.ski == facts.aki != ""
    assert facts.alt_names == alt_names_of(SPEC)


def test_a_client_certificate_is_good_for_clients_only(key: bytes, tmp_path: Path) -> None:
    spec = RequestSpec(subject=Subject(common_name="bob"), profile=Profile.CLIENT)
    certificate = build_self_signed(spec, key, days=365, now=NOW, serial=new_serial())
    path = tmp_path / "certificate.pem"
    path.write_bytes(run("openssl", "x509", "-inform", "DER", data=certificate))
    purposes = run("openssl", "x509", "-in", path, "-noout", "-purpose").decode()
    assert "SSL client : Yes" in purposes
    assert "SSL server : No" in purposes
    assert "CA:FALSE" in run("openssl", "x509", "-in", path, "-noout", "-text").decode()


def test_serial_numbers_are_long_positive_and_never_the_same() -> None:
    serials = {new_serial() for _ in range(100)}
    assert len(serials) == 100
    assert all(serial > 0 and serial.bit_length() == 159 for serial in serials)


@pytest.mark.parametrize("serial", [0, -(2**100), 1, 2**63 - 1, 2**159])
def test_a_bad_serial_number_is_refused(key: bytes, serial: int) -> None:
    with pytest.raises(RequestNotBuilt):
        build_self_signed(SPEC, key, days=1, now=NOW, serial=serial)


@pytest.mark.parametrize("days", [10**7, -1, 0])
def test_a_validity_that_cannot_be_is_refused(key: bytes, days: int) -> None:
    with pytest.raises(RequestNotBuilt):
        build_self_signed(SPEC, key, days=days, now=NOW, serial=new_serial())
