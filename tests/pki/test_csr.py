"""Requests and self-signed certificates: openssl reads and verifies them, and makes the same."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pki import der
from pki.certificate import AltName, parse_certificate
from pki.csr import (
    DIGESTS,
    KEY_USAGES,
    Profile,
    RequestNotBuilt,
    RequestSpec,
    Subject,
    alt_name,
    alt_names_of,
    build_request,
    build_self_signed,
    new_serial,
    parse_request,
)
from pki.errors import LimitExceeded, NotDecodable
from pki.host_names import NameRefused
from pki.key_generation import KeySpec, generate, public_part
from pki.limits import Limits
from pki.openssl_config import NoOpensslForm, openssl_config
from pki.similar import similar
from tests.pki.real_tools import run

NOW = datetime(2026, 3, 1, 12, 30, 45, 678, tzinfo=UTC)
SUBJECT = Subject(
    country="DE",
    state="Baden-Württemberg",
    locality="Bad Säckingen",
    organization='Müller & "Söhne", GmbH #1; $HOME \\ [x] `y` = z',
    organizational_unit="A+B <c>",
    common_name="sftp.example.com",
    email="pki@müller.example",
)
NAMES = tuple(
    itertools.starmap(
        alt_name,
        [
            ("dns", "FTP.example.com."),
            ("dns", "*.münchen.example"),
            ("ip", "192.0.2.7"),
            ("ip", "2001:db8:0::1"),
            ("email", "admin@example.com"),
            ("uri", "https://example.com/a?b=c;d#e$f"),
        ],
    )
)
SPEC = RequestSpec(subject=SUBJECT, alt_names=NAMES)


@pytest.fixture(scope="module")
def made_keys() -> dict[str, bytes]:
    return {
        algorithm: generate(KeySpec(algorithm=algorithm))
        for algorithm in ("RSA-2048", "P-256", "P-384", "P-521", "Ed25519", "Ed448")
    }


@pytest.fixture(scope="module")
def key(made_keys: dict[str, bytes]) -> bytes:
    return made_keys["Ed25519"]


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


# The same request made by openssl ----------------------------------------------------------------


def request_info(request: bytes) -> bytes:
    """CertificationRequestInfo: everything but the signature."""
    at, end = der.whole(request, der.SEQUENCE)
    return request[at : der.expect(request, at, end, der.SEQUENCE)[1]]


SPECS = {
    "everything": SPEC,
    "client": RequestSpec(subject=Subject(common_name="bob 'b' $x"), profile=Profile.CLIENT),
    "both": replace(SPEC, profile=Profile.BOTH, subject=Subject(common_name="a.example")),
    "names only": RequestSpec(subject=Subject(), alt_names=NAMES[:2]),
    "all usages": replace(SPEC, key_usage=("digitalSignature", "nonRepudiation", "keyAgreement")),
    "ssh usages": replace(SPEC, extended_key_usage=("secureShellServer", "secureShellClient")),
    "no extensions": RequestSpec(
        subject=Subject(organization="x"), key_usage=(), extended_key_usage=()
    ),
}


@pytest.mark.parametrize("name", SPECS)
def test_openssl_makes_the_same_request_from_the_configuration(
    key: bytes, tmp_path: Path, name: str
) -> None:
    spec = SPECS[name]
    wanted = openssl_config(spec, KeySpec(algorithm="Ed25519"))
    (tmp_path / "request.cnf").write_text(wanted.config)
    (tmp_path / "key.pem").write_bytes(run("openssl", "pkey", "-inform", "DER", data=key))
    theirs = run(
        *("openssl", "req", "-new", "-config", tmp_path / "request.cnf"),
        *("-key", tmp_path / "key.pem", "-outform", "DER"),
        *(("-subj", "/") if "-subj" in wanted.command else ()),
    )
    assert request_info(theirs) == request_info(build_request(spec, key))


@pytest.mark.parametrize("algorithm", ["RSA-2048", "P-384", "Ed25519", "Ed448"])
def test_the_command_runs_as_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, algorithm: str
) -> None:
    monkeypatch.chdir(tmp_path)
    wanted = openssl_config(replace(SPEC, digest="sha384"), KeySpec(algorithm=algorithm))
    Path("request.cnf").write_text(wanted.config)
    run(*wanted.command, "-passout", "pass:secret words")
    assert "ENCRYPTED" in Path("certificate_key.pem").read_text()
    facts = parse_request(run("openssl", "req", "-in", "request.pem", "-outform", "DER"))
    assert facts.alt_names == alt_names_of(SPEC)
    assert facts.key_algorithm in (algorithm.replace("-2048", ""), f"EC {algorithm}")
    if algorithm in ("RSA-2048", "P-384"):
        assert "384" in facts.signature_algorithm


def test_no_value_breaks_out_of_its_line() -> None:
    for evil in ("a\nsubjectAltName = DNS:evil", "a\r", "\x00"):
        spec = RequestSpec(subject=Subject(organization=evil))
        with pytest.raises(NoOpensslForm):
            openssl_config(spec)


# Reading other people's --------------------------------------------------------------------------


def test_a_request_of_openssl_with_a_password_and_ca_true_has_findings(
    tmp_path: Path, made_keys: dict[str, bytes]
) -> None:
    (tmp_path / "c.cnf").write_text(
        "[req]\nprompt=no\ndistinguished_name=d\nattributes=a\nreq_extensions=e\n"
        "[d]\nCN=old.example\nOU=one\n1.OU=two\nC=UK\n[a]\nchallengePassword=secret\n"
        "[e]\nbasicConstraints=critical,CA:TRUE\nsubjectAltName=DNS:a.example,dirName:d\n"
    )
    (tmp_path / "k.pem").write_bytes(
        run("openssl", "pkey", "-inform", "DER", data=made_keys["P-256"])
    )
    data = run(
        *("openssl", "req", "-new", "-config", tmp_path / "c.cnf", "-key", tmp_path / "k.pem"),
        *("-outform", "DER"),
    )
    facts = parse_request(data)
    codes = {found.code for found in facts.findings}
    assert {"request.asks_ca", "request.challenge_password", "name.country_uk"} <= codes
    assert facts.asks_ca
    assert "secret" not in repr(facts.findings)
    like = similar(data)
    assert like.left_out[0] == "ca"
    assert any(left.startswith("dirname:") for left in like.left_out)
    assert like.spec.subject == Subject(
        common_name="old.example", organizational_unit="two", country="UK"
    )
    assert like.spec.alt_names == (AltName(kind="dns", value="a.example"),)


def test_a_changed_request_has_an_invalid_signature(key: bytes) -> None:
    request = bytearray(build_request(SPEC, key))
    at = request.index(b"sftp.example.com")
    request[at : at + 4] = b"SFTP"
    facts = parse_request(bytes(request))
    assert facts.signature_valid is False
    assert "request.signature_invalid" in [found.code for found in facts.findings]


def test_what_is_no_request_is_not_decodable(key: bytes) -> None:
    request = build_request(SPEC, key)
    for data in (b"", b"0", request[:-1], request + b"\0", b"\x30\x80" + request, bytes(500)):
        with pytest.raises(NotDecodable):
            parse_request(data)
    for at in range(len(request)):
        changed = bytearray(request)
        changed[at] ^= 0x55
        try:
            parse_request(bytes(changed))
        except NotDecodable:
            continue


def test_limits_of_a_request_are_named(key: bytes) -> None:
    request = build_request(SPEC, key)
    for limits, name in (
        (Limits(certificate_bytes=10), "certificate_bytes"),
        (Limits(names_per_certificate=3), "names_per_certificate"),
        (Limits(rsa_bits=100), "rsa_bits"),
    ):
        with pytest.raises(LimitExceeded) as met:
            parse_request(request, limits=limits)
        assert met.value.data["limit"] == name


@pytest.mark.parametrize("name", SPECS)
def test_a_similar_request_asks_for_the_same(key: bytes, name: str) -> None:
    spec = SPECS[name]
    request = build_request(spec, key)
    certificate = build_self_signed(spec, key, days=3, now=NOW, serial=new_serial())
    for data in (request, certificate):
        like = similar(data)
        assert like.left_out == ()
        assert request_info(build_request(like.spec, key)) == request_info(request)


def test_similar_keeps_presets_as_presets(made_keys: dict[str, bytes]) -> None:
    like = similar(build_request(SPEC, made_keys["RSA-2048"])).spec
    assert like.key_usage is None
    assert like.extended_key_usage is None
    assert like.alt_names == NAMES
    with pytest.raises(NotDecodable):
        similar(b"neither")


def test_a_specification_survives_storage() -> None:
    for spec in (SPEC, replace(SPEC, key_usage=KEY_USAGES[:1], extended_key_usage=())):
        assert RequestSpec.from_json(spec.to_json()) == spec


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("dns", " Example.COM. ", "example.com"),
        ("dns", "faß.example", "xn--fa-hia.example"),
        ("dns", "日本。example", "xn--wgv71a.example"),
        ("dns", "*.Example.com", "*.example.com"),
        ("dns", "_sip.example", "_sip.example"),
        ("ip", "[2001:DB8::0001]", "2001:db8::1"),
        ("email", "a.b@Exämple.com", "a.b@xn--exmple-cua.com"),
        ("uri", "sftp://host.example/x", "sftp://host.example/x"),
    ],
)
def test_names_are_written_in_one_form(kind: str, text: str, value: str) -> None:
    assert alt_name(kind, text).value == value


@pytest.mark.parametrize(
    ("kind", "text", "why"),
    [
        ("dns", "", "empty"),
        ("dns", "a..b", "empty"),
        ("dns", "host:443", "port"),
        ("dns", "https://host/", "scheme"),
        ("dns", "192.0.2.1", "address"),
        ("dns", "a b", "character"),
        ("dns", "a\x00.example", "character"),
        ("dns", "-a.example", "hyphen"),
        ("dns", "a." * 127 + "example", "too_long"),
        ("dns", "x" * 64, "label_too_long"),
        ("dns", "a.*.example", "wildcard_not_leftmost"),
        ("dns", "a*.example", "wildcard_partial"),
        ("dns", "*.*.example", "wildcard_several"),
        ("dns", "xn--a.example", "idna"),
        ("dns", "\u202eabc.example", "idna"),
        ("ip", "192.0.2.256", "malformed"),
        ("ip", "fe80::1%eth0", "malformed"),
        ("email", "nobody", "malformed"),
        ("email", "ä@example.com", "malformed"),
        ("uri", "example.com/path", "malformed"),
        ("uri", "https:///path", "malformed"),
        ("rid", "1.2.3", "malformed"),
    ],
)
def test_text_that_is_no_name_says_why(kind: str, text: str, why: str) -> None:
    with pytest.raises(NameRefused) as refused:
        alt_name(kind, text)
    assert refused.value.data["why"] == why
