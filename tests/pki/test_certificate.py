"""Certificates as facts: they agree with OpenSSL and cryptography, and never raise."""

from __future__ import annotations

import json
import subprocess
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import cryptography_vectors
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from pki import der
from pki.certificate import CertificateFacts, parse_certificate
from pki.errors import NotDecodable
from pki.findings import Finding
from pki.limits import Limits

NOW = datetime(2026, 1, 1, tzinfo=UTC)
KEY = ec.generate_private_key(ec.SECP256R1())
# What makes cryptography raise from `.extensions` and is no fault by our reading: names of kinds
# that it does not build, values that a newer standard may define, a path length without CA.
THEIRS_ALONE = (
    "x400Address/EDIPartyName are not supported types",
    "Invalid SCT version",
    "Invalid/unsupported hash algorithm for SCT",
    "Invalid/unsupported signature algorithm for SCT",
    "path_length must be None when ca is False",
)


def parsed(corpus: tuple[list[bytes], list[bytes]]) -> Iterator[CertificateFacts]:
    for data in corpus[0]:
        try:
            yield parse_certificate(data)
        except NotDecodable:
            continue


def codes(facts: CertificateFacts) -> set[str]:
    return {found.code for found in facts.findings}


def make(
    *extensions: tuple[x509.ExtensionType, bool],
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | dsa.DSAPrivateKey = KEY,
    cn: str = "ftp.example.com",
    issuer: str = "Example CA",
    days: int = 90,
    not_before: datetime = NOW,
    not_after: datetime | None = None,
) -> bytes:
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, cn)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(0x1234)
        .not_valid_before(not_before)
        .not_valid_after(not_after or not_before + timedelta(days=days))
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return builder.sign(KEY, hashes.SHA256()).public_bytes(Encoding.DER)


def san(*names: x509.GeneralName) -> tuple[x509.ExtensionType, bool]:
    return x509.SubjectAlternativeName(names), False


def raw_extension(
    dotted: str, value: bytes, *, critical: bool = False
) -> tuple[x509.ExtensionType, bool]:
    return x509.UnrecognizedExtension(x509.ObjectIdentifier(dotted), value), critical


def test_every_certificate_of_the_corpus_is_facts_or_refused_at_the_door(
    corpus: tuple[list[bytes], list[bytes]],
) -> None:
    facts = list(parsed(corpus))
    assert len(facts) > 500
    for fact in facts:
        stored = json.loads(json.dumps([found.to_json() for found in fact.findings]))
        assert tuple(map(Finding.from_json, stored)) == fact.findings
        assert fact.not_before.tzinfo is UTC
        for text in (fact.subject, fact.issuer, fact.cn, *(name.value for name in fact.alt_names)):
            assert "\0" not in text
            assert text.isprintable()


def test_fields_agree_with_cryptography_over_the_corpus(
    corpus: tuple[list[bytes], list[bytes]],
) -> None:
    for fact in parsed(corpus):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            theirs = x509.load_der_x509_certificate(fact.der)
            assert fact.serial == f"{theirs.serial_number:x}"
        assert fact.sha256 == theirs.fingerprint(hashes.SHA256()).hex()
        assert fact.sha1 == theirs.fingerprint(hashes.SHA1()).hex()
        assert fact.not_before == theirs.not_valid_before_utc
        assert fact.not_after == theirs.not_valid_after_utc
        assert fact.version == theirs.version.value + 1


def test_an_extension_is_malformed_exactly_when_cryptography_cannot_read_it(
    corpus: tuple[list[bytes], list[bytes]],
) -> None:
    compared = 0
    refused: dict[str, str] = {}
    for fact in parsed(corpus):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            theirs = x509.load_der_x509_certificate(fact.der)
            try:
                extensions = theirs.extensions
            except (ValueError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType) as error:
                refused[fact.sha256] = str(error)
                continue
        if "extension.malformed" in codes(fact):
            # The one place where we are stricter: a notice whose text its string type forbids.
            assert {
                found.place for found in fact.findings if found.code == "extension.malformed"
            } <= {"certificatePolicies"}
            continue
        compared += 1
        _compare_extensions(fact, extensions)
    assert compared > 400
    silent = [
        (fact.subject, refused[fact.sha256])
        for fact in parsed(corpus)
        if fact.sha256 in refused
        and not codes(fact) & {"extension.malformed", "extension.duplicate", "san.malformed"}
        and not refused[fact.sha256].startswith(THEIRS_ALONE)
    ]
    assert silent == []


def _compare_extensions(fact: CertificateFacts, extensions: x509.Extensions) -> None:
    values = {type(found.value): found.value for found in extensions}
    ski = values.get(x509.SubjectKeyIdentifier)
    assert fact.ski == (ski.digest.hex() if isinstance(ski, x509.SubjectKeyIdentifier) else "")
    aki = values.get(x509.AuthorityKeyIdentifier)
    key_id = aki.key_identifier if isinstance(aki, x509.AuthorityKeyIdentifier) else None
    assert fact.aki == (key_id or b"").hex()
    constraints = values.get(x509.BasicConstraints)
    if isinstance(constraints, x509.BasicConstraints):
        assert fact.is_ca is constraints.ca
        assert fact.path_length == constraints.path_length
    names = values.get(x509.SubjectAlternativeName)
    if isinstance(names, x509.SubjectAlternativeName):
        theirs = [name.lower() for name in names.get_values_for_type(x509.DNSName)]
        ours = [name.value for name in fact.alt_names if name.kind == "dns"]
        assert ours == [name for name in theirs if name.isprintable()] or "\0" in "".join(theirs)
        addresses = [str(address) for address in names.get_values_for_type(x509.IPAddress)]
        assert addresses == [name.value for name in fact.alt_names if name.kind == "ip"]
    usage = values.get(x509.ExtendedKeyUsage)
    count = len(list(usage)) if isinstance(usage, x509.ExtendedKeyUsage) else 0
    assert len(fact.extended_key_usage) == count


def test_the_openssl_command_prints_the_same(corpus: tuple[list[bytes], list[bytes]]) -> None:
    facts = list(parsed(corpus))
    for fact in facts[:: len(facts) // 12]:
        command = [
            "openssl",
            "x509",
            "-inform",
            "DER",
            "-noout",
            "-serial",
            "-fingerprint",
            "-enddate",
        ]
        printed = subprocess.run(
            [*command, "-sha256", "-dateopt", "iso_8601"],
            input=fact.der,
            capture_output=True,
            check=False,
        )
        if printed.returncode:
            continue
        lines = dict(line.split("=", 1) for line in printed.stdout.decode().splitlines())
        assert int(lines["serial"], 16) == int(fact.serial, 16)
        assert lines["sha256 Fingerprint"].replace(":", "").lower() == fact.sha256
        assert lines["notAfter"] == fact.not_after.strftime("%Y-%m-%d %H:%M:%SZ")


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", ""),
        (b"nonsense", ""),
        (make()[:-1], ""),
        (make() + b"\0", "trailing_data"),
    ],
)
def test_what_is_no_certificate_is_refused_with_a_reason(data: bytes, why: str) -> None:
    with pytest.raises(NotDecodable) as caught:
        parse_certificate(data)
    assert caught.value.data["what"] == "certificate"
    assert why in str(caught.value.data["why"])


def test_a_certificate_beyond_the_limits_is_refused() -> None:
    data = make(san(*(x509.DNSName(f"h{number}.example") for number in range(20))))
    assert len(parse_certificate(data).alt_names) == 20
    for limits, why in (
        (Limits(names_per_certificate=19), "too_many_names"),
        (Limits(certificate_bytes=len(data) - 1), "too_large"),
    ):
        with pytest.raises(NotDecodable) as caught:
            parse_certificate(data, limits=limits)
        assert caught.value.data["why"] == why


def test_a_good_leaf_has_no_findings() -> None:
    data = make(
        san(x509.DNSName("FTP.example.com"), x509.DNSName("*.example.com")),
        (x509.BasicConstraints(False, None), True),
    )
    facts = parse_certificate(data)
    assert facts.findings == ()
    assert [name.value for name in facts.alt_names] == ["ftp.example.com", "*.example.com"]
    assert (facts.key_algorithm, facts.key_size) == ("EC P-256", 256)
    assert facts.signature_algorithm == "ecdsa-with-SHA256"
    assert facts.cn == "ftp.example.com"
    assert facts.serial == "1234"


def test_dates_at_the_ends_of_time_do_not_overflow() -> None:
    ancient = make(san(x509.DNSName("a.example")), not_before=datetime(1950, 1, 1, tzinfo=UTC))
    assert parse_certificate(ancient).not_before.year == 1950
    endless = make(not_after=datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC))
    assert parse_certificate(endless).not_after.isoformat() == "9999-12-31T23:59:59+00:00"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (make(), "san.missing"),
        (make(san(x509.DNSName("other.example.com"))), "cn.not_in_san"),
        (make(san(x509.DNSName("203.0.113.7")), cn="x"), "san.address_as_dns"),
        (make(san(x509.DNSName("a b.example"))), "san.malformed"),
        (make(san(x509.DNSName("a\r\nb"))), "san.control_characters"),
        (make(san(x509.DNSName("ftp.example.com")), days=399), "validity.too_long"),
        (make(key=rsa.generate_private_key(65537, 1024)), "key.rsa_small"),
        (make(key=rsa.generate_private_key(3, 2048)), "key.weak_exponent"),
        (make((x509.BasicConstraints(True, None), False)), "ca.basic_constraints_not_critical"),
        (make((x509.BasicConstraints(True, None), True)), "ca.no_key_usage"),
        (make(raw_extension("1.2.3.4", b"\x05\x00", critical=True)), "extension.unknown_critical"),
        (make(raw_extension("2.5.29.37", b"\x30\x00")), "extension.malformed"),
    ],
)
def test_what_is_odd_is_a_finding(data: bytes, code: str) -> None:
    assert code in codes(parse_certificate(data))


def test_a_leaf_for_clients_needs_no_alternative_names() -> None:
    purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
    assert "san.missing" not in codes(parse_certificate(make((purpose, False), cn="alice")))


def test_one_malformed_extension_does_not_hide_the_others() -> None:
    facts = parse_certificate(
        make(
            raw_extension("2.5.29.14", b"\x04\x05ab"),
            raw_extension("2.5.29.32", b"garbage"),
            san(x509.DNSName("ftp.example.com")),
            raw_extension("2.5.29.31", b"\x30\x82\xff\xff"),
        )
    )
    places = {found.place for found in facts.findings if found.code == "extension.malformed"}
    assert places == {"subjectKeyIdentifier", "certificatePolicies", "cRLDistributionPoints"}
    assert [name.value for name in facts.alt_names] == ["ftp.example.com"]


def _with_bytes(data: bytes, old: bytes, new: bytes) -> bytes:
    assert data.count(old) >= 1
    assert len(old) == len(new)
    return data.replace(old, new)


def test_serial_numbers_that_are_not_positive_are_found_without_a_warning() -> None:
    data = make()
    serial = bytes.fromhex("02021234")
    negative = parse_certificate(_with_bytes(data, serial, bytes.fromhex("0202f234")))
    assert negative.serial == "-dcc"
    assert "serial.negative" in codes(negative)
    short = der.encode(der.INTEGER, b"\0")
    outer_at, outer_end = der.whole(data, der.SEQUENCE)
    tbs_at, tbs_end = der.expect(data, outer_at, outer_end, der.SEQUENCE)
    tbs = data[tbs_at:tbs_end].replace(serial, short, 1)
    zero = der.encode(der.SEQUENCE, der.encode(der.SEQUENCE, tbs) + data[tbs_end:])
    facts = parse_certificate(zero)
    assert facts.serial == "0"
    assert "serial.zero" in codes(facts)


def test_an_inverted_validity_is_an_error() -> None:
    data = make(not_before=datetime(2026, 1, 1, tzinfo=UTC), days=10)
    assert "validity.inverted" in codes(
        parse_certificate(_with_bytes(data, b"260111000000Z", b"250111000000Z"))
    )


def test_a_nul_in_a_dns_name_is_shown_and_never_equals_the_short_name() -> None:
    facts = parse_certificate(make(san(x509.DNSName("ftp.example.com\0.evil.test"))))
    assert [name.value for name in facts.alt_names] == ["ftp.example.com\\00.evil.test"]
    assert "san.control_characters" in codes(facts)


def test_every_kind_of_alternative_name_is_read() -> None:
    upn = der.encode(der.UTF8_STRING, b"alice@corp.example")
    facts = parse_certificate(
        make(
            san(
                x509.IPAddress(ip_address("203.0.113.7")),
                x509.IPAddress(ip_address("2001:db8::1")),
                x509.RFC822Name("ops@example.com"),
                x509.UniformResourceIdentifier("https://example.com/"),
                x509.RegisteredID(x509.ObjectIdentifier("1.2.3")),
                x509.DirectoryName(
                    x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Example")])
                ),
                x509.OtherName(x509.ObjectIdentifier("1.3.6.1.4.1.311.20.2.3"), upn),
            )
        )
    )
    assert [(name.kind, name.value) for name in facts.alt_names] == [
        ("ip", "203.0.113.7"),
        ("ip", "2001:db8::1"),
        ("email", "ops@example.com"),
        ("uri", "https://example.com/"),
        ("rid", "1.2.3"),
        ("dirname", "O=Example"),
        ("upn", "alice@corp.example"),
    ]


def test_what_is_no_certificate_is_said_in_words() -> None:
    name = "x509/PKITS_data/certs/DSAParametersInheritedCACert.crt"
    with cryptography_vectors.open_vector_file(name, "rb") as file:
        inherited = file.read()
    with pytest.raises(NotDecodable) as refused:
        parse_certificate(inherited)
    assert refused.value.data["why"] == "it ends too early in params"
    with pytest.raises(NotDecodable) as refused:
        parse_certificate(b"\x30\x03\x02\x01\x01")
    assert refused.value.data["why"] == "something else was expected in tbs cert"
